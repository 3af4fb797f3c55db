"""SQLite's side of a project: exact decimals and aware times in text, staged batches.

A decimal number is kept as text in its shortest form ("123.4"): never rounded, equal when equal.
A date and time is kept as "2024-05-01 12:00:00+00:00", always UTC.
"""

# ruff: noqa: S608 - names are quoted by `quoted`, values are parameters

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.courtesy import answered
from bot.projects import sqlite_merge, sqlite_same
from bot.projects.dialect import Row, Rows, Sql, Written
from bot.projects.names import quoted
from bot.projects.shape import TableShape, Target
from bot.projects.sqlite_tables import add_column, create_table, shape, tables
from bot.projects.sqlite_values import encoded
from bot.projects.statements import fetch, run
from store import sqlite_driver
from store.vocabulary import UpdateType

__all__ = [
    "add_column",
    "count",
    "create_table",
    "delete",
    "merge",
    "objection",
    "open_engine",
    "packed",
    "prepare",
    "present",
    "shape",
    "stage",
    "tables",
    "write",
]

_BATCH = 'temp."patchbay_batch"'


def open_engine(url: URL, *, ours: bool) -> AsyncEngine:
    """`ours`: the file is the default project's, so it may keep a write-ahead log."""
    engine = sqlite_driver.open_engine(url, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        sqlite_merge.add_counter(connection, record.info)
        cursor = connection.cursor()
        if ours:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
            cursor.execute("PRAGMA wal_autocheckpoint = 8000")  # 32 MB: not after every batch
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.close()

    return engine


async def prepare(connection: AsyncConnection, table: str) -> None:
    """Nothing: BEGIN IMMEDIATE has made this the only writer."""


def packed(
    sql: Sql,
    table: TableShape,
    target: Target,
    rows: Rows,
    updates: frozenset[UpdateType],
    *,
    settled: bool,
) -> list[Any] | None:
    """Values for a statement, one row after another; or a text, where they are there, likely."""
    if not sqlite_merge.can_merge(table, target, updates):
        return None
    if settled:
        return [sqlite_same.page_text(table, target, rows)]
    return [_strung(encoded(table, target.columns, rows))]


async def merge(
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    rows: Rows,
    updates: frozenset[UpdateType],
) -> Written | None:
    if not sqlite_merge.can_merge(table, target, updates):
        return None
    texts = [text for part in rows.parts if (text := _text_of(part)) is not None]
    same = iter(await sqlite_same.found(connection, table, target, texts) if texts else ())
    values: list[Any] = []
    unchanged = 0
    for part in rows.parts:
        if _text_of(part) is not None and next(same):
            unchanged += len(part)
        elif part.packed is not None and _text_of(part) is None:
            values += part.packed[0]
        else:
            await asyncio.sleep(0)
            await answered()
            values += _strung(encoded(table, target.columns, part))
    done = await sqlite_merge.merge(connection, table, target, values)
    return replace(done, unchanged=done.unchanged + unchanged)


def _text_of(rows: Rows) -> sqlite_same.PageText | None:
    packed = rows.packed[0] if rows.packed else None
    return packed if isinstance(packed, sqlite_same.PageText) else None


def _strung(rows: Rows) -> list[Any]:
    return rows.strung(slice(None))


async def stage(
    connection: AsyncConnection, table: TableShape, columns: Sequence[str], rows: Rows
) -> None:
    """Puts the rows into a temporary table whose columns take values just as the real ones do."""
    names = ", ".join(f"{quoted(name)} AS c{position}" for position, name in enumerate(columns))
    await run(connection, f"DROP TABLE IF EXISTS {_BATCH}")
    await run(
        connection,
        f"CREATE TABLE {_BATCH} AS SELECT 0 AS n, {names} FROM main.{quoted(table.name)} WHERE 0",
    )
    marks = ", ".join("?" * (len(columns) + 1))
    staged = [(n, *row) for n, row in enumerate(encoded(table, columns, rows))]
    await run(connection, f"INSERT INTO {_BATCH} VALUES ({marks})", staged)


async def write(
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    rows: Rows,
    part: range,
    updates: frozenset[UpdateType],
) -> Written:
    mine = f"b.rowid BETWEEN {part.start + 1} AND {part.stop}"  # staged in order, from 1
    place = {name: f"b.c{position}" for position, name in enumerate(target.columns)}
    others = [name for name in target.columns if name not in target.key]
    same_key = _all(f"t.{quoted(name)} = {place[name]}" for name in target.key)
    # the table's collation must not hide a change of case
    differs = _any(f"t.{quoted(name)} IS NOT {place[name]} COLLATE BINARY" for name in others)
    main = f"main.{quoted(table.name)}"

    found = await fetch(
        connection,
        f"SELECT b.n, MAX({differs}) FROM {_BATCH} AS b "
        f"JOIN {main} AS t ON {same_key} WHERE {mine} GROUP BY b.n",
    )
    changes = [bool(changed) for _, changed in found]
    new, changed = len(part) - len(changes), sum(changes)
    if changed and UpdateType.UPDATED in updates:
        sets = ", ".join(f"{quoted(name)} = {place[name]}" for name in others)
        await run(
            connection,
            f"UPDATE {main} AS t SET {sets} FROM {_BATCH} AS b "
            f"WHERE {mine} AND {same_key} AND ({differs})",
        )
    if new and UpdateType.CREATED in updates:
        names = ", ".join(quoted(name) for name in target.columns)
        values = ", ".join(place.values())
        await run(
            connection,
            f"INSERT INTO {main} ({names}) SELECT {values} FROM {_BATCH} AS b "
            f"WHERE {mine} AND NOT EXISTS (SELECT 1 FROM {main} AS t WHERE {same_key}) "
            "ORDER BY b.n",
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
        list(encoded(table, key, Rows.of(keys))),
    )


async def present(
    connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
) -> set[int]:
    await stage(connection, table, key, Rows.of(keys))
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


def _all(conditions: Any) -> str:
    return " AND ".join(conditions)


def _any(conditions: Any) -> str:
    return " OR ".join(conditions) or "0"
