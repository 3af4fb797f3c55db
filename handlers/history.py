"""An integration's last syncs."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from handlers.click import Click, click_of
from handlers.read.history import load_history
from handlers.views.history import HISTORY_TURN, HistoryMetadata, history_view
from handlers.views.integrations import INTEGRATION_HISTORY


async def show_history(click: Click, integration_id: int) -> None:
    async with click.engine.database.read() as session:
        history = await load_history(session, click.actor.workspace_id, integration_id)
    await click.show(history_view(history))


async def _turn(click: Click) -> None:
    integration_id = HistoryMetadata.of(click.view).integration
    before = int(click.value) if click.value else None
    async with click.engine.database.read() as session:
        history = await load_history(session, click.actor.workspace_id, integration_id, before)
    await click.update(history_view(history))


def register(app: AsyncApp, engine: Engine) -> None:
    @app.action(INTEGRATION_HISTORY)
    async def opened(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await show_history(click, int(click.value))

    @app.action(re.compile(rf"^{HISTORY_TURN}:"))
    async def turned(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _turn(await click_of(engine, client, body))
