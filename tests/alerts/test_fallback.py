"""Who is told instead; the outbox finds out that something cannot be delivered."""

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.alerts import incidents
from bot.alerts.facts import AlertFacts
from bot.alerts.outbox import Outbox, Sent, Undeliverable
from bot.engine import Engine
from store.models import Delivery, Incident, Member
from store.vocabulary import DeliveryState, Level, Way
from tests.alerts.parts import Post
from tests.alerts.test_outbox import settle, trouble


class Closed(Post):
    """Cannot deliver to these addresses, ever."""

    def __init__(self, *addresses: str) -> None:
        super().__init__()
        self.addresses = addresses

    async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
        if delivery.address in self.addresses:
            raise Undeliverable("it is archived.")
        return await super().send(delivery, maybe_sent=maybe_sent)


@pytest.fixture
def with_mail(engine: Engine) -> None:
    engine.settings.smtp_url = SecretStr("smtp://localhost")


async def deliver(engine: Engine, post: Post) -> dict[str, DeliveryState]:
    await settle(engine, Outbox(engine, dict.fromkeys(Way, post)))
    async with engine.database.read() as session:
        return {one.key: one.state for one in await session.scalars(select(Delivery))}


@pytest.mark.usefixtures("with_mail")
async def test_a_closed_channel_becomes_a_dm_and_an_email(engine: Engine) -> None:
    await trouble(engine, (Way.CHANNEL, "C1"), (Way.DM, "U_ADMIN"), level=Level.DISABLED)
    post = Closed("C1")
    states = await deliver(engine, post)

    assert states["incident:1:disabled:channel:C1"] is DeliveryState.FELL_BACK
    assert set(post.counted.values()) == {1}
    assert set(post.keys) == {
        "incident:1:disabled:dm:U_ADMIN",
        "incident:1:disabled:channel:C1:undelivered:dm:U_ADMIN",
        "incident:1:disabled:dm:U_EDITOR",  # the creator had not heard of it
        "incident:1:disabled:email:admin@example.com",
        "incident:1:disabled:email:editor@example.com",
    }
    [creator] = [one for one in post.sent if one.key == "incident:1:disabled:dm:U_EDITOR"]
    why = AlertFacts.model_validate(creator.facts).undelivered
    assert why == (
        "This was meant for the alert channel, but could not be delivered there: it is archived."
    )


async def test_without_a_mail_server_only_dms_take_its_place(engine: Engine) -> None:
    await trouble(engine, (Way.CHANNEL, "C1"), (Way.DM, "U_ADMIN"))
    post = Closed("C1")
    await deliver(engine, post)

    assert {one.way for one in post.sent} == {Way.DM}


async def test_the_last_to_hear_are_the_admins(engine: Engine) -> None:
    async with engine.database.begin() as session:
        (await session.get_one(Member, ("T1", "U_EDITOR"))).is_gone = True
    await trouble(engine)
    post = Closed("U_EDITOR")
    states = await deliver(engine, post)

    assert states["incident:1:warning:dm:U_EDITOR"] is DeliveryState.FELL_BACK
    assert post.keys == ["incident:1:warning:dm:U_ADMIN"]


async def test_where_nobody_can_be_told_it_ends(engine: Engine) -> None:
    await trouble(engine, (Way.CHANNEL, "C1"))
    post = Closed("C1", "U_EDITOR", "U_ADMIN")
    states = await deliver(engine, post)

    assert post.sent == []
    assert set(states.values()) <= {DeliveryState.FELL_BACK, DeliveryState.DROPPED}


async def test_an_address_that_bounces_is_told_to_people(engine: Engine) -> None:
    await trouble(engine, (Way.EMAIL, "a@example.com"), (Way.DM, "U_ADMIN"))
    post = Closed("a@example.com")
    await deliver(engine, post)

    [notice] = [one for one in post.sent if ":undelivered:dm:U_ADMIN" in one.key]
    assert "meant for a@example.com" in notice.facts["undelivered"]


async def test_who_was_told_instead_hears_of_the_end_too(engine: Engine) -> None:
    incident_id = await trouble(engine, (Way.CHANNEL, "C1"), (Way.DM, "U_ADMIN"))
    async with engine.database.begin() as session:
        await incidents.resolve(
            session,
            await session.get_one(Incident, incident_id),
            resolution="It works.",
            by=None,
            now=engine.clock.now(),
        )
    post = Closed("C1")
    await deliver(engine, post)

    creators = [one.level for one in post.sent if one.address == "U_EDITOR"]
    assert creators == [Level.WARNING, Level.RESOLVED]
    assert set(post.counted.values()) == {1}
