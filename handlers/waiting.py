"""Views that take a while: "Loading…" at once, then the real one, or what went wrong."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View

from bot.errors import PatchbayError
from handlers.click import Click
from handlers.views.common import loading, modal
from handlers.views.errors import explanation

SORRY = "This could not be shown because of a fault on our side. Close it and try again."


_LOOKS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds before each look


async def ack_loading(ack: AsyncAck, heading: str) -> str:
    """Acknowledges a form with "Loading…" in its place. Returns the mark for `loading_drawn`."""
    mark = f"loading:{secrets.token_hex(8)}"
    await ack(response_action="update", view=_loading(heading, mark))
    return mark


async def loading_drawn(click: Click, heading: str, mark: str) -> None:
    """Waits until Slack has drawn what `ack_loading` answered.

    The acknowledgement travels by itself: a views.update that overtakes it would be drawn over
    by "Loading…", for ever. A view with that mark is found once it is there. One that was closed
    is never found, and then there is nothing to wait for.
    """
    for seconds in _LOOKS:
        await asyncio.sleep(seconds)
        try:
            await click.client.views_update(external_id=mark, view=_loading(heading, mark))
            return
        except SlackApiError as error:
            if error.response.get("error") != "not_found":
                raise


def _loading(heading: str, mark: str) -> View:
    view = loading(heading)
    view.external_id = mark
    return view


async def show_when_ready(
    click: Click, heading: str, build: Callable[[], Awaitable[View]], view_id: str | None = None
) -> str:
    """Shows what `build` gives, on top or (`view_id`) in that view. Returns the view's id.

    A PatchbayError is told in the view itself: what lies below it is not what it is about.
    """
    if view_id is None:
        view_id = await click.show(loading(heading))
    else:
        await click.update(loading(heading), view_id)
    return await update_when_ready(click, heading, build, view_id)


async def update_when_ready(
    click: Click, heading: str, build: Callable[[], Awaitable[View]], view_id: str
) -> str:
    """As `show_when_ready`, where "Loading…" is shown already."""
    try:
        view = await build()
    except PatchbayError as error:
        await click.update(trouble(heading, error.sentence), view_id)
    except Exception:  # the window must not go on saying "Loading…", whatever it was
        await click.update(trouble(heading, SORRY), view_id)
        raise  # told and counted where every fault is
    else:
        await click.update(view, view_id)
    return view_id


def trouble(heading: str, sentence: str) -> View:
    return modal(heading, explanation(sentence, []), callback_id="trouble")
