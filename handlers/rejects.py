"""Errors of an integration: rejected records, tried again or dropped; and why syncs failed."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.sync import rejected
from bot.sync.rejected import RejectGroup
from handlers.click import Click, click_of
from handlers.read.rejects import find_group, load_errors
from handlers.views.integrations import INTEGRATION_ERRORS
from handlers.views.rejects import (
    REJECTS_DROP,
    REJECTS_RETRY,
    REJECTS_TURN,
    ErrorsMetadata,
    Group,
    errors_view,
)

GONE = "Those records are not waiting any more: they were loaded, retried or dropped meanwhile."


async def show_errors(click: Click, integration_id: int) -> None:
    async with click.engine.database.read() as session:
        errors = await load_errors(session, click.engine, click.actor, integration_id)
    await click.show(errors_view(errors))


async def _retry(click: Click) -> None:
    group = await _group(click)
    if group is None:
        return await _redraw(click, GONE)
    integration_id = ErrorsMetadata.of(click.view).integration
    await rejected.retry(click.engine, click.actor, integration_id, group.transfer_id, group.reason)
    records = "1 record is" if group.count == 1 else f"{group.count:,} records are"
    await _redraw(
        click, f"{records} tried again. The result shows in your direct messages with Patchbay."
    )


async def _drop(click: Click) -> None:
    group = await _group(click)
    if group is None:
        return await _redraw(click, GONE)
    integration_id = ErrorsMetadata.of(click.view).integration
    dropped = await rejected.drop(
        click.engine, click.actor, integration_id, group.transfer_id, group.reason
    )
    await _redraw(click, "1 record dropped." if dropped == 1 else f"{dropped:,} records dropped.")


async def _group(click: Click) -> RejectGroup | None:
    pressed = Group.model_validate_json(click.value)
    integration_id = ErrorsMetadata.of(click.view).integration
    async with click.engine.database.read() as session:
        return await find_group(
            session, click.actor.workspace_id, integration_id, pressed.transfer, pressed.digest
        )


async def _redraw(click: Click, note: str = "", first: int | None = None) -> None:
    metadata = ErrorsMetadata.of(click.view)
    shown = metadata.first if first is None else first
    async with click.engine.database.read() as session:
        errors = await load_errors(session, click.engine, click.actor, metadata.integration, shown)
    await click.update(errors_view(errors, note))


def register(app: AsyncApp, engine: Engine) -> None:
    @app.action(INTEGRATION_ERRORS)
    async def opened(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await show_errors(click, int(click.value))

    @app.action(REJECTS_RETRY)
    async def retried(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _retry(await click_of(engine, client, body))

    @app.action(REJECTS_DROP)
    async def dropped(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _drop(await click_of(engine, client, body))

    @app.action(re.compile(rf"^{REJECTS_TURN}:"))
    async def turned(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await _redraw(click, first=int(click.value or 0))
