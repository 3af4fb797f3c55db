"""How far a run got, written in one short transaction, for one batch or for several."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, astuple, dataclass, field
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

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Step:
    """A batch that is in the project's table by now, and what to remember of it."""

    position: Position
    tally: Tally
    rejected: Sequence[Rejected] = ()
    recovered: Collection[str] = field(default=())  # keys of records that may have been rejects
    gone: Collection[str] = field(default=())  # keys to delete at the end
    alive: Collection[str] = field(default=())  # keys that may have waited for deletion

    def then(self, other: "Step") -> "Step":
        """Both at once: `write` does with it what it would do with one after the other."""
        rejected = {each.record_key: each for each in self.rejected}
        for key in other.recovered:
            rejected.pop(key, None)
        rejected |= {each.record_key: each for each in other.rejected}
        return Step(
            position=other.position,
            tally=self.tally + other.tally,
            rejected=list(rejected.values()),
            recovered={*self.recovered, *other.recovered},
            gone={*self.gone} - {*other.alive} | {*other.gone},
            alive={*self.alive, *other.alive},
        )


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
