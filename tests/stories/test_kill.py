"""The process dies, or is asked to end, at any moment: nothing is lost, nothing happens twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.playground import truth
from bot.playground.member import Member
from bot.playground.walk import CHANNEL, until
from store.models import Checkpoint, Delivery, Integration, Run
from store.vocabulary import DeliveryState, IntegrationState, RunState, Way
from tests.stories.processes import World, outside
from tests.stories.shop import EVERYBODY, Shop, opens, said

CUSTOMERS = 600
PAGE = 20
PAGES = CUSTOMERS // PAGE
KILLS = 3
SEED = 1  # of the moments at which they come
AGAIN = 9  # pages that a kill may cost: those that are loaded, and what was read ahead
STOP_SECONDS = 10


@pytest.fixture
async def world(
    database_url: str, project_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A store whose customers come in small, slow pages."""
    monkeypatch.setattr("bot.playground.store.api.MOST", PAGE)
    async with outside(tmp_path, database_url, project_url, customers=CUSTOMERS) as world:
        world.store.is_slow(0.08)
        yield world


@pytest.fixture
def alice(world: World) -> Member:
    return world.slack.member("U_ALICE")


def pages_asked_for(world: World) -> int:
    return world.store.requests["/v1/customers"]


def has_asked_for(world: World, pages: int) -> bool:
    return pages_asked_for(world) >= pages


async def ends(world: World, shop: Shop) -> Run:
    """The only run, once it is over."""
    async with asyncio.timeout(20):
        while True:
            if await shop.runs() and (run := await shop.last_run()).finished_at is not None:
                break
            await asyncio.sleep(0.05)
    assert await shop.runs() == 1
    return run


async def has_the_same_rows(world: World) -> None:
    rows = await truth.found(world.engine.settings.project_url.get_secret_value())
    assert len(rows) == CUSTOMERS
    assert truth.checksum(rows) == truth.checksum(truth.expected(world.store))


async def test_kill_9_in_the_middle_of_a_sync(world: World, alice: Member) -> None:
    dice = random.Random(SEED)
    shop = await opens(world.engine, world.slack, world.store)
    await shop.connects(state=IntegrationState.INACTIVE)
    await world.starts()
    await alice.runs("/patchbay activate demo")
    await alice.sees("is syncing…")  # its progress, in her DM
    for kills in range(KILLS):
        target = pages_asked_for(world) + dice.randint(2, 7)
        if kills:
            await world.starts()
        await until(partial(has_asked_for, world, target), f"request {target}")
        await asyncio.sleep(dice.uniform(0, 0.05))
        await world.is_killed()
        assert (await shop.last_run()).state is RunState.RUNNING

    await world.starts()
    run = await ends(world, shop)
    await has_the_same_rows(world)
    assert run.state is RunState.SUCCEEDED
    assert run.created + run.unchanged == CUSTOMERS  # each page is counted once
    assert pages_asked_for(world) <= PAGES + AGAIN * KILLS  # never from the start again
    assert run.rejected == run.updated == 0
    await alice.sees("its first sync is done")
    [done] = alice.dm()
    assert done.is_edited  # the same message to the end


async def test_sigterm_in_the_middle_of_a_sync(world: World) -> None:
    shop = await opens(world.engine, world.slack, world.store)
    await shop.connects()
    await world.starts()
    await until(lambda: pages_asked_for(world) >= 6, "the middle of a sync")
    code, seconds = await world.is_stopped()
    assert code == 0
    assert seconds < STOP_SECONDS
    assert (await shop.last_run()).state is RunState.QUEUED  # for whoever comes next
    async with world.engine.database.read() as session:
        checkpoint = (await session.scalars(select(Checkpoint))).one()
    assert checkpoint.pages >= 4
    assert checkpoint.created == checkpoint.pages * PAGE == await rows_there(world)  # none in hand
    assert '"event": "patchbay.stopped"' in world.log

    await world.starts()
    run = await ends(world, shop)
    await has_the_same_rows(world)
    assert (run.state, run.created) == (RunState.SUCCEEDED, CUSTOMERS)
    assert pages_asked_for(world) <= PAGES + 3  # only the request that was under way


async def rows_there(world: World) -> int:
    return len(await truth.found(world.engine.settings.project_url.get_secret_value()))


async def test_kill_9_while_alerts_are_due(world: World, alice: Member) -> None:
    boris = world.slack.member("U_BORIS")
    shop = await opens(world.engine, world.slack, world.store)
    await shop.connects(
        recipients=(*EVERYBODY, (Way.DM, "U_BORIS")),
        policy={"warning_failures": 1, "disable_failures": 2, "disable_hours": 0},
    )
    world.store.answers_500()

    # Killed between a claim and its answer: Slack takes the message, the bot never hears of it.
    world.slack.trouble.slow("chat.postMessage", 0.5)
    await world.starts()
    await until(lambda: world.slack.slack.calls_under_way > 0, "a message on its way")
    await asyncio.sleep(0.1)
    await world.is_killed()
    world.slack.trouble.clear()
    await everything_is_told(world)
    assert_told_once(world, (alice, boris), FAILS)

    # Killed once the answers got lost: the messages are there, and are looked for.
    world.slack.trouble.drop_answer("chat.postMessage", times=3)
    await is_due(world, shop)
    await until(lambda: any(said(one.dm(), DISABLED) for one in (alice, boris)), "the next level")
    await world.is_killed()
    world.slack.trouble.clear()
    await everything_is_told(world)
    assert_told_once(world, (alice, boris), FAILS)
    assert_told_once(world, (alice, boris), DISABLED)
    async with world.engine.database.read() as session:
        integration = (await session.scalars(select(Integration))).one()
    assert integration.state is IntegrationState.DISABLED


FAILS, DISABLED = "keeps failing", "was disabled because of a large number of errors"


async def is_due(world: World, shop: Shop) -> None:
    async with world.engine.database.begin() as session:
        now = world.engine.clock.now()
        await session.execute(update(Integration).values(next_run_at=now))


async def everything_is_told(world: World) -> None:
    """Three minutes later the bot is started again; nothing is owed any more in the end."""
    async with world.engine.database.begin() as session:
        await session.execute(
            update(Delivery)
            .where(Delivery.state.in_((DeliveryState.OWED, DeliveryState.SENDING)))
            .values(next_attempt_at=world.engine.clock.now() - timedelta(seconds=1))
        )
    await world.starts()
    owed = Delivery.state.in_((DeliveryState.OWED, DeliveryState.SENDING))
    count = select(func.count()).select_from(Delivery)
    async with asyncio.timeout(20):
        while True:
            async with world.engine.database.read() as session:
                everything = await session.scalar(count)
                if everything and not await session.scalar(count.where(owed)):
                    return
            await asyncio.sleep(0.05)


def assert_told_once(world: World, people: tuple[Member, ...], words: str) -> None:
    for person in people:
        assert len(said(person.dm(), words)) == 1, person.person.name
    alice = people[0]
    letters = [mail for mail in world.mailbox.to("alice@example.com") if words in mail["Subject"]]
    assert len({mail["Message-ID"] for mail in letters}) == 1
    assert len(alice.channel(CHANNEL)) == 1  # one message that follows its incident
    details = [post for post in alice.thread(alice.channel(CHANNEL)[0]) if words in post.fallback]
    assert len(details) == 1
