"""Data transfers: added to a source, activated and deactivated, removed."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.setup import transfers
from handlers import sources
from handlers.click import Click, click_of
from handlers.forms import values_of
from handlers.mapping import open_mapping
from handlers.metadata import OnSource
from handlers.preview import open_preview
from handlers.read.transfers import load_row
from handlers.views import transfers as views
from handlers.views.transfers import Choice, RemoveMetadata, remove_view


def register(app: AsyncApp, engine: Engine) -> None:
    async def begun(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> Click:
        await ack()
        return await click_of(engine, client, body)

    @app.action(views.TRANSFER_PICK)
    async def picked(ack: AsyncAck) -> None:
        await ack()  # **Add** is what counts

    @app.action(views.TRANSFER_ADD)
    async def add(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        picked = values_of(click.view).get(str(click.action.get("block_id")))
        source_id = int(click.value)
        transfer = await transfers.add(engine, click.actor, source_id, str(picked or ""))
        await open_mapping(click, transfer.id)
        await sources.redraw(click, source_id)

    @app.action(views.TRANSFER_MENU)
    @app.action(views.TRANSFER_PREVIEW)
    async def menu(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        await _do(click, Choice.model_validate_json(click.value))

    @app.view(views.TRANSFER_REMOVE)
    async def remove(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        asked = RemoveMetadata.of(click.view)
        await transfers.remove(engine, click.actor, asked.transfer)
        await ack()
        below = click.view.get("previous_view_id")
        if below:
            await sources.redraw(click, asked.source, view_id=below)


async def _do(click: Click, choice: Choice) -> None:
    engine, actor = click.engine, click.actor
    match choice.do:
        case "mapping":
            await open_mapping(click, choice.transfer)
        case "preview":
            await open_preview(click, choice.transfer)
        case "remove":
            await _ask_to_remove(click, choice.transfer)
        case "activate":
            transfer = await transfers.activate(engine, actor, choice.transfer)
            await sources.redraw(click, transfer.source_id)
        case "deactivate":
            transfer = await transfers.deactivate(engine, actor, choice.transfer)
            await sources.redraw(click, transfer.source_id)


async def _ask_to_remove(click: Click, transfer_id: int) -> None:
    async with click.engine.database.read() as session:
        transfer, source = await transfers.find(session, click.actor, transfer_id)
        click.actor.must_edit(source.created_by, source.name)
        row = await load_row(session, click.engine.catalog, source, transfer)
    await click.show(remove_view(row, source.id, on_list=OnSource.of(click.view).on_list))
