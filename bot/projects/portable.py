"""Projects on databases for which we wrote no SQL of our own: SQLAlchemy writes it.

A batch goes into a temporary table whose columns are of the very types of the real ones, so that
"has it changed?" compares what would be stored with what is; then rows that are there and differ
are updated, and those that are not there are inserted.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Dialect as Sql
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects import portable_tables
from bot.projects.dialect import Row, Rows, Written
from bot.projects.portable_batch import merge_of, records, stage_of
from bot.projects.shape import NewColumn, TableShape, Target
from store.vocabulary import UpdateType

Objection = tuple[str | None, str]

_AT_ONCE = 500  # rows that the driver writes out before others have their turn

REFUSED = "the project’s table refuses it by one of its rules"


async def _no_preparation(connection: AsyncConnection, table: str) -> None:
    """A unique key keeps two writers of one table apart where no lock is known that could."""


def _any_objection(error: DBAPIError) -> Objection | None:
    return (None, REFUSED) if isinstance(error, IntegrityError | DataError) else None


@dataclass(frozen=True, slots=True)
class Ways:
    """What SQLAlchemy has no word for."""

    prepare: Callable[[AsyncConnection, str], Awaitable[None]] = _no_preparation
    objection: Callable[[DBAPIError], Objection | None] = _any_objection


class Portable:
    """The `Dialect` of such a database (bot/projects/dialect.py says what each function does)."""

    def __init__(self, sql: Sql, ways: Ways = Ways()) -> None:
        self._sql = sql
        self._ways = ways

    async def tables(self, connection: AsyncConnection) -> list[str]:
        return await connection.run_sync(portable_tables.tables)

    async def shape(self, connection: AsyncConnection, name: str) -> TableShape | None:
        return await connection.run_sync(portable_tables.shape, name)

    def create_table(self, name: str, columns: Sequence[NewColumn]) -> str:
        return portable_tables.create_table(self._sql, name, columns)

    def add_column(self, table: str, column: NewColumn) -> str:
        return portable_tables.add_column(self._sql, table, column)

    async def prepare(self, connection: AsyncConnection, table: str) -> None:
        await self._ways.prepare(connection, table)

    def packed(
        self,
        sql: Sql,
        table: TableShape,
        target: Target,
        rows: Rows,
        updates: frozenset[UpdateType],
        *,
        settled: bool,
    ) -> None:
        """There is no such form."""

    async def merge(
        self,
        connection: AsyncConnection,
        table: TableShape,
        target: Target,
        rows: Rows,
        updates: frozenset[UpdateType],
    ) -> Written | None:
        """No quicker way is known to all of them."""
        return None

    async def stage(
        self,
        connection: AsyncConnection,
        table: TableShape,
        columns: Sequence[str],
        rows: Sequence[Row],
    ) -> None:
        """Only makes the temporary table: `write` fills it, where a row that does not fit is one
        that is refused.
        """
        stage = stage_of(self._sql.name, table, tuple(columns))
        await connection.execute(stage.drop)
        await connection.execute(stage.create)

    async def write(
        self,
        connection: AsyncConnection,
        table: TableShape,
        target: Target,
        rows: Rows,
        part: range,
        updates: frozenset[UpdateType],
    ) -> Written:
        await self._put(connection, table, target.columns, rows, part)
        merge = merge_of(self._sql.name, table, target.columns, target.key)
        if len(part) > 1 and (await connection.execute(merge.ambiguous)).first():
            done = [
                await self.write(connection, table, target, rows, half, updates)
                for half in halves(part)
            ]
            return _sum(done)
        found = (await connection.execute(merge.found)).one()
        new, changed = len(part) - found.present, found.changed
        if changed and UpdateType.UPDATED in updates:
            await connection.execute(merge.update)
        if new and UpdateType.CREATED in updates:
            await connection.execute(merge.insert)
        created = new if UpdateType.CREATED in updates else 0
        updated = changed if UpdateType.UPDATED in updates else 0
        skipped = new - created + changed - updated
        return Written(created, updated, found.present - changed, skipped)

    async def delete(
        self, connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
    ) -> int:
        merge = merge_of(self._sql.name, table, key, key)
        gone = 0
        async for _ in self._parts(connection, table, key, keys):
            gone += (await connection.execute(merge.delete)).rowcount
        return gone

    async def present(
        self, connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
    ) -> set[int]:
        merge = merge_of(self._sql.name, table, key, key)
        found: set[int] = set()
        async for _ in self._parts(connection, table, key, keys):
            found.update(await connection.scalars(merge.present))
        return found

    async def count(self, connection: AsyncConnection, table: str) -> int:
        return int(await connection.scalar(portable_tables.rows(table)) or 0)

    def objection(self, error: DBAPIError) -> Objection | None:
        return self._ways.objection(error)

    async def _parts(
        self, connection: AsyncConnection, table: TableShape, key: tuple[str, ...], keys: list[Row]
    ) -> AsyncIterator[None]:
        """Puts the keys into the batch: all at once, or in parts around those that do not fit.

        A key that its column could not hold is in no row, so it is left out.
        """
        await self.stage(connection, table, key, keys)
        waiting = [range(len(keys))]
        while waiting:
            part = waiting.pop()
            try:
                async with connection.begin_nested():
                    await self._put(connection, table, key, keys, part)
            except DBAPIError as error:
                if self.objection(error) is None:
                    raise
                waiting += halves(part) if len(part) > 1 else []
                continue
            yield

    async def _put(
        self,
        connection: AsyncConnection,
        table: TableShape,
        columns: tuple[str, ...],
        rows: Sequence[Row],
        part: range,
    ) -> None:
        stage = stage_of(self._sql.name, table, columns)
        await connection.execute(stage.clear)
        for start in range(part.start, part.stop, _AT_ONCE):
            few = range(start, min(start + _AT_ONCE, part.stop))
            await connection.execute(stage.put, records(table, columns, rows, few))


def _sum(parts: Sequence[Written]) -> Written:
    return Written(
        sum(part.created for part in parts),
        sum(part.updated for part in parts),
        sum(part.unchanged for part in parts),
        sum(part.skipped for part in parts),
    )


def halves(part: range) -> list[range]:
    middle = len(part) // 2
    return [part[:middle], part[middle:]]
