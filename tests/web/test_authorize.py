"""One-time pages: what they say, what they keep to themselves, and whom they let through."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select
from starlette.applications import Starlette

from bot.clock import ShiftedClock
from bot.engine import Engine
from bot.playground.browser import Browser
from bot.playground.store import DemoStore
from bot.setup.actor import Actor
from bot.setup.authorizations import Link, Wanted, begin
from bot.signals import Authorized, Signal
from bot.web import authorize
from bot.web.serving import Serving
from store.models import Authorization, AuthorizationRequest, Member
from store.vocabulary import AuthKind, Role

EDITOR = Actor("T1", "U_EDITOR", Role.EDITOR, "Editor")
SECRET = "a-key-that-must-not-be-seen"


@dataclass(frozen=True)
class Pages:
    engine: Engine
    store: DemoStore
    browser: Browser
    told: list[Signal]

    async def link(self, kind: AuthKind = AuthKind.OAUTH2, name: str = "Shop") -> Link:
        params = {"shop_url": self.store.url}
        wanted = Wanted("demo_store", name, kind, params, view_id="V1")
        return await begin(self.engine, EDITOR, wanted)

    async def stored(self) -> list[Authorization]:
        async with self.engine.database.read() as session:
            return list(await session.scalars(select(Authorization).order_by(Authorization.id)))

    def problem(self) -> str | None:
        signal = self.told[-1]
        assert isinstance(signal, Authorized)
        return signal.problem


@pytest.fixture
async def pages(engine: Engine) -> AsyncIterator[Pages]:
    web = Serving(_nobody)
    await web.start()
    await web.stop()
    settings = engine.settings.model_copy(update={"public_url": web.url})
    engine = replace(engine, settings=settings)
    web = Serving(Starlette(routes=authorize.routes(engine)), port=web.port)
    await web.start()
    told: list[Signal] = []

    async def hear(signal: Signal) -> None:
        told.append(signal)

    engine.signals.subscribe(hear)
    async with DemoStore(clock=engine.clock, customers=1) as store, Browser() as browser:
        yield Pages(engine, store, browser, told)
    await web.stop()


async def _nobody(_scope: object, _receive: object, _send: object) -> None:
    """No app yet."""


async def test_consent_in_the_browser_makes_an_authorization(pages: Pages) -> None:
    link = await pages.link()
    await pages.browser.opens(link.url)
    text = await pages.browser.presses("Allow")
    assert "Demo Store is connected" in text
    assert "you are connected to “Acme Demo Store”" in text
    assert "go back to Slack" in text
    [authorization] = await pages.stored()
    assert (authorization.name, authorization.account) == ("Shop", "Acme Demo Store")
    assert authorization.expires_at is not None
    [signal] = pages.told
    assert isinstance(signal, Authorized)
    assert (signal.authorization_id, signal.view_id) == (authorization.id, "V1")


async def test_pages_are_guarded(pages: Pages) -> None:
    link = await pages.link(AuthKind.API_KEY)
    for url in (link.url, f"{link.url}x", f"{link.url.rsplit('/', 2)[0]}/oauth/callback"):
        await pages.browser.opens(url)
        headers = pages.browser.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "<script" not in pages.browser.html


async def test_only_a_hash_of_the_link_is_kept(pages: Pages) -> None:
    link = await pages.link()
    async with pages.engine.database.read() as session:
        [request] = await session.scalars(select(AuthorizationRequest))
    assert link.token not in repr(vars(request))
    assert len(request.token_hash) == 64


async def test_a_link_works_once(pages: Pages) -> None:
    link = await pages.link()
    await pages.browser.opens(link.url)
    await pages.browser.presses("Allow")
    back = pages.browser.url
    assert "This link was used already" in await pages.browser.opens(link.url)
    assert pages.browser.status == 410
    assert "used already" in await pages.browser.opens(back)  # reloading the last page
    assert len(await pages.stored()) == 1


async def test_opening_a_link_twice_does_not_break_the_first_tab(pages: Pages) -> None:
    link = await pages.link()
    await pages.browser.opens(link.url)
    first_tab = pages.browser.url
    await pages.browser.opens(link.url)
    await pages.browser.opens(first_tab)
    assert "Demo Store is connected" in await pages.browser.presses("Allow")


async def test_an_unknown_link(pages: Pages) -> None:
    link = await pages.link()
    assert "not one of Patchbay's" in await pages.browser.opens(link.url + "x")
    assert pages.told == []


async def test_an_expired_link_tells_the_modal(pages: Pages) -> None:
    link = await pages.link()
    clock = pages.engine.clock
    assert isinstance(clock, ShiftedClock)
    clock.skip(timedelta(minutes=30))
    assert "more than 30 minutes old" in await pages.browser.opens(link.url)
    assert "30 minutes" in (pages.problem() or "")


async def test_another_browser_cannot_bring_the_answer_back(pages: Pages) -> None:
    link = await pages.link()
    await pages.browser.opens(link.url)
    consent = pages.browser.url
    async with Browser() as stranger:
        await stranger.opens(consent)
        assert "made for another browser" in await stranger.presses("Allow")
    assert await pages.stored() == []
    assert "Demo Store is connected" in await pages.browser.presses("Allow")


@pytest.mark.parametrize("query", ["", "?state=x", "?state=x.y&code=z", "?state=é.ü&code=z"])
async def test_a_callback_out_of_nowhere(pages: Pages, query: str) -> None:
    public = pages.engine.settings.public_url
    assert "does not work" in await pages.browser.opens(f"{public}/oauth/callback{query}")


async def test_saying_no(pages: Pages) -> None:
    link = await pages.link()
    await pages.browser.opens(link.url)
    assert "told not to allow it" in await pages.browser.presses("Deny")
    assert "told not to allow it" in (pages.problem() or "")
    assert await pages.stored() == []
    await pages.browser.opens(link.url)  # still good: one may think again
    assert "is connected" in await pages.browser.presses("Allow")


async def test_a_typed_secret_is_never_seen_again(
    pages: Pages, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    link = await pages.link(AuthKind.API_KEY)
    await pages.browser.opens(link.url)
    pages.browser.fills("API key", SECRET)
    with structlog.testing.capture_logs() as events:
        text = await pages.browser.presses("Connect Demo Store")
    assert pages.browser.status == 422
    assert "does not accept this key" in text
    assert SECRET not in pages.browser.html
    assert SECRET not in repr(pages.told)
    assert SECRET not in repr(events)
    printed = capsys.readouterr()
    assert SECRET not in caplog.text + printed.out + printed.err
    pages.browser.fills("API key", pages.store.api_key)
    assert "is connected" in await pages.browser.presses("Connect Demo Store")
    assert pages.store.api_key not in pages.browser.html
    [authorization] = await pages.stored()
    assert pages.engine.vault.open(authorization.secret) == {"key": pages.store.api_key}


async def test_an_empty_form_is_asked_again(pages: Pages) -> None:
    link = await pages.link(AuthKind.API_KEY)
    await pages.browser.opens(link.url)
    pages.browser.fills("API key", "   ")
    assert "Fill in every field" in await pages.browser.presses("Connect Demo Store")


async def test_a_service_that_is_down_is_said_and_nothing_kept(pages: Pages) -> None:
    link = await pages.link(AuthKind.API_KEY)
    await pages.browser.opens(link.url)
    pages.browser.fills("API key", pages.store.api_key)
    pages.store.answers_500()
    text = await pages.browser.presses("Connect Demo Store")
    assert "Demo Store" in text
    assert pages.browser.status == 422
    assert await pages.stored() == []
    pages.store.works_again()
    pages.browser.fills("API key", pages.store.api_key)
    assert "is connected" in await pages.browser.presses("Connect Demo Store")


async def test_a_huge_form_is_turned_away(pages: Pages) -> None:
    link = await pages.link(AuthKind.API_KEY)
    await pages.browser.opens(link.url)
    pages.browser.fills("API key", "k" * 100_000)
    assert "not understood" in await pages.browser.presses("Connect Demo Store")


async def test_names_from_outside_are_text(pages: Pages) -> None:
    link = await pages.link(AuthKind.API_KEY, name="<b onclick=x>Shop</b>")
    text = await pages.browser.opens(link.url)
    assert "<b onclick=x>Shop</b>" in text
    assert "<b onclick" not in pages.browser.html


async def test_who_became_a_viewer_meanwhile_authorizes_nothing(pages: Pages) -> None:
    link = await pages.link()
    async with pages.engine.database.begin() as session:
        member = await session.get_one(Member, ("T1", "U_EDITOR"))
        member.role = Role.VIEWER
    assert "may not create authorizations any more" in await pages.browser.opens(link.url)


async def test_the_second_of_a_name_gets_a_number(pages: Pages) -> None:
    for _ in range(3):
        link = await pages.link()
        await pages.browser.opens(link.url)
        await pages.browser.presses("Allow")
    assert [each.name for each in await pages.stored()] == ["Shop", "Shop 2", "Shop 3"]
