"""The form of a source: opened, filled in, saved. What is typed is in the draft at any time."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.errors import ChangedMeanwhile, PatchbayError
from bot.setup import source_drafting, sources
from handlers import authorizations
from handlers.click import Click, click_of
from handlers.forms import save_draft, values_of
from handlers.metadata import OnSource
from handlers.read import sources as read
from handlers.views.errors import banner_on
from handlers.views.source_form import (
    FORM_VIEW,
    NAME,
    PICK_SERVICE,
    SEE_AUTHORIZATIONS,
    SERVICE,
    START_OVER,
    TYPE_NAME,
    FormMetadata,
    service_option,
    source_form,
)
from handlers.views.source_page import source_page
from handlers.views.sources import LIST_VIEW
from handlers.waiting import ack_loading, loading_drawn

Body = dict[str, Any]

OPTIONS = 100  # as many as Slack shows
CHECKING = "Checking…"


async def new(click: Click) -> None:
    """Shows the form of a new source; one left half-way is offered again."""
    draft_id, is_resumed = await source_drafting.start_new(click.engine, click.actor)
    view = await _form(click, draft_id, is_resumed=is_resumed)
    if click.view.get("callback_id") == LIST_VIEW:  # leaves room for the pop-up and what follows
        await click.update(view)
    else:
        await click.show(view)


async def edit(click: Click, source_id: int) -> None:
    """Shows the form of an existing one, on its page."""
    page = str(click.view["id"]) if click.view else None
    draft_id, is_resumed = await source_drafting.start_editing(
        click.engine, click.actor, source_id, page, on_list=OnSource.of(click.view).on_list
    )
    await click.show(await _form(click, draft_id, is_resumed=is_resumed))


async def _form(click: Click, draft_id: int, *, is_resumed: bool = False, twin: str = "") -> View:
    async with click.engine.database.read() as session:
        form = await read.load_form(
            session, click.engine, click.actor, draft_id, is_resumed=is_resumed, twin=twin
        )
    return source_form(form)


async def _page(click: Click, saved: sources.Saved, *, on_page: bool = False) -> View:
    async with click.engine.database.read() as session:
        page = await read.load_page(session, click.engine, click.actor, saved.source_id)
    return source_page(page, on_list=saved.on_list, on_page=on_page)


async def _redraw_below(click: Click, saved: sources.Saved, twin: str) -> None:
    for view_id in (twin, saved.page_view):
        if view_id:
            await click.update(await _page(click, saved), view_id)


async def _keep(click: Click) -> FormMetadata:
    """Saves what the form shows into its draft."""
    metadata = FormMetadata.of(click.view)
    await save_draft(click, metadata.draft, typed(click.view))
    return metadata


def _name(click: Click) -> dict[str, Any]:
    return {NAME: values_of(click.view).get(NAME)}


def typed(view: Mapping[str, Any]) -> dict[str, Any]:
    """What the form holds. What is empty there is not changed: both are needed to save, and the
    form may have been pressed before the name that was filled in for a service reached it.
    """
    values = values_of(view)
    return {key: values[key] for key in (SERVICE, NAME) if values.get(key)}


def register(app: AsyncApp, engine: Engine) -> None:
    @app.options(re.compile(f"^{PICK_SERVICE}:"))
    async def services(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        found = engine.catalog.search(str(body.get("value") or ""))[:OPTIONS]
        await ack(options=[service_option(each.id, each.name) for each in found])

    @app.action(re.compile(f"^{PICK_SERVICE}:"))
    async def picked(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        metadata = FormMetadata.of(click.view)
        await save_draft(click, metadata.draft, _name(click))
        await source_drafting.choose_service(engine, click.actor, metadata.draft, click.value)
        await click.update(await _form(click, metadata.draft, twin=metadata.twin))

    @app.action(re.compile(f"^{TYPE_NAME}:"))
    async def name_typed(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        # the name alone: a service being picked at the same moment is not undone
        await save_draft(click, FormMetadata.of(click.view).draft, _name(click))

    @app.action(START_OVER)
    async def start_over(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        metadata = FormMetadata.of(click.view)
        await source_drafting.start_over(engine, click.actor, metadata.draft)
        await click.update(await _form(click, metadata.draft))

    @app.action(SEE_AUTHORIZATIONS)
    async def see_authorizations(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        metadata = await _keep(click)
        await authorizations.show_for_draft(click, metadata.draft)

    @app.view(FORM_VIEW)
    async def save(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        metadata = await _keep(click)
        if await sources.must_ask_service(engine, click.actor, metadata.draft):
            await _save_slowly(click, metadata, await ack_loading(ack, CHECKING))
            return
        saved = await sources.save(engine, click.actor, metadata.draft)
        if saved.page_view and saved.page_view == click.view.get("previous_view_id"):
            await ack()  # back to the page that editing began on
        else:
            page = await _page(click, saved, on_page=bool(metadata.twin))
            await ack(response_action="update", view=page)
        await _redraw_below(click, saved, metadata.twin)

    async def _save_slowly(click: Click, metadata: FormMetadata, mark: str) -> None:
        """“Loading…” is shown already, in the place of the form."""
        try:
            saved = await sources.save(engine, click.actor, metadata.draft)
        except PatchbayError as error:
            changes = error.changes if isinstance(error, ChangedMeanwhile) else []
            form = await _form(click, metadata.draft, twin=metadata.twin)
            banner = banner_on(form.to_dict(), error.sentence, changes)
            await loading_drawn(click, CHECKING, mark)
            await click.update(banner)
            return
        await loading_drawn(click, CHECKING, mark)
        on_page = bool(metadata.twin or saved.page_view)
        await click.update(await _page(click, saved, on_page=on_page))
        await _redraw_below(click, saved, metadata.twin)
