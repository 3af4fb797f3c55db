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
    async with engine.database.read() as session:
        if not await integrations.due(session, now, limit=1):
            return 0  # the usual case: without SQLite's write lock
    queued = 0
    async with engine.database.begin() as session:
        for integration in await integrations.due(session, now):
            integration.next_run_at = next_time(integration.cron, integration.timezone, now)
            if not await integrations.has_work(session, integration.id):
                continue
            run = await runs.add(
                session,
                workspace_id=integration.workspace_id,
                integration_id=integration.id,
                trigger=Trigger.SCHEDULE,
                now=now,
            )
            if run is None:
                log.info("sync.still_running", integration_id=integration.id)
                continue
            log.info("sync.queued", integration_id=integration.id, run_id=run.id)
            queued += 1
    if queued:
        engine.queue.wake()
    return queued
