from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest

from bot.connectors.catalog import Service
from bot.connectors.connection import Connection, Credentials
from bot.connectors.http import HttpPool
from store.vocabulary import AuthKind
from tests.connectors.serving import Handler, RawServer, settings

hypothesis.settings.register_profile("busy machine", deadline=None)
hypothesis.settings.load_profile("busy machine")

Connect = Callable[..., Connection]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Any]]:
    """Starts raw servers, which end with the test."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler) -> RawServer:
            return await stack.enter_async_context(RawServer(handler))

        yield start


@pytest.fixture
async def make_pool() -> AsyncIterator[Callable[..., HttpPool]]:
    """Makes pools with other settings than usual."""
    pools: list[HttpPool] = []

    def make(**changes: Any) -> HttpPool:
        pools.append(HttpPool(settings(**changes)))
        return pools[-1]

    yield make
    for pool in pools:
        await pool.close()


@pytest.fixture
def connect(make_pool: Callable[..., HttpPool]) -> Connect:
    """Makes a connection to a service with a bearer token; `changes` of settings."""

    def make(
        service: Service,
        credentials: Credentials | None = None,
        renew: Any = None,
        **changes: Any,
    ) -> Connection:
        pool = make_pool(**changes)
        return Connection(
            service=service,
            credentials=credentials or Credentials(AuthKind.BEARER, {}, {"key": "sesame"}),
            pool=pool,
            settings=pool.settings,
            now=lambda: datetime.now(UTC),
            renew=renew,
        )

    return make
