"""A batch into a table: as a whole where it can be, halved around the rows that are refused."""

from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.dialect import Dialect, Row
from bot.projects.shape import Loaded, TableShape, Target
from store.vocabulary import UpdateType


async def load(
    dialect: Dialect,
    connection: AsyncConnection,
    table: TableShape,
    target: Target,
    rows: Sequence[Row],
    updates: frozenset[UpdateType],
) -> Loaded:
    """One transaction's work. Raises DBAPIError where the database itself is in trouble."""
    await dialect.prepare(connection, table.name)
    created = updated = unchanged = skipped = 0
    rejects: list[tuple[int, str | None, str]] = []
    waiting = [last_of_each_key(target, rows)]
    while waiting:
        part = waiting.pop()
        if not part:
            continue
        try:
            async with connection.begin_nested():
                done = await dialect.write(
                    connection, table, target, [rows[index] for index in part], updates
                )
        except DBAPIError as error:
            objection = dialect.objection(error)
            if objection is None:
                raise
            if len(part) == 1:
                rejects.append((part[0], *objection))
                continue
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]  # the first half is taken first
            continue
        created += done.created
        updated += done.updated
        unchanged += done.unchanged
        skipped += done.skipped
    return Loaded(created, updated, unchanged, skipped, sorted(rejects, key=lambda it: it[0]))


def last_of_each_key(target: Target, rows: Sequence[Row]) -> list[int]:
    """The positions of the rows that count, in order: of equal keys the last one."""
    places = [target.columns.index(name) for name in target.key]
    last: dict[Row, int] = {}
    for index, row in enumerate(rows):
        last[tuple(row[place] for place in places)] = index
    return sorted(last.values())
