"""PostgreSQL's side of a project: a batch travels as one JSON parameter into one statement.

`json_to_recordset` gives each value the very type of its column, as an insert would, so that
"has it changed?" compares what would be stored with what is.
"""

# ruff: noqa: S608 - names are quoted by `quoted`, values are one parameter

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import psycopg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.projects.addresses import open_guarded
from bot.projects.dialect import Row, Written
from bot.projects.names import MAX_BYTES, quoted
from bot.projects.shape import Column, Limits, NewColumn, TableShape, Target
from bot.projects.statements import fetch, run
from store.vocabulary import FieldType, UpdateType

_DECLARED = {
    FieldType.INTEGER: "bigint",
    FieldType.DECIMAL: "numeric",
    FieldType.STRING: "text",
    FieldType.EMAIL: "text",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "timestamptz",
    FieldType.JSON: "jsonb",
}
_NEAREST = {
    "int2": FieldType.INTEGER,
    "int4": FieldType.INTEGER,
    "int8": FieldType.INTEGER,
    "numeric": FieldType.DECIMAL,
    "float4": FieldType.DECIMAL,
    "float8": FieldType.DECIMAL,
    "money": FieldType.DECIMAL,
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "timestamp": FieldType.DATETIME,
    "timestamptz": FieldType.DATETIME,
    "json": FieldType.JSON,
    "jsonb": FieldType.JSON,
}
_LOCK_SECONDS = 30  # how long a batch waits for somebody who locked the table

# Ordinary tables that the search path finds and whose rows may be read.
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_table_is_visible(c.oid)
  AND s.nspname NOT IN ('pg_catalog', 'information_schema') AND s.nspname NOT LIKE 'pg\\_temp%%'
  AND has_table_privilege(c.oid, 'SELECT')
ORDER BY c.relname
"""

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname),
       CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END,
       a.attnotnull OR t.typnotnull, a.atthasdef OR a.attidentity <> '',
       coalesce(a.attnum = ANY (k.indkey), false)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
WHERE c.relname = %s AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p')
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
ORDER BY a.attnum
"""

# What ON CONFLICT can name: whole, valid and immediate unique indexes on plain columns.
_UNIQUES = """
SELECT array(SELECT a.attname::text FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS n
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = n)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relname = %s AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p')
  AND i.indisunique AND i.indisvalid AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL
"""


def open_engine(url: URL, *, guarded: bool) -> AsyncEngine:
    """`guarded`: each connection checks anew that the host is not on a private network."""
    settings: dict[str, Any] = {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "tcp_user_timeout": 60_000,
        "application_name": "patchbay",
        "prepare_threshold": None,  # poolers in between know no prepared statements
    }
    if guarded:
        settings["async_creator_fn"] = open_guarded
    return create_async_engine(
        url,
        connect_args=settings,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=3,
        max_overflow=10,
    )


async def tables(connection: AsyncConnection) -> list[str]:
    return [row[0] for row in await fetch(connection, _TABLES)]


async def shape(connection: AsyncConnection, name: str) -> TableShape | None:
    if len(name.encode()) > MAX_BYTES or "\0" in name:
        return None
    columns = [_column(*row) for row in await fetch(connection, _COLUMNS, (name,))]
    if not columns:
        return None
    uniques = await fetch(connection, _UNIQUES, (name,))
    return TableShape(name, tuple(columns), frozenset(frozenset(row[0]) for row in uniques))


def _column(
    name: str, native: str, base: str, modifier: int, notnull: bool, default: bool, key: bool
) -> Column:
    return Column(
        name=name,
        type=_NEAREST.get(base, FieldType.STRING),
        native=native,
        nullable=not notnull,
        in_primary_key=key,
        has_default=default,
        limits=_limits(base, modifier),
    )


def _limits(base: str, modifier: int) -> Limits:
    if base in ("varchar", "bpchar") and modifier >= 4:
        return Limits(length=modifier - 4)
    if base == "numeric" and modifier >= 4:
        scale = ((modifier - 4) & 0x7FF ^ 1024) - 1024  # eleven bits, signed
        return Limits(digits=(modifier - 4 >> 16) & 0xFFFF, decimals=scale)
    if base in ("int2", "int4"):
        return Limits(bits=16 if base == "int2" else 32)
    return Limits(is_float=base in ("float4", "float8"), is_single=base == "float4")


def create_table(name: str, columns: Sequence[NewColumn]) -> str:
    lines = [_declaration(column) for column in columns]
    key = [quoted(column.name) for column in columns if column.primary_key]
    if key:
        lines.append(f"PRIMARY KEY ({', '.join(key)})")
    return _escaped(f"CREATE TABLE {quoted(name)} ({', '.join(lines)})")


def add_column(table: str, column: NewColumn) -> str:
    return _escaped(f"ALTER TABLE {quoted(table)} ADD COLUMN {_declaration(column)}")


def _declaration(column: NewColumn) -> str:
    return f"{quoted(column.name)} {_DECLARED[column.type]}"


async def prepare(connection: AsyncConnection, table: str) -> None:
    """One of our writers at a time per table; checks that could wait for the end happen at once."""
    await run(connection, "SET CONSTRAINTS ALL IMMEDIATE")
    await run(
        connection,
        "SELECT set_config('lock_timeout', %s, true), set_config('TimeZone', 'UTC', true), "
        "pg_advisory_xact_lock(%s, %s)",
        (f"{_LOCK_SECONDS}s", _LOCK_SPACE, zlib.crc32(table.encode()) >> 1),
    )


_LOCK_SPACE = 0x70617463  # "patc": our corner among a database's advisory locks


async def write(
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    rows: Sequence[Row],
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
    [(created, updated, unchanged)] = await fetch(connection, _bound(statement), (_json(rows),))
    return Written(created, updated, unchanged, len(rows) - created - updated - unchanged)


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
    [(rows,)] = await fetch(connection, _escaped(f"SELECT count(*) FROM {quoted(table)}"))
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
    return _escaped(statement).replace(_PARAMETER, "%s")


def _escaped(statement: str) -> str:
    return statement.replace("%", "%%")


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
