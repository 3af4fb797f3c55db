"""What went wrong with an integration: rejected records by reason, and failed syncs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.setup import integrations
from bot.setup.actor import Actor
from bot.setup.wanted import offers
from bot.sync.rejected import RejectGroup, grouped
from store.models import Run
from store.vocabulary import RunState

PER_PAGE = 10
FAILED_RUNS = 5


@dataclass(frozen=True, slots=True)
class RejectLine:
    """Records that were rejected for one reason."""

    transfer_id: int
    data_type: str  # its name
    reason: str
    digest: str  # stands for the reason in a button, whatever its length
    count: int
    sample_key: str
    sample: str  # the record's JSON


@dataclass(frozen=True, slots=True)
class FailedRun:
    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Errors:
    integration_id: int
    name: str
    lines: tuple[RejectLine, ...]
    records: int  # rejected, all reasons together
    groups: int  # how many reasons there are
    first: int  # how many come before these lines
    failed: tuple[FailedRun, ...]
    may_edit: bool


async def load_errors(
    session: AsyncSession, engine: Engine, actor: Actor, integration_id: int, first: int = 0
) -> Errors:
    """Raises NotFound."""
    integration = await integrations.get(session, actor.workspace_id, integration_id)
    groups = await grouped(session, actor.workspace_id, integration_id)
    first = first if first < len(groups) else 0
    offered = await offers(session, engine, actor.workspace_id, integration.source_id)
    names = {offer.transfer_id: offer.name for offer in offered}
    failed = await session.scalars(
        select(Run)
        .where(Run.integration_id == integration_id, Run.state == RunState.FAILED)
        .order_by(Run.id.desc())
        .limit(FAILED_RUNS)
    )
    return Errors(
        integration_id=integration_id,
        name=integration.name,
        lines=tuple(
            RejectLine(
                transfer_id=group.transfer_id,
                data_type=names.get(group.transfer_id, group.data_type),
                reason=group.reason,
                digest=digest_of(group.reason),
                count=group.count,
                sample_key=group.sample_key,
                sample=group.sample_payload,
            )
            for group in groups[first : first + PER_PAGE]
        ),
        records=sum(group.count for group in groups),
        groups=len(groups),
        first=first,
        failed=tuple(
            FailedRun(run.finished_at or run.queued_at, run.error or "It failed.") for run in failed
        ),
        may_edit=actor.may_edit(integration.created_by),
    )


async def find_group(
    session: AsyncSession, workspace_id: str, integration_id: int, transfer_id: int, digest: str
) -> RejectGroup | None:
    for group in await grouped(session, workspace_id, integration_id):
        if group.transfer_id == transfer_id and digest_of(group.reason) == digest:
            return group
    return None


def digest_of(reason: str) -> str:
    return hashlib.sha256(reason.encode()).hexdigest()[:16]
