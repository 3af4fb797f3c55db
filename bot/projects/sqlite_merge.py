"""A whole batch into a SQLite table: upserts of many rows a statement, that touch what differs.

The driver lets other threads run while a statement does, and for each statement waits for its turn
again: many rows in one are faster for everybody.
"""

# ruff: noqa: S608 - names are quoted by `quoted`, values are parameters

import sqlite3
from functools import lru_cache
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.dialect import Written
from bot.projects.names import quoted
from bot.projects.shape import TableShape, Target
from store.sqlite_driver import Connection
from store.vocabulary import UpdateType

COUNTER = "patchbay_updated"  # a function of the connection: counts its calls

_MOST_VALUES = 32_766  # of one statement (https://www.sqlite.org/limits.html, number 9)
# Rows of one statement: as many as go by thousands, the rest by halves of that: few statements, and
# few different ones, since the driver keeps each that it has prepared.
_SIZES = tuple(1000 >> halvings for halvings in range(10))
_BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})


def can_merge(table: TableShape, target: Target, updates: frozenset[UpdateType]) -> bool:
    """Whether this way is open: where the key is unique, and all kinds of updates are wanted."""
    return updates >= _BOTH and frozenset(target.key) in table.uniques


async def merge(
    connection: AsyncConnection, table: TableShape, target: Target, values: list[Any]
) -> Written:
    """`values`: of one row after another, as SQLite keeps them. No two rows have the same key."""
    raw = await connection.get_raw_connection()
    counter: Counter = raw.info[COUNTER]
    width = len(target.columns)
    rows = len(values) // width
    before, start = counter.calls, 0
    pieces: list[tuple[str, list[list[Any]]]] = []
    for size in _SIZES:
        if size * width > _MOST_VALUES:
            continue
        stop = rows - (rows - start) % size
        if stop > start:
            groups = [values[at * width : (at + size) * width] for at in range(start, stop, size)]
            pieces.append((_statement(table, target, size), groups))
        start = stop
    touched = await _run(raw.driver_connection, pieces)
    updated = counter.calls - before
    return Written(touched - updated, updated, rows - touched, 0)


async def _run(driver: Any, pieces: list[tuple[str, list[list[Any]]]]) -> int:
    """How many rows they touched. All in one way to the driver's thread and back."""
    assert isinstance(driver, Connection)

    def work(database: sqlite3.Connection) -> int:
        return sum(database.executemany(*piece).rowcount for piece in pieces)

    try:
        return await driver.done(work) if pieces else 0
    except sqlite3.Error as error:
        raise DBAPIError.instance("INSERT", None, error, sqlite3.Error, True) from error


@lru_cache(maxsize=64)
def _statement(table: TableShape, target: Target, rows: int) -> str:
    names = ", ".join(quoted(name) for name in target.columns)
    marks = ", ".join(["(" + ", ".join("?" * len(target.columns)) + ")"] * rows)
    key = ", ".join(quoted(name) for name in target.key)
    others = [quoted(name) for name in target.columns if name not in target.key]
    start = (
        f"INSERT INTO main.{quoted(table.name)} AS t ({names}) VALUES {marks} ON CONFLICT ({key})"
    )
    if not others:
        return f"{start} DO NOTHING"
    sets = ", ".join(f"{name} = excluded.{name}" for name in others)
    # the table's collation must not hide a change of case
    differs = " OR ".join(f"t.{name} IS NOT excluded.{name} COLLATE BINARY" for name in others)
    return f"{start} DO UPDATE SET {sets} WHERE CASE WHEN {differs} THEN {COUNTER}() ELSE 0 END"


class Counter:
    """How many rows of a connection were updated."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        return self.calls


def add_counter(connection: Any, info: dict[Any, Any]) -> None:
    """Gives the connection its counter. `info`: where the pool keeps what is known of it."""
    info[COUNTER] = Counter()
    connection.create_function(COUNTER, 0, info[COUNTER])
