"""A whole batch into a PostgreSQL table: by COPY into a temporary one, and one MERGE from there.

MERGE writes no row that stays as it is, and since version 17 says what it did with each.
https://www.postgresql.org/docs/17/sql-merge.html
"""

# ruff: noqa: S608 - names are quoted by `quoted`

import re
from collections.abc import Sequence

import msgspec
import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.courtesy import answered
from bot.projects.dialect import NotAsAWhole, Rows, Sql, Written
from bot.projects.names import quoted
from bot.projects.shape import Column, TableShape, Target
from bot.projects.statements import escaped, fetch, run
from store.vocabulary import UpdateType

SINCE = (17,)
_AT_ONCE = 500  # rows of one piece, which is as much as stays near the processor
_WRITTEN = 128 * 1024  # bytes sent between two turns of the loop
FEW = 20  # rows for which the way by a temporary table is the longer one

_BATCH = '"patchbay: the batch"'  # no table of anybody's is called that
# Each of some thousand rows is found by the key's index, however large the table is: to read all
# of it for each batch looks cheaper to the planner than it is. Where the keys are numbers that
# follow each other closely, a walk along the index finds all of them together, in half of the time.
_BY_KEY = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
_BY_RANGE = "SET LOCAL enable_mergejoin = off"
_CLOSELY = 4  # numbers in the range for each key, at most
_WHOLE = {"smallint", "integer", "bigint"}
_NOT_ALLOWED = {"42501", "0A000"}  # insufficient privilege, feature not supported
_BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})
_encoder = msgspec.json.Encoder()
_LINE_END = msgspec.Raw(b"\n")
# JSON's escapes; the first two are COPY's as well.
_ESCAPE = re.compile(rb'\\(?:(["\\])|u00([0-9a-f]{2})|([bfnrt]))')
_CONTROL = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def can_merge(
    sql: Sql,
    table: TableShape,
    target: Target,
    rows: Rows,
    updates: frozenset[UpdateType],
) -> bool:
    """Whether this way is open: where the key is unique, and all kinds of updates are wanted."""
    version = sql.server_version_info or ()
    return (
        len(rows) > FEW
        and version >= SINCE
        and updates >= _BOTH
        and frozenset(target.key) in table.uniques
    )


async def merge(
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    columns: Sequence[Column],
    rows: Rows,
    differs: str,
) -> Written:
    """No two rows have the same key. `differs`: whether a row of t is unlike the batch's (b).

    Raises DBAPIError, for values that do not fit as for rules of the table, and NotAsAWhole where
    this user may make no temporary table, or the table has rewrite rules.
    """
    types = ", ".join(f"c{place} {column.native}" for place, column in enumerate(columns))
    create = f'CREATE TEMPORARY TABLE {_BATCH} (a "char", {types}, z "char") ON COMMIT DROP'
    within = _range(target, columns, rows)
    statement = _statement(table, target, differs, within)
    try:
        await run(connection, escaped(f"{_BY_RANGE if within else _BY_KEY}; {create}"))
        await _copy(connection, rows)
        [(created, updated)] = await fetch(connection, escaped(statement))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _NOT_ALLOWED:
            raise NotAsAWhole from error
        raise
    return Written(created, updated, len(rows) - created - updated, 0)


def _range(target: Target, columns: Sequence[Column], rows: Rows) -> str:
    """A condition on t that all the batch's keys meet, and few others; "" where there is none."""
    if len(target.key) > 1:
        return ""
    native = columns[target.columns.index(target.key[0])].native
    keys = rows.values(target.columns, target.key)
    if native not in _WHOLE:
        return ""
    low, high = min(keys), max(keys)
    if high - low >= _CLOSELY * len(keys):
        return ""
    # Numbers that the planner sees would let it take old statistics for the truth, and a range
    # for empty that is not.
    limits = f"(SELECT '{low}'::{native}) AND (SELECT '{high}'::{native})"
    return f" AND t.{quoted(target.key[0])} BETWEEN {limits}"


def _statement(table: TableShape, target: Target, differs: str, within: str) -> str:
    place = {name: f"b.c{position}" for position, name in enumerate(target.columns)}
    same_key = " AND ".join(f"t.{quoted(name)} = {place[name]}" for name in target.key)
    sets = ", ".join(
        f"{quoted(name)} = {place[name]}" for name in target.columns if name not in target.key
    )
    names = ", ".join(quoted(name) for name in target.columns)
    matched = f"WHEN MATCHED AND ({differs}) THEN UPDATE SET {sets}" if sets else ""
    return f"""WITH done AS (
        MERGE INTO {quoted(table.name)} t USING {_BATCH} b ON {same_key}{within} {matched}
        WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({", ".join(place.values())})
        RETURNING merge_action() AS action)
        SELECT count(*) FILTER (WHERE action = 'INSERT'),
            count(*) FILTER (WHERE action = 'UPDATE') FROM done"""


async def _copy(connection: AsyncConnection, rows: Rows) -> None:
    statement = (
        f"COPY pg_temp.{_BATCH} FROM STDIN "
        "WITH (FORMAT csv, NULL 'null', ESCAPE '\\', ENCODING 'UTF8')"
    )
    text = b"".join([await _lines(part) for part in rows.parts])
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    try:
        async with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(0, len(text), _WRITTEN):
                await answered()
                await copy.write(text[start : start + _WRITTEN])
    except psycopg.Error as error:
        raise DBAPIError(statement, None, error) from error


async def _lines(rows: Rows) -> bytes:
    if rows.packed is None:
        await answered()
    return b"".join(packed(rows) if rows.packed is None else rows.packed)


def packed(rows: Rows) -> list[bytes]:
    return [copied(rows, slice(at, at + _AT_ONCE)) for at in range(0, len(rows), _AT_ONCE)]


def copied(rows: Rows, part: slice) -> bytes:
    """Some rows as COPY reads them: each with an empty value before it, and one after it.

    They are one JSON array, which is CSV but for the escapes, and written many times faster than
    Python could. The ends of lines are values of it, so that each has a comma on both sides.
    """
    lines = _encoder.encode(rows.strung(part, _LINE_END))[2:-1] + b",\n"  # without [\n and ]
    if b"\\" in lines and b"\\" in lines.replace(b"\\\\", b"").replace(b'\\"', b""):
        lines = _ESCAPE.sub(_unescaped, lines)
    return lines


def _unescaped(found: re.Match[bytes]) -> bytes:
    quoted_, code, letter = found.groups()
    if quoted_:
        return found[0]
    return bytes.fromhex(code.decode()) if code else _CONTROL[letter]
