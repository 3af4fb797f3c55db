"""One project's database: its tables, and rows into them. Errors are sentences for a member."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.computing import computed
from bot.errors import ProjectError, Refused
from bot.projects import loading
from bot.projects.dialect import Dialect, NotAsAWhole
from bot.projects.names import checked
from bot.projects.rows import Packed, Rows
from bot.projects.shape import Loaded, NewColumn, TableShape, Target
from bot.projects.troubles import project_error
from store.vocabulary import UpdateType

log = structlog.get_logger(__name__)


class ProjectDatabase:
    """Every method may raise ProjectError; each one is a transaction of its own."""

    def __init__(self, engine: AsyncEngine, dialect: Dialect, name: str) -> None:
        self.name = name  # the project's
        self._engine = engine
        self._dialect = dialect
        self._shapes: dict[str, TableShape] = {}  # as last looked at
        self._settled: set[str] = set()  # tables of which the last batch was all there

    async def tables(self) -> list[str]:
        """The names of its tables, sorted."""
        async with self._reading() as connection:
            return await self._dialect.tables(connection)

    async def table(self, name: str) -> TableShape:
        """The table as it is now. Raises ProjectError where it is not there."""
        async with self._reading() as connection:
            shape = await self._dialect.shape(connection, name)
        if shape is None:
            self._shapes.pop(name, None)
            raise _gone(f"The project “{self.name}” has no table “{name}” (any more).")
        self._shapes[name] = shape
        return shape

    async def create_table(self, name: str, columns: Sequence[NewColumn]) -> None:
        """Raises Refused for a name that no table or field can have."""
        name = checked(name, "table")
        kept = [NewColumn(checked(c.name, "field"), c.type, c.primary_key) for c in columns]
        if len({column.name.casefold() for column in kept}) < len(kept):
            raise Refused("Two fields of the new table have the same name. Rename one of them.")
        if not kept:
            raise Refused("A new table needs at least one field.")
        async with self._writing() as connection:
            if await self._dialect.shape(connection, name) is not None:
                raise _taken(f"The project “{self.name}” has a table “{name}” already.")
            await connection.exec_driver_sql(self._dialect.create_table(name, kept), ())
        log.info("project.table_created", table=name, columns=len(kept))

    async def add_column(self, table: str, column: NewColumn) -> None:
        """Adds an empty field to a table. Raises Refused for a name that no field can have."""
        column = NewColumn(checked(column.name, "field"), column.type)
        shape = await self.table(table)
        if any(other.name.casefold() == column.name.casefold() for other in shape.columns):
            raise _taken(f"The table “{table}” has a field “{column.name}” already.")
        async with self._writing() as connection:
            await self._dialect.prepare(connection, shape.name)
            await connection.exec_driver_sql(self._dialect.add_column(shape.name, column), ())
        self._shapes.pop(table, None)
        log.info("project.column_added", table=table, column=column.name)

    def packed(
        self,
        target: Target,
        rows: Rows,
        updates: frozenset[UpdateType],
        again: Callable[[], Rows],
    ) -> Rows:
        """The rows for `load`, without their values where it needs none; no look at the database.

        `again`: gives them once more.
        """
        table = self._shapes.get(target.table)
        if not rows or table is None or any(table.column(name) is None for name in target.columns):
            return rows
        settled = table.name in self._settled
        packed = self._dialect.packed(
            self._engine.dialect, table, target, rows, updates, settled=settled
        )
        return rows if packed is None else Packed(packed, rows, target, again)

    async def load(
        self, target: Target, rows: Sequence[tuple[Any, ...]], updates: frozenset[UpdateType]
    ) -> Loaded:
        """Brings the table's rows up to the batch, in one transaction.

        `updates`: what may be done: CREATED inserts, UPDATED updates. Rows that a rule of the
        table refuses come back as rejects and stop nobody.
        """
        if not rows:
            return Loaded()
        table = await self._known(target.table, target.columns)
        batch = Rows.of(rows)
        work = (self._dialect, table, target, updates)
        try:
            async with self._writing() as connection:
                loaded = await loading.load(connection, batch, *work, whole=True)
            self._note(table, is_settled=loaded.unchanged == len(batch))
            return loaded
        except NotAsAWhole:
            batch = await computed(batch.unpacked)
            async with self._writing() as connection:
                return await loading.load(connection, batch, *work, whole=False)

    def _note(self, table: TableShape, *, is_settled: bool) -> None:
        if is_settled:
            self._settled.add(table.name)
        else:
            self._settled.discard(table.name)

    async def delete(self, target: Target, keys: Sequence[tuple[Any, ...]]) -> int:
        """Removes the rows with these keys (values in the order of `target.key`); how many."""
        if not keys:
            return 0
        table = await self._known(target.table, target.key)
        async with self._writing() as connection:
            await self._dialect.prepare(connection, table.name)
            return await self._dialect.delete(
                connection, table, target.key, list(dict.fromkeys(keys))
            )

    async def present(
        self, target: Target, keys: Sequence[tuple[Any, ...]]
    ) -> set[tuple[Any, ...]]:
        """Which of these keys exist."""
        if not keys:
            return set()
        table = await self._known(target.table, target.key)
        distinct = list(dict.fromkeys(keys))
        async with self._reading() as connection:
            found = await self._dialect.present(connection, table, target.key, distinct)
        return {distinct[position] for position in found}

    async def count(self, table: str) -> int:
        async with self._reading() as connection:
            return await self._dialect.count(connection, table)

    async def _known(self, name: str, columns: Sequence[str]) -> TableShape:
        """The table as last looked at, which must have these columns."""
        shape = self._shapes.get(name) or await self.table(name)
        missing = [column for column in columns if shape.column(column) is None]
        if missing:
            self._shapes.pop(name, None)
            raise _gone(f"The table “{name}” has no field “{missing[0]}” (any more).")
        return shape

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._transaction(self._engine) as connection:
            yield connection

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        engine = self._engine.execution_options(sqlite_begin="IMMEDIATE")
        async with self._transaction(engine) as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        try:
            async with engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            self._shapes.clear()  # what we remember may be what is wrong
            told = project_error(error, self.name)
            state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
            log.warning("project.failed", code=told.code, sqlstate=state)
            raise told from None


def _gone(what: str) -> ProjectError:
    error = ProjectError(f"{what} Look at the mapping and choose anew.")
    error.code = "project_missing"
    return error


def _taken(what: str) -> ProjectError:
    error = ProjectError(f"{what} Choose another name, or use the one that is there.")
    error.code = "project_exists"
    return error
