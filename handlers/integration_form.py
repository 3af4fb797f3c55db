"""Creating and editing an integration: every change is kept, Save and Activate end it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import Option
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.errors import ChangedMeanwhile, PatchbayError
from bot.setup import integrations, lifecycle
from bot.setup.recipients import checked_email
from handlers import home, members
from handlers import integration_drafts as drafting
from handlers.actor import actor_of, workspace_of
from handlers.click import STACK, Click, click_of, depth
from handlers.read import integration_form as read
from handlers.read.integration_form import FormDraft, IntegrationForm
from handlers.read.integrations import load_list, load_page
from handlers.views import integration_form as form_views
from handlers.views.integration_form import FormMetadata, form_view
from handlers.views.integration_options import email_options, source_options, timezone_options
from handlers.views.integration_page import page_view
from handlers.views.integrations import LIST_VIEW, PAGE_VIEW, ListMetadata, PageMetadata, list_view
from store.vocabulary import IntegrationState


async def new(click: Click, source_id: int | None = None) -> None:
    """Opens the form; with a source everything is filled in, so that Activate is enough."""
    click.actor.must_create("integrations")
    async with click.engine.database.begin() as session:
        row, draft = await drafting.begun(session, click, source_id)
        form = await drafting.form_of(session, click, row, draft)
    await _show(click, form)


async def edit(click: Click, integration_id: int) -> None:
    async with click.engine.database.begin() as session:
        row, draft = await drafting.edited(session, click, integration_id)
        form = await drafting.form_of(session, click, row, draft)
    await _show(click, form)


async def _show(click: Click, form: IntegrationForm) -> None:
    below = under_next(click)
    callback_id = str(below.get("callback_id") or "")
    await click.show(form_view(form, below=callback_id, list_first=list_first_of(below)))
    members.refresh_soon(click.engine, click.client, click.actor.workspace_id)


def under_next(click: Click) -> dict[str, Any]:
    """The view that the next one will lie on; empty where it takes this one's place."""
    return click.view if click.view and depth(click.view) < STACK else {}


def list_first_of(view: dict[str, Any]) -> int | None:
    """Where the list begins that lies under this view, or is it."""
    if view.get("callback_id") == LIST_VIEW:
        return ListMetadata.of(view).first
    if view.get("callback_id") == PAGE_VIEW:
        return PageMetadata.of(view).list_first
    return None


async def _redraw(click: Click, amend: drafting.Amend | None = None) -> None:
    metadata = FormMetadata.of(click.view)
    async with click.engine.database.begin() as session:
        row, draft = await drafting.taken_in(session, click, amend)
        form = await drafting.form_of(session, click, row, draft)
    await click.update(form_view(form, below=metadata.below, list_first=metadata.list_first))


async def _start_over(click: Click) -> None:
    metadata = FormMetadata.of(click.view)
    async with click.engine.database.begin() as session:
        row, draft = await drafting.begun_anew(session, click)
        form = await drafting.form_of(session, click, row, draft)
    await click.update(form_view(form, below=metadata.below, list_first=metadata.list_first))


async def _save(click: Click) -> int:
    """Saves what the form holds. A member told of another's changes may then save again."""
    async with click.engine.database.begin() as session:
        row, draft = await drafting.taken_in(session, click)
    try:
        return await integrations.save(
            click.engine, click.actor, row.id, draft.wanted, draft.version
        )
    except ChangedMeanwhile:
        async with click.engine.database.begin() as session:
            await drafting.caught_up(session, click, row.id)
        raise


async def _submitted(click: Click, ack: AsyncAck) -> None:
    metadata = FormMetadata.of(click.view)
    integration_id = await _save(click)
    async with click.engine.database.read() as session:
        page = await load_page(session, click.engine, click.actor, integration_id)
    is_active = page.row.state is IntegrationState.ACTIVE
    note = "Saved." if is_active else "Saved. Press Activate to start syncing."
    view = page_view(page, note=note, list_first=metadata.list_first)
    if metadata.below == PAGE_VIEW:  # the form closes, and the page under it shows the news
        await ack()
        await click.redraw_below(view)
    else:
        await ack(response_action="update", view=view)
    await _redraw_list(click, metadata)
    await home.redraw(click)


async def _save_and_activate(click: Click) -> None:
    metadata = FormMetadata.of(click.view)
    integration_id = await _save(click)
    note = await _activated(click, integration_id)
    async with click.engine.database.read() as session:
        page = await load_page(session, click.engine, click.actor, integration_id)
    if metadata.below == PAGE_VIEW:
        await click.update(page_view(page, note=note))
        await click.redraw_below(page_view(page, list_first=metadata.list_first))
    else:
        await click.update(page_view(page, note=note, list_first=metadata.list_first))
    await _redraw_list(click, metadata)
    await home.redraw(click)


async def _activated(click: Click, integration_id: int) -> str:
    """What became of it, in words. What was saved stays saved."""
    async with click.engine.database.read() as session:
        saved = await integrations.get(session, click.actor.workspace_id, integration_id)
    if saved.state is IntegrationState.ACTIVE:
        return "It is active."
    try:
        await lifecycle.activate(click.engine, click.actor, integration_id)
    except PatchbayError as error:
        return f"Saved, but not activated: {error.sentence}"
    return ACTIVATED


ACTIVATED = (
    "Active. The first sync has started; its progress shows in your direct messages with Patchbay."
)


async def _redraw_list(click: Click, metadata: FormMetadata) -> None:
    """The list at the bottom of the stack, where there is one."""
    if metadata.list_first is None:
        return
    async with click.engine.database.read() as session:
        found = await load_list(session, click.actor.workspace_id, first=metadata.list_first)
    await click.update(list_view(found), str(click.view["root_view_id"]))


def _adding(draft: FormDraft, _: str) -> FormDraft:
    return draft.model_copy(update={"adding_email": True})


def _with_email(draft: FormDraft, picked: str) -> FormDraft:
    if not picked:
        return draft
    address = checked_email(picked)
    emails = draft.wanted.emails
    if address.casefold() not in {each.casefold() for each in emails}:
        emails = [*emails, address]
    return _with_emails(draft, emails)


def _without_email(draft: FormDraft, address: str) -> FormDraft:
    return _with_emails(draft, [each for each in draft.wanted.emails if each != address])


def _with_emails(draft: FormDraft, emails: list[str]) -> FormDraft:
    wanted = draft.wanted.model_copy(update={"emails": emails})
    return draft.model_copy(update={"wanted": wanted, "adding_email": False})


def register(app: AsyncApp, engine: Engine) -> None:
    _register_fields(app, engine)
    _register_options(app, engine)

    @app.action(form_views.START_OVER)
    async def start_over(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _start_over(await click_of(engine, client, body))

    @app.action(form_views.SAVE_AND_ACTIVATE)
    async def activate(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _save_and_activate(await click_of(engine, client, body))

    @app.view(form_views.FORM_VIEW)
    async def submitted(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _submitted(await click_of(engine, client, body), ack)


def _register_fields(app: AsyncApp, engine: Engine) -> None:
    quiet = re.compile(rf"^({'|'.join(form_views.QUIET)})(:|$)")
    shaping = re.compile(rf"^({'|'.join(form_views.SHAPING)})(:|$)")

    @app.action(quiet)
    async def kept(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        async with engine.database.begin() as session:
            await drafting.taken_in(session, click)

    def redrawn(action_id: str | re.Pattern[str], amend: drafting.Amend | None = None) -> None:
        @app.action(action_id)
        async def changed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            await _redraw(await click_of(engine, client, body), amend)

    redrawn(shaping)
    redrawn(form_views.EMAIL_ADD, _adding)
    redrawn(form_views.EMAIL_PICK, _with_email)
    redrawn(form_views.EMAIL_REMOVE, _without_email)


def _register_options(app: AsyncApp, engine: Engine) -> None:
    def offered(
        action_id: str | re.Pattern[str],
        load: Callable[[AsyncWebClient, dict[str, Any]], Awaitable[list[Option]]],
    ) -> None:
        @app.options(action_id)
        async def options(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack(options=[each.to_dict() for each in await load(client, body)])

    async def sources(_: AsyncWebClient, body: dict[str, Any]) -> list[Option]:
        async with engine.database.read() as session:
            found = await read.load_sources(session, workspace_of(body))
        return source_options(found, body.get("value", ""))

    async def zones(client: AsyncWebClient, body: dict[str, Any]) -> list[Option]:
        actor = await actor_of(engine, client, body)
        return timezone_options(actor.timezone, body.get("value", ""))

    async def emails(client: AsyncWebClient, body: dict[str, Any]) -> list[Option]:
        actor = await actor_of(engine, client, body)
        async with engine.database.read() as session:
            found = await read.load_emails(session, actor)
        return email_options(found, body.get("value", ""))

    offered(re.compile(rf"^{form_views.SOURCE}(:|$)"), sources)
    offered(re.compile(rf"^{form_views.TIMEZONE}(:|$)"), zones)
    offered(form_views.EMAIL_PICK, emails)
