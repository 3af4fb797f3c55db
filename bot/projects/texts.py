"""Numbers and times as text: one form for each value, so that equal values are equal texts."""

from datetime import UTC, datetime
from decimal import Decimal


def decimal_text(value: Decimal) -> str:
    """Plain digits without an exponent or closing zeros: 1E+2 → "100", 1.50 → "1.5"."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def datetime_text(value: datetime) -> str:
    """UTC, e.g. "2024-05-01 12:00:00+00:00"; a naive time is taken as UTC."""
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.isoformat(sep=" ")
