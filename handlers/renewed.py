"""The page under a modal that renews an authorization: kept with the link, drawn anew after it."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.views import View

from bot.engine import Engine
from bot.setup.actor import Actor
from handlers.click import Click
from handlers.read import integrations as read_integrations
from handlers.read import sources as read_sources
from handlers.views import integrations, source_page
from handlers.views.integration_page import page_view

_KEPT = ("id", "callback_id", "private_metadata")


def page_below(click: Click) -> dict[str, Any] | None:
    """What is needed to draw the page that was clicked in again; None where it is none."""
    pages = (source_page.PAGE_VIEW, integrations.PAGE_VIEW)
    if click.view.get("callback_id") not in pages:
        return None
    return {key: click.view[key] for key in _KEPT}


async def page_again(engine: Engine, actor: Actor, below: Mapping[str, Any]) -> View | None:
    """The same page as it is now. Raises NotFound."""
    kept = dict(below)
    async with engine.database.read() as session:
        if kept["callback_id"] == source_page.PAGE_VIEW:
            there = source_page.PageMetadata.of(kept)
            page = await read_sources.load_page(session, engine, actor, there.source)
            return source_page.source_page(page, on_list=there.on_list, on_page=there.on_page)
        if kept["callback_id"] == integrations.PAGE_VIEW:
            shown = integrations.PageMetadata.of(kept)
            found = await read_integrations.load_page(session, engine, actor, shown.integration)
            return page_view(found, list_first=shown.list_first)
    return None
