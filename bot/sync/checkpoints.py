"""How far a run got, written with every batch in one short transaction."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.sync.interruptions import Lost
from bot.sync.job import Job, Position
from store import integrations, pending_deletions, rejects, runs
from store.models import Integration
from store.rejects import Rejected
from store.vocabulary import IntegrationState


@dataclass(frozen=True, slots=True)
class Tally:
    """Records by what became of them."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A batch that is in the project's table by now, and what to remember of it."""

    position: Position
    tally: Tally
    rejected: Sequence[Rejected] = ()
    recovered: Collection[str] = field(default=())  # keys of records that may have been rejects
    gone: Collection[str] = field(default=())  # keys to delete at the end
    alive: Collection[str] = field(default=())  # keys that may have waited for deletion


async def write(
    session: AsyncSession, job: Job, transfer_id: int, step: Step, now: datetime
) -> bool:
    """Returns whether to go on: False where the integration was paused meanwhile.

    Raises Lost where the run is not this worker's any more; nothing is written then.
    """
    counts = asdict(step.tally)
    if not await runs.advance(session, job.run_id, job.worker, counts, now):
        raise Lost
    await runs.move_checkpoint(session, job.run_id, transfer_id, asdict(step.position), counts)
    whose = (job.integration_id, transfer_id)
    if step.recovered:
        await rejects.forget(session, *whose, step.recovered)
    if step.rejected:
        await rejects.keep(
            session,
            workspace_id=job.workspace_id,
            integration_id=job.integration_id,
            transfer_id=transfer_id,
            run_id=job.run_id,
            rejected=step.rejected,
            at=now,
        )
    if step.alive:
        await pending_deletions.take_back(session, *whose, step.alive)
    if step.gone:
        await pending_deletions.set_aside(session, *whose, step.gone)
    if step.position.done and job.reads_service and step.position.cursor is not None:
        await integrations.move_cursor(session, *whose, step.position.cursor)
    state = await session.scalar(
        select(Integration.state).where(Integration.id == job.integration_id)
    )
    return state is IntegrationState.ACTIVE or not job.reads_service
