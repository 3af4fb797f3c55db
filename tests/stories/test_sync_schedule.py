"""When an integration runs: by the clock, once, and never twice at a time."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from store.vocabulary import RunState
from tests.stories.shop import NAME, opens, scene_of, sets_up

HOUR = timedelta(hours=1)
TICKS = 0.7  # seconds: long enough for a run that ought not to be
PAGE = 20  # customers on a page, so that there are 13 pages
PAGES = 13


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.playground.store.api.MOST", PAGE)


async def test_it_runs_by_the_clock_and_rests_while_paused(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    assert await scene.shop.runs() == 1
    ground.clock.skip(timedelta(minutes=1))
    await asyncio.sleep(TICKS)
    assert await scene.shop.runs() <= 2  # the hour may just have struck
    before = await scene.shop.runs()

    ground.store.add("customers", 2)
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()
    assert await scene.shop.runs() == before + 1

    ground.clock.skip(5 * HOUR)  # as if nobody had looked for five hours: one run makes up for all
    await until(lambda: ground.store.requests["/v1/customers"] > before + 1, "the run that was due")
    await scene.quiet()
    await asyncio.sleep(TICKS)
    assert await scene.shop.runs() == before + 2

    await alice.runs("/patchbay pause demo")
    await alice.sees("is paused")
    ground.store.add("customers", 2)
    ground.clock.skip(5 * HOUR)
    await asyncio.sleep(TICKS)
    assert await scene.shop.runs() == before + 2

    await alice.runs("/patchbay activate demo")
    await alice.sees("is active")
    await until(lambda: ground.store.requests["/v1/customers"] > before + 2, "a run at once")
    await scene.quiet()
    await scene.has_the_same_rows()
    assert await scene.records_read() < 300  # it went on from where it was


async def test_the_times_in_words_are_right_when_the_clocks_change(
    ground: Playground, alice: Member
) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    change = _next_change(ground.clock.now(), "Europe/Paris")
    ground.clock.skip(change - timedelta(days=1, hours=6) - ground.clock.now())

    await alice.runs("/patchbay integration new")
    await alice.picks("Integration configuration", "Demo Store")
    await alice.picks("Schedule", "Cron expression")
    await alice.fills("Cron expression", "30 9 * * *")
    form = await alice.sees("Every day at 09:30 (Europe/Paris)")
    moments = _moments(form.blocks)
    assert len(moments) == 3
    paris = [moment.astimezone(ZoneInfo("Europe/Paris")) for moment in moments]
    assert {f"{moment:%H:%M}" for moment in paris} == {"09:30"}
    assert len({moment.utcoffset() for moment in paris}) == 2  # the change lies between
    first, second, third = moments
    assert {second - first, third - second} == {timedelta(days=1), timedelta(days=1) + _hour(paris)}


def _next_change(after: datetime, zone: str) -> datetime:
    """The day on which the offset from UTC is about to change."""
    day = after.astimezone(ZoneInfo(zone)).replace(hour=12, minute=0, second=0, microsecond=0)
    while (day + timedelta(days=1)).utcoffset() == day.utcoffset():
        day += timedelta(days=1)
    return day.astimezone(UTC)


def _moments(blocks: object) -> list[datetime]:
    found = re.findall(r"<!date\^(\d+)\^", str(blocks))
    return [datetime.fromtimestamp(int(seconds), UTC) for seconds in found]


def _hour(paris: list[datetime]) -> timedelta:
    """What the clocks changed by: forward makes a day an hour shorter."""
    before, after = paris[0].utcoffset(), paris[-1].utcoffset()
    assert before is not None
    assert after is not None
    return before - after


@pytest.mark.usefixtures("small_pages")
async def test_a_restart_goes_on_with_what_was_running(ground: Playground, alice: Member) -> None:
    ground.store.is_slow(0.05)
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await shop.connects()
    await until(lambda: ground.store.requests["/v1/customers"] >= 5, "the middle of a sync")
    await ground.restart()
    shop.engine = ground.patchbay.engine

    await until(lambda: ground.store.requests["/v1/customers"] >= PAGES, "the rest of it")
    scene = scene_of(ground, shop)
    await scene.quiet()
    assert await scene.has_the_same_rows() == 250
    assert ground.store.requests["/v1/customers"] <= PAGES + 2  # what was read ahead, again
    assert await shop.runs() == 1
    assert (await shop.last_run()).created == 250


@pytest.mark.usefixtures("small_pages")
async def test_one_integration_never_runs_twice_at_a_time(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    ground.store.is_slow(0.3)
    ground.store.change("customers", range(1, 100))
    asked = ground.store.requests["/v1/customers"]
    await alice.runs("/patchbay sync demo")
    await until(lambda: ground.store.requests["/v1/customers"] > asked, "the sync")
    await alice.runs("/patchbay sync demo")
    await alice.sees("is syncing already. Wait until it is done, then try again.")
    ground.clock.skip(HOUR)  # its time comes meanwhile, and is passed over
    await asyncio.sleep(TICKS)
    ground.store.is_slow(0)
    await scene.quiet()
    await scene.has_the_same_rows()
    assert await scene.shop.runs() == 2


async def test_two_integrations_share_a_source(ground: Playground) -> None:
    scene = await sets_up(ground)
    other = "Customers for Boris"
    await scene.shop.connects(other)
    await until(lambda: ground.store.requests["/v1/customers"] > 1, "the other's first sync")
    await scene.quiet()
    assert (await scene.shop.last_run(other)).unchanged == 250  # all of them were there

    ground.store.add("customers", 4)
    await scene.an_hour_goes_by()
    await scene.quiet()
    await scene.has_the_same_rows()
    runs = [await scene.shop.last_run(name) for name in (NAME, other)]
    assert all(run.state is RunState.SUCCEEDED for run in runs)
    assert sum(run.created for run in runs) == 4
