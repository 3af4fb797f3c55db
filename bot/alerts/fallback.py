"""Who is told instead when a message cannot be delivered."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.facts import AlertFacts
from bot.alerts.owing import key_of, owe_alert, owe_notice
from bot.alerts.recipients import Address, email_of, people_of
from bot.engine import Engine
from store import deliveries, incidents, members
from store.models import Delivery, Incident
from store.vocabulary import IncidentState, Way


async def tell_others(
    session: AsyncSession, engine: Engine, delivery: Delivery, reason: str
) -> bool:
    """Owes the alert to the integration's people by DM (and e-mail), with the reason.

    Who has the alert by DM already gets the reason alone. False where the message is none that
    others need, or there is nobody.
    """
    if delivery.incident_id is None or delivery.level not in deliveries.ALERTS:
        return False
    facts = AlertFacts.model_validate(delivery.facts)
    if facts.part != "message" or (facts.undelivered and delivery.way is Way.EMAIL):
        return False
    incident = await incidents.get(session, delivery.workspace_id, delivery.incident_id)
    if incident is None:
        return False
    people = await people_of(
        session, delivery.workspace_id, facts.integration_ids, without=delivery.address
    )
    to = [Address(Way.DM, person) for person in people]
    if delivery.way is not Way.EMAIL and engine.settings.smtp_url is not None:
        for person in people:
            email = await email_of(session, delivery.workspace_id, person)
            if email is not None:
                to.append(Address(Way.EMAIL, email))
    meant = await _place(session, delivery)
    sentence = f"This was meant for {meant}, but could not be delivered there: {reason}"
    explained = facts.model_copy(update={"undelivered": sentence})
    await _owe(session, incident, delivery, explained, to, engine.clock.now())
    return bool(to)


async def _owe(
    session: AsyncSession,
    incident: Incident,
    failed: Delivery,
    facts: AlertFacts,
    to: list[Address],
    now: datetime,
) -> None:
    has = {key_of(incident, facts.level, one) for one in to} & {
        one.key for one in await deliveries.listed(session, failed.workspace_id, incident.id)
    }
    for one in to:
        if key_of(incident, facts.level, one) not in has:
            await owe_alert(session, incident, facts, [one], now)
        elif one.way is Way.DM:
            await owe_notice(session, incident, failed, facts, one, now)
    if incident.state is IncidentState.RESOLVED:  # they hear of the end, too
        resolved = AlertFacts.model_validate(incident.facts)
        await owe_alert(session, incident, resolved, to, now)


async def _place(session: AsyncSession, delivery: Delivery) -> str:
    if delivery.way is Way.CHANNEL:
        return "the alert channel"
    if delivery.way is Way.EMAIL:
        return delivery.address
    member = await members.get(session, delivery.workspace_id, delivery.address)
    return f"{member.name}’s DM" if member and member.name else "somebody’s DM"
