"""Authorizations that work, that are refused, and links that have had their day."""

import logging
from datetime import timedelta

import pytest

from bot.playground import journey
from bot.playground.browser import Browser
from bot.playground.host import Playground
from bot.playground.member import Member
from store.models import Authorization, Source
from tests.stories.members import ON_SQLITE, another_authorization, count
from tests.stories.shop import opens

pytestmark = ON_SQLITE


async def asks(member: Member, shop_url: str, *, way: str = "Sign in with Demo Store") -> str:
    """Up to the one-time link, which is returned."""
    await member.runs("/patchbay source new")
    await member.picks("Integration source", "Demo Store")
    await member.presses("See third-party service authorizations")
    await member.picks("How to authorize", way)
    await member.fills("Shop URL", shop_url)
    await member.submits()
    await member.sees("works once")
    return await member.opens_link("Open Demo Store")


async def chooses(member: Member, name: str) -> None:
    """A new source whose form has that authorization selected."""
    await member.runs("/patchbay source new")
    await member.picks("Integration source", "Demo Store")
    await member.fills("Name", "Shop")
    await member.presses("See third-party service authorizations")
    await member.picks("Authorization", name)
    await member.submits()
    await member.sees(f"Authorization: :white_check_mark: {name}")


async def test_a_wrong_key_then_the_right_one(
    ground: Playground, boris: Member, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    url = await asks(boris, ground.store.url, way="API key")
    async with Browser() as browser:
        await browser.opens(url)
        browser.fills("API key", "sk-guessed")
        page = await browser.presses("Connect Demo Store")
        assert "Demo Store does not accept this key. Check that it is complete" in page
        await boris.sees("Demo Store does not accept this key.")
        assert await count(ground, Authorization) == 0

        browser.fills("API key", ground.store.api_key)
        page = await browser.presses("Connect Demo Store")
        assert "Demo Store accepted it: you are connected to “Acme Demo Store”." in page
        assert ground.store.api_key not in browser.html
    await boris.sees_modal("New source")
    await boris.sees("Authorization: :white_check_mark: Demo Store (Acme Demo Store)")
    await boris.submits()
    await boris.sees("Data transfer")
    said = str([call.args for call in ground.slack.calls]) + caplog.text
    assert "authorization.accepted" in said
    assert ground.store.api_key not in said
    assert "sk-guessed" not in said


async def test_saying_no_then_yes(ground: Playground, boris: Member) -> None:
    await asks(boris, ground.store.url)
    page = await journey.goes_to_the_browser(boris, answer="Deny")
    assert "Demo Store was told not to allow it, so nothing was connected." in page
    await boris.sees("Demo Store was told not to allow it")
    await boris.presses("Try again")
    await boris.sees("works once")
    await journey.goes_to_the_browser(boris)
    await boris.sees("Authorization: :white_check_mark: Demo Store")
    await boris.submits()
    await boris.sees("Data transfer")
    assert await count(ground, Authorization) == 1


async def test_a_link_works_once(ground: Playground, boris: Member) -> None:
    url = await asks(boris, ground.store.url)
    async with Browser() as browser:
        await browser.opens(url)
        await browser.presses("Allow")
        page = await browser.opens(url)
    assert "This link was used already, and it works only once." in page
    assert browser.status == 410
    assert await count(ground, Authorization) == 1


async def test_a_link_that_is_too_old(ground: Playground, boris: Member) -> None:
    url = await asks(boris, ground.store.url, way="API key")
    ground.clock.skip(timedelta(minutes=31))
    async with Browser() as browser:
        page = await browser.opens(url)
    assert "This link is more than 30 minutes old" in page
    await boris.sees("This link is more than 30 minutes old")
    await boris.presses("Try again")
    await boris.sees("works once")
    await journey.goes_to_the_browser(boris, key=ground.store.api_key)
    await boris.sees("Authorization: :white_check_mark: Demo Store")


async def test_another_ones_browser_cannot_finish_it(ground: Playground, boris: Member) -> None:
    url = await asks(boris, ground.store.url)
    async with Browser() as his, Browser() as stranger:
        await his.opens(url)
        await stranger.opens(his.url)  # the consent page that his browser was led to
        page = await stranger.presses("Allow")
        assert "it was made for another browser" in page
        assert await count(ground, Authorization) == 0
        await his.presses("Allow")
    await boris.sees("Authorization: :white_check_mark: Demo Store")


async def test_a_service_that_is_down_while_the_source_is_saved(
    ground: Playground, alice: Member
) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await another_authorization(ground, "Second shop")
    await chooses(alice, "Second shop")
    ground.store.answers_500()
    await alice.submits()
    await alice.sees("Demo Store has trouble of its own (HTTP 500). Try again in a few minutes")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Shop"
    assert await count(ground, Source) == 1

    ground.store.works_again()
    await alice.submits()
    await alice.sees("Data transfer")
    assert await count(ground, Source) == 2


async def test_no_source_with_an_authorization_that_is_refused(
    ground: Playground, alice: Member
) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await another_authorization(ground, "Second shop")
    await chooses(alice, "Second shop")
    ground.store.revokes_token()
    await alice.submits()
    await alice.sees("it was revoked or has expired. Authorize it again.")
    assert await count(ground, Source) == 1

    await alice.presses("See third-party service authorizations")
    await alice.sees("needs authorization")
    await alice.picks("Second shop", "Authorize again")
    await alice.sees("works once")
    await journey.goes_to_the_browser(alice)
    await alice.sees("Authorization: :white_check_mark: Second shop (Acme Demo Store)")
    await alice.submits()
    await alice.sees("Data transfer")
    assert await count(ground, Source) == 2
    assert await count(ground, Authorization) == 2
