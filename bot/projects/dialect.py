"""The one shape behind which each kind of database keeps its own SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.engine import Dialect as Sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.rows import Row, Rows
from bot.projects.shape import NewColumn, TableShape, Target
from store.vocabulary import UpdateType

__all__ = ["Dialect", "NotAsAWhole", "Row", "Rows", "Sql", "Written"]


class NotAsAWhole(Exception):
    """The rows cannot be merged all at once."""


@dataclass(frozen=True, slots=True)
class Written:
    created: int
    updated: int
    unchanged: int
    skipped: int


class Dialect(Protocol):
    """Implemented by the modules `postgresql` and `sqlite`, and by `portable.Portable`.

    Every function works in the transaction of the connection it is given and lets the driver's
    errors through.
    """

    async def tables(self, connection: AsyncConnection) -> list[str]: ...

    async def shape(self, connection: AsyncConnection, name: str) -> TableShape | None: ...

    def create_table(self, name: str, columns: Sequence[NewColumn]) -> str: ...

    def add_column(self, table: str, column: NewColumn) -> str: ...

    async def prepare(self, connection: AsyncConnection, table: str) -> None:
        """What a transaction that writes to `table` begins with."""

    def packed(
        self,
        sql: Sql,
        table: TableShape,
        target: Target,
        rows: Rows,
        updates: frozenset[UpdateType],
        *,
        settled: bool,
    ) -> Sequence[Any] | None:
        """The rows as `merge` takes them, of any length; None: as they are.

        `settled`: the rows before these were all there, and as they are.
        """

    async def merge(
        self,
        connection: AsyncConnection,
        table: TableShape,
        target: Target,
        rows: Rows,
        updates: frozenset[UpdateType],
    ) -> Written | None:
        """All rows at once, or an error; None where there is no quicker way than `write`.

        Raises NotAsAWhole where that turns out too late.
        """

    async def stage(
        self,
        connection: AsyncConnection,
        table: TableShape,
        columns: Sequence[str],
        rows: Rows,
    ) -> None:
        """Puts rows where `write` finds them, if it needs that. Breaks no rule of the table."""

    async def write(
        self,
        connection: AsyncConnection,
        table: TableShape,
        target: Target,
        rows: Rows,
        part: range,
        updates: frozenset[UpdateType],
    ) -> Written:
        """Of the staged rows those in `part`: all or an error. No two have the same key."""

    async def delete(
        self, connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
    ) -> int: ...

    async def present(
        self, connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
    ) -> set[int]:
        """The positions in `keys` of those that exist."""

    async def count(self, connection: AsyncConnection, table: str) -> int: ...

    def objection(self, error: DBAPIError) -> tuple[str | None, str] | None:
        """(project field, reason) where the error is about a row; None: about the database."""
