"""Sources as members meet them: list, form, page, over Slack's protocol."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.engine import Engine
from store.models import Source
from tests.handlers.sourcing import Sourcing, sourcing


@pytest.fixture
async def ground(engine: Engine) -> AsyncIterator[Sourcing]:
    async with sourcing(engine) as ground:
        yield ground


async def saved(ground: Sourcing) -> list[Source]:
    async with ground.engine.database.read() as session:
        return list(await session.scalars(select(Source).order_by(Source.id)))


async def test_the_shortest_way_to_a_saved_source(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    alice.clicks = alice.typed = 0
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Demo Store"
    assert "none yet" in alice.modal.text
    await alice.presses("See third-party service authorizations")
    page = await ground.authorize(alice)
    assert "Demo Store is connected" in page
    assert "Acme Demo Store" in page
    await alice.sees("Acme Demo Store")
    assert alice.modal.value("Name") == "Demo Store"
    await alice.submits()
    await alice.sees("Data transfer")
    assert "Customers" in await alice.options("Choose the type of data")
    [source] = await saved(ground)
    assert (source.name, source.service) == ("Demo Store", "demo_store")
    assert alice.clicks == 6  # and one in the browser
    assert alice.typed == 1
