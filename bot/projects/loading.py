"""A batch into a table: as a whole where it can be, halved around the rows that are refused."""

from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.dialect import Dialect, NotAsAWhole
from bot.projects.rows import Rows
from bot.projects.shape import Loaded, TableShape, Target
from store.vocabulary import UpdateType

_FEW = 8  # rows that are tried one by one: where one is refused, others are too


async def load(
    connection: AsyncConnection,
    rows: Rows,
    dialect: Dialect,
    table: TableShape,
    target: Target,
    updates: frozenset[UpdateType],
    *,
    whole: bool,
) -> Loaded:
    """One transaction's work. Raises DBAPIError where the database itself is in trouble.

    `whole`: tries the quickest way. Raises NotAsAWhole where that is none: the transaction is to
    be rolled back, and another one to go without. So the quickest way needs no savepoint.
    """
    await dialect.prepare(connection, table.name)
    places = last_of_each_key(target, rows)
    chosen = rows if len(places) == len(rows) else rows.chosen(places)
    if whole:
        try:
            merged = await dialect.merge(connection, table, target, chosen, updates)
        except DBAPIError as error:
            if dialect.objection(error) is None:
                raise
            raise NotAsAWhole from error
        if merged is not None:
            return Loaded(merged.created, merged.updated, merged.unchanged, merged.skipped)
    everything = range(len(chosen))
    waiting = [everything] if whole else list(reversed(_smaller(everything)))
    await dialect.stage(connection, table, target.columns, chosen)
    created = updated = unchanged = skipped = 0
    rejects: list[tuple[int, str | None, str]] = []
    while waiting:
        part = waiting.pop()
        try:
            async with connection.begin_nested():
                done = await dialect.write(connection, table, target, chosen, part, updates)
        except DBAPIError as error:
            objection = dialect.objection(error)
            if objection is None:
                raise
            if len(part) == 1:
                rejects.append((places[part.start], *objection))
            else:
                waiting += reversed(_smaller(part))  # the first is taken first
            continue
        created += done.created
        updated += done.updated
        unchanged += done.unchanged
        skipped += done.skipped
    return Loaded(created, updated, unchanged, skipped, rejects)


def _smaller(part: range) -> list[range]:
    """Two halves of many rows, each row of a few."""
    if len(part) <= _FEW:
        return [part[position : position + 1] for position in range(len(part))]
    middle = len(part) // 2
    return [part[:middle], part[middle:]]


def last_of_each_key(target: Target, rows: Rows) -> Sequence[int]:
    """The positions of the rows that count, in order: of equal keys the last one."""
    keys = rows.values(target.columns, target.key)
    if len(set(keys)) == len(keys):
        return range(len(rows))
    return sorted({key: place for place, key in enumerate(keys)}.values())
