"""The reference's values: JSON into what a table keeps, by the rules of the documentation.

A value in a row is int, Decimal, str, bool, date or aware UTC datetime; JSON is its canonical text.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from store.vocabulary import FieldType

T = FieldType
_WIDE = Context(prec=2000)
_MOST_DIGITS = 400


class Refused(Exception):
    """A value that does not fit."""


def _no_number(word: str) -> None:
    raise ValueError(word)


def parse(text: str) -> Any:
    """Strict JSON, numbers exact. Raises ValueError."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number)


def holds_half_a_character(value: Any) -> bool:
    """A lone surrogate: JSON has a way to write it, but it is no character of anybody's text."""
    return any("\ud800" <= character <= "\udfff" for character in written(value))


def is_out_of_bounds(value: Any) -> bool:
    """A number that is no figure of anybody's business, or has one in it."""
    if isinstance(value, Decimal):
        return abs(value.adjusted()) > _MOST_DIGITS
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, list) and any(map(is_out_of_bounds, value))


def written(value: Any, separator: str = ",") -> str:
    """JSON in one form: keys in order, no blanks, numbers with the digits that they came with."""
    if isinstance(value, dict):
        items = (f"{written(key)}:{written(value[key])}" for key in sorted(value))
        return "{" + ",".join(items) + "}"
    if isinstance(value, list):
        return "[" + separator.join(map(written, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def equal_json(a: Any, b: Any) -> bool:
    """Whether two texts are the same JSON by value: 1, 1.0 and 1e0 are."""
    return a == b or (a is not None and b is not None and by_value(a) == by_value(b))


def by_value(text: str) -> Any:
    return _tagged(json.loads(text, parse_float=Decimal))


def _tagged(value: Any) -> Any:
    """So that no two kinds of value are equal (True is 1 to Python)."""
    if isinstance(value, dict):
        return {key: _tagged(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_tagged(inner) for inner in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return ("number", Decimal(value))
    return (type(value).__name__, value)


# One value of JSON (never null) into each type of source field.


def whole(value: Any) -> int | None:
    if isinstance(value, str):
        if not (value := value.strip()):
            return None
        if not re.fullmatch("[+-]?[0-9]+", value):
            raise Refused("is not a whole number")
    elif isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise Refused("is not a whole number")
    elif not isinstance(value, int) or isinstance(value, bool):
        raise Refused("is not a whole number")
    number = int(value)
    if not -(2**63) <= number < 2**63:
        raise Refused("is out of range")
    return number


def decimal(value: Any) -> Decimal | None:
    if isinstance(value, str):
        if not (value := value.strip()):
            return None
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", value):
            raise Refused("is not a decimal number")
    elif not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise Refused("is not a decimal number")
    number = Decimal(value)
    if number.adjusted() > _MOST_DIGITS or -int(number.as_tuple().exponent) > _MOST_DIGITS:
        raise Refused("has too many digits")
    return number


def plain(number: Decimal) -> str:
    """Without an exponent, without closing zeros."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return plain(decimal(value) or Decimal(0))
    if not isinstance(value, str) or "\0" in value:
        raise Refused("is not text")
    return value


def email(value: Any) -> str | None:
    if not isinstance(value, str) or "\0" in value:
        raise Refused("is not an e-mail address")
    if not (value := value.strip()):
        return None
    name, at, host = value.partition("@")
    blank = any(character.isspace() for character in value)
    if not name or not at or "@" in host or blank or not all(host.split(".")):
        raise Refused("is not an e-mail address")
    return value


def boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        value = value.strip().lower()
        if not value:
            return None
        if value in ("true", "yes", "1"):
            return True
        if value in ("false", "no", "0"):
            return False
    elif isinstance(value, int) and value in (0, 1):
        return value == 1
    raise Refused("is neither true nor false")


def day(value: Any) -> date | None:
    """Of a date and time, the date as it is written."""
    if not isinstance(value, str):
        raise Refused("is not a date")
    if not (value := value.strip()):
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        raise Refused("is not a date") from None


def moment(value: Any) -> datetime | None:
    """ISO text (UTC where it does not say), or seconds since 1970: nine digits or more."""
    if isinstance(value, str):
        if not (value := value.strip()):
            return None
        if re.fullmatch("[0-9]{9,}", value):
            return since_1970(Decimal(value))
        try:
            parsed = _usual_moment(value) or datetime.fromisoformat(value)
            zone = parsed.tzinfo or UTC
            return parsed.replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refused("is not a date and time") from None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refused("is not a date and time")
    return since_1970(Decimal(value))


def _usual_moment(text: str) -> datetime | None:
    """In the form of RFC 3339, the zone left out at most; beyond millionths it is rounded."""
    match = re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?"
        r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?",
        text,
    )
    if match is None:
        return None
    on, at, fraction, zone = match.groups(default="")
    parts = (Decimal(f"0{fraction}") * 10**6).to_integral_value(ROUND_HALF_UP)
    return datetime.fromisoformat(f"{on}T{at}{zone.upper()}") + timedelta(microseconds=int(parts))


def since_1970(seconds: Decimal) -> datetime:
    if abs(seconds) > 10**12:  # the years 1 to 9999 are well within
        raise Refused("is not a date and time")
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError):
        raise Refused("is not a date and time") from None


def json_text(value: Any) -> str:
    if _has_nul(value):
        raise Refused("holds a character that databases do not keep")
    return written(value)


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any("\0" in key or _has_nul(inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value


PARSE: dict[FieldType, Callable[[Any], Any]] = {
    T.INTEGER: whole,
    T.DECIMAL: decimal,
    T.STRING: text,
    T.EMAIL: email,
    T.BOOLEAN: boolean,
    T.DATE: day,
    T.DATETIME: moment,
    T.JSON: json_text,
}


# Transforms: what they take (never None), and the type of what they give.


def _json_of(value: str) -> str | None:
    if not value.strip():
        return None
    try:
        parsed = parse(value)
    except ValueError:
        raise Refused("is not JSON") from None
    if holds_half_a_character(parsed):
        raise Refused("is not JSON")
    return json_text(parsed)


def _epoch(parts: int) -> Callable[[Any], datetime | None]:
    def convert(value: Any) -> datetime | None:
        number = decimal(value)
        return None if number is None else since_1970(number / parts)

    return convert


def _date_of(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else day(value)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_EVEN, _WIDE)


TRANSFORMS: dict[str, tuple[FieldType, Callable[[Any], Any]]] = {
    "trim": (T.STRING, str.strip),
    "lowercase": (T.STRING, str.lower),
    "uppercase": (T.STRING, str.upper),
    "empty_as_null": (T.STRING, lambda value: value.strip() or None),
    "as_integer": (T.INTEGER, whole),
    "as_number": (T.DECIMAL, decimal),
    "round_cents": (T.DECIMAL, _cents),
    "as_boolean": (T.BOOLEAN, boolean),
    "as_date": (T.DATE, _date_of),
    "as_datetime": (T.DATETIME, moment),
    "epoch_seconds": (T.DATETIME, _epoch(1)),
    "epoch_milliseconds": (T.DATETIME, _epoch(1000)),
    "as_json": (T.JSON, _json_of),
}


# A value of one type into a project field of another; what is not here does not fit.


def _same(value: Any) -> Any:
    return value


def _iso(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _midnight(value: date) -> datetime:
    return datetime.combine(value, time(), UTC)


INTO: dict[tuple[FieldType, FieldType], Callable[[Any], Any]] = {
    **{(kind, kind): _same for kind in FieldType if kind is not T.EMAIL},
    (T.INTEGER, T.DECIMAL): Decimal,
    (T.INTEGER, T.STRING): str,
    (T.INTEGER, T.JSON): str,
    (T.DECIMAL, T.STRING): plain,
    (T.DECIMAL, T.JSON): plain,
    (T.STRING, T.JSON): written,
    (T.EMAIL, T.STRING): _same,
    (T.EMAIL, T.JSON): written,
    (T.BOOLEAN, T.INTEGER): int,
    (T.BOOLEAN, T.STRING): text,
    (T.BOOLEAN, T.JSON): text,
    (T.DATE, T.DATETIME): _midnight,
    (T.DATE, T.STRING): date.isoformat,
    (T.DATE, T.JSON): lambda value: written(value.isoformat()),
    (T.DATETIME, T.STRING): _iso,
    (T.DATETIME, T.JSON): lambda value: written(_iso(value)),
    (T.JSON, T.STRING): _same,
}


# What a column refuses of a value that has the right type.


def fit_digits(value: Decimal, digits: int, decimals: int) -> None:
    if abs(value) >= Decimal(10) ** (digits - decimals):
        raise Refused("is out of range")
    if value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE) != value:
        raise Refused("has more decimals than are kept")


def fit_float(value: Decimal) -> None:
    if Decimal(repr(float(value))) != value:
        raise Refused("has more digits than are kept")


def fit_single(value: Decimal) -> None:
    digits = value.normalize(_WIDE)
    if len(digits.as_tuple().digits) > 6 or not -37 < digits.adjusted() < 38:
        raise Refused("has more digits than are kept")
