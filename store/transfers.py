"""Transfers with their mapping pairs, and who uses them."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from store.models import Integration, IntegrationTransfer, Run, Source, Transfer
from store.vocabulary import IntegrationState, RunState


async def get(
    session: AsyncSession, workspace_id: str, transfer_id: int, *, lock: bool = False
) -> Transfer | None:
    """The transfer with its pairs. `lock` keeps others from changing it until the end."""
    query = (
        select(Transfer)
        .where(Transfer.workspace_id == workspace_id, Transfer.id == transfer_id)
        .options(selectinload(Transfer.pairs))
    )
    if lock:
        query = query.with_for_update()
    return (await session.scalars(query)).one_or_none()


async def source_of(session: AsyncSession, transfer: Transfer) -> Source:
    return await session.get_one(Source, transfer.source_id)


async def get_source(
    session: AsyncSession, workspace_id: str, source_id: int, *, lock: bool = False
) -> Source | None:
    source = await session.get(Source, source_id, with_for_update=lock or None)
    return source if source is not None and source.workspace_id == workspace_id else None


async def of_source(session: AsyncSession, workspace_id: str, source_id: int) -> Sequence[Transfer]:
    """The source's transfers with their pairs, in the order they were added."""
    found = await session.scalars(
        select(Transfer)
        .where(Transfer.workspace_id == workspace_id, Transfer.source_id == source_id)
        .options(selectinload(Transfer.pairs))
        .order_by(Transfer.id)
    )
    return found.all()


async def integrations_of(session: AsyncSession, transfer: Transfer) -> Sequence[Integration]:
    """The integrations that sync this transfer, by name."""
    found = await session.scalars(
        select(Integration)
        .join(IntegrationTransfer, IntegrationTransfer.integration_id == Integration.id)
        .where(
            Integration.workspace_id == transfer.workspace_id,
            IntegrationTransfer.transfer_id == transfer.id,
        )
        .order_by(Integration.name)
    )
    return found.all()


async def busy_integration(session: AsyncSession, transfer: Transfer) -> str | None:
    """The name of an integration that is active with this transfer, or syncing right now."""
    syncing = select(Run.integration_id).where(
        Run.integration_id == Integration.id,
        Run.state.in_([RunState.QUEUED, RunState.RUNNING]),
    )
    return (
        await session.scalars(
            select(Integration.name)
            .join(IntegrationTransfer, IntegrationTransfer.integration_id == Integration.id)
            .where(
                Integration.workspace_id == transfer.workspace_id,
                IntegrationTransfer.transfer_id == transfer.id,
                (Integration.state == IntegrationState.ACTIVE) | syncing.exists(),
            )
            .order_by(Integration.name)
            .limit(1)
        )
    ).first()


async def read_from_the_start(session: AsyncSession, transfer: Transfer) -> None:
    """Forgets how far it was read, so that the next sync fills what is newly mapped."""
    await session.execute(
        update(IntegrationTransfer)
        .where(IntegrationTransfer.transfer_id == transfer.id)
        .values(cursor=None)
    )


async def count_by_project(session: AsyncSession, workspace_id: str) -> dict[int, int]:
    """How many transfers go to each project (none: not in the answer)."""
    found = await session.execute(
        select(Transfer.project_id, func.count())
        .where(Transfer.workspace_id == workspace_id)
        .group_by(Transfer.project_id)
    )
    return {row[0]: row[1] for row in found}
