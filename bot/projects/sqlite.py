"""SQLite's side of a project: exact decimals and aware times in text, staged batches.

A decimal number is kept as text in its shortest form ("123.4"): never rounded, equal when equal.
A date and time is kept as "2024-05-01 12:00:00+00:00", always UTC.
"""

# ruff: noqa: S608 - names are quoted by `quoted`, values are parameters

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.projects.dialect import Row, Written
from bot.projects.names import quoted
from bot.projects.shape import Column, Limits, NewColumn, TableShape, Target
from bot.projects.statements import fetch, run
from bot.projects.texts import datetime_text, decimal_text
from store.vocabulary import FieldType, UpdateType

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
_BATCH = 'temp."patchbay_batch"'


def open_engine(url: URL, *, ours: bool) -> AsyncEngine:
    """`ours`: the file is the default project's, so it may keep a write-ahead log."""
    engine = create_async_engine(url, connect_args={"timeout": 30}, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # our BEGIN below, not the driver's
        cursor = connection.cursor()
        if ours:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


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
        limits=Limits(is_float=is_float),
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


async def prepare(connection: AsyncConnection, table: str) -> None:
    """Nothing: BEGIN IMMEDIATE has made this the only writer."""


async def write(
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    rows: Sequence[Row],
    updates: frozenset[UpdateType],
) -> Written:
    await _stage(connection, table, target.columns, rows)
    place = {name: f"b.c{position}" for position, name in enumerate(target.columns)}
    others = [name for name in target.columns if name not in target.key]
    same_key = _all(f"t.{quoted(name)} = {place[name]}" for name in target.key)
    # the table's collation must not hide a change of case
    differs = _any(f"t.{quoted(name)} IS NOT {place[name]} COLLATE BINARY" for name in others)
    main = f"main.{quoted(table.name)}"

    found = await fetch(
        connection,
        f"SELECT b.n, MAX({differs}) FROM {_BATCH} AS b "
        f"JOIN {main} AS t ON {same_key} GROUP BY b.n",
    )
    changes = [bool(changed) for _, changed in found]
    new, changed = len(rows) - len(changes), sum(changes)
    if changed and UpdateType.UPDATED in updates:
        sets = ", ".join(f"{quoted(name)} = {place[name]}" for name in others)
        await run(
            connection,
            f"UPDATE {main} AS t SET {sets} FROM {_BATCH} AS b WHERE {same_key} AND ({differs})",
        )
    if new and UpdateType.CREATED in updates:
        names = ", ".join(quoted(name) for name in target.columns)
        values = ", ".join(place.values())
        await run(
            connection,
            f"INSERT INTO {main} ({names}) SELECT {values} FROM {_BATCH} AS b "
            f"WHERE NOT EXISTS (SELECT 1 FROM {main} AS t WHERE {same_key}) ORDER BY b.n",
        )
    created = new if UpdateType.CREATED in updates else 0
    updated = changed if UpdateType.UPDATED in updates else 0
    return Written(created, updated, len(changes) - changed, new - created + changed - updated)


async def delete(
    connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
) -> int:
    where = _all(f"{quoted(name)} = ?" for name in key)
    return await run(
        connection,
        f"DELETE FROM main.{quoted(table.name)} WHERE {where}",
        _encoded(table, key, keys),
    )


async def present(
    connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
) -> set[int]:
    await _stage(connection, table, key, keys)
    same_key = _all(f"t.{quoted(name)} = b.c{position}" for position, name in enumerate(key))
    found = await fetch(
        connection,
        f"SELECT DISTINCT b.n FROM {_BATCH} AS b JOIN main.{quoted(table.name)} AS t ON {same_key}",
    )
    return {row[0] for row in found}


async def count(connection: AsyncConnection, table: str) -> int:
    [(rows,)] = await fetch(connection, f"SELECT COUNT(*) FROM main.{quoted(table)}")
    return int(rows)


def objection(error: DBAPIError) -> tuple[str | None, str] | None:
    if not isinstance(error, IntegrityError):
        return None
    message = str(error.orig)
    kind, _, what = message.partition(" constraint failed")
    name = what.removeprefix(": ").strip()
    fields = [part.strip().partition(".")[2] or part.strip() for part in name.split(",")]
    field = fields[0] if len(fields) == 1 and "." in name else None
    shown = " and ".join(f"“{part}”" for part in fields)
    if kind == "NOT NULL":
        return field, f"{shown} must not be empty in the project’s table"
    if kind == "UNIQUE":
        return field, f"another row of the project’s table already has this value of {shown}"
    if kind == "FOREIGN KEY":
        return None, "it refers to a row that the project does not have"
    if kind == "CHECK":
        return None, f"the project’s table refuses it by its rule {shown}"
    return None, "the project’s table refuses it by one of its rules"


async def _stage(
    connection: AsyncConnection, table: TableShape, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Puts the rows into a temporary table whose columns take values just as the real ones do."""
    names = ", ".join(f"{quoted(name)} AS c{position}" for position, name in enumerate(columns))
    await run(connection, f"DROP TABLE IF EXISTS {_BATCH}")
    await run(
        connection,
        f"CREATE TABLE {_BATCH} AS SELECT 0 AS n, {names} FROM main.{quoted(table.name)} WHERE 0",
    )
    marks = ", ".join("?" * (len(columns) + 1))
    encoded = [(n, *row) for n, row in enumerate(_encoded(table, columns, rows))]
    await run(connection, f"INSERT INTO {_BATCH} VALUES ({marks})", encoded)


def _encoded(table: TableShape, columns: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """The rows as SQLite keeps them."""
    encoders: list[tuple[int, Callable[[Any], Any]]] = []
    for position, name in enumerate(columns):
        column = table.column(name)
        if column is not None and column.type in _ENCODERS:
            encoders.append((position, _ENCODERS[column.type]))
    if not encoders:
        return list(rows)
    encoded = []
    for row in rows:
        values = list(row)
        for position, encode in encoders:
            if values[position] is not None:
                values[position] = encode(values[position])
        encoded.append(tuple(values))
    return encoded


# Texts are taken too: a key that waited for its deletion comes back from JSON.
def _decimal(value: Decimal | str | int) -> str:
    return decimal_text(Decimal(value))


def _date(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _datetime(value: datetime | str) -> str:
    return datetime_text(datetime.fromisoformat(value) if isinstance(value, str) else value)


_ENCODERS: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.DECIMAL: _decimal,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
}


def _all(conditions: Any) -> str:
    return " AND ".join(conditions)


def _any(conditions: Any) -> str:
    return " OR ".join(conditions) or "0"
