"""Integrations, with their types of updates and their recipients."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from store.models import Integration, IntegrationTransfer, Transfer, Workspace
from store.vocabulary import IntegrationState, TransferState

_WHOLE = (selectinload(Integration.updates), selectinload(Integration.recipients))


async def get(
    session: AsyncSession, workspace_id: str, integration_id: int, *, lock: bool = False
) -> Integration | None:
    """The integration with its updates and recipients; `lock` holds others off until commit."""
    query = (
        select(Integration)
        .where(Integration.workspace_id == workspace_id, Integration.id == integration_id)
        .options(*_WHOLE)
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update()
    return (await session.scalars(query)).one_or_none()


async def listed(session: AsyncSession, workspace_id: str) -> Sequence[Integration]:
    """All of the workspace's, by name, with their updates and recipients."""
    found = await session.scalars(
        select(Integration)
        .where(Integration.workspace_id == workspace_id)
        .order_by(Integration.name_key)
        .options(*_WHOLE)
    )
    return found.all()


async def due(session: AsyncSession, now: datetime, limit: int = 100) -> Sequence[Integration]:
    """Active integrations whose time has come, oldest first, locked until commit.

    What another process has locked is left out, so several may ask at once.
    """
    found = await session.scalars(
        select(Integration)
        .join(Workspace, Workspace.id == Integration.workspace_id)
        .where(
            Integration.state == IntegrationState.ACTIVE,
            Integration.next_run_at <= now,
            Workspace.uninstalled_at.is_(None),
        )
        .order_by(Integration.next_run_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Integration)
    )
    return found.all()


async def has_work(session: AsyncSession, integration_id: int) -> bool:
    """Whether one of its transfers is active with at least one type of update chosen."""
    wanted = or_(
        IntegrationTransfer.created, IntegrationTransfer.updated, IntegrationTransfer.deleted
    )
    return bool(
        await session.scalar(
            select(
                exists()
                .where(IntegrationTransfer.integration_id == integration_id, wanted)
                .where(Transfer.id == IntegrationTransfer.transfer_id)
                .where(Transfer.state == TransferState.ACTIVE)
            )
        )
    )


async def move_cursor(
    session: AsyncSession, integration_id: int, transfer_id: int, cursor: str
) -> None:
    """The transfer was read to its end: the next sync reads from `cursor` on."""
    await session.execute(
        update(IntegrationTransfer)
        .where(
            IntegrationTransfer.integration_id == integration_id,
            IntegrationTransfer.transfer_id == transfer_id,
        )
        .values(cursor=cursor)
    )
