"""PostgreSQL's side of a project: a batch travels as one JSON parameter into one statement.

`json_to_recordset` gives each value the very type of its column, as an insert would, so that
"has it changed?" compares what would be stored with what is.
"""

# ruff: noqa: S608 - names are quoted by `quoted`, values are one parameter

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import psycopg
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.projects import postgresql_merge
from bot.projects.addresses import open_guarded
from bot.projects.dialect import Row, Rows, Sql, Written
from bot.projects.names import quoted
from bot.projects.postgresql_tables import add_column, create_table, shape, tables
from bot.projects.shape import Column, TableShape, Target
from bot.projects.statements import escaped, fetch, run
from store.vocabulary import FieldType, UpdateType

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

_LOCK_SECONDS = 30  # how long a batch waits for somebody who locked the table


def open_engine(url: URL, *, guarded: bool, schema: str | None = None) -> AsyncEngine:
    """`guarded`: each connection checks anew that the host is not on a private network.

    `schema`: where all tables are, made when it is missing; None: where the search path says.
    """
    settings: dict[str, Any] = {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "tcp_user_timeout": 60_000,
        "application_name": "patchbay",
        "prepare_threshold": None,  # poolers in between know no prepared statements
    }
    if guarded:
        settings["async_creator_fn"] = open_guarded
    engine = create_async_engine(
        url,
        connect_args=settings,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=3,
        max_overflow=10,
    )
    if schema is not None:
        event.listen(engine.sync_engine, "connect", _keep_to(schema))
    return engine


def _keep_to(schema: str) -> Callable[[Any, Any], None]:
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,))
        if cursor.fetchone() is None:
            cursor.execute(escaped(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}"), ())
        cursor.execute(escaped(f"SET search_path TO {quoted(schema)}"), ())
        cursor.close()
        connection.commit()

    return on_connect


async def prepare(connection: AsyncConnection, table: str) -> None:
    """One of our writers at a time per table; checks that could wait for the end happen at once."""
    lock = f"{_LOCK_SPACE}, {zlib.crc32(table.encode()) >> 1}"
    await run(
        connection,
        f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'; SET LOCAL TimeZone = 'UTC'; "
        f"SET CONSTRAINTS ALL IMMEDIATE; SELECT pg_advisory_xact_lock({lock})",
    )


_LOCK_SPACE = 0x70617463  # "patc": our corner among a database's advisory locks


def packed(
    sql: Sql,
    table: TableShape,
    target: Target,
    rows: Rows,
    updates: frozenset[UpdateType],
    *,
    settled: bool,
) -> list[bytes] | None:
    """Lines for COPY."""
    if not postgresql_merge.can_merge(sql, table, target, rows, updates):
        return None
    return postgresql_merge.packed(rows)


async def merge(
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    rows: Rows,
    updates: frozenset[UpdateType],
) -> Written | None:
    if not postgresql_merge.can_merge(connection.dialect, table, target, rows, updates):
        return None
    columns = [_known(table, name) for name in target.columns]
    differs = " OR ".join(
        _differs(column, f"b.c{position}")
        for position, column in enumerate(columns)
        if column.name not in target.key
    )
    return await postgresql_merge.merge(connection, table, target, columns, rows, differs)


async def stage(
    connection: AsyncConnection, table: TableShape, columns: Sequence[str], rows: Rows
) -> None:
    """Nothing: the rows travel with the statement that writes them."""


async def write(
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    rows: Rows,
    part: range,
    updates: frozenset[UpdateType],
) -> Written:
    columns = [_known(table, name) for name in target.columns]
    place = {column.name: f"b.c{position}" for position, column in enumerate(columns)}
    others = [column for column in columns if column.name not in target.key]
    same_key = _same_key(target.key, place)
    differs = " OR ".join(_differs(column, place[column.name]) for column in others) or "false"
    real = quoted(table.name)
    steps = [
        _batch(columns),
        f"""patchbay_found AS MATERIALIZED (
            SELECT b.n, bool_or({differs}) AS differs
            FROM patchbay_batch b JOIN {real} t ON {same_key} GROUP BY b.n)""",
    ]
    made = changed = "0"
    sets = ", ".join(f"{quoted(column.name)} = {place[column.name]}" for column in others)
    if UpdateType.UPDATED in updates and others:
        changed = "(SELECT count(DISTINCT n) FROM patchbay_changed)"
        steps.append(f"""patchbay_changed AS (
            UPDATE {real} t SET {sets}
            FROM patchbay_batch b JOIN patchbay_found f ON f.n = b.n AND f.differs
            WHERE {same_key} RETURNING b.n)""")
    if UpdateType.CREATED in updates:
        made = "(SELECT count(*) FROM patchbay_made)"
        names = ", ".join(quoted(column.name) for column in columns)
        steps.append(f"""patchbay_made AS (
            INSERT INTO {real} ({names}) SELECT {", ".join(place.values())} FROM patchbay_batch b
            WHERE NOT EXISTS (SELECT FROM patchbay_found f WHERE f.n = b.n) ORDER BY b.n
            {_on_conflict(table, target, others, updates)} RETURNING 1)""")
    statement = f"""WITH {", ".join(steps)}
        SELECT {made}, {changed}, (SELECT count(*) FROM patchbay_found WHERE NOT differs)"""
    [(created, updated, unchanged)] = await fetch(
        connection, _bound(statement), (_json(rows[part.start : part.stop]),)
    )
    return Written(created, updated, unchanged, len(part) - created - updated - unchanged)


def _on_conflict(
    table: TableShape, target: Target, others: list[Column], updates: frozenset[UpdateType]
) -> str:
    """Somebody else may insert the same key at this very moment."""
    if frozenset(target.key) not in table.uniques:
        return ""
    key = ", ".join(quoted(name) for name in target.key)
    if UpdateType.UPDATED not in updates or not others:
        return f"ON CONFLICT ({key}) DO NOTHING"
    sets = ", ".join(f"{quoted(c.name)} = EXCLUDED.{quoted(c.name)}" for c in others)
    return f"ON CONFLICT ({key}) DO UPDATE SET {sets}"


async def delete(
    connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
) -> int:
    columns = [_known(table, name) for name in key]
    same_key = _same_key(key, {name: f"b.c{position}" for position, name in enumerate(key)})
    return await run(
        connection,
        _bound(
            f"WITH {_batch(columns)} DELETE FROM {quoted(table.name)} t USING patchbay_batch b "
            f"WHERE {same_key}"
        ),
        (_json(keys),),
    )


async def present(
    connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
) -> set[int]:
    columns = [_known(table, name) for name in key]
    same_key = _same_key(key, {name: f"b.c{position}" for position, name in enumerate(key)})
    found = await fetch(
        connection,
        _bound(
            f"WITH {_batch(columns)} SELECT DISTINCT b.n FROM patchbay_batch b "
            f"JOIN {quoted(table.name)} t ON {same_key}"
        ),
        (_json(keys),),
    )
    return {row[0] for row in found}


async def count(connection: AsyncConnection, table: str) -> int:
    [(rows,)] = await fetch(connection, escaped(f"SELECT count(*) FROM {quoted(table)}"))
    return int(rows)


def objection(error: DBAPIError) -> tuple[str | None, str] | None:
    cause = error.orig
    if not isinstance(cause, psycopg.Error) or not cause.sqlstate:
        return None
    if cause.sqlstate[:2] not in _ABOUT_ROWS:
        return None
    field = cause.diag.column_name
    rule = f"“{cause.diag.constraint_name}”" if cause.diag.constraint_name else "one of its rules"
    match cause.sqlstate:
        case "23502":
            return field, f"“{field}” must not be empty in the project’s table"
        case "23505":
            return field, f"another row of the project’s table already has this value ({rule})"
        case "23503":
            return field, f"it refers to a row that the project does not have ({rule})"
        case "22001":
            return field, "a text is longer than its project field allows"
        case "22003":
            return field, "a number is out of the range of its project field"
        case "22P02" | "22007" | "22008":
            return field, "a value does not have the form that its project field needs"
        case "54000":
            return field, "a value is too long for an index of the project’s table"
        case "23514":
            return field, f"the project’s table refuses it by its rule {rule}"
    return field, "the project’s table refuses it by one of its rules"


# Classes of SQLSTATE: data, cardinality (one key in two spellings), constraints, WITH CHECK,
# limits, and what a trigger raises.
_ABOUT_ROWS = frozenset({"21", "22", "23", "44", "54", "P0"})


def _known(table: TableShape, name: str) -> Column:
    column = table.column(name)
    if column is None:  # the caller compares target and table first
        raise LookupError(name)
    return column


def _batch(columns: Sequence[Column]) -> str:
    """The rows of the JSON parameter as a table: n (position), c0, c1…"""
    types, values = ["n int"], ["n"]
    for position, column in enumerate(columns):
        is_json = column.type is FieldType.JSON  # its values are JSON text already
        types.append(f"c{position} {'text' if is_json else column.native}")
        values.append(f"c{position}::{column.native} AS c{position}" if is_json else f"c{position}")
    return (
        f"patchbay_batch AS MATERIALIZED (SELECT {', '.join(values)} "
        f"FROM json_to_recordset({_PARAMETER}::json) AS r({', '.join(types)}))"
    )


_PARAMETER = "\0"  # stands for %s until the names' percent signs are doubled


def _bound(statement: str) -> str:
    return escaped(statement).replace(_PARAMETER, "%s")


def _json(rows: Sequence[Row]) -> str:
    width = len(rows[0]) if rows else 0
    names = ("n", *(f"c{position}" for position in range(width)))
    return msgspec.json.encode(
        [dict(zip(names, (n, *row), strict=True)) for n, row in enumerate(rows)]
    ).decode()


def _same_key(key: Iterable[str], place: dict[str, str]) -> str:
    return " AND ".join(f"t.{quoted(name)} = {place[name]}" for name in key)


# Types whose "equal" means the same value; others (citext, json, points…) are compared as text.
_COMPARABLE = re.compile(
    r"^(smallint|integer|bigint|numeric|real|double|money|boolean|text|character|date|timestamp"
    r"|jsonb|uuid)\b"
)


def _differs(column: Column, value: str) -> str:
    cast = "" if _COMPARABLE.match(column.native) else "::text"
    return f"t.{quoted(column.name)}{cast} IS DISTINCT FROM {value}{cast}"
