"""Numbers and times as text: one form for each value, so that equal values are equal texts."""

from datetime import UTC, datetime
from decimal import Decimal


def decimal_text(value: Decimal) -> str:
    """Plain digits without an exponent or closing zeros: 1E+2 → "100", 1.50 → "1.5"."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def in_utc(value: datetime) -> datetime:
    """A naive time is taken as UTC. Raises OverflowError in the first and last hours there are."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def datetime_text(value: datetime) -> str:
    """UTC, e.g. "2024-05-01 12:00:00+00:00"; see `in_utc`."""
    return in_utc(value).isoformat(sep=" ")
