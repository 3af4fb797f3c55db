import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.alerts import incidents
from bot.alerts.facts import AlertFacts
from bot.alerts.outbox import LEASE, Hopeless, Outbox, RetryLater, Sender, Sent, Undeliverable
from bot.clock import ShiftedClock
from bot.engine import Engine
from store import deliveries
from store.models import Delivery, Incident, Integration
from store.vocabulary import DeliveryState, IncidentKind, Level, Way
from tests.alerts.parts import Post, a_source, an_integration, until

SECOND = timedelta(seconds=1)


def outbox_of(engine: Engine, sender: Sender) -> Outbox:
    return Outbox(engine, dict.fromkeys(Way, sender))


async def trouble(
    engine: Engine, *recipients: tuple[Way, str], level: Level = Level.WARNING
) -> int:
    """An integration with an incident; returns the incident's id."""
    async with engine.database.begin() as session:
        integration = await an_integration(session, engine, *recipients)
        return (await worsen(engine, session, integration, level)).id


async def worsen(
    engine: Engine, session: object, integration: Integration, level: Level
) -> Incident:
    now = engine.clock.now()
    return await incidents.open_or_join(
        session,  # type: ignore[arg-type]
        workspace_id=integration.workspace_id,
        cause=f"errors:{integration.id}",
        facts=AlertFacts(
            incident_id=0,
            kind=IncidentKind.ERRORS,
            level=level,
            title=f"“{integration.name}” keeps failing",
            integration_ids=[integration.id],
            integration_names=[integration.name],
            since=now,
            happened_at=now,
        ),
        now=now,
        integration_id=integration.id,
    )


def skip(engine: Engine, span: timedelta) -> None:
    assert isinstance(engine.clock, ShiftedClock)
    engine.clock.skip(span)


async def all_of(engine: Engine) -> list[Delivery]:
    async with engine.database.read() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


async def settle(engine: Engine, outbox: Outbox) -> None:
    """Sweeps, seconds apart, until nothing is pending."""
    for _ in range(40):
        await outbox.sweep()
        if all(one.state not in deliveries.PENDING for one in await all_of(engine)):
            return
        skip(engine, timedelta(minutes=20))
    raise AssertionError("something stays owed")


async def test_each_is_sent_once(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U_ADMIN"), (Way.EMAIL, "a@example.com"))
    post = Post()
    outbox = outbox_of(engine, post)

    assert await outbox.sweep() == 2
    assert await outbox.sweep() == 0
    assert post.keys == [
        "incident:1:warning:dm:U_ADMIN",
        "incident:1:warning:email:a@example.com",
    ]
    assert {one.state for one in await all_of(engine)} == {DeliveryState.SENT}
    assert all(one.sent_at is not None for one in await all_of(engine))


async def test_two_outboxes_never_send_the_same(engine: Engine) -> None:
    await trouble(engine, *((Way.DM, f"U{number}") for number in range(30)))
    post = Post()

    sent = await asyncio.gather(*(outbox_of(engine, post).sweep() for _ in range(3)))

    assert sum(sent) == 30
    assert set(post.counted.values()) == {1}


async def test_a_channels_parent_goes_before_its_thread(engine: Engine) -> None:
    await trouble(engine, (Way.CHANNEL, "C1"))
    post = Post()
    outbox = outbox_of(engine, post)

    await outbox.sweep()
    assert post.parts(Way.CHANNEL) == ["message"]
    skip(engine, SECOND)
    await outbox.sweep()
    assert post.parts(Way.CHANNEL) == ["message", "thread"]


async def test_the_thread_waits_while_its_parent_cannot_go(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"), (Way.CHANNEL, "C1"))
    post = Post(RetryLater("ratelimited", 30), RetryLater("ratelimited", 30))
    outbox = outbox_of(engine, post)

    await outbox.sweep()
    skip(engine, 5 * SECOND)
    await outbox.sweep()
    assert post.keys == []
    skip(engine, 30 * SECOND)
    await outbox.sweep()
    skip(engine, SECOND)
    await outbox.sweep()
    assert post.parts(Way.CHANNEL) == ["message", "thread"]


async def test_one_message_a_second_to_a_channel(engine: Engine) -> None:
    async with engine.database.begin() as session:
        source = await a_source(session, engine)
        for number in range(3):
            integration = await an_integration(
                session, engine, (Way.DM, "U1"), name=f"I{number}", source=source
            )
            await worsen(engine, session, integration, Level.WARNING)
    post = Post()
    outbox = outbox_of(engine, post)

    for expected in (1, 2, 3):
        await outbox.sweep()
        assert len(post.sent) == expected
        skip(engine, SECOND)


async def test_a_wait_that_was_asked_for_is_kept_to_the_second(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"), (Way.DM, "U2"))
    post = Post(RetryLater("ratelimited", 60))
    outbox = outbox_of(engine, post)

    assert await outbox.sweep() == 1  # the other one is not held up
    skip(engine, 58 * SECOND)
    assert await outbox.sweep() == 0
    skip(engine, 3 * SECOND)
    assert await outbox.sweep() == 1
    assert post.looked_for == []  # a 429 was certainly not sent


async def test_waits_grow_from_attempt_to_attempt(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    outbox = outbox_of(engine, Post(*(RetryLater("down") for _ in range(9))))
    waits = []
    for _ in range(9):
        await outbox.sweep()
        [one] = await all_of(engine)
        waits.append((one.next_attempt_at - engine.clock.now()).total_seconds())
        skip(engine, timedelta(seconds=waits[-1] + 0.1))

    for number, wait in enumerate(waits):
        assert 0.45 * 2 ** (number + 1) <= wait <= min(900, 2 ** (number + 1)) + 0.1


async def test_a_lost_answer_is_looked_for_before_it_is_sent_again(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    post = Post(RetryLater("connection lost", maybe_sent=True))
    outbox = outbox_of(engine, post)

    await outbox.sweep()
    skip(engine, timedelta(minutes=1))
    await outbox.sweep()
    assert post.looked_for == ["incident:1:warning:dm:U1"]


async def test_a_killed_sender_leaves_something_to_look_for(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    async with engine.database.begin() as session:
        [_] = await deliveries.claim(session, engine.clock.now(), lease=LEASE, limit=9)
    post = Post()
    outbox = outbox_of(engine, post)

    await outbox.sweep()
    assert post.keys == []  # it may still be on its way
    skip(engine, LEASE + SECOND)
    await outbox.sweep()
    assert post.looked_for == post.keys == ["incident:1:warning:dm:U1"]


async def test_a_clock_that_jumps_sends_nothing_twice(engine: Engine) -> None:
    """The machine slept, or the demo let an hour pass, while a message was on its way."""
    await trouble(engine, (Way.DM, "U1"))
    on_its_way, arrives = asyncio.Event(), asyncio.Event()

    class Slow(Post):
        async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
            on_its_way.set()
            await arrives.wait()
            return await super().send(delivery, maybe_sent=maybe_sent)

    post = Slow()
    outbox = outbox_of(engine, post)
    first = asyncio.create_task(outbox.sweep())
    await on_its_way.wait()
    skip(engine, LEASE + SECOND)
    second = asyncio.create_task(outbox.sweep())
    await asyncio.wait({second}, timeout=2)
    arrives.set()

    assert (await first, await second) == (1, 0)
    assert post.keys == ["incident:1:warning:dm:U1"]


async def test_a_message_that_cannot_be_made_stops_no_other(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"), (Way.DM, "U2"))
    post = Post(KeyError("a mistake of ours"))

    assert await outbox_of(engine, post).sweep() == 1


async def test_after_a_day_others_are_told_instead(engine: Engine) -> None:
    await trouble(engine, (Way.CHANNEL, "C1"), (Way.DM, "U_ADMIN"))

    class Broken(Post):
        async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
            if delivery.way is Way.CHANNEL:
                raise RetryLater("down")
            return await super().send(delivery, maybe_sent=maybe_sent)

    post = Broken()
    outbox = outbox_of(engine, post)
    for _ in range(26):
        await outbox.sweep()
        skip(engine, timedelta(hours=1))

    states = {one.key: one.state for one in await all_of(engine)}
    assert states["incident:1:warning:channel:C1"] is DeliveryState.FELL_BACK
    assert post.counted["incident:1:warning:dm:U_ADMIN"] == 1


async def test_a_bot_that_was_off_for_days_still_tries(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))
    skip(engine, timedelta(days=3))
    post = Post(RetryLater("down"))
    await settle(engine, outbox_of(engine, post))

    assert post.keys == ["incident:1:warning:dm:U1"]


async def test_a_revoked_token_drops_it(engine: Engine) -> None:
    await trouble(engine, (Way.DM, "U1"))

    assert await outbox_of(engine, Post(Hopeless("token_revoked"))).sweep() == 0
    [one] = await all_of(engine)
    assert (one.state, one.error) == (DeliveryState.DROPPED, "token_revoked")


async def test_it_runs_until_it_is_stopped(engine: Engine) -> None:
    post = Post(RetryLater("busy", 0.05))
    stop = asyncio.Event()
    running = asyncio.create_task(outbox_of(engine, post).run_forever(stop))
    await trouble(engine, (Way.DM, "U1"), (Way.CHANNEL, "C1"))
    engine.outbox.wake()
    await until(lambda: len(post.sent) == 3)
    stop.set()
    engine.outbox.wake()
    await asyncio.wait_for(running, 5)

    assert set(post.counted.values()) == {1}


@pytest.mark.parametrize("trouble_kind", [Undeliverable("gone."), RetryLater("down")])
async def test_a_follow_up_that_fails_bothers_nobody(
    engine: Engine, trouble_kind: Exception
) -> None:
    incident_id = await trouble(engine, (Way.DM, "U1"))
    await outbox_of(engine, Post()).sweep()
    async with engine.database.begin() as session:
        incident = await session.get_one(Incident, incident_id)
        await incidents.resolve(
            session, incident, resolution="It works.", by=None, now=engine.clock.now()
        )
    skip(engine, timedelta(days=2))
    post = Post(*[trouble_kind] * 40)
    await settle(engine, outbox_of(engine, post))

    assert post.sent == []
    assert len(await all_of(engine)) == 2
