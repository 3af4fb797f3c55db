"""SQLite's tables: read from its pragmas, made, and given fields."""

import re
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.names import quoted
from bot.projects.shape import Column, Limits, NewColumn, TableShape
from bot.projects.statements import fetch
from store.vocabulary import FieldType

# A declared type with TEXT in it keeps text as it is; a plain DECIMAL would round it to a float.
_DECLARED = {
    FieldType.INTEGER: "INTEGER",
    FieldType.DECIMAL: "DECIMAL_TEXT",
    FieldType.STRING: "TEXT",
    FieldType.EMAIL: "TEXT",
    FieldType.BOOLEAN: "BOOLEAN",
    FieldType.DATE: "DATE",
    FieldType.DATETIME: "DATETIME",
    FieldType.JSON: "JSON_TEXT",
}


async def tables(connection: AsyncConnection) -> list[str]:
    found = await fetch(
        connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY name",
    )
    return [row[0] for row in found]


async def shape(connection: AsyncConnection, name: str) -> TableShape | None:
    real = await fetch(
        connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE",
        (name,),
    )
    if not real:
        return None
    exact: str = real[0][0]
    info = await fetch(
        connection,
        'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)',
        (exact,),
    )
    key = [row[0] for row in sorted(info, key=lambda row: row[4]) if row[4]]
    columns = tuple(_column(*row, alone=len(key) == 1) for row in info)
    uniques = await fetch(
        connection,
        "SELECT l.name, i.name FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i "
        'WHERE l."unique" AND NOT l.partial',
        (exact,),
    )
    indexes: dict[str, set[str | None]] = {}
    for index, column in uniques:  # a column without a name is an expression
        indexes.setdefault(index, set()).add(column)
    sets = {frozenset(map(str, names)) for names in indexes.values() if None not in names}
    if key:
        sets.add(frozenset(key))
    return TableShape(exact, columns, frozenset(sets))


def _column(
    name: str, declared: str, notnull: int, default: str | None, pk: int, *, alone: bool
) -> Column:
    native = (declared or "").strip()
    counts_up = bool(pk) and alone and native.upper() == "INTEGER"  # SQLite's own row number
    kind, is_float = _nearest(native.upper())
    return Column(
        name=name,
        type=kind,
        native=native or "any",
        nullable=not notnull and not pk,
        in_primary_key=bool(pk),
        has_default=default is not None or counts_up,
        limits=Limits(is_float=is_float, is_text=kind is FieldType.DECIMAL and not is_float),
    )


def _nearest(declared: str) -> tuple[FieldType, bool]:
    """The nearest field type, and whether SQLite would make a float of a decimal number."""
    for pattern, kind, is_float in _NEAREST:
        if pattern.search(declared):
            return kind, is_float
    return FieldType.STRING, False


_NEAREST = [
    (re.compile(r"^DECIMAL_TEXT$"), FieldType.DECIMAL, False),
    (re.compile(r"^JSON"), FieldType.JSON, False),
    (re.compile(r"INT"), FieldType.INTEGER, False),
    (re.compile(r"CHAR|CLOB|TEXT|BLOB|UUID"), FieldType.STRING, False),
    (re.compile(r"BOOL"), FieldType.BOOLEAN, False),
    (re.compile(r"DATETIME|TIMESTAMP"), FieldType.DATETIME, False),
    (re.compile(r"^DATE$"), FieldType.DATE, False),
    (re.compile(r"REAL|FLOA|DOUB|DEC|NUM|MONEY"), FieldType.DECIMAL, True),
]


def create_table(name: str, columns: Sequence[NewColumn]) -> str:
    lines = [_declaration(column) + " NOT NULL" * column.primary_key for column in columns]
    key = [quoted(column.name) for column in columns if column.primary_key]
    if key:
        lines.append(f"PRIMARY KEY ({', '.join(key)})")
    return f"CREATE TABLE main.{quoted(name)} ({', '.join(lines)})"


def add_column(table: str, column: NewColumn) -> str:
    return f"ALTER TABLE main.{quoted(table)} ADD COLUMN {_declaration(column)}"


def _declaration(column: NewColumn) -> str:
    return f"{quoted(column.name)} {_DECLARED[column.type]}"
