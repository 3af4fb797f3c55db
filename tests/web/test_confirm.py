"""The link in a confirmation mail: opening it changes nothing, the button does."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.engine import Engine
from bot.setup.confirmations import confirm_url, hash_of
from bot.web import confirm
from store.models import Recipient
from store.vocabulary import Way
from tests.alerts.parts import an_integration

TOKEN = "k3yZ0f4Xb1qV-k3yZ0f4Xb1qV"
ADDRESS = "ops+patchbay@partner.example"


@pytest.fixture
async def browser(engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """An outside address was asked with TOKEN, on an integration with an odd name."""
    async with engine.database.begin() as session:
        integration = await an_integration(
            session, engine, (Way.EMAIL, ADDRESS), name="Shop <script>alert(1)</script>"
        )
        [recipient] = integration.recipients
        recipient.confirmed_at, recipient.confirm_token_hash = None, hash_of(TOKEN)
    transport = httpx.ASGITransport(Starlette(routes=confirm.routes(engine)))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield client


async def confirmed_at(engine: Engine) -> datetime | None:
    async with engine.database.read() as session:
        recipient = (await session.scalars(select(Recipient))).one()
        return recipient.confirmed_at


async def test_opening_it_asks_and_changes_nothing(
    engine: Engine, browser: httpx.AsyncClient
) -> None:
    for method in ("GET", "HEAD"):  # as mail scanners do
        page = await browser.request(method, f"/confirm-email/{TOKEN}")
        assert page.status_code == 200
    page = await browser.get(f"/confirm-email/{TOKEN}")
    assert "Do you want these alerts?" in page.text
    assert ADDRESS in page.text
    assert "disabled due to a large number of errors" in page.text
    assert re.search(r'<form[^>]+method="post"', page.text)
    assert await confirmed_at(engine) is None


async def test_the_button_confirms_and_a_second_time_changes_nothing(
    engine: Engine, browser: httpx.AsyncClient
) -> None:
    page = await browser.post(f"/confirm-email/{TOKEN}")
    assert page.status_code == 200
    assert "Thank you" in page.text
    first = await confirmed_at(engine)
    assert first is not None
    again = await browser.post(f"/confirm-email/{TOKEN}")
    assert "Thank you" in again.text
    assert await confirmed_at(engine) == first
    opened = await browser.get(f"/confirm-email/{TOKEN}")
    assert "Thank you" in opened.text
    assert "<form" not in opened.text


@pytest.mark.parametrize("token", ["another", "%2e%2e", hash_of(TOKEN)])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_does_not_work(
    engine: Engine, browser: httpx.AsyncClient, method: str, token: str
) -> None:
    page = await browser.request(method, f"/confirm-email/{token}")
    assert page.status_code == 404
    assert "This link does not work" in page.text
    assert "Ask the person who added you" in page.text
    assert ADDRESS not in page.text
    assert await confirmed_at(engine) is None


async def test_an_address_taken_off_the_list_cannot_confirm(
    engine: Engine, browser: httpx.AsyncClient
) -> None:
    async with engine.database.begin() as session:
        await session.delete((await session.scalars(select(Recipient))).one())
    assert (await browser.post(f"/confirm-email/{TOKEN}")).status_code == 404


async def test_names_cannot_write_the_page(browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"/confirm-email/{TOKEN}")
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_the_address_of_the_page(engine: Engine) -> None:
    settings = engine.settings.model_copy(update={"public_url": "https://bot.example.com/"})
    assert confirm_url(settings, TOKEN) == f"https://bot.example.com/confirm-email/{TOKEN}"
