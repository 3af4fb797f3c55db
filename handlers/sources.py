"""Sources: their list, the page of each, and the ways there from anywhere."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.setup import sources
from handlers import source_form
from handlers.click import Click, click_of
from handlers.metadata import OnSource
from handlers.read import sources as read
from handlers.views.source_page import (
    GONE_VIEW,
    SOURCE_DELETE,
    SOURCE_EDIT,
    PageMetadata,
    gone_view,
    source_page,
)
from handlers.views.sources import (
    LIST_BACK,
    LIST_TURN,
    LIST_VIEW,
    PER_PAGE,
    SOURCE_LIST,
    SOURCE_NEW,
    SOURCE_OPEN,
    list_view,
)

Body = dict[str, Any]

new = source_form.new  # the form of a new source, from anywhere


async def show_list(click: Click) -> None:
    """Shows "Integration Source Configurations"."""
    view = await _list(click)
    if click.view.get("callback_id") == GONE_VIEW:
        await click.update(view)
    else:
        await click.show(view)


async def open_source(click: Click, source_id: int) -> None:
    """Shows the page of a source. Raises NotFound."""
    on_list = click.view.get("callback_id") == LIST_VIEW
    await click.show(await _page(click, source_id, on_list=on_list))


async def redraw(
    click: Click, source_id: int, view_id: str | None = None, *, on_page: bool = False
) -> None:
    """Draws the page anew after something on it changed, in the view clicked in or in that one."""
    on_list = OnSource.of(click.view).on_list
    if view_id is None:
        on_page = PageMetadata.of(click.view).on_page
    page = await _page(click, source_id, on_list=on_list, on_page=on_page)
    await click.update(page, view_id)


async def _take_away(click: Click, name: str) -> None:
    """After a deletion: no view of the stack shows the source any more."""
    metadata = PageMetadata.of(click.view)
    gone = gone_view(name)
    await click.update(gone)
    if metadata.on_page:
        await click.redraw_below(gone)
    if metadata.on_list:
        await click.update(await _list(click), str(click.view["root_view_id"]))


async def _list(click: Click, first: int = 0) -> View:
    async with click.engine.database.read() as session:
        return list_view(await read.load_list(session, click.engine, click.actor, first, PER_PAGE))


async def _page(
    click: Click, source_id: int, *, on_list: bool = False, on_page: bool = False
) -> View:
    async with click.engine.database.read() as session:
        page = await read.load_page(session, click.engine, click.actor, source_id)
    return source_page(page, on_list=on_list, on_page=on_page)


def register(app: AsyncApp, engine: Engine) -> None:
    source_form.register(app, engine)

    @app.action(SOURCE_NEW)
    async def create(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await new(await click_of(engine, client, body))

    @app.action(SOURCE_LIST)
    async def listed(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await show_list(await click_of(engine, client, body))

    @app.action(LIST_TURN)
    @app.action(LIST_BACK)
    async def turn(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await click.update(await _list(click, int(click.value or 0)))

    @app.action(SOURCE_OPEN)
    async def opened(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await open_source(click, int(click.value))

    @app.action(SOURCE_EDIT)
    async def edit(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await source_form.edit(click, int(click.value))

    @app.action(SOURCE_DELETE)
    async def delete(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        async with engine.database.read() as session:
            source = await sources.find(session, click.actor, int(click.value))
        await sources.delete(engine, click.actor, source.id)
        await _take_away(click, source.name)
