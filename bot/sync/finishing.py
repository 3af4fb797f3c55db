"""The last transaction of a run: its outcome, the integration's counters, and what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts import incidents
from bot.engine import Engine
from bot.errors import AuthorizationLost, SchemaDrift
from bot.schedule import next_time
from bot.signals import RunMoved
from bot.sync import policy
from bot.sync.deletions import Held
from bot.sync.job import SYNCS, Job
from store import integrations, pending_deletions, runs
from store.models import Authorization, Integration, Run, Transfer
from store.vocabulary import IncidentKind, IntegrationState, RunState, TransferState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Drifted:
    transfer_id: int
    changes: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `error`: a sentence for a member; `code` groups equal ones."""

    state: RunState
    code: str | None = None
    error: str | None = None
    drifted: Sequence[Drifted] = field(default=())
    held: Sequence[Held] = field(default=())
    idle: bool = False  # nothing was new, and nothing was written


async def finish(engine: Engine, job: Job, outcome: Outcome) -> None:
    """Writes it all down in one transaction. Nothing where the run is another worker's by now."""
    quiet = job.quiet and outcome.idle and not outcome.drifted
    if not (quiet and await _end_quietly(engine, job)):
        await _end(engine, job, outcome)


async def _end_quietly(engine: Engine, job: Job) -> bool:
    """A sync that found nothing new, as most do: two statements. False where more is owed.

    The integration comes before the run, as in a tick: a run's end is what a tick's new run waits
    for, and each would wait for the other.
    """
    now = engine.clock.now()
    async with engine.database.begin() as session:
        counted = await integrations.count_quiet_success(session, job.integration_id, now)
        if not counted or not await runs.end_quietly(session, job.run_id, job.worker, now):
            await session.rollback()
            return False
    log.info(
        "sync.finished",
        run_id=job.run_id,
        integration_id=job.integration_id,
        state=RunState.SUCCEEDED.value,
        idle=True,
    )
    return True


async def _end(engine: Engine, job: Job, outcome: Outcome) -> None:
    now = engine.clock.now()
    async with engine.database.begin() as session:
        run = await runs.held(session, job.run_id, job.worker)
        if run is None:
            return
        integration = await session.get_one(
            Integration, run.integration_id, with_for_update=True, populate_existing=True
        )
        run.state = outcome.state
        run.error_code, run.error = outcome.code, outcome.error
        run.finished_at = now
        for drifted in outcome.drifted:
            await _pause_transfer(session, engine, integration, drifted)
        await _look_at_deletions(session, engine, integration, run, outcome)
        if run.trigger in SYNCS:
            await _count(session, engine, job, integration, run, now)
        if integration.state is IntegrationState.ACTIVE and integration.next_run_at is None:
            integration.next_run_at = next_time(integration.cron, integration.timezone, now)
        await policy.judge(session, engine, integration, run)
    log.info(
        "sync.finished",
        run_id=run.id,
        integration_id=run.integration_id,
        state=run.state.value,
        code=run.error_code,
        created=run.created,
        updated=run.updated,
        deleted=run.deleted,
        unchanged=run.unchanged,
        rejected=run.rejected,
    )
    if job.watched:
        await engine.signals.send(RunMoved(job.workspace_id, job.run_id))


async def _pause_transfer(
    session: AsyncSession, engine: Engine, integration: Integration, drifted: Drifted
) -> None:
    transfer = await session.get(Transfer, drifted.transfer_id, with_for_update=True)
    if transfer is not None and transfer.state is TransferState.ACTIVE:
        await policy.drifted(session, engine, integration, transfer, drifted.changes)


async def _count(
    session: AsyncSession,
    engine: Engine,
    job: Job,
    integration: Integration,
    run: Run,
    now: datetime,
) -> None:
    """Counts a sync for or against the integration. Lost authorizations and drifted fields are
    incidents of their own: they are no failures that add up to a disablement.
    """
    if run.state is RunState.SUCCEEDED:
        integration.failures_in_a_row, integration.failing_since = 0, None
        integration.last_success_at = now
    elif run.error_code == AuthorizationLost.code:
        authorization = await session.get_one(Authorization, job.source.authorization_id)
        await policy.authorization_lost(session, engine, authorization, now)
    elif run.state is RunState.FAILED and run.error_code != SchemaDrift.code:
        integration.failures_in_a_row += 1
        integration.failing_since = integration.failing_since or now


async def _look_at_deletions(
    session: AsyncSession, engine: Engine, integration: Integration, run: Run, outcome: Outcome
) -> None:
    """Asks a person about those held back; where none wait any more, nobody needs to answer."""
    for held in outcome.held:
        await policy.deletions_held(
            session, engine, integration, run, held.data_type, held.count, held.total
        )
    if not await pending_deletions.counts(session, integration.id):
        await incidents.resolve_for_integration(
            session,
            engine,
            integration,
            by=None,
            resolution="Nothing waits to be deleted any more.",
            kinds=(IncidentKind.MASS_DELETION,),
        )
