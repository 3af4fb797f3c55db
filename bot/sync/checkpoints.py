"""How far a run got, written with every page in one short transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.sync.interruptions import Lost
from bot.sync.job import Job, Position, wanted
from store import integrations, pending_deletions, rejects, runs
from store.models import Checkpoint, Integration, Run
from store.rejects import Rejected


@dataclass(frozen=True, slots=True)
class Tally:
    """Records by what became of them."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    rejected: int = 0

    def add_to(self, counts: Run | Checkpoint) -> None:
        counts.created += self.created
        counts.updated += self.updated
        counts.deleted += self.deleted
        counts.unchanged += self.unchanged
        counts.rejected += self.rejected


@dataclass(frozen=True, slots=True)
class Step:
    """A page that is in the project's table by now, and what to remember of it."""

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
    run = await runs.held(session, job.run_id, job.worker)
    if run is None:
        raise Lost
    run.heartbeat_at = now
    run.attempts = 1  # it gets on: only a run that kills its workers in one place is given up
    step.tally.add_to(run)
    await _move(session, job, transfer_id, step)
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
    return wanted(await session.get_one(Integration, job.integration_id), job.trigger)


async def _move(session: AsyncSession, job: Job, transfer_id: int, step: Step) -> None:
    checkpoint = await session.get(Checkpoint, (job.run_id, transfer_id))
    if checkpoint is None:
        checkpoint = Checkpoint(
            run_id=job.run_id,
            transfer_id=transfer_id,
            created=0,
            updated=0,
            deleted=0,
            unchanged=0,
            rejected=0,
        )
        session.add(checkpoint)
    position = step.position
    checkpoint.since = position.since
    checkpoint.cursor = position.cursor
    checkpoint.next_page = position.next_page
    checkpoint.pages = position.pages
    checkpoint.done = position.done
    step.tally.add_to(checkpoint)
