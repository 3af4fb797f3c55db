"""One value of a record into one type of field: exact, or refused with a reason.

A record's values are JSON's (with Decimal for fractions). A row's values are int, Decimal, str,
bool, date, aware UTC datetime, JSON text, and None. Empty text is no value, except as text.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from bot.projects.texts import decimal_text
from store.vocabulary import FieldType

Convert = Callable[[Any], Any]

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_HALF = "holds half a character (a lone surrogate)"
_NO_JSON = "is not JSON that a database can keep"
_ODD_NUMBERS = ("null", "NaN", "Infinity")  # how the encoder writes them
_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="number")
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MIN_64, _MAX_64 = -(2**63), 2**63 - 1
_MOST_DIGITS = 400  # before and after the point: more is no figure of anybody's business


class Unfit(Exception):
    """A value that does not fit; the text completes "total_spent …"."""


def whole(value: Any) -> int | None:
    """An integer of 64 bits: 5, "5", 5.0."""
    if type(value) is not int:
        if isinstance(value, str):
            value = value.strip()
            if not value:
                return None
            if not _WHOLE.fullmatch(value):
                raise Unfit("is not a whole number")
            value = int(value) if len(value) < 25 else _MAX_64 + 1
        elif isinstance(value, Decimal | float):
            number = _finite(value, "is not a whole number")
            if number.adjusted() > 20:
                raise Unfit("is out of the range of whole numbers (64 bits)")
            if number != number.to_integral_value():
                raise Unfit("is not a whole number")
            value = int(number)
        else:
            raise Unfit("is not a whole number")
    if not _MIN_64 <= value <= _MAX_64:
        raise Unfit("is out of the range of whole numbers (64 bits)")
    return int(value)


def decimal(value: Any) -> Decimal | None:
    """An exact decimal number: 12.5, "12.50", 12."""
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not _DECIMAL.fullmatch(value):
            raise Unfit("is not a decimal number")
        number = Decimal(value)
    elif type(value) is int:
        number = Decimal(value)
    elif isinstance(value, Decimal | float):
        number = _finite(value, "is not a decimal number")
    else:
        raise Unfit("is not a decimal number")
    digits = number.as_tuple()
    if number.adjusted() > _MOST_DIGITS or -int(digits.exponent) > _MOST_DIGITS:
        raise Unfit("has too many digits")
    return number


def _finite(value: Decimal | float, reason: str) -> Decimal:
    try:
        number = value if isinstance(value, Decimal) else Decimal(repr(value))
    except InvalidOperation:
        raise Unfit(reason) from None
    if not number.is_finite():
        raise Unfit(reason)
    return number


def text(value: Any) -> str:
    """Text as it is; numbers and booleans in their usual form."""
    if not isinstance(value, str):
        if isinstance(value, bool):
            return "true" if value else "false"
        if type(value) is int:
            return _digits(value)
        if isinstance(value, Decimal | float):
            return decimal_text(decimal(value) or Decimal(0))
        raise Unfit("is not text")
    if "\0" in value:
        raise Unfit("holds a character that databases do not keep (NUL)")
    if not value.isascii():
        _encodable(value)
    return value


def _digits(value: int) -> str:
    if abs(value) > 10**_MOST_DIGITS:
        raise Unfit("has too many digits")
    return str(value)


def _encodable(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unfit(_HALF) from None


def email(value: Any) -> str | None:
    """One @ with something on both sides and no blanks; whether it works is not our business."""
    if not isinstance(value, str):
        raise Unfit("is not an e-mail address")
    value = text(value.strip())
    if not value:
        return None
    if not _EMAIL.fullmatch(value):
        raise Unfit("is not an e-mail address")
    return str(value)


def boolean(value: Any) -> bool | None:
    """true, false, 1, 0, "true", "false", "yes", "no", "1", "0"."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if not word:
            return None
        if word in _WORDS:
            return _WORDS[word]
    elif type(value) is int and value in (0, 1):
        return bool(value)
    raise Unfit("is neither true nor false")


def day(value: Any) -> date | None:
    """A date in ISO form; of a date and time, the date as it is written."""
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        try:
            if len(value) <= 10:
                return date.fromisoformat(value)
            return datetime.fromisoformat(value).date()
        except ValueError:
            pass
    raise Unfit("is not a date")


def moment(value: Any) -> datetime | None:
    """Aware, UTC. ISO text (without a zone: UTC) or seconds since 1970.

    Fractions of a second beyond millionths are rounded in the usual form (RFC 3339).
    """
    try:
        if isinstance(value, str):
            value = value.strip()
            if not value:
                return None
            if not (value.isascii() and value.isdigit() and len(value) >= 9):
                parsed = _iso_moment(value)
                if parsed.tzinfo is None:
                    return parsed.replace(tzinfo=UTC)
                return parsed.astimezone(UTC)
            value = int(value) if len(value) < 25 else math.inf
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return epoch(value)
    except (ValueError, OverflowError, OSError):  # the last one from 10^17 seconds on
        pass
    raise Unfit("is not a date and time")


def _iso_moment(text: str) -> datetime:
    """Raises ValueError."""
    try:
        return msgspec.convert(text, datetime)  # as the fast way reads it
    except msgspec.ValidationError:
        return datetime.fromisoformat(text)


def epoch(seconds: int | float | Decimal) -> datetime:
    """Raises ValueError or OverflowError beyond the years 1 to 9999."""
    return datetime.fromtimestamp(float(seconds), UTC)


def json_text(value: Any) -> str:
    """Any JSON value as text, keys in order and numbers exact: equal values are equal texts."""
    try:
        written = _ENCODER.encode(value).decode()
        if any(word in written for word in _ODD_NUMBERS) and _has_odd_number(value):
            raise Unfit(_NO_JSON)
    except UnicodeEncodeError:
        raise Unfit(_HALF) from None
    except (ValueError, TypeError, RecursionError, OverflowError, msgspec.MsgspecError):
        raise Unfit(_NO_JSON) from None
    if "\\u0000" in written and _NUL_IN_JSON.search(written):
        raise Unfit("holds a character that databases do not keep (NUL)")
    return written


def _has_odd_number(value: Any) -> bool:
    """Whether NaN or an infinity is in it, which JSON does not know."""
    if isinstance(value, float | Decimal):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(map(_has_odd_number, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_odd_number, value))


# From a record's value to a value of the type that the source field has.
PARSE: dict[FieldType, Convert] = {
    FieldType.INTEGER: whole,
    FieldType.DECIMAL: decimal,
    FieldType.STRING: text,
    FieldType.EMAIL: email,
    FieldType.BOOLEAN: boolean,
    FieldType.DATE: day,
    FieldType.DATETIME: moment,
    FieldType.JSON: json_text,
}


def same(value: Any) -> Any:
    return value


def _day_start(value: date) -> datetime:
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def _iso(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_FROM_TEXT: dict[FieldType, Convert] = {FieldType.STRING: same, FieldType.JSON: _dumped}

# From a value of one type to the same value in another; what is not here does not fit.
WIDEN: dict[FieldType, dict[FieldType, Convert]] = {
    FieldType.INTEGER: {
        FieldType.INTEGER: same,
        FieldType.DECIMAL: Decimal,
        FieldType.STRING: str,
        FieldType.JSON: str,
    },
    FieldType.DECIMAL: {
        FieldType.DECIMAL: same,
        FieldType.STRING: decimal_text,
        FieldType.JSON: decimal_text,
    },
    FieldType.STRING: _FROM_TEXT,
    FieldType.EMAIL: _FROM_TEXT,
    FieldType.BOOLEAN: {
        FieldType.BOOLEAN: same,
        FieldType.INTEGER: int,
        FieldType.STRING: text,
        FieldType.JSON: text,
    },
    FieldType.DATE: {
        FieldType.DATE: same,
        FieldType.DATETIME: _day_start,
        FieldType.STRING: date.isoformat,
        FieldType.JSON: lambda value: _dumped(value.isoformat()),
    },
    FieldType.DATETIME: {
        FieldType.DATETIME: same,
        FieldType.STRING: _iso,
        FieldType.JSON: lambda value: _dumped(_iso(value)),
    },
    FieldType.JSON: {FieldType.JSON: same, FieldType.STRING: same},
}


def stored_as(kind: FieldType) -> FieldType:
    """How a project keeps it: an e-mail address is text there."""
    return FieldType.STRING if kind is FieldType.EMAIL else kind
