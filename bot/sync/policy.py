"""The error policy: what a finished run, a lost authorization or a drifted field leads to.

Everything here happens in the caller's transaction: the change of state, the incident, and the
messages owed for it, or none of them.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.facts import AlertFacts, HeldRows, SummaryFacts
from bot.alerts.incidents import cause_of, open_or_join, resolve
from bot.alerts.owing import owe_summary, wake_after_commit
from bot.engine import Engine
from bot.errors import AuthorizationLost
from bot.sync import trouble
from bot.sync.verdict import (
    Policy,
    Record,
    Verdict,
    budget,
    is_healthy,
    is_slow,
    policy_of,
    tally_of,
    verdict,
)
from store import incidents
from store import trouble as history
from store.models import Authorization, Integration, Run, Transfer
from store.vocabulary import (
    AuthorizationState,
    IncidentKind,
    IntegrationState,
    Level,
    RunState,
    TransferState,
)

__all__ = [
    "Policy",
    "authorization_lost",
    "deletions_held",
    "drifted",
    "judge",
    "policy_of",
]


async def judge(session: AsyncSession, engine: Engine, integration: Integration, run: Run) -> None:
    """Warns, disables or takes a warning back after a run, and owes its watcher the summary.

    Call it in the transaction that finishes the run, once the run's counts and the integration's
    counters (failures_in_a_row, failing_since, last_success_at, next_run_at) are set.
    """
    if run.trigger not in history.REPAIRS and run.state is not RunState.CANCELLED:
        await _judge_sync(session, engine, integration, run)
    await owe_summary(
        session,
        run,
        await _summary(session, integration, run, engine.clock.now()),
        engine.clock.now(),
    )
    wake_after_commit(session, engine)


async def _judge_sync(
    session: AsyncSession, engine: Engine, integration: Integration, run: Run
) -> None:
    now = engine.clock.now()
    policy = policy_of(integration)
    runs = await history.last_runs(
        session, integration.id, max(policy.disable_runs, 1), integration.activated_at
    )
    runs = [run, *(one for one in runs if one.id != run.id)][: policy.disable_runs]
    record = Record(
        failed=run.state is RunState.FAILED,
        failures=integration.failures_in_a_row,
        without_success=now - _last_good_moment(integration, now),
        is_slow=is_slow(integration, now),
        tallies=[tally_of(one) for one in runs],
    )
    if is_healthy(policy, record):
        await _take_warning_back(session, integration, run, now)
    # An authorization that is lost has an incident of its own.
    if integration.state is IntegrationState.ACTIVE and run.error_code != AuthorizationLost.code:
        found = verdict(policy, record)
        if found is not None:
            await _carry_out(session, engine, integration, runs, policy, record, found)


async def _carry_out(
    session: AsyncSession,
    engine: Engine,
    integration: Integration,
    runs: list[Run],
    policy: Policy,
    record: Record,
    found: Verdict,
) -> None:
    now = engine.clock.now()
    left, not_before = "", None
    if found.level is Level.DISABLED:
        integration.state = IntegrationState.DISABLED
        integration.next_run_at = None
    else:
        left, not_before = budget(policy, record, found, integration, now)
    facts = await trouble.error_facts(session, engine, integration, runs, found, now)
    await open_or_join(
        session,
        workspace_id=integration.workspace_id,
        cause=cause_of(IncidentKind.ERRORS, integration.id),
        facts=facts.model_copy(update={"budget": left, "not_before": not_before}),
        now=now,
        integration_id=integration.id,
    )


async def _take_warning_back(
    session: AsyncSession, integration: Integration, run: Run, now: datetime
) -> None:
    cause = cause_of(IncidentKind.ERRORS, integration.id)
    incident = await incidents.open_with_cause(session, integration.workspace_id, cause)
    if incident is not None and incident.level is Level.WARNING:
        tally = tally_of(run)
        rejected = f", {tally.rejected:,} of them rejected" if tally.rejected else ""
        await resolve(
            session,
            incident,
            resolution=f"The last sync worked: {tally.read:,} records read{rejected}.",
            by=None,
            now=now,
        )


async def authorization_lost(
    session: AsyncSession, engine: Engine, authorization: Authorization, now: datetime
) -> None:
    """Stops every active integration that uses it; one incident, however many there are."""
    authorization.state = AuthorizationState.LOST
    stopped = await history.active_with_authorization(
        session, authorization.workspace_id, authorization.id
    )
    if not stopped:
        return
    for integration in stopped:
        integration.state = IntegrationState.NEEDS_AUTHORIZATION
        integration.next_run_at = None
    await session.flush()
    waiting = await history.with_state(
        session,
        authorization.workspace_id,
        authorization.id,
        IntegrationState.NEEDS_AUTHORIZATION,
    )
    await open_or_join(
        session,
        workspace_id=authorization.workspace_id,
        cause=cause_of(IncidentKind.AUTHORIZATION, authorization.id),
        facts=trouble.authorization_facts(engine, authorization, waiting, now),
        now=now,
        authorization_id=authorization.id,
    )
    wake_after_commit(session, engine)


async def drifted(
    session: AsyncSession,
    engine: Engine,
    integration: Integration,
    transfer: Transfer,
    changes: list[str],
) -> None:
    """Pauses the transfer, for every integration that syncs it. `changes`: a sentence each."""
    now = engine.clock.now()
    transfer.state = TransferState.DRIFTED
    concerned = await history.active_with_transfer(session, transfer.workspace_id, transfer.id)
    await open_or_join(
        session,
        workspace_id=transfer.workspace_id,
        cause=cause_of(IncidentKind.DRIFT, transfer.id),
        facts=await trouble.drift_facts(
            session, engine, concerned or [integration], transfer, changes, now
        ),
        now=now,
        integration_id=integration.id,
    )
    wake_after_commit(session, engine)


async def deletions_held(
    session: AsyncSession,
    engine: Engine,
    integration: Integration,
    run: Run,
    transfer_name: str,
    count: int,
    total: int,
) -> None:
    """`count` of the table's `total` rows wait for a person; call it once for each transfer."""
    now = engine.clock.now()
    cause = cause_of(IncidentKind.MASS_DELETION, integration.id)
    already = await incidents.open_with_cause(session, integration.workspace_id, cause)
    before = AlertFacts.model_validate(already.facts) if already else None
    await open_or_join(
        session,
        workspace_id=integration.workspace_id,
        cause=cause,
        facts=await trouble.held_facts(
            session,
            engine,
            integration,
            HeldRows(data_type=transfer_name, rows=count, total=total),
            before,
            now,
        ),
        now=now,
        integration_id=integration.id,
    )
    wake_after_commit(session, engine)


async def _summary(
    session: AsyncSession, integration: Integration, run: Run, now: datetime
) -> SummaryFacts:
    cause = cause_of(IncidentKind.MASS_DELETION, integration.id)
    held = await incidents.open_with_cause(session, integration.workspace_id, cause)
    started, finished = run.started_at or run.queued_at, run.finished_at or now
    return SummaryFacts(
        run_id=run.id,
        integration_id=integration.id,
        integration_name=integration.name,
        trigger=run.trigger,
        state=run.state,
        created=run.created,
        updated=run.updated,
        deleted=run.deleted,
        unchanged=run.unchanged,
        rejected=run.rejected,
        seconds=(finished - started).total_seconds(),
        next_run_at=integration.next_run_at,
        timezone=integration.timezone,
        error=run.error,
        held_deletions=AlertFacts.model_validate(held.facts).rows_held if held else 0,
    )


def _last_good_moment(integration: Integration, now: datetime) -> datetime:
    """When it last worked, or was activated: a new start is given its full time."""
    known = [
        moment
        for moment in (integration.last_success_at, integration.activated_at)
        if moment is not None
    ]
    return max(known, default=integration.failing_since or now)
