"""Puts trouble into facts: since when, how many, top causes, what to do next."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.facts import AlertFacts, Cause, HeldRows, RecentRun
from bot.engine import Engine
from bot.errors import NotFound
from bot.sync.verdict import Verdict, tally_of, together
from store import trouble as history
from store.models import Authorization, Integration, Run, Transfer
from store.vocabulary import IncidentKind, Level

CAUSES = 5
RECENT = 5


async def error_facts(
    session: AsyncSession,
    engine: Engine,
    integration: Integration,
    runs: Sequence[Run],
    found: Verdict,
    now: datetime,
) -> AlertFacts:
    """`runs`: those that were judged, newest first."""
    read = together([tally_of(run) for run in runs])
    since = _since(integration, runs, found)
    source = await history.source_of(session, integration)
    latest = await history.last_runs(session, integration.id, RECENT, integration.activated_at)
    return AlertFacts(
        incident_id=0,
        kind=IncidentKind.ERRORS,
        level=found.level,
        title=_title(integration, runs[0], found),
        integration_ids=[integration.id],
        integration_names=[integration.name],
        source_id=source.id,
        source_name=source.name,
        service_name=service_name(engine, source.service),
        since=since,
        happened_at=now,
        timezone=integration.timezone,
        failed_runs=integration.failures_in_a_row,
        records_read=read.read,
        records_rejected=read.rejected,
        causes=await _causes(session, integration, runs, found, since),
        recent=[_recent(run, now) for run in latest],
        next_step=_next_step(found.level),
    )


def authorization_facts(
    engine: Engine,
    authorization: Authorization,
    waiting: Sequence[Integration],
    now: datetime,
) -> AlertFacts:
    stopped = (
        "1 integration stopped" if len(waiting) == 1 else f"{len(waiting)} integrations stopped"
    )
    return AlertFacts(
        incident_id=0,
        kind=IncidentKind.AUTHORIZATION,
        level=Level.NEEDS_AUTHORIZATION,
        title=f"“{authorization.name}” needs authorization: {stopped}",
        integration_ids=[one.id for one in waiting],
        integration_names=[one.name for one in waiting],
        service_name=service_name(engine, authorization.service),
        authorization_id=authorization.id,
        authorization_name=authorization.name,
        since=now,
        happened_at=now,
        timezone=waiting[0].timezone,
        details=[f"“{one.name}” stopped; nothing that was synced is lost." for one in waiting],
        next_step="Authorize again in Slack; everything carries on from where it stopped.",
    )


async def drift_facts(
    session: AsyncSession,
    engine: Engine,
    concerned: Sequence[Integration],
    transfer: Transfer,
    changes: list[str],
    now: datetime,
) -> AlertFacts:
    source = await history.source_of(session, concerned[0])
    return AlertFacts(
        incident_id=0,
        kind=IncidentKind.DRIFT,
        level=Level.DRIFT,
        title=f"“{transfer.data_type}” of “{source.name}” changed: its data transfer is paused",
        integration_ids=[one.id for one in concerned],
        integration_names=[one.name for one in concerned],
        source_id=source.id,
        source_name=source.name,
        service_name=service_name(engine, source.service),
        transfer_id=transfer.id,
        since=now,
        happened_at=now,
        timezone=concerned[0].timezone,
        causes=[Cause(reason=change, count=1) for change in changes[:CAUSES]],
        details=changes,
        next_step="Open the source, adjust the mapping of what changed, and activate it again.",
    )


async def held_facts(
    session: AsyncSession,
    engine: Engine,
    integration: Integration,
    rows: HeldRows,
    before: AlertFacts | None,
    now: datetime,
) -> AlertFacts:
    """`before`: what is held already, for other transfers too."""
    source = await history.source_of(session, integration)
    others = [one for one in before.held if one.data_type != rows.data_type] if before else []
    held = [*others, rows]
    count = sum(one.rows for one in held)
    return AlertFacts(
        incident_id=0,
        kind=IncidentKind.MASS_DELETION,
        level=Level.HELD,
        title=f"“{integration.name}” would delete {count:,} rows: waiting for you",
        integration_ids=[integration.id],
        integration_names=[integration.name],
        source_id=source.id,
        source_name=source.name,
        service_name=service_name(engine, source.service),
        since=before.since if before else now,
        happened_at=now,
        timezone=integration.timezone,
        held=held,
        details=[f"{one.data_type}: {one.rows:,} of {one.total:,} rows" for one in held],
        next_step="Decide in Slack whether the rows are deleted or kept.",
    )


def service_name(engine: Engine, service_id: str) -> str:
    """As members know it; a service that left the catalog keeps its id."""
    try:
        return engine.catalog.get(service_id).name
    except NotFound:
        return service_id


def _title(integration: Integration, last: Run, found: Verdict) -> str:
    if found.level is Level.DISABLED:
        return f"“{integration.name}” was disabled because of a large number of errors"
    if found.because == "failures":
        failures = integration.failures_in_a_row
        runs = "1 run" if failures == 1 else f"{failures} runs"
        return f"“{integration.name}” keeps failing: {runs} in a row"
    tally = tally_of(last)
    return f"“{integration.name}” rejects many records: {tally.rejected:,} of {tally.read:,}"


def _next_step(level: Level) -> str:
    if level is Level.DISABLED:
        return (
            "Mend the cause, then re-activate it in Slack: the service is checked first, and "
            "syncing carries on from where it stopped."
        )
    return "Look at the errors and mend the cause; the next run that works ends this warning."


def _since(integration: Integration, runs: Sequence[Run], found: Verdict) -> datetime:
    """When the failures, or the runs that reject, began."""
    moment = runs[0].started_at or runs[0].queued_at
    if found.because == "failures":
        return integration.failing_since or moment
    for run in runs:
        if not run.rejected:
            break
        moment = run.started_at or run.queued_at
    return moment


async def _causes(
    session: AsyncSession,
    integration: Integration,
    runs: Sequence[Run],
    found: Verdict,
    since: datetime,
) -> list[Cause]:
    """The kind of trouble that it is about first, each most frequent first."""
    errors = await history.run_errors(session, integration.id, since)
    reasons = await history.reject_reasons(
        session, integration.id, [run.id for run in runs], CAUSES
    )
    ordered = [*errors, *reasons] if found.because == "failures" else [*reasons, *errors]
    return [Cause(reason=reason, count=count) for reason, count in ordered[:CAUSES]]


def _recent(run: Run, now: datetime) -> RecentRun:
    tally = tally_of(run)
    return RecentRun(
        at=run.finished_at or now,
        state=run.state,
        read=tally.read,
        rejected=tally.rejected,
        error=run.error,
    )
