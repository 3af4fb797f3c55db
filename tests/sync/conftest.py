"""Demo Store on loopback, and an integration that syncs it into the project's database."""

from collections.abc import AsyncIterator

import pytest

from bot.engine import Engine
from bot.playground.store import DemoStore
from tests.sync.world import World


@pytest.fixture
async def shop() -> AsyncIterator[DemoStore]:
    """1,200 customers make three pages."""
    async with DemoStore(customers=1200, orders=1, products=40) as shop:
        yield shop


@pytest.fixture
def world(engine: Engine, shop: DemoStore) -> World:
    return World(engine, shop)


@pytest.fixture
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch for each page, and so a checkpoint after each."""
    monkeypatch.setattr("bot.sync.gathering.MOST_RECORDS", 1)
    monkeypatch.setattr("bot.sync.loading.EVERY", 0)
