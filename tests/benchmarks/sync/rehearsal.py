"""A small sync of another integration, before the clock starts.

A process that stands has synced before: the statements are compiled, the connections open. The
floors' connection is open, too, when their clock starts. Three times, for the tables change.
"""

import asyncio
from typing import Any

from sqlalchemy import update

from bot.engine import Engine
from bot.sync.requests import request_run
from bot.sync.worker import Worker
from store import integrations
from store.models import Authorization, Run, Source
from store.vocabulary import RunState, Trigger
from tests.benchmarks.sync.records import State, Stock
from tests.benchmarks.sync.shop import Shop, Speech

RECORDS = 60


async def rehearse(engine: Engine, spec: dict[str, Any]) -> None:
    """`spec`: as the engine gets it; its `rehearsal_id` is the integration that is synced."""
    shop = Shop(Stock(spec["stock"]), RECORDS)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Speech(shop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    integration_id: int = spec["rehearsal_id"]
    async with engine.database.begin() as session:
        integration = await integrations.get(session, spec["workspace_id"], integration_id)
        assert integration is not None
        source = await session.get_one(Source, integration.source_id)
        await session.execute(
            update(Authorization)
            .where(Authorization.id == source.authorization_id)
            .values(params={"shop_url": f"http://127.0.0.1:{port}"})
        )
    for state in (State.FIRST, State.CHANGED, State.DELETED):
        shop.answer(f"/turn/{state}")
        await synced(engine, spec["workspace_id"], integration_id, Trigger.BACKFILL)
    server.close()


async def synced(engine: Engine, workspace_id: str, integration_id: int, trigger: Trigger) -> Run:
    """The run, from its row to its finished row."""
    async with engine.database.begin() as session:
        integration = await integrations.get(session, workspace_id, integration_id)
        assert integration is not None
        run = await request_run(session, integration, trigger, now=engine.clock.now())
    await Worker(engine).run_one()
    async with engine.database.read() as session:
        done = await session.get_one(Run, run.id)
    assert done.state is not RunState.QUEUED
    return done
