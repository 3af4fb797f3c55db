"""Preview: five real records of a data transfer, before and after."""

from slack_bolt.async_app import AsyncApp
from slack_sdk.models.views import View

from bot.engine import Engine
from bot.setup.preview import preview
from handlers.click import Click
from handlers.read.preview import page_of
from handlers.views.preview import preview_view
from handlers.waiting import show_when_ready


def register(app: AsyncApp, engine: Engine) -> None:
    """Nothing in the preview can be pressed."""


async def open_preview(click: Click, transfer_id: int) -> None:
    async def build() -> View:
        return preview_view(page_of(await preview(click.engine, click.actor, transfer_id)))

    await show_when_ready(click, "Preview", build)
