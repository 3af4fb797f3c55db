"""What becomes of an incident: it opens or grows worse, is taken in hand, and is resolved."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.facts import AlertFacts
from bot.alerts.owing import owe_alert, owe_note, told, wake_after_commit
from bot.alerts.recipients import recipients_of
from bot.engine import Engine
from bot.errors import NotAllowed, NotFound, Refused
from bot.setup.actor import Actor
from store import incidents
from store.models import Authorization, Incident, Integration, Source, Transfer
from store.vocabulary import (
    AuthorizationState,
    IncidentKind,
    IncidentState,
    IntegrationState,
    Level,
)


def cause_of(kind: IncidentKind, subject_id: int) -> str:
    """Names a cause, e.g. "errors:12"; at most one incident is open for each."""
    return f"{kind}:{subject_id}"


async def open_or_join(
    session: AsyncSession,
    *,
    workspace_id: str,
    cause: str,
    facts: AlertFacts,
    now: datetime,
    integration_id: int | None = None,
    authorization_id: int | None = None,
) -> Incident:
    """Opens the cause's incident at the facts' level, or joins the open one (a warning may grow
    to a disablement, nothing shrinks), and owes everybody concerned their messages.
    """
    incident, is_new = await incidents.open_or_get(
        session,
        workspace_id=workspace_id,
        cause=cause,
        kind=facts.kind,
        level=facts.level,
        facts=facts.model_dump(mode="json"),
        now=now,
        integration_id=integration_id,
        authorization_id=authorization_id,
    )
    if incident.level is Level.DISABLED and facts.level is Level.WARNING:
        return incident
    if is_new and facts.level is Level.WARNING:
        incident.snoozed_until = await incidents.snoozed_until(session, workspace_id, cause, now)
    elif incident.level is not facts.level:
        incident.level = facts.level
        incident.state, incident.acknowledged_by = IncidentState.OPEN, None
        incident.snoozed_until = None
    facts = _handled(incident, facts)
    incident.facts = facts.model_dump(mode="json")
    is_quiet = incident.snoozed_until is not None and now < incident.snoozed_until
    if not (is_quiet and facts.level is Level.WARNING):
        to = await recipients_of(session, workspace_id, facts.integration_ids)
        await owe_alert(session, incident, facts, to, now)
    return incident


async def note(
    session: AsyncSession, incident: Incident, text: str, *, by: str | None, now: datetime
) -> None:
    """Adds who did what to the threads, and brings their parent messages up to date.

    `text`: a sentence without its subject, e.g. "acknowledged this".
    """
    facts = _handled(incident, AlertFacts.model_validate(incident.facts))
    incident.facts = facts.model_dump(mode="json")
    news = facts.model_copy(
        update={
            "level": Level.NOTE,
            "part": "thread",
            "note": text,
            "by_member": by,
            "happened_at": now,
        }
    )
    await owe_note(session, incident, facts, news, now)


async def resolve(
    session: AsyncSession,
    incident: Incident,
    *,
    resolution: str,
    by: str | None,
    now: datetime,
    title: str | None = None,
) -> None:
    """Closes it and tells those who were told of it. `resolution`: a sentence; `title`: as of now.

    Nothing happens where it is resolved already.
    """
    if incident.state is IncidentState.RESOLVED:
        return
    before = AlertFacts.model_validate(incident.facts)
    facts = before.model_copy(
        update={
            "level": Level.RESOLVED,
            "title": title or _title_of_resolved(before),
            "trouble": before.title,
            "resolution": resolution,
            "by_member": by,
            "happened_at": now,
            "next_step": "",
            "budget": "",
            "not_before": None,
        }
    )
    incident.state = IncidentState.RESOLVED
    incident.resolved_at, incident.resolved_by = now, by
    incident.facts = facts.model_dump(mode="json")
    await owe_alert(session, incident, facts, await told(session, incident), now)


async def resolve_for_integration(
    session: AsyncSession,
    engine: Engine,
    integration: Integration,
    *,
    by: str | None,
    resolution: str,
    kinds: Collection[IncidentKind] = (IncidentKind.ERRORS,),
) -> None:
    """Resolves what is open about the integration itself, of these kinds."""
    now = engine.clock.now()
    for incident in await incidents.open_of_integration(
        session, integration.workspace_id, integration.id
    ):
        if incident.kind in kinds:
            await resolve(session, incident, resolution=resolution, by=by, now=now)
            wake_after_commit(session, engine)


async def resolve_for_transfer(
    session: AsyncSession,
    engine: Engine,
    transfer: Transfer,
    *,
    by: str | None,
    resolution: str,
) -> None:
    """Resolves the transfer's schema drift, once its mapping fits again."""
    cause = cause_of(IncidentKind.DRIFT, transfer.id)
    incident = await incidents.open_with_cause(session, transfer.workspace_id, cause)
    if incident is not None:
        await resolve(session, incident, resolution=resolution, by=by, now=engine.clock.now())
        wake_after_commit(session, engine)


async def resolve_for_authorization(
    session: AsyncSession,
    engine: Engine,
    authorization: Authorization,
    *,
    by: str | None,
    resolution: str,
) -> None:
    """It works again: its integrations are active and due now, and carry on from their cursors."""
    now = engine.clock.now()
    authorization.state = AuthorizationState.OK
    sources = select(Source.id).where(Source.authorization_id == authorization.id)
    await session.execute(
        update(Integration)
        .where(
            Integration.workspace_id == authorization.workspace_id,
            Integration.state == IntegrationState.NEEDS_AUTHORIZATION,
            Integration.source_id.in_(sources),
        )
        .values(
            state=IntegrationState.ACTIVE,
            next_run_at=now,
            failures_in_a_row=0,
            failing_since=None,
        )
    )
    cause = cause_of(IncidentKind.AUTHORIZATION, authorization.id)
    incident = await incidents.open_with_cause(session, authorization.workspace_id, cause)
    if incident is not None:
        await resolve(session, incident, resolution=resolution, by=by, now=now)
        wake_after_commit(session, engine)


async def acknowledge(engine: Engine, actor: Actor, incident_id: int) -> None:
    """Says that somebody is on it.

    Raises NotFound, NotAllowed, and Refused where there is nothing to acknowledge any more.
    """
    now = engine.clock.now()
    async with engine.database.begin() as session:
        incident = await _in_hand(session, actor, incident_id)
        if incident.state is IncidentState.ACKNOWLEDGED:
            raise Refused("Somebody acknowledged this before you; the message now says who.")
        incident.state = IncidentState.ACKNOWLEDGED
        incident.acknowledged_by = actor.member_id
        await note(session, incident, "acknowledged this", by=actor.member_id, now=now)
        wake_after_commit(session, engine)


async def snooze(engine: Engine, actor: Actor, incident_id: int, span: timedelta) -> datetime:
    """No further warnings about this cause until the moment returned; a disablement still tells.

    Raises NotFound, NotAllowed, and Refused where it is resolved or disabled already.
    """
    now = engine.clock.now()
    async with engine.database.begin() as session:
        incident = await _in_hand(session, actor, incident_id)
        if incident.level is not Level.WARNING:
            raise Refused("Only warnings can be snoozed, and this is more than a warning by now.")
        if incident.snoozed_until is not None and incident.snoozed_until > now:
            raise Refused("Somebody snoozed this before you; the message now says until when.")
        until = incident.snoozed_until = now + span
        hours = round(span.total_seconds() / 3600)
        await note(
            session, incident, f"snoozed warnings for {hours} hours", by=actor.member_id, now=now
        )
        wake_after_commit(session, engine)
    return until


async def _in_hand(session: AsyncSession, actor: Actor, incident_id: int) -> Incident:
    """The open incident, for a member who may edit one of its integrations."""
    incident = await incidents.get(session, actor.workspace_id, incident_id)
    if incident is None:
        raise NotFound("This alert is not known any more, so there is nothing to do.")
    facts = AlertFacts.model_validate(incident.facts)
    creators = await incidents.creators(session, actor.workspace_id, facts.integration_ids)
    # an admin may, also where the integrations are gone
    if not any(actor.may_edit(by) for by in ("", *(created_by for _, created_by in creators))):
        raise NotAllowed(
            "You cannot answer this alert: only the person who created the integration and admins "
            "can. Ask one of them."
        )
    if incident.state is IncidentState.RESOLVED:
        raise Refused("This is resolved already, so there is nothing left to do about it.")
    return incident


def _handled(incident: Incident, facts: AlertFacts) -> AlertFacts:
    return facts.model_copy(
        update={
            "incident_id": incident.id,
            "acknowledged_by": incident.acknowledged_by,
            "snoozed_until": incident.snoozed_until,
        }
    )


def _title_of_resolved(facts: AlertFacts) -> str:
    if facts.kind is IncidentKind.AUTHORIZATION:
        return f"“{facts.authorization_name}” is authorized again"
    names = ", ".join(f"“{name}”" for name in facts.integration_names)
    if facts.kind is IncidentKind.MASS_DELETION:
        return f"The deletions held back for {names} were decided"
    if facts.kind is IncidentKind.DRIFT:
        return f"{names}: the mapping fits again"
    return f"{names} works again"
