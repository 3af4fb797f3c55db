"""Deliveries in Slack, over the real protocol against the stand-in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.alerts import incidents
from bot.alerts.facts import AlertFacts
from bot.alerts.outbox import LEASE, Outbox
from bot.clock import ShiftedClock
from bot.engine import Engine
from bot.errors import NotFound
from bot.playground.slack import SlackServer
from bot.playground.slack.messages import Message
from handlers.notify import SlackSender
from store import deliveries
from store.models import Delivery, Incident, Integration, Workspace
from store.vocabulary import DeliveryState, IncidentKind, Level, Way
from tests.alerts.parts import Post, an_integration

MINUTE = timedelta(minutes=1)


@dataclass
class Place:
    """An integration in trouble, an outbox, and the Slack that it writes to."""

    engine: Engine
    slack: SlackServer
    outbox: Outbox
    email: Post = field(default_factory=Post)

    async def worsen(self, level: Level, *recipients: tuple[Way, str]) -> int:
        """Opens the incident of the one integration, or joins it; returns its id."""
        async with self.engine.database.begin() as session:
            integration = await session.get(Integration, 1)
            if integration is None:
                integration = await an_integration(session, self.engine, *recipients)
            now = self.engine.clock.now()
            incident = await incidents.open_or_join(
                session,
                workspace_id="T1",
                cause="errors:1",
                facts=AlertFacts(
                    incident_id=0,
                    kind=IncidentKind.ERRORS,
                    level=level,
                    title=f"“{integration.name}” {level}",
                    integration_ids=[integration.id],
                    integration_names=[integration.name],
                    since=now,
                    happened_at=now,
                    details=["the detail"],
                ),
                now=now,
                integration_id=integration.id,
            )
            return incident.id

    async def resolve(self, incident_id: int) -> None:
        async with self.engine.database.begin() as session:
            incident = await session.get_one(Incident, incident_id)
            await incidents.resolve(
                session,
                incident,
                resolution="It was mended.",
                by="U_ADMIN",
                now=self.engine.clock.now(),
            )

    async def send_all(self) -> None:
        """Sweeps, two seconds apart, until nothing is due soon."""
        for _ in range(8):
            await self.outbox.sweep()
            self.skip(timedelta(seconds=2))

    def skip(self, span: timedelta) -> None:
        assert isinstance(self.engine.clock, ShiftedClock)
        self.engine.clock.skip(span)

    async def states(self) -> dict[str, DeliveryState]:
        async with self.engine.database.read() as session:
            return {one.key: one.state for one in await session.scalars(select(Delivery))}

    def channel(self, channel_id: str = "C1") -> list[Message]:
        return self.slack.workspace.channels[channel_id].messages

    def dm(self, member_id: str) -> list[Message]:
        return self.slack.workspace.dm(member_id).messages


@pytest.fixture
async def place(engine: Engine) -> AsyncIterator[Place]:
    slack = SlackServer(bot_token="xoxb-test")
    await slack.start()
    for member_id in ("U_ADMIN", "U_EDITOR", "U_VIEWER"):
        slack.add_member(member_id, member_id[2:].title())
    slack.add_channel("C1", "alerts", ["U_ADMIN"])

    async def client_for(workspace_id: str) -> AsyncWebClient:
        if workspace_id != "T1":
            raise NotFound("Patchbay is not installed in this workspace.")
        return AsyncWebClient(token="xoxb-test", base_url=slack.api_url)

    sender = SlackSender(engine, client_for)
    email = Post()
    outbox = Outbox(engine, {Way.DM: sender, Way.CHANNEL: sender, Way.EMAIL: email})
    yield Place(engine, slack, outbox, email)
    await slack.stop()


DM_ADMIN = (Way.DM, "U_ADMIN")
CHANNEL = (Way.CHANNEL, "C1")


async def test_a_channel_gets_a_parent_and_its_thread(place: Place) -> None:
    await place.worsen(Level.WARNING, DM_ADMIN, CHANNEL)
    await place.send_all()

    parent, reply = place.channel()
    assert reply.thread_ts == parent.ts
    assert "warning" in parent.text
    assert "the detail" in str(reply.blocks)
    [dm] = place.dm("U_ADMIN")
    assert "the detail" in str(dm.blocks)


async def test_growing_worse_edits_the_parent_and_adds_to_the_thread(place: Place) -> None:
    await place.worsen(Level.WARNING, DM_ADMIN, CHANNEL)
    await place.send_all()
    await place.worsen(Level.DISABLED)
    await place.send_all()

    parent, *replies = place.channel()
    assert "disabled" in parent.text
    assert parent.edited
    assert [reply.thread_ts for reply in replies] == [parent.ts, parent.ts]
    assert len(place.dm("U_ADMIN")) == 2


async def test_the_end_is_told_where_the_trouble_was(place: Place) -> None:
    incident_id = await place.worsen(Level.DISABLED, DM_ADMIN, CHANNEL)
    await place.send_all()
    await place.resolve(incident_id)
    await place.send_all()

    parent, _, reply = place.channel()
    assert "works again" in parent.text
    assert "<@U_ADMIN>" in str(parent.blocks)
    assert "<@U_ADMIN>: It was mended." in reply.text
    assert "works again" in place.dm("U_ADMIN")[-1].text
    assert place.dm("U_EDITOR") == []


async def test_a_lost_answer_does_not_say_it_twice(place: Place) -> None:
    place.slack.trouble.drop_answer("chat.postMessage", times=3)
    await place.worsen(Level.WARNING, DM_ADMIN, CHANNEL)
    for _ in range(8):
        await place.outbox.sweep()
        place.skip(MINUTE)

    assert len(place.dm("U_ADMIN")) == 1
    parent, reply = place.channel()
    assert reply.thread_ts == parent.ts
    assert set((await place.states()).values()) == {DeliveryState.SENT}


async def test_a_killed_process_does_not_say_it_twice(place: Place) -> None:
    await place.worsen(Level.WARNING, DM_ADMIN)
    await place.outbox.sweep()
    async with place.engine.database.begin() as session:  # as if it died before it wrote it down
        [one] = await session.scalars(select(Delivery))
        one.state, one.message_ts = DeliveryState.SENDING, None
    place.skip(LEASE + MINUTE)
    await place.outbox.sweep()

    assert len(place.dm("U_ADMIN")) == 1
    assert set((await place.states()).values()) == {DeliveryState.SENT}


async def test_a_429_holds_one_method_of_one_workspace(place: Place) -> None:
    place.slack.trouble.rate_limit("chat.postMessage", retry_after=40)
    await place.worsen(Level.WARNING, DM_ADMIN, (Way.DM, "U_EDITOR"))
    await place.outbox.sweep()
    before = [call.method for call in place.slack.calls].count("chat.postMessage")
    place.skip(30 * timedelta(seconds=1))
    await place.outbox.sweep()

    calls = [call.method for call in place.slack.calls].count("chat.postMessage")
    assert calls == before  # not even tried
    place.skip(timedelta(seconds=15))
    await place.send_all()
    assert len(place.dm("U_ADMIN")) == len(place.dm("U_EDITOR")) == 1


async def test_it_joins_a_public_channel(place: Place) -> None:
    place.slack.add_channel("C2", "public", ["U_ADMIN"], with_bot=False)
    await place.worsen(Level.WARNING, DM_ADMIN, (Way.CHANNEL, "C2"))
    await place.send_all()

    assert len(place.channel("C2")) == 2


@pytest.mark.parametrize("trouble", ["archived", "private", "gone"])
async def test_people_are_told_when_their_channel_cannot_be(place: Place, trouble: str) -> None:
    if trouble == "archived":
        place.slack.workspace.channels["C1"].archived = True
    else:
        place.slack.workspace.channels.pop("C1")
    if trouble == "private":
        place.slack.add_channel("C1", "secret", ["U_ADMIN"], private=True, with_bot=False)
    await place.worsen(Level.DISABLED, DM_ADMIN, CHANNEL)
    await place.send_all()

    states = await place.states()
    assert states["incident:1:disabled:channel:C1"] is DeliveryState.FELL_BACK
    assert states["incident:1:disabled:channel:C1:thread"] is DeliveryState.DROPPED
    told, why = place.dm("U_ADMIN")  # who was told learns why; who was not gets it all
    assert "disabled" in told.text
    assert "meant for the alert channel" in why.text
    [creator] = place.dm("U_EDITOR")
    assert "meant for the alert channel" in str(creator.blocks)


async def test_the_others_hear_of_a_deactivated_member(place: Place) -> None:
    place.slack.workspace.people["U_ADMIN"].deleted = True
    await place.worsen(Level.DISABLED, DM_ADMIN)
    await place.send_all()

    [creator] = place.dm("U_EDITOR")
    assert "Admin’s DM" in str(creator.blocks)


async def test_a_revoked_token_stops_nobody_elses_mail(place: Place) -> None:
    place.slack.trouble.fail("*", "token_revoked", times=20)
    await place.worsen(Level.DISABLED, DM_ADMIN, (Way.EMAIL, "a@example.com"))
    await place.send_all()

    assert place.email.keys == ["incident:1:disabled:email:a@example.com"]
    states = await place.states()
    assert states["incident:1:disabled:dm:U_ADMIN"] is DeliveryState.DROPPED


async def test_a_deleted_parent_is_posted_anew(place: Place) -> None:
    await place.worsen(Level.WARNING, DM_ADMIN, CHANNEL)
    await place.send_all()
    place.channel().clear()
    await place.worsen(Level.DISABLED)
    await place.send_all()

    parent, reply = place.channel()
    assert "disabled" in parent.text
    assert reply.thread_ts == parent.ts


async def test_blocks_that_slack_refuses_still_say_it_in_words(place: Place) -> None:
    place.slack.trouble.fail("chat.postMessage", "invalid_blocks")
    await place.worsen(Level.WARNING, DM_ADMIN)
    await place.outbox.sweep()

    [dm] = place.dm("U_ADMIN")
    assert "warning" in dm.text
    assert dm.blocks == []


async def test_an_outage_of_slack_loses_nothing(place: Place) -> None:
    place.slack.trouble.fail("chat.postMessage", "internal_error", times=5)
    await place.worsen(Level.WARNING, DM_ADMIN, CHANNEL)
    for _ in range(12):
        await place.outbox.sweep()
        place.skip(5 * MINUTE)

    assert len(place.dm("U_ADMIN")) == 1
    assert len(place.channel()) == 2


async def test_a_workspace_without_patchbay_is_dropped(place: Place) -> None:
    async with place.engine.database.begin() as session:
        now = place.engine.clock.now()
        session.add(Workspace(id="T2", name="Left", created_at=now))
        await session.flush()
        facts = AlertFacts(
            incident_id=0,
            kind=IncidentKind.ERRORS,
            level=Level.WARNING,
            title="t",
            integration_ids=[1],
            integration_names=["i"],
            since=now,
            happened_at=now,
        )
        await deliveries.owe(
            session,
            workspace_id="T2",
            key="lonely",
            way=Way.DM,
            address="U1",
            level=Level.WARNING,
            facts=facts.model_dump(mode="json"),
            now=now,
        )
    await place.outbox.sweep()

    assert await place.states() == {"lonely": DeliveryState.DROPPED}
