"""Deletes rows that the service says are gone: at the end of a run, and never very many unasked."""

import asyncio
from dataclasses import dataclass

from bot.alerts import incidents
from bot.engine import Engine
from bot.errors import Refused
from bot.setup.actor import Actor
from bot.signals import RunMoved
from bot.sync import checkpoints
from bot.sync.checkpoints import Step, Tally
from bot.sync.interruptions import Stopping, Unwanted
from bot.sync.job import Job, Position
from bot.sync.keys import read_key
from bot.sync.loading import Way
from bot.sync.requests import editable, request_run
from store import pending_deletions, runs
from store.models import Run
from store.vocabulary import IncidentKind, Trigger, UpdateType


@dataclass(frozen=True, slots=True)
class Held:
    """More would be deleted than is done without asking."""

    data_type: str  # its name
    count: int
    total: int  # rows of the table


async def apply(
    engine: Engine, job: Job, way: Way, position: Position, stop: asyncio.Event
) -> Held | None:
    """Deletes what waits for this transfer, or says why a person has to confirm it first.

    Raises Stopping, Unwanted or Lost between two batches, and ProjectError.
    """
    if UpdateType.DELETED not in way.task.updates:
        return None
    transfer_id = way.task.transfer.id
    async with engine.database.read() as session:
        counts = await pending_deletions.counts(session, job.integration_id)
    count = counts.get(transfer_id, 0)
    if not count:
        return None
    if job.trigger is not Trigger.CONFIRMED_DELETION:
        total = await way.database.count(way.plan.target.table)
        if job.policy.holds(count, total):
            return Held(way.data_type.name, count, total)
    while await _delete_some(engine, job, way, position):
        if stop.is_set():
            raise Stopping
    return None


async def _delete_some(engine: Engine, job: Job, way: Way, position: Position) -> bool:
    """False where nothing waited any more."""
    transfer_id = way.task.transfer.id
    async with engine.database.read() as session:
        written = await pending_deletions.batch(session, job.integration_id, transfer_id)
    if not written:
        return False
    deleted = await way.database.delete(way.plan.target, [read_key(key) for key in written])
    tally = Tally(deleted=deleted, unchanged=len(written) - deleted)
    async with engine.database.begin() as session:
        go_on = await checkpoints.write(
            session,
            job,
            transfer_id,
            Step(position, tally, alive=written),
            engine.clock.now(),
        )
    if job.watched:
        await engine.signals.send(RunMoved(job.workspace_id, job.run_id))
    if not go_on:
        raise Unwanted
    return True


async def confirm_deletions(engine: Engine, actor: Actor, integration_id: int) -> Run:
    """Starts a run that deletes what was held back.

    Raises NotFound, NotAllowed, and Refused where nothing waits or a run is under way.
    """
    now = engine.clock.now()
    async with engine.database.begin() as session:
        integration = await editable(session, actor, integration_id)
        counts = await pending_deletions.counts(session, integration.id)
        if not counts:
            raise Refused(_ANSWERED)
        run = await request_run(
            session,
            integration,
            Trigger.CONFIRMED_DELETION,
            now=now,
            watcher_id=actor.member_id,
        )
        for transfer_id in counts:
            await runs.set_start(session, run.id, transfer_id, None)
        await incidents.resolve_for_integration(
            session,
            engine,
            integration,
            by=actor.member_id,
            resolution=f"The deletion of {_rows(sum(counts.values()))} was confirmed.",
            kinds=(IncidentKind.MASS_DELETION,),
        )
    engine.queue.wake()
    return run


async def drop_deletions(engine: Engine, actor: Actor, integration_id: int) -> int:
    """Keeps the rows that were to be deleted. Returns how many.

    Raises NotFound, NotAllowed, and Refused where nothing waits.
    """
    async with engine.database.begin() as session:
        integration = await editable(session, actor, integration_id)
        count = await pending_deletions.keep(session, integration.id)
        if not count:
            raise Refused(_ANSWERED)
        await incidents.resolve_for_integration(
            session,
            engine,
            integration,
            by=actor.member_id,
            resolution=f"{_rows(count)} were kept.",
            kinds=(IncidentKind.MASS_DELETION,),
        )
    return count


_ANSWERED = (
    "No deletions are waiting any more: somebody has answered already, or the service has the "
    "records back. Nothing is left to do."
)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
