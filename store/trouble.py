"""What went wrong lately with an integration: its last runs, their errors, its rejects' reasons."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Integration, IntegrationTransfer, Reject, Run, Source
from store.vocabulary import IntegrationState, RunState, Trigger

# Runs that mend something; they say nothing about how the service fares.
REPAIRS = (Trigger.RETRY, Trigger.CONFIRMED_DELETION)


async def last_runs(
    session: AsyncSession, integration_id: int, count: int, since: datetime | None
) -> Sequence[Run]:
    """Finished syncs, newest first; none queued before `since` (the activation)."""
    wanted = select(Run).where(
        Run.integration_id == integration_id,
        Run.state.in_((RunState.SUCCEEDED, RunState.FAILED)),
        Run.trigger.not_in(REPAIRS),
    )
    if since is not None:
        wanted = wanted.where(Run.finished_at >= since)
    found = await session.scalars(wanted.order_by(Run.id.desc()).limit(count))
    return found.all()


async def run_errors(
    session: AsyncSession, integration_id: int, since: datetime
) -> list[tuple[str, int]]:
    """Sentences that failed runs ended with since then, and how often."""
    times = func.count()
    found = await session.execute(
        select(Run.error, times)
        .where(
            Run.integration_id == integration_id,
            Run.state == RunState.FAILED,
            Run.error.is_not(None),
            Run.finished_at >= since,
        )
        .group_by(Run.error)
        .order_by(times.desc(), Run.error)
    )
    return [(reason or "", count) for reason, count in found]


async def reject_reasons(
    session: AsyncSession, integration_id: int, run_ids: Collection[int], limit: int
) -> list[tuple[str, int]]:
    """Reasons of the records that these runs rejected, and how many records each."""
    times = func.count()
    found = await session.execute(
        select(Reject.reason, times)
        .where(Reject.integration_id == integration_id, Reject.run_id.in_(run_ids))
        .group_by(Reject.reason)
        .order_by(times.desc(), Reject.reason)
        .limit(limit)
    )
    return [(reason, count) for reason, count in found]


async def source_of(session: AsyncSession, integration: Integration) -> Source:
    return await session.get_one(Source, integration.source_id)


async def active_with_authorization(
    session: AsyncSession, workspace_id: str, authorization_id: int
) -> Sequence[Integration]:
    """Active integrations that use the authorization, locked, by name."""
    found = await session.scalars(
        select(Integration)
        .join(Source, Source.id == Integration.source_id)
        .where(
            Integration.workspace_id == workspace_id,
            Integration.state == IntegrationState.ACTIVE,
            Source.authorization_id == authorization_id,
        )
        .order_by(Integration.id)
        .with_for_update(of=Integration)
    )
    return found.all()


async def with_state(
    session: AsyncSession, workspace_id: str, authorization_id: int, state: IntegrationState
) -> Sequence[Integration]:
    """Integrations in that state that use the authorization."""
    found = await session.scalars(
        select(Integration)
        .join(Source, Source.id == Integration.source_id)
        .where(
            Integration.workspace_id == workspace_id,
            Integration.state == state,
            Source.authorization_id == authorization_id,
        )
        .order_by(Integration.id)
    )
    return found.all()


async def active_with_transfer(
    session: AsyncSession, workspace_id: str, transfer_id: int
) -> Sequence[Integration]:
    """Active integrations that sync the transfer."""
    found = await session.scalars(
        select(Integration)
        .join(IntegrationTransfer, IntegrationTransfer.integration_id == Integration.id)
        .where(
            Integration.workspace_id == workspace_id,
            Integration.state == IntegrationState.ACTIVE,
            IntegrationTransfer.transfer_id == transfer_id,
        )
        .order_by(Integration.id)
    )
    return found.all()
