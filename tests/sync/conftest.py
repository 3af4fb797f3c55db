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
