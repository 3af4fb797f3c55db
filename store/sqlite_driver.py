"""SQLite's driver for SQLAlchemy, with one way to its thread and back for each statement.

aiosqlite goes there four times: to make a cursor, to execute, to fetch the rows, and to close it.
Beside a sync that computes, each way costs milliseconds, and a transaction holds SQLite's only
write lock for as long as all of its ways take.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, TypeVar

import aiosqlite

Result = TypeVar("Result")
Execute = Callable[[sqlite3.Cursor], Any]
Done = tuple[list[Any], Any, int, int | None]  # rows; description, rowcount, lastrowid


class Cursor:
    """As SQLAlchemy's adapter wants it. All of sqlite3's cursor happens in one call."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> "Cursor":
        await self._whole(lambda cursor: cursor.execute(statement, parameters))
        return self

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> "Cursor":
        await self._whole(lambda cursor: cursor.executemany(statement, parameters))
        return self

    async def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        count = size or self.arraysize
        found, self._rows = self._rows[:count], self._rows[count:]
        return found

    async def fetchall(self) -> list[Any]:
        found, self._rows = self._rows, []
        return found

    async def close(self) -> None:
        self._rows = []

    async def _whole(self, execute: Execute) -> None:
        done = await self._connection.carried_out(execute)
        self._rows, self.description, self.rowcount, self.lastrowid = done


class Connection(aiosqlite.Connection):
    def cursor(self) -> Any:
        return Cursor(self)

    async def done(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """What `work` returns, of the driver's thread and in one go."""
        found: Result = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return found

    async def carried_out(self, execute: Execute) -> Done:
        def work() -> Done:
            with closing(self._conn.cursor()) as cursor:
                execute(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid

        done: Done = await self._execute(work)  # type: ignore[no-untyped-call]
        return done


def connect(database: str, **settings: Any) -> Connection:
    """What `create_async_engine` takes as `async_creator_fn`; `settings`: sqlite3's."""
    made = Connection(lambda: sqlite3.connect(database, **settings), iter_chunk_size=64)
    made._thread.daemon = True  # nobody waits for it where a process ends
    return made
