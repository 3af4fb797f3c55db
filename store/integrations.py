"""Integrations, with their types of updates and their recipients."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.engine import CursorResult
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


class Due(NamedTuple):
    """An integration whose time has come."""

    id: int
    cron: str
    timezone: str
    has_work: bool  # one of its transfers is active, with at least one type of update chosen


def due_query(now: datetime, most: int) -> Select[int, str, str, bool]:
    """Active integrations whose time has come, oldest first.

    It reads along the index of next times and looks the rest up for those few; a test has both
    databases explain how they answer it.
    """
    ticked = or_(
        IntegrationTransfer.created, IntegrationTransfer.updated, IntegrationTransfer.deleted
    )
    active = exists().where(
        Transfer.id == IntegrationTransfer.transfer_id, Transfer.state == TransferState.ACTIVE
    )
    has_work = exists().where(IntegrationTransfer.integration_id == Integration.id, ticked, active)
    return (
        select(Integration.id, Integration.cron, Integration.timezone, has_work)
        .where(
            Integration.next_run_at <= now,
            Integration.state == IntegrationState.ACTIVE,
            exists().where(
                Workspace.id == Integration.workspace_id, Workspace.uninstalled_at.is_(None)
            ),
        )
        .order_by(Integration.next_run_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=Integration)
    )


async def due(session: AsyncSession, now: datetime, most: int) -> list[Due]:
    """Locked until commit. What another process has locked is left out: several may ask at once."""
    return [Due._make(row) for row in await session.execute(due_query(now, most))]


async def move_next_times(session: AsyncSession, times: Mapping[int, datetime | None]) -> None:
    """Says of each integration when it runs next."""
    await session.execute(
        update(Integration), [{"id": id, "next_run_at": time} for id, time in times.items()]
    )


async def count_quiet_success(session: AsyncSession, integration_id: int, now: datetime) -> bool:
    """Writes when it last worked. False, and nothing is written, where more would have to be:
    it failed before, is not active any more, or has no next time.
    """
    result = await session.execute(
        update(Integration)
        .where(
            Integration.id == integration_id,
            Integration.state == IntegrationState.ACTIVE,
            Integration.failures_in_a_row == 0,
            Integration.failing_since.is_(None),
            Integration.next_run_at.is_not(None),
        )
        .values(last_success_at=now)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


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
