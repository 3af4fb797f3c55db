"""Double clicks, deliveries that Slack repeats, and answers that come too late."""

import asyncio

import pytest
from sqlalchemy import text

from bot.playground import journey
from bot.playground.browser import Browser
from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from store.models import Authorization, Integration, MappingPair, Run, Source, Transfer
from tests.stories.members import ON_POSTGRESQL, ON_SQLITE, answer_to, count
from tests.stories.shop import opens, scene_of, sees_once, sets_up


async def test_every_form_sent_twice_makes_one_row(ground: Playground, alice: Member) -> None:
    await alice.runs("/patchbay source new")
    await alice.picks("Integration source", "Demo Store")
    await alice.presses("See third-party service authorizations")
    await journey.authorizes(alice, ground.store.url)
    await alice.sees_modal("New source")
    await alice.submits(times=2)
    await alice.sees("Data transfer")
    assert await count(ground, Source) == 1

    await alice.picks("Choose the type of data", "Customers")
    await asyncio.gather(alice.presses("Add"), alice.presses("Add"))
    await alice.sees("Mapped fields")
    assert await count(ground, Transfer) == 1
    await alice.submits(times=2)
    await alice.sees("Active · 16 fields mapped", timeout=10)
    assert await count(ground, MappingPair) == 16

    await alice.presses("Create an integration")
    await alice.sees("Types of updates")
    await alice.submits(times=2)
    await alice.sees("Saved. Press Activate to start syncing.")
    assert await count(ground, Integration) == 1
    await asyncio.gather(alice.presses("Activate"), alice.presses("Activate"))
    await alice.sees(":large_green_circle: Active")
    await alice.closes(everything=True)
    await sees_once(alice, "its first sync is done")
    assert await count(ground, Run) == 1


@ON_POSTGRESQL
async def test_activate_pressed_twice_on_the_form(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay integration new")
    await alice.picks("Integration configuration", "Demo Store")
    await alice.sees("Types of updates")
    await asyncio.gather(alice.presses("Activate"), alice.presses("Activate"))
    await alice.sees(":large_green_circle: Active")
    await scene_of(ground, shop).quiet()
    assert await count(ground, Integration) == 1
    assert await count(ground, Run) == 1


async def test_a_key_sent_twice_is_one_authorization(ground: Playground, alice: Member) -> None:
    await alice.runs("/patchbay source new")
    await alice.picks("Integration source", "Demo Store")
    await alice.presses("See third-party service authorizations")
    await alice.picks("How to authorize", "API key")
    await alice.fills("Shop URL", ground.store.url)
    await alice.submits(times=2)
    url = await alice.opens_link("Open Demo Store")
    async with Browser() as first, Browser() as second:
        for browser in (first, second):
            await browser.opens(url)
            browser.fills("API key", ground.store.api_key)
        await asyncio.gather(*(b.presses("Connect Demo Store") for b in (first, second)))
    assert sorted([first.status, second.status]) == [200, 410]
    assert await count(ground, Authorization) == 1


@ON_SQLITE
async def test_removing_twice_is_no_error(ground: Playground, alice: Member) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.picks("Customers", "Remove")
    await alice.sees_modal("Remove data transfer")
    await alice.submits(times=2)
    page = await alice.sees("No data is transferred yet.")
    assert ":warning:" not in page.text
    assert await count(ground, Transfer) == 0


@ON_SQLITE
async def test_what_slack_repeats_is_done_once(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    await alice.runs("/patchbay sync demo")
    await ground.slack.redeliver_last()
    await scene.quiet()
    assert await scene.shop.runs() == 2
    await alice.runs("/patchbay pause demo")
    await alice.runs("/patchbay activate demo")
    await scene.quiet()
    assert await scene.shop.runs() == 3

    said = len(alice.ephemerals)
    await ground.slack.redeliver_last()
    assert len(alice.ephemerals) == said
    await alice.presses("Sync now", within=await answer_to(alice, "/patchbay status demo"))
    await ground.slack.redeliver_last()
    await scene.quiet()
    assert await scene.shop.runs() == 4

    await alice.opens_home()
    drawn = [call for call in ground.slack.calls if call.method == "views.publish"]
    await ground.slack.redeliver_last()
    again = [call for call in ground.slack.calls if call.method == "views.publish"]
    assert len(again) == len(drawn)


@ON_SQLITE
async def test_a_slow_start_is_explained_and_loses_nothing(
    ground: Playground, boris: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.playground.slack.triggers.LIFETIME", 0.3)
    ground.slack.trouble.slow("users.info", 0.5)
    await boris.runs("/patchbay source new")
    answer = await boris.sees("Slack waited too long for our answer and did not open the window.")
    assert "please press again, or type the command again" in answer.text
    ground.slack.trouble.clear()
    monkeypatch.undo()
    await boris.runs("/patchbay source new")
    await boris.picks("Integration source", "Demo Store")
    await boris.fills("Name", "Shop")

    # The same within a window: what was filled in stays.
    ground.slack.trouble.fail("views.push", "expired_trigger_id")
    await boris.presses("See third-party service authorizations")
    await boris.sees("Slack waited too long for our answer")
    assert boris.modal is not None
    assert boris.modal.value("Name") == "Shop"
    await boris.presses("See third-party service authorizations")
    await boris.sees_modal("Create an authorization")


@ON_SQLITE
async def test_a_click_is_acknowledged_before_anything_is_looked_up(
    ground: Playground, alice: Member
) -> None:
    async with ground.patchbay.engine.database.begin() as session:
        await session.execute(text("SELECT 1"))  # from here on nobody else writes
        running = asyncio.create_task(alice.runs("/patchbay help"))
        await until(lambda: _is_acknowledged(ground), "an acknowledgement")
        assert alice.ephemerals == []
    await running
    await alice.sees("/patchbay help shows this again")


@ON_SQLITE
async def test_an_event_is_acknowledged_once_we_have_it(ground: Playground, alice: Member) -> None:
    opened = {"type": "app_home_opened", "user": "U_ALICE", "channel": "D1", "tab": "home"}
    async with ground.patchbay.engine.database.begin() as session:
        await session.execute(text("SELECT 1"))
        sending = asyncio.create_task(ground.slack.send_event(opened))
        await asyncio.sleep(0.3)
        assert not _is_acknowledged(ground)  # if the process ends now, Slack sends it again
    assert (await sending).problem is None


def _is_acknowledged(ground: Playground) -> bool:
    return bool(ground.slack.log) and ground.slack.log[-1].ack_ms is not None
