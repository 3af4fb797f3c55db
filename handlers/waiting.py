"""Views that take a while: "Loading…" at once, then the real one, or what went wrong."""

from collections.abc import Awaitable, Callable

from slack_sdk.models.views import View

from bot.errors import PatchbayError
from handlers.click import Click
from handlers.views.common import loading, modal
from handlers.views.errors import explanation

SORRY = "This could not be shown because of a fault on our side. Close it and try again."


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
    except Exception:
        await click.update(trouble(heading, SORRY), view_id)
        raise  # told and counted where every fault is
    else:
        await click.update(view, view_id)
    return view_id


def trouble(heading: str, sentence: str) -> View:
    return modal(heading, explanation(sentence, []), callback_id="trouble")
