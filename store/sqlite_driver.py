"""SQLite's driver for SQLAlchemy, with one way to its thread and back for each statement.

aiosqlite goes there four times: to make a cursor, to execute, to fetch the rows, and to close it;
and once more to begin a transaction, and to end it, also where there is none. Here the first
statement takes BEGIN along, and nobody waits for the end of a transaction that only reads. Beside
a sync that computes, each way costs milliseconds, and a transaction holds SQLite's only write lock
for as long as all of its ways take.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

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
    _begin: str | None = None  # what the next statement takes along
    _is_reading = False
    _is_settled = False  # surely without a transaction

    def cursor(self) -> Any:
        return Cursor(self)

    def begins(self, mode: str) -> None:
        """A transaction begins with the next statement. `mode`: DEFERRED (for reading), IMMEDIATE.

        https://www.sqlite.org/lang_transaction.html
        """
        self._begin = f"BEGIN {mode}"
        self._is_reading = mode == "DEFERRED"

    async def done(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """What `work` returns, of the driver's thread and in one go."""
        begin, self._begin = self._begin, None
        self._is_settled = False

        def whole() -> tuple[Result, bool]:
            if begin is not None:
                self._conn.execute(begin)
            return work(self._conn), self._conn.in_transaction

        found: tuple[Result, bool] = await self._execute(whole)  # type: ignore[no-untyped-call]
        result, is_open = found
        self._is_settled = not is_open
        return result

    async def carried_out(self, execute: Execute) -> Done:
        def work(database: sqlite3.Connection) -> Done:
            with closing(database.cursor()) as cursor:
                execute(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid

        return await self.done(work)

    async def commit(self) -> None:
        if self._has_ended():
            return
        await super().commit()
        self._is_settled = True

    async def rollback(self) -> None:
        if self._has_ended():
            return
        if self._is_reading:
            self._tx.put_nowait((None, self._conn.rollback))  # before whatever comes next
        else:  # others may write from here on
            await super().rollback()
        self._is_settled = True

    def _has_ended(self) -> bool:
        """Whether there is nothing to end: nothing was begun, or no more than announced."""
        announced, self._begin = self._begin is not None, None
        return announced or self._is_settled


def connect(database: str, **settings: Any) -> Connection:
    """What `create_async_engine` takes as `async_creator_fn`; `settings`: sqlite3's."""
    made = Connection(lambda: sqlite3.connect(database, **settings), iter_chunk_size=64)
    made._thread.daemon = True  # nobody waits for it where a process ends
    return made


def open_engine(url: URL, *, timeout: float = 30, **settings: Any) -> AsyncEngine:
    """Transactions of this engine begin as its option `sqlite_begin` says (DEFERRED, IMMEDIATE).

    A reader that turns writer half-way is refused at once, without waiting: so writers say so
    first. The driver's own BEGIN would come too late for SELECT, so it is switched off:
    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes-with-the-sqlite3-or-aiosqlite-driver

    `timeout`: seconds that a statement waits for another connection's lock; `settings`: of
    `create_async_engine`.
    """
    driver = {"timeout": timeout, "async_creator_fn": connect}
    engine = create_async_engine(url, connect_args=driver, **settings)

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.connection.driver_connection.begins(mode)

    return engine
