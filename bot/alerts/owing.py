"""Writes down what is owed to whom, in the caller's transaction; the outbox sends it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.facts import AlertFacts, SummaryFacts
from bot.alerts.recipients import Address
from bot.engine import Engine
from store import deliveries
from store.models import Delivery, Incident, Run
from store.vocabulary import Level, Way


def wake_after_commit(session: AsyncSession, engine: Engine) -> None:
    """The outbox looks as soon as what is owed can be seen, not at its next tick."""
    event.listen(
        session.sync_session, "after_commit", lambda _session: engine.outbox.wake(), once=True
    )


def key_of(incident: Incident, level: Level, to: Address) -> str:
    """Each level is told once for each incident, recipient and way."""
    return f"incident:{incident.id}:{level}:{to.way}:{to.address}"


async def owe_alert(
    session: AsyncSession,
    incident: Incident,
    facts: AlertFacts,
    to: Sequence[Address],
    now: datetime,
) -> None:
    """Tells each recipient at the facts' level; who was told already is left alone.

    A message that nobody has tried to send yet gets the newer facts.
    """
    for one in to:
        key = key_of(incident, facts.level, one)
        if not await _owe(session, incident, key, facts.level, one, facts, now):
            await deliveries.refresh_untried(session, key, facts.model_dump(mode="json"))
        if one.way is Way.CHANNEL:
            thread = facts.model_copy(update={"part": "thread"})
            key = f"{key}:thread"
            if not await _owe(session, incident, key, facts.level, one, thread, now):
                await deliveries.refresh_untried(session, key, thread.model_dump(mode="json"))


async def owe_note(
    session: AsyncSession, incident: Incident, facts: AlertFacts, note: AlertFacts, now: datetime
) -> None:
    """The channels' parent messages are edited to `facts`; `note` goes to their threads."""
    count = await deliveries.notes_of(session, incident.id)
    for one in await told(session, incident):
        if one.way is Way.CHANNEL:
            key = f"incident:{incident.id}:{Level.NOTE}:{count + 1}:{one.way}:{one.address}"
            await _owe(session, incident, key, Level.NOTE, one, facts, now)
            await _owe(session, incident, f"{key}:thread", Level.NOTE, one, note, now)


async def owe_notice(
    session: AsyncSession,
    incident: Incident,
    failed: Delivery,
    facts: AlertFacts,
    to: Address,
    now: datetime,
) -> None:
    """Tells somebody who has the alert already that `failed` could not be delivered."""
    notice = facts.model_copy(
        update={"level": Level.NOTE, "note": "", "by_member": None, "happened_at": now}
    )
    key = f"{failed.key}:undelivered:{to.way}:{to.address}"
    await _owe(session, incident, key, Level.NOTE, to, notice, now)


async def told(session: AsyncSession, incident: Incident) -> list[Address]:
    return [Address(way, address) for way, address in await deliveries.told(session, incident.id)]


async def owe_summary(session: AsyncSession, run: Run, facts: SummaryFacts, now: datetime) -> None:
    """The end of a run, to the member who watched it."""
    if run.watcher_id is not None:
        await deliveries.owe(
            session,
            workspace_id=run.workspace_id,
            key=f"run:{run.id}:{Level.SUMMARY}:{Way.DM}:{run.watcher_id}",
            way=Way.DM,
            address=run.watcher_id,
            level=Level.SUMMARY,
            facts=facts.model_dump(mode="json"),
            now=now,
            run_id=run.id,
        )


async def _owe(
    session: AsyncSession,
    incident: Incident,
    key: str,
    level: Level,
    to: Address,
    facts: AlertFacts,
    now: datetime,
) -> bool:
    return await deliveries.owe(
        session,
        workspace_id=incident.workspace_id,
        key=key,
        way=to.way,
        address=to.address,
        level=level,
        facts=facts.model_dump(mode="json"),
        now=now,
        incident_id=incident.id,
    )
