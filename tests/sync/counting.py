"""Counts the SQL statements of every database that a run touches, and has them explained."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncSession

BRACKETS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")  # around statements, or of a connection


class Statement(NamedTuple):
    text: str
    parameters: Any  # as the driver got them; many of them where it was an executemany


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """What any engine executes within the block; an executemany is one."""
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if not text.startswith(BRACKETS):
            found.append(Statement(text, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def plan(session: AsyncSession, statement: Statement) -> list[str]:
    """How the database answers it, a line for each step."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    prefix = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    connection = await session.connection()
    found = await connection.exec_driver_sql(f"{prefix} {statement.text}", statement.parameters)
    return [str(row[-1]) for row in found]
