"""Rows that the service says are gone: set aside until the end of a run, or until confirmed.

Those that a person kept are remembered, or the next run that reads of them would ask again.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import PendingDeletion
from store.rejects import BATCH


async def set_aside(
    session: AsyncSession, integration_id: int, transfer_id: int, record_keys: Collection[str]
) -> None:
    """Adds the keys; one that is there already stays."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    keys = list(record_keys)
    for start in range(0, len(keys), BATCH):
        rows = [
            {
                "integration_id": integration_id,
                "transfer_id": transfer_id,
                "record_key": key,
                "kept": False,
            }
            for key in keys[start : start + BATCH]
        ]
        await session.execute(insert(PendingDeletion).values(rows).on_conflict_do_nothing())


async def take_back(
    session: AsyncSession, integration_id: int, transfer_id: int, record_keys: Collection[str]
) -> None:
    """These are deleted by now, or are alive after all."""
    keys = list(record_keys)
    for start in range(0, len(keys), BATCH):
        await session.execute(
            delete(PendingDeletion).where(
                PendingDeletion.integration_id == integration_id,
                PendingDeletion.transfer_id == transfer_id,
                PendingDeletion.record_key.in_(keys[start : start + BATCH]),
            )
        )


async def any_of(session: AsyncSession, integration_id: int, transfer_id: int) -> bool:
    """Whether there are any, waiting or kept."""
    found = await session.scalar(
        select(PendingDeletion.record_key)
        .where(
            PendingDeletion.integration_id == integration_id,
            PendingDeletion.transfer_id == transfer_id,
        )
        .limit(1)
    )
    return found is not None


async def counts(session: AsyncSession, integration_id: int) -> dict[int, int]:
    """How many wait, by transfer; transfers without any are left out."""
    found = await session.execute(
        select(PendingDeletion.transfer_id, func.count())
        .where(PendingDeletion.integration_id == integration_id, PendingDeletion.kept.is_(False))
        .group_by(PendingDeletion.transfer_id)
    )
    return dict(found.all())


async def batch(session: AsyncSession, integration_id: int, transfer_id: int) -> Sequence[str]:
    """Some that wait; take them back when they are dealt with and ask again."""
    found = await session.scalars(
        select(PendingDeletion.record_key)
        .where(
            PendingDeletion.integration_id == integration_id,
            PendingDeletion.transfer_id == transfer_id,
            PendingDeletion.kept.is_(False),
        )
        .order_by(PendingDeletion.record_key)
        .limit(BATCH)
    )
    return found.all()


async def keep(session: AsyncSession, integration_id: int) -> int:
    """All rows that wait stay, until their records come back. Returns how many there were."""
    result = await session.execute(
        update(PendingDeletion)
        .where(PendingDeletion.integration_id == integration_id, PendingDeletion.kept.is_(False))
        .values(kept=True)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


async def keys(session: AsyncSession, integration_id: int, transfer_id: int) -> Sequence[str]:
    """Of all rows set aside, waiting or kept."""
    found = await session.scalars(
        select(PendingDeletion.record_key).where(
            PendingDeletion.integration_id == integration_id,
            PendingDeletion.transfer_id == transfer_id,
        )
    )
    return found.all()
