"""A whole batch into a SQLite table: upserts of many rows a statement, that touch what differs.

The driver lets other threads run while a statement does, and for each statement waits for its turn
again: many rows in one are faster for everybody.
"""

# ruff: noqa: S608 - names are quoted by `quoted`, values are parameters

import asyncio
from functools import lru_cache
from itertools import chain, count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.dialect import Rows, Written
from bot.projects.names import quoted
from bot.projects.shape import TableShape, Target
from bot.projects.statements import fetch, run
from store.vocabulary import UpdateType

COUNTER = "patchbay_updated"  # a function of the connection: counts its calls

_MOST_VALUES = 32_766  # of one statement (https://www.sqlite.org/limits.html, number 9)
_MOST_ROWS = 250
_BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})


def can_merge(table: TableShape, target: Target, updates: frozenset[UpdateType]) -> bool:
    """Whether this way is open: where the key is unique, and all kinds of updates are wanted."""
    return updates >= _BOTH and frozenset(target.key) in table.uniques


async def merge(
    connection: AsyncConnection, table: TableShape, target: Target, rows: Rows
) -> Written:
    """No two rows have the same key; values as SQLite keeps them."""
    size = max(1, min(_MOST_ROWS, _MOST_VALUES // len(target.columns), len(rows)))
    groups = []
    for start in range(0, len(rows), size):
        groups.append(tuple(chain.from_iterable(rows[start : start + size])))
        await asyncio.sleep(0)
    rest = groups.pop() if len(rows) % size else ()
    before = await _calls(connection)
    touched = await run(connection, _statement(table, target, size), groups) if groups else 0
    if rest:
        touched += await run(connection, _statement(table, target, len(rows) % size), rest)
    updated = await _calls(connection) - before - 1
    return Written(touched - updated, updated, len(rows) - touched, 0)


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


async def _calls(connection: AsyncConnection) -> int:
    [(calls,)] = await fetch(connection, f"SELECT {COUNTER}()")
    return int(calls)


def add_counter(connection: Any) -> None:
    """Gives the connection its counter of updated rows: 1, 2, 3…"""
    connection.create_function(COUNTER, 0, count(1).__next__)
