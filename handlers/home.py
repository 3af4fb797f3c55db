"""The Home tab: drawn when it is opened, and again after what the member did."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from handlers.click import Click, click_of
from handlers.read.home import load_home
from handlers.views.home import home_view

log = structlog.get_logger(__name__)


async def redraw(click: Click) -> None:
    """Shows the news on the member's Home. Where Slack does not take it, only the log says so."""
    async with click.engine.database.read() as session:
        home = await load_home(session, click.engine, click.actor)
    try:
        await click.client.views_publish(user_id=click.actor.member_id, view=home_view(home))
    except SlackApiError as error:
        log.warning("home.not_drawn", error=error.response.get("error"))


def register(app: AsyncApp, engine: Engine) -> None:
    @app.event("app_home_opened")
    async def opened(body: dict[str, Any], event: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("tab") == "home":
            await redraw(await click_of(engine, client, body))
