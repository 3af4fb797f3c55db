"""Asking for runs: by a member, or because it is time."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.errors import NotFound, Refused
from bot.schedule import next_time
from bot.setup.actor import Actor
from store import integrations, runs
from store.models import Integration, Run
from store.vocabulary import Trigger

log = structlog.get_logger(__name__)

AT_ONCE = 500  # integrations in one transaction, so that others get in between


async def request_run(
    session: AsyncSession,
    integration: Integration,
    trigger: Trigger,
    *,
    now: datetime,
    watcher_id: str | None = None,
) -> Run:
    """Queues a run; wake `engine.queue` after the commit.

    Raises Refused where the integration has a run that is not finished.
    """
    run = await runs.add(
        session,
        workspace_id=integration.workspace_id,
        integration_id=integration.id,
        trigger=trigger,
        now=now,
        watcher_id=watcher_id,
    )
    if run is None:
        raise Refused(
            f"“{integration.name}” is syncing already. Wait until it is done, then try again."
        )
    return run


async def editable(session: AsyncSession, actor: Actor, integration_id: int) -> Integration:
    """The integration, locked until commit, if the actor may change it.

    Raises NotFound and NotAllowed.
    """
    integration = await integrations.get(session, actor.workspace_id, integration_id, lock=True)
    if integration is None:
        raise NotFound("This integration does not exist any more: somebody deleted it.")
    actor.must_edit(integration.created_by, integration.name)
    return integration


async def tick(engine: Engine) -> int:
    """Queues a run for each integration whose time has come. Returns how many.

    Times that were missed while nobody looked count as one. The run and the integration's next
    time are written together, so that however many processes look, each time is taken once.
    """
    now = engine.clock.now()
    queued = 0
    found = AT_ONCE
    while found == AT_ONCE:
        found, more = await _queue_some(engine, now)
        if more:
            queued += more
            engine.queue.wake()
    return queued


async def _queue_some(engine: Engine, now: datetime) -> tuple[int, int]:
    """How many were due, and how many got a run: one statement each to find, queue and move on."""
    async with engine.database.begin() as session:
        due = await integrations.due(session, now, AT_ONCE)
        if not due:
            return 0, 0
        wanted = {one.id for one in due if one.has_work}
        queued = await runs.add_scheduled(session, wanted, now) if wanted else set()
        schedules = {(one.cron, one.timezone) for one in due}
        times = {schedule: next_time(*schedule, now) for schedule in schedules}
        await integrations.move_next_times(
            session, {one.id: times[one.cron, one.timezone] for one in due}
        )
    log.info("sync.queued", runs=len(queued), idle=len(due) - len(wanted))
    for integration_id in sorted(wanted - queued):
        log.info("sync.still_running", integration_id=integration_id)
    return len(due), len(queued)
