"""Transforms that a mapping may put between a source field and a project field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import msgspec

from bot.sync import values
from bot.sync.values import Unfit
from store.vocabulary import FieldType

T = FieldType
_TEXT = frozenset({T.STRING, T.EMAIL})
_WIDE = Context(prec=1000)


@dataclass(frozen=True, slots=True)
class Transform:
    """`apply` takes a value of an accepted type (never None) and gives one of `gives`, or None.

    It raises values.Unfit where that one value cannot be transformed.
    """

    label: str
    accepts: frozenset[FieldType]
    gives: FieldType
    apply: Callable[[Any], Any]


def _trim(value: str) -> str:
    return value.strip()


def _nothing_if_empty(value: str) -> str | None:
    return value.strip() or None


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_EVEN, _WIDE)


def _date_of(value: datetime | str) -> date | None:
    return values.day(value) if isinstance(value, str) else value.date()


def _seconds(value: Any) -> datetime | None:
    return _since_1970(value, 1)


def _milliseconds(value: Any) -> datetime | None:
    return _since_1970(value, 1000)


def _since_1970(value: Any, parts: int) -> datetime | None:
    number = values.decimal(value)
    if number is None:
        return None
    try:
        return datetime.fromtimestamp(float(number / parts), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unfit("is not a date and time") from None


def _json(value: str) -> str | None:
    if not value.strip():
        return None
    try:
        return values.json_text(_DECODER.decode(value))
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise Unfit("is not JSON") from None


_DECODER = msgspec.json.Decoder(float_hook=Decimal)

# By the name that a mapping keeps; in the order in which they are offered.
TRANSFORMS: dict[str, Transform] = {
    "trim": Transform("Trim blanks", _TEXT, T.STRING, _trim),
    "lowercase": Transform("Lower case", _TEXT, T.STRING, str.lower),
    "uppercase": Transform("Upper case", _TEXT, T.STRING, str.upper),
    "empty_as_null": Transform("Empty text to nothing", _TEXT, T.STRING, _nothing_if_empty),
    "as_integer": Transform(
        "To whole number", frozenset({T.STRING, T.DECIMAL}), T.INTEGER, values.whole
    ),
    "as_number": Transform("Text to number", frozenset({T.STRING}), T.DECIMAL, values.decimal),
    "round_cents": Transform("Round to 2 decimals", frozenset({T.DECIMAL}), T.DECIMAL, _round),
    "as_boolean": Transform(
        "To true or false", frozenset({T.STRING, T.INTEGER}), T.BOOLEAN, values.boolean
    ),
    "as_date": Transform("To date", frozenset({T.STRING, T.DATETIME}), T.DATE, _date_of),
    "as_datetime": Transform(
        "Text to date and time", frozenset({T.STRING}), T.DATETIME, values.moment
    ),
    "epoch_seconds": Transform(
        "Seconds since 1970 to date and time",
        frozenset({T.STRING, T.INTEGER, T.DECIMAL}),
        T.DATETIME,
        _seconds,
    ),
    "epoch_milliseconds": Transform(
        "Milliseconds since 1970 to date and time",
        frozenset({T.STRING, T.INTEGER, T.DECIMAL}),
        T.DATETIME,
        _milliseconds,
    ),
    "as_json": Transform("Text to JSON", frozenset({T.STRING}), T.JSON, _json),
}
