from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.alerts import incidents
from bot.alerts.facts import AlertFacts
from bot.alerts.outbox import Outbox
from bot.clock import ShiftedClock
from bot.engine import Engine
from bot.errors import NotAllowed, NotFound, Refused
from bot.setup.actor import Actor
from store.models import Delivery, Incident, Integration, Recipient
from store.vocabulary import IncidentState, Level, Role, Way
from tests.alerts.parts import Post
from tests.alerts.test_outbox import settle, trouble, worsen

EDITOR = Actor("T1", "U_EDITOR", Role.EDITOR, name="Editor")
OTHER = Actor("T1", "U_OTHER", Role.EDITOR)
ADMIN = Actor("T1", "U_ADMIN", Role.ADMIN)
VIEWER = Actor("T1", "U_VIEWER", Role.VIEWER)
STRANGER = Actor("T2", "U_ADMIN", Role.ADMIN)
DAY = timedelta(hours=24)


async def the_incident(engine: Engine) -> Incident:
    async with engine.database.read() as session:
        return (await session.scalars(select(Incident).order_by(Incident.id.desc()))).first()  # type: ignore[return-value]


async def grow(engine: Engine, level: Level) -> None:
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, 1)
        await worsen(engine, session, integration, level)


async def end(engine: Engine) -> None:
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, 1)
        await incidents.resolve_for_integration(
            session, engine, integration, by="U_ADMIN", resolution="Mended."
        )


async def sent(engine: Engine) -> list[str]:
    post = Post()
    await settle(engine, Outbox(engine, dict.fromkeys(Way, post)))
    return post.keys


async def test_a_cause_is_open_once_and_told_once(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    await grow(engine, Level.WARNING)
    await grow(engine, Level.WARNING)

    assert await sent(engine) == ["incident:1:warning:dm:U1"]


async def test_it_grows_worse_in_place_and_never_milder(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    await grow(engine, Level.DISABLED)
    await grow(engine, Level.WARNING)

    incident = await the_incident(engine)
    assert (incident.id, incident.level) == (1, Level.DISABLED)
    assert await sent(engine) == ["incident:1:warning:dm:U1", "incident:1:disabled:dm:U1"]


async def test_a_new_recipient_hears_of_what_comes_and_only_then_of_its_end(
    engine: Engine,
) -> None:
    await trouble(engine, (Way.DM, "U1"))
    async with engine.database.begin() as session:
        session.add(
            Recipient(
                integration_id=1,
                way=Way.EMAIL,
                address="late@example.com",
                confirmed_at=None,
                added_by="U1",
            )
        )
    await grow(engine, Level.DISABLED)
    await end(engine)

    assert await sent(engine) == [  # an address that is not confirmed hears nothing
        "incident:1:warning:dm:U1",
        "incident:1:disabled:dm:U1",
        "incident:1:resolved:dm:U1",
    ]


async def test_after_its_end_the_cause_opens_anew(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    await end(engine)
    await end(engine)
    await grow(engine, Level.WARNING)

    assert (await the_incident(engine)).id == 2
    assert len(await sent(engine)) == 3


async def test_acknowledging_is_said_in_the_thread(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"), (Way.CHANNEL, "C1"))
    await sent(engine)
    await incidents.acknowledge(engine, EDITOR, 1)

    incident = await the_incident(engine)
    assert (incident.state, incident.acknowledged_by) == (IncidentState.ACKNOWLEDGED, "U_EDITOR")
    assert await sent(engine) == [
        "incident:1:note:1:channel:C1",  # the parent is brought up to date
        "incident:1:note:1:channel:C1:thread",
    ]
    async with engine.database.read() as session:
        [note] = await session.scalars(select(Delivery).where(Delivery.key.like("%note%thread")))
    facts = AlertFacts.model_validate(note.facts)
    assert (facts.by_member, facts.note) == ("U_EDITOR", "acknowledged this")


async def test_only_once_and_only_while_it_is_open(engine: Engine) -> None:
    await trouble(engine)
    await incidents.acknowledge(engine, EDITOR, 1)
    with pytest.raises(Refused, match="before you"):
        await incidents.acknowledge(engine, ADMIN, 1)
    await end(engine)
    with pytest.raises(Refused, match="resolved already"):
        await incidents.snooze(engine, ADMIN, 1, DAY)


async def test_who_may_answer_an_alert(engine: Engine) -> None:
    await trouble(engine)
    for actor in (OTHER, VIEWER):
        with pytest.raises(NotAllowed):
            await incidents.acknowledge(engine, actor, 1)
    with pytest.raises(NotFound):
        await incidents.acknowledge(engine, STRANGER, 1)
    await incidents.acknowledge(engine, ADMIN, 1)


async def test_a_snoozed_cause_does_not_warn_again_until_then(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    until = await incidents.snooze(engine, EDITOR, 1, DAY)
    assert abs(until - engine.clock.now() - DAY) < timedelta(seconds=5)
    await end(engine)
    await grow(engine, Level.WARNING)
    assert "incident:2:warning:dm:U1" not in await sent(engine)

    await grow(engine, Level.DISABLED)  # this is more than a warning
    assert await sent(engine) == ["incident:2:disabled:dm:U1"]


async def test_warnings_come_again_when_the_snooze_is_over(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    await incidents.snooze(engine, EDITOR, 1, DAY)
    await end(engine)
    assert isinstance(engine.clock, ShiftedClock)
    engine.clock.skip(DAY + timedelta(seconds=1))
    await grow(engine, Level.WARNING)

    assert "incident:2:warning:dm:U1" in await sent(engine)


async def test_a_disablement_cannot_be_snoozed(engine: Engine) -> None:
    await trouble(engine, level=Level.DISABLED)
    with pytest.raises(Refused, match="Only warnings"):
        await incidents.snooze(engine, EDITOR, 1, DAY)


async def test_growing_worse_is_open_again(engine: Engine) -> None:
    await trouble(engine)
    await incidents.acknowledge(engine, EDITOR, 1)
    await grow(engine, Level.DISABLED)

    incident = await the_incident(engine)
    assert (incident.state, incident.acknowledged_by) == (IncidentState.OPEN, None)
