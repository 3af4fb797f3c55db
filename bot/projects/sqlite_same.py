"""Whether rows are in a SQLite table as they are: told from one text, without a value bound.

SQLite writes its rows as JSON, and the encoder writes those of a page in the same way. Equal texts
are equal rows; where they differ for another reason (a column that keeps text as a number, a
database without JSON), the rows are merged, as others are.
https://www.sqlite.org/json1.html
"""

# ruff: noqa: S608 - names are quoted by `quoted`, values are parameters

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.names import quoted
from bot.projects.rows import Rows
from bot.projects.shape import TableShape, Target
from bot.projects.sqlite_values import ENCODERS, encoded
from store.sqlite_driver import Connection
from store.vocabulary import FieldType

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class PageText:
    """Rows as one text."""

    rows: bytes
    keys: str

    def __len__(self) -> int:
        """Bytes."""
        return len(self.rows) + len(self.keys)


def page_text(table: TableShape, target: Target, rows: Rows) -> PageText:
    """`rows`: as they come."""
    columns = [
        _told(_kind(table, name), values)
        for name, values in zip(target.columns, rows.columns, strict=True)
    ]
    key = [rows.columns[target.columns.index(name)] for name in target.key]
    keys = encoded(table, target.key, Rows(key, len(rows))).values(target.key, target.key)
    return PageText(
        _encoder.encode(list(zip(*columns, strict=True)))[1:-1], _encoder.encode(keys).decode()
    )


def _told(kind: FieldType | None, values: Sequence[Any]) -> Sequence[Any]:
    """The values so that they are written as SQLite writes its own; times are, as they come."""
    if kind is FieldType.BOOLEAN:
        return [None if value is None else int(value) for value in values]
    if kind in ENCODERS and kind is not FieldType.DATETIME:
        return ENCODERS[kind](values)
    return values


def _kind(table: TableShape, name: str) -> FieldType | None:
    column = table.column(name)
    return column.type if column is not None else None


async def found(
    connection: AsyncConnection, table: TableShape, target: Target, texts: Sequence[PageText]
) -> list[bool]:
    """Of each text, whether all its rows are there."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, Connection)
    statement = _statement(table, target)

    def look(database: sqlite3.Connection) -> list[bool]:
        return [_is_there(database, statement, text) for text in texts]

    return await driver.done(look)


def _is_there(database: sqlite3.Connection, statement: str, text: PageText) -> bool:
    try:
        [answer] = database.execute(statement, (text.rows, text.keys))
    except sqlite3.OperationalError:  # bytes in a field, for one
        return False
    return bool(answer == (1,))


def _statement(table: TableShape, target: Target) -> str:
    """The batch's keys lead, so that the rows come in its order."""
    row = ", ".join(_as_told(table, name) for name in target.columns)
    is_single = len(target.key) == 1
    same_key = " AND ".join(
        f"t.{quoted(name)} = "
        + ("k.value" if is_single else f"json_extract(k.value, '$[{place}]')")
        for place, name in enumerate(target.key)
    )
    return (
        f"SELECT CAST(group_concat(json_array({row})) AS BLOB) = ? "
        f"FROM json_each(?) AS k CROSS JOIN main.{quoted(table.name)} AS t ON {same_key}"
    )


def _as_told(table: TableShape, name: str) -> str:
    """A value of the table's, so that JSON has it as the encoder has one of the batch's."""
    value = f"t.{quoted(name)}"
    if _kind(table, name) is FieldType.DATETIME:  # "2026-01-31 12:00:00+00:00" is kept
        return f"replace(replace({value}, ' ', 'T'), '+00:00', 'Z')"
    return value
