"""A data type that a member defines: where it is, what was found, and on to its mapping."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.errors import PatchbayError, Refused
from bot.setup import custom
from bot.setup.custom import CustomDraft
from bot.setup.names import narrowed
from handlers import sources
from handlers.click import Click, click_of
from handlers.forms import values_of
from handlers.mapping import open_mapping
from handlers.metadata import OnSource
from handlers.read.custom import fields_of, found_page, where_page
from handlers.views import custom as views
from handlers.views.custom import CustomMetadata, found_view, where_view
from handlers.views.fields import TYPES, name_option, named
from handlers.views.transfers import TRANSFER_DEFINE
from handlers.waiting import ack_loading, loading_drawn
from store.vocabulary import FieldType

SHOWN = 100  # options that Slack takes


def register(app: AsyncApp, engine: Engine) -> None:
    async def begun(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> Click:
        await ack()
        return await click_of(engine, client, body)

    @app.action(TRANSFER_DEFINE)
    async def define(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        source_id = int(click.value)
        draft_id, draft = await custom.begin(engine, click.actor, source_id)
        page = where_page(draft_id, source_id, draft, is_resumed=not draft.is_empty)
        await click.show(where_view(page, on_list=OnSource.of(click.view).on_list))

    @app.action(views.START_OVER)
    async def start_over(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        source_id = _form(click).source
        draft_id, draft = await custom.begin(engine, click.actor, source_id, start_over=True)
        page = where_page(draft_id, source_id, draft)
        await click.update(where_view(page, on_list=_form(click).on_list))

    @app.action(views.KEEP)
    @app.action(views.PICK_KEY)
    @app.action(views.PICK_UPDATED)
    async def keep(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _keep(await begun(ack, body, client))

    @app.action(views.PICK_PAGINATION)
    @app.action(views.BACK)
    async def draw(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        await _draw_where(click, await _keep(click))

    @app.view(views.WHERE_FORM)
    async def where(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        draft = await _keep(click)
        try:
            custom.described(draft)
        except Refused as refusal:
            await _refuse(ack, click, refusal)
            return
        await _discover(click, draft, await ack_loading(ack, views.HEADING))

    @app.view(views.FOUND_FORM)
    async def found(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        await _keep(click)
        try:
            transfer = await custom.add(engine, click.actor, _form(click).draft)
        except Refused as refusal:
            await _refuse(ack, click, refusal)
            return
        mark = await ack_loading(ack, "Mapping")
        await loading_drawn(click, "Mapping", mark)
        await open_mapping(click, transfer.id, view_id=click.view["id"])
        below = click.view.get("previous_view_id")
        if below:
            await sources.redraw(click, transfer.source_id, view_id=below)

    @app.options(views.PICK_KEY)
    async def keys(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _offer(ack, await click_of(engine, client, body), custom.KEY_TYPES)

    @app.options(views.PICK_UPDATED)
    async def times(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _offer(ack, await click_of(engine, client, body), custom.TIME_TYPES)


async def _offer(ack: AsyncAck, click: Click, kinds: tuple[FieldType, ...]) -> None:
    draft = await custom.keep(click.engine, click.actor, _form(click).draft, {})
    fields = {path: kind for path, kind in fields_of(draft).items() if kind in kinds}
    found = narrowed(str(click.body.get("value") or ""), list(fields), str)[:SHOWN]
    await ack(options=[name_option(path, TYPES[fields[path]]) for path in found])


async def _discover(click: Click, draft: CustomDraft, mark: str) -> None:
    """After the acknowledgement: "Loading…" is shown, and becomes the next form or this one."""
    form = _form(click)
    try:
        found = await custom.discover(click.engine, click.actor, form.draft)
    except PatchbayError as error:
        await loading_drawn(click, views.HEADING, mark)
        await _draw_where(click, draft, error.sentence)
        return
    await loading_drawn(click, views.HEADING, mark)
    page = found_page(form.draft, form.source, found)
    await click.update(found_view(page, on_list=form.on_list))


async def _draw_where(click: Click, draft: CustomDraft, notice: str | None = None) -> None:
    form = _form(click)
    page = where_page(form.draft, form.source, draft, notice=notice)
    await click.update(where_view(page, on_list=form.on_list))


async def _refuse(ack: AsyncAck, click: Click, refusal: Refused) -> None:
    """Beside the input that is wrong; what has no place there goes to the error answers."""
    shown = [str(block.get("block_id")) for block in click.view["blocks"]]
    block = views.block_of(refusal.field or "", shown)
    if block is None:
        raise refusal
    await ack(response_action="errors", errors={block: refusal.sentence})


async def _keep(click: Click) -> CustomDraft:
    """Keeps what stands in the inputs that are shown."""
    form = _form(click)
    draft = await custom.keep(click.engine, click.actor, form.draft, {})
    return await custom.keep(click.engine, click.actor, form.draft, _typed(click, draft))


def _typed(click: Click, draft: CustomDraft) -> dict[str, Any]:
    values = values_of(click.view)
    typed = {views.input_of(block): value for block, value in values.items()}
    fields = fields_of(draft)
    news: dict[str, Any] = {}
    for name in (views.NAME, views.PATH, views.RECORDS, views.SINCE, views.FIRST, views.SECOND):
        if name in typed:
            news[name] = typed[name] or ""
    if views.PAGINATION in typed:
        news["pagination"] = typed[views.PAGINATION]
        if news["pagination"] != draft.pagination:  # the parameters were those of the other one
            news |= {"first": "", "second": ""}
    if views.KEY in typed:
        picked = [named(str(key), fields) for key in typed[views.KEY] or []]
        news["key"] = [path for path in picked if path is not None]
    if views.UPDATED in typed:
        news["updated"] = named(str(typed[views.UPDATED]), fields)
    return news


def _form(click: Click) -> CustomMetadata:
    return CustomMetadata.of(click.view)
