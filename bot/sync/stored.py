"""The form in which row values travel to a project: numbers, booleans, texts, and times in UTC.

One form for each value, whichever way its record was mapped: equal values are equal rows.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.projects.texts import in_utc

Row = tuple[Any, ...]


def stored(values: Iterable[Any]) -> Row:
    """A mapped row's values (see `values`) in that form: decimals and dates as texts."""
    return tuple([_WRITE[type(v)](v) if type(v) in _WRITE else v for v in values])


def digits(value: Decimal) -> str:
    """All its digits without an exponent: closing zeros stay, as the service wrote them."""
    text = format(value, "f")
    return text.removeprefix("-") if value.is_zero() else text


_WRITE: dict[type, Callable[[Any], Any]] = {
    Decimal: digits,
    date: date.isoformat,
    datetime: in_utc,
}
