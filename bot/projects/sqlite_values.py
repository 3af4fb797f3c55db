"""Columns of values as SQLite keeps them: one form for each value, so that equal ones are equal.

Most come in that form already, which a look at the whole column tells; else they are made anew.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from bot.projects.rows import Rows
from bot.projects.shape import TableShape
from bot.projects.texts import datetime_text, decimal_text
from store.vocabulary import FieldType

Values = Sequence[Any]

_NUMBERS = re.compile(r"(?:-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+\n)*+")
_LONG = re.compile(r"\.[0-9]*0$", re.MULTILINE)  # with zeros at its end
_encoder = msgspec.json.Encoder()


def _decimals(values: Values) -> Values:
    joined = _joined(values)
    if joined is None or "-0" in joined or not _NUMBERS.fullmatch(joined):
        return [None if v is None else decimal_text(Decimal(v)) for v in values]
    if not _LONG.search(joined):
        return values
    return [v if v is None or "." not in v else v.rstrip("0").rstrip(".") for v in values]


def _days(values: Values) -> Values:
    if _joined(values) is not None:
        return values
    return [v.isoformat() if isinstance(v, date) else v for v in values]


def _moments(values: Values) -> Values:
    there = values if all(values) else [v for v in values if v is not None]
    # the encoder writes a whole column at once
    text = _encoder.encode(there)[2:-2].decode() if set(map(type, there)) == {datetime} else ""
    if text.count("Z") < len(there) or not there:  # times elsewhere, without a zone, or texts
        return [None if v is None else _moment(v) for v in values]
    written = text.replace("T", " ").replace("Z", "+00:00").split('","')
    if len(written) == len(values):
        return written
    rest = iter(written)
    return [None if v is None else next(rest) for v in values]


def _moment(value: datetime | str) -> str:
    return datetime_text(datetime.fromisoformat(value) if isinstance(value, str) else value)


def _joined(values: Values) -> str | None:
    """The texts, each on a line; None where some are no texts."""
    try:
        lines = "\n".join(values if all(values) else [v for v in values if v is not None])
    except TypeError:
        return None
    return f"{lines}\n" if lines else ""


# Texts are taken too: a key that waited for its deletion comes back from JSON.
ENCODERS: dict[FieldType, Callable[[Values], Values]] = {
    FieldType.DECIMAL: _decimals,
    FieldType.DATE: _days,
    FieldType.DATETIME: _moments,
}


def encoded(table: TableShape, names: Sequence[str], rows: Rows) -> Rows:
    """The rows as SQLite keeps them."""
    columns = list(rows.columns)
    for position, name in enumerate(names):
        column = table.column(name)
        if column is not None and column.type in ENCODERS:
            columns[position] = ENCODERS[column.type](columns[position])
    return Rows(columns, len(rows))
