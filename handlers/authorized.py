"""The browser is done: the modal that waited goes on, or says what went wrong."""

from collections.abc import Awaitable, Callable

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.errors import NotFound
from bot.setup import sources
from bot.setup.actor import Actor
from bot.setup.source_draft import SourceDraft
from bot.signals import Authorized, Signal
from handlers.actor import load_actor
from handlers.read import sources as read
from handlers.renewed import page_again
from handlers.views.authorizations import done_view, problem_view
from handlers.views.common import button, escape, section
from handlers.views.source_form import source_form
from handlers.views.sources import SOURCE_NEW
from store import authorizations

log = structlog.get_logger(__name__)

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]


def register(engine: Engine, client_for: ClientFor) -> None:
    async def show(signal: Signal) -> None:
        if not isinstance(signal, Authorized) or signal.view_id is None:
            return
        client = await client_for(signal.workspace_id)
        actor = await load_actor(engine, client, signal.workspace_id, signal.member_id)
        if signal.authorization_id is None:
            await _update(client, signal.view_id, problem_view(signal.problem or ""))
        elif signal.draft_id is not None:
            await _go_on(engine, client, actor, signal.draft_id, signal.view_id)
        else:
            await _renewed(engine, client, actor, signal.authorization_id, signal.view_id)
            await _redraw_below(engine, client, actor, signal)

    engine.signals.subscribe(show)


async def _go_on(
    engine: Engine, client: AsyncWebClient, actor: Actor, draft_id: int, view_id: str
) -> None:
    """The waiting view becomes the source's form; the one below it shows the same."""
    try:
        async with engine.database.read() as session:
            draft = await sources.find_draft(session, actor, draft_id)
            below = SourceDraft.model_validate(draft.data).form_view or ""
            twin = below if below != view_id else ""
            form = await read.load_form(session, engine, actor, draft_id, twin=twin)
            lower = await read.load_form(session, engine, actor, draft_id)
    except NotFound:  # swept meanwhile; the authorization is there to be selected
        return
    is_open = await _update(client, view_id, source_form(form))
    if is_open and twin:
        await _update(client, twin, source_form(lower))
    if not is_open and draft.saved_as is None and form.is_new:
        await _tell_how_to_go_on(client, actor, form)


async def _renewed(
    engine: Engine, client: AsyncWebClient, actor: Actor, authorization_id: int, view_id: str
) -> None:
    async with engine.database.read() as session:
        authorization = await authorizations.get(session, actor.workspace_id, authorization_id)
    if authorization is not None:
        service = read.service_name(engine, authorization.service)
        await _update(client, view_id, done_view(service, authorization.name))


async def _redraw_below(
    engine: Engine, client: AsyncWebClient, actor: Actor, signal: Authorized
) -> None:
    """The page on which Re-authorize was pressed no longer says that it is needed."""
    if signal.below is None:
        return
    try:
        view = await page_again(engine, actor, signal.below)
    except NotFound:  # deleted meanwhile
        return
    if view is not None:
        await _update(client, str(signal.below["id"]), view)


async def _update(client: AsyncWebClient, view_id: str, view: View) -> bool:
    """False where the modal was closed meanwhile."""
    try:
        await client.views_update(view_id=view_id, view=view)
    except SlackApiError as error:
        if error.response.get("error") != "not_found":
            raise
        return False
    return True


async def _tell_how_to_go_on(client: AsyncWebClient, actor: Actor, form: read.SourceForm) -> None:
    service = form.service[1] if form.service else "The service"
    text = f":white_check_mark: {escape(service)} is connected. Your source is not saved yet."
    blocks: list[Block] = [
        section(text),
        ActionsBlock(elements=[button("Continue", SOURCE_NEW, style="primary")]),
    ]
    opened = await client.conversations_open(users=actor.member_id)
    await client.chat_postMessage(channel=opened["channel"]["id"], text=text, blocks=blocks)
