"""Integrations: the list, one's page, and what can be done with one."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.errors import NotFound
from bot.setup import integrations, lifecycle
from handlers import home, integration_form
from handlers.actor import workspace_of
from handlers.click import Click, click_of
from handlers.integration_form import ACTIVATED, edit, list_first_of, new, under_next
from handlers.read.integrations import IntegrationPage, load_list, load_names, load_page
from handlers.views import integrations as views
from handlers.views.common import escape, loading
from handlers.views.integration_options import integration_options
from handlers.views.integration_page import deleted_view, page_view
from handlers.views.integrations import (
    INTEGRATION_OPEN,
    LIST_VIEW,
    PAGE_VIEW,
    PageMetadata,
    list_view,
)
from store.vocabulary import IntegrationState

__all__ = ["edit", "new", "open_integration", "show_list"]  # for the other nouns

# states that are left only after the service has been asked, which may take a while
_PROBED = (IntegrationState.DISABLED, IntegrationState.NEEDS_AUTHORIZATION)


async def show_list(click: Click) -> None:
    async with click.engine.database.read() as session:
        found = await load_list(session, click.actor.workspace_id, count=views.PER_PAGE)
    await click.show(list_view(found))


async def open_integration(click: Click, integration_id: int) -> None:
    page = await _page(click, integration_id)
    below = under_next(click)
    first = list_first_of(below) if below.get("callback_id") == LIST_VIEW else None
    await click.show(page_view(page, list_first=first))


async def sync(click: Click, integration_id: int) -> None:
    await lifecycle.sync_now(click.engine, click.actor, integration_id)
    await _say(
        click,
        integration_id,
        "is syncing. Its progress shows in your direct messages with Patchbay.",
    )


async def pause(click: Click, integration_id: int) -> None:
    await lifecycle.pause(click.engine, click.actor, integration_id)
    is_paused = (await _page(click, integration_id)).row.state is IntegrationState.PAUSED
    await _say(
        click,
        integration_id,
        "is paused: nothing is synced until it is activated again."
        if is_paused
        else "is not active, so there is nothing to pause.",
    )


async def activate(click: Click, integration_id: int) -> None:
    before = await _page(click, integration_id)
    if before.row.state is IntegrationState.ACTIVE:
        await _say(click, integration_id, "is active already.")
        return
    if before.row.state in _PROBED and click.view.get("callback_id") == PAGE_VIEW:
        await click.update(loading("Integration"))
    await lifecycle.activate(click.engine, click.actor, integration_id)
    await _say(click, integration_id, f"is {ACTIVATED[0].lower()}{ACTIVATED[1:]}")


async def refresh(click: Click, integration_id: int) -> None:
    """A sync goes on while its page is open; nothing redraws that by itself."""
    page = await _page(click, integration_id)
    await click.update(page_view(page, list_first=PageMetadata.of(click.view).list_first))
    await _redraw_list_below(click)


async def delete(click: Click, integration_id: int) -> None:
    name = await integrations.remove(click.engine, click.actor, integration_id)
    if click.view.get("callback_id") == PAGE_VIEW:
        await click.update(deleted_view(name))
        await _redraw_list_below(click)
    else:
        await click.tell(f"“{escape(name)}” is deleted. The rows in your project stay.")
    await home.redraw(click)


async def _say(click: Click, integration_id: int, what: str) -> None:
    """Tells on the page where it was pressed there, else to this member alone."""
    page = await _page(click, integration_id)
    if click.view.get("callback_id") == PAGE_VIEW:
        first = PageMetadata.of(click.view).list_first
        note = f"“{page.row.name}” {what}"
        await click.update(page_view(page, note=note, list_first=first))
        await _redraw_list_below(click)
    else:
        await click.tell(f"“{views.short(page.row.name)}” {escape(what)}")
    await home.redraw(click)


async def _redraw_list_below(click: Click) -> None:
    first = PageMetadata.of(click.view).list_first
    if first is None:
        return
    async with click.engine.database.read() as session:
        found = await load_list(session, click.actor.workspace_id, first=first)
    await click.redraw_below(list_view(found))


async def _page(click: Click, integration_id: int) -> IntegrationPage:
    async with click.engine.database.read() as session:
        return await load_page(session, click.engine, click.actor, integration_id)


async def _turn(click: Click) -> None:
    async with click.engine.database.read() as session:
        found = await load_list(session, click.actor.workspace_id, first=int(click.value or 0))
    await click.update(list_view(found))


def register(app: AsyncApp, engine: Engine) -> None:
    integration_form.register(app, engine)

    @app.action(views.INTEGRATION_NEW)
    async def new_pressed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await new(click, int(click.value) if click.value else None)

    @app.action(views.INTEGRATION_LIST)
    async def list_pressed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await show_list(await click_of(engine, client, body))

    @app.action(re.compile(rf"^{views.LIST_TURN}:"))
    async def turned(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _turn(await click_of(engine, client, body))

    @app.options(INTEGRATION_OPEN)
    async def names(ack: AsyncAck, body: dict[str, Any]) -> None:
        async with engine.database.read() as session:
            found = await load_names(session, workspace_of(body))
        options = integration_options(found, body.get("value", ""))
        await ack(options=[option.to_dict() for option in options])

    for action_id, do in {
        INTEGRATION_OPEN: open_integration,
        views.INTEGRATION_EDIT: edit,
        views.INTEGRATION_SYNC: sync,
        views.INTEGRATION_PAUSE: pause,
        views.INTEGRATION_ACTIVATE: activate,
        views.INTEGRATION_DELETE: delete,
        views.INTEGRATION_REFRESH: refresh,
    }.items():
        _on_one(app, engine, action_id, do)


def _on_one(
    app: AsyncApp, engine: Engine, action_id: str, do: Callable[[Click, int], Awaitable[None]]
) -> None:
    """A button whose value is an integration's id."""

    @app.action(action_id)
    async def pressed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        if not click.value.isdigit():
            raise NotFound("This integration does not exist any more.")
        await do(click, int(click.value))
