"""Authorizations: picked for a source, created, renewed; the browser does the rest."""

import re
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.connectors.catalog import Service
from bot.engine import Engine
from bot.errors import PatchbayError, Refused
from bot.setup import authorizations as setup
from bot.setup import authorizing, sources
from bot.setup.names import narrowed
from bot.setup.source_draft import SourceDraft, WantedAuthorization
from handlers.actor import actor_of
from handlers.click import STACK, Click, click_of, depth
from handlers.forms import save_draft, values_of
from handlers.read import authorizations as read
from handlers.read import sources as read_sources
from handlers.renewed import page_below
from handlers.views.authorizations import (
    CREATE,
    CREATE_VIEW,
    KIND,
    MENU,
    NAME,
    OPEN_LINK,
    PARAM,
    PICK,
    PICK_VIEW,
    PICKED,
    REAUTHORIZE,
    TRY_AGAIN,
    TYPE,
    WAY,
    Choice,
    PopUpMetadata,
    create_view,
    pick_view,
    waiting_view,
)
from handlers.views.common import loading, option
from handlers.views.source_form import source_form
from handlers.waiting import ack_loading, loading_drawn, update_when_ready
from store import authorizations
from store.vocabulary import AuthKind

Body = dict[str, Any]

OPTIONS = 100  # as many as Slack shows
CHECKING = "Checking…"


async def show_for_draft(click: Click, draft_id: int) -> None:
    """The authorizations of the service that a source's form shows; to create one where none is."""
    filled = await _filled(click, draft_id)
    service = _service(click.engine, filled)
    metadata = PopUpMetadata(draft=draft_id, stacked=depth(click.view) < STACK)
    await save_draft(click, draft_id, {"form_view": click.view["id"]})
    listed = await _listed(click, service, filled)
    if listed.lines:
        await click.show(pick_view(listed, metadata))
    else:
        await click.show(await _create_view(click, service, filled, metadata))


async def reauthorize(click: Click, authorization_id: int) -> None:
    """Shows the link under which an authorization is renewed in place."""
    view_id = await click.show(loading("Authorize"))
    below = page_below(click) if view_id != click.view.get("id") else None

    async def link() -> View:
        wanted, link = await setup.begin_renewal(
            click.engine, click.actor, authorization_id, view_id, below=below
        )
        return waiting_view(read.as_waiting(click.engine, wanted, link))

    await update_when_ready(click, "Authorize", link, view_id)


def register(app: AsyncApp, engine: Engine) -> None:
    _register_picking(app, engine)
    _register_creating(app, engine)
    _register_waiting(app, engine)


def _register_picking(app: AsyncApp, engine: Engine) -> None:
    @app.options(PICK)
    async def narrow(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        actor = await actor_of(engine, client, body)
        metadata = PopUpMetadata.of(body["view"])
        async with engine.database.read() as session:
            draft = await sources.find_draft(session, actor, metadata.draft)
            service = SourceDraft.model_validate(draft.data).service
            listed = await authorizations.listed(session, actor.workspace_id, service)
        found = narrowed(str(body.get("value") or ""), listed, lambda each: each.name)
        await ack(options=[option(each.name, each.id) for each in found[:OPTIONS]])

    @app.view(PICK_VIEW)
    async def select(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        metadata = PopUpMetadata.of(click.view)
        picked = values_of(click.view).get(PICKED)
        if not isinstance(picked, str):
            raise Refused("Choose an authorization first, or create one.", PICKED)
        async with engine.database.read() as session:
            authorization = await setup.find(session, click.actor.workspace_id, int(picked))
        await save_draft(click, metadata.draft, {"authorization": authorization.id})
        form = await _source_form(click, metadata.draft)
        if metadata.stacked:
            await ack()
            await click.redraw_below(form)
        else:
            await ack(response_action="update", view=form)

    @app.action(MENU)
    async def menu(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        metadata = PopUpMetadata.of(click.view)
        choice = Choice.model_validate_json(click.value)
        if choice.do == "again":
            wanted, link = await setup.begin_renewal(
                engine, click.actor, choice.id, str(click.view["id"]), metadata.draft
            )
            await click.update(waiting_view(read.as_waiting(engine, wanted, link)))
            return
        await setup.remove(engine, click.actor, choice.id)
        filled = await _filled(click, metadata.draft)
        service = _service(engine, filled)
        listed = await _listed(click, service, filled)
        if listed.lines:
            await click.update(pick_view(listed, metadata))
        else:
            await click.update(await _create_view(click, service, filled, metadata))

    @app.action(PICK)
    async def picked(ack: AsyncAck) -> None:
        await ack()


def _register_creating(app: AsyncApp, engine: Engine) -> None:
    @app.action(CREATE)
    async def create(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        metadata = PopUpMetadata.of(click.view)
        filled = await _filled(click, metadata.draft)
        service = _service(engine, filled)
        await click.update(await _create_view(click, service, filled, metadata))

    @app.action(KIND)
    async def kind_picked(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        metadata = PopUpMetadata.of(click.view)
        await _keep(click, metadata)
        filled = await _filled(click, metadata.draft)
        service = _service(engine, filled)
        await click.update(await _create_view(click, service, filled, metadata))

    @app.action(re.compile(f"^{TYPE}:"))
    async def typed(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await _keep(click, PopUpMetadata.of(click.view))

    @app.view(CREATE_VIEW)
    async def go_on(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        metadata = PopUpMetadata.of(click.view)
        await _keep(click, metadata)
        wanted = await _wanted(click, metadata)
        try:
            link = await setup.begin(engine, click.actor, wanted)
        except Refused as error:
            raise Refused(error.sentence, _block_of(error.field)) from error
        if wanted.kind is not AuthKind.NONE:
            waiting = waiting_view(read.as_waiting(engine, wanted, link))
            await ack(response_action="update", view=waiting)
            return
        mark = await ack_loading(ack, CHECKING)
        await loading_drawn(click, CHECKING, mark)
        with suppress(PatchbayError):  # the modal is told by the signal, as when a page fails
            await authorizing.complete(engine, link.token, {})


def _register_waiting(app: AsyncApp, engine: Engine) -> None:
    @app.action(OPEN_LINK)
    async def opened(ack: AsyncAck) -> None:
        await ack()  # the browser has it from here

    @app.action(TRY_AGAIN)
    async def try_again(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        wanted, link = await setup.begin_again(engine, click.actor, str(click.view["id"]))
        await click.update(waiting_view(read.as_waiting(engine, wanted, link)))

    @app.action(REAUTHORIZE)
    async def again(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await reauthorize(click, int(click.value))


async def _filled(click: Click, draft_id: int) -> SourceDraft:
    async with click.engine.database.read() as session:
        draft = await sources.find_draft(session, click.actor, draft_id)
    return SourceDraft.model_validate(draft.data)


def _service(engine: Engine, filled: SourceDraft) -> Service:
    if filled.service is None:
        raise Refused("Choose an integration source first: its authorizations are shown then.")
    return engine.catalog.get(filled.service)


async def _listed(click: Click, service: Service, filled: SourceDraft) -> read.AuthorizationList:
    async with click.engine.database.read() as session:
        return await read.load_list(session, click.actor, service, filled.authorization)


async def _create_view(
    click: Click, service: Service, filled: SourceDraft, metadata: PopUpMetadata
) -> View:
    async with click.engine.database.read() as session:
        form = await read.load_form(session, click.engine, click.actor, service, filled.wanted)
    return create_view(form, metadata)


async def _source_form(click: Click, draft_id: int) -> View:
    async with click.engine.database.read() as session:
        form = await read_sources.load_form(session, click.engine, click.actor, draft_id)
    return source_form(form)


async def _keep(click: Click, metadata: PopUpMetadata) -> None:
    """Saves what the form shows into the source's draft."""
    before = (await _filled(click, metadata.draft)).wanted
    values = values_of(click.view)
    params = {
        block.removeprefix(PARAM): value
        for block, value in values.items()
        if block.startswith(PARAM) and isinstance(value, str)
    }
    wanted = WantedAuthorization.model_validate(
        {
            "name": values.get(NAME),
            "kind": values.get(WAY, before.kind),
            "params": before.params | params,
        }
    )
    await save_draft(click, metadata.draft, {"wanted": wanted.model_dump(mode="json")})


async def _wanted(click: Click, metadata: PopUpMetadata) -> setup.Wanted:
    """What the form as it was sent asks for."""
    filled = await _filled(click, metadata.draft)
    service = _service(click.engine, filled)
    async with click.engine.database.read() as session:
        form = await read.load_form(session, click.engine, click.actor, service, filled.wanted)
    return setup.Wanted(
        service=service.id,
        name=filled.wanted.name or "",
        kind=form.kind,
        params=filled.wanted.params,
        draft_id=metadata.draft,
        view_id=str(click.view["id"]),
    )


def _block_of(field: str | None) -> str | None:
    """Where the form shows what the engine calls by that name."""
    if field is None:
        return None
    return NAME if field == "name" else f"{PARAM}{field}"
