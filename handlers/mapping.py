"""Mapping: its form is opened, filled in step by step, and saved."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.connectors.catalog import DataType
from bot.engine import Engine
from bot.errors import ChangedMeanwhile, PatchbayError, Refused
from bot.setup import mapping, pairing, saving
from bot.setup.mapping import Form, Step
from bot.setup.mapping_draft import MappingDraft, NewField
from handlers import mapping_options, sources
from handlers.click import Click, click_of
from handlers.forms import Value, values_of
from handlers.metadata import OnSource
from handlers.read.mapping import load_page
from handlers.views import mapped
from handlers.views import mapping as views
from handlers.views.fields import key_of, named
from handlers.views.mapped import PairChoice
from handlers.views.mapping import MappingMetadata, mapping_view
from handlers.waiting import ack_loading, loading_drawn, show_when_ready
from store.vocabulary import FieldType

HEADING = "Mapping"


def register(app: AsyncApp, engine: Engine) -> None:
    mapping_options.register(app, engine)

    async def begun(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> Click:
        await ack()
        return await click_of(engine, client, body)

    @app.action(views.KEEP)
    async def keep(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        await mapping.step(engine, click.actor, _draft(click), _typed(click))

    @app.action(views.PICK_SOURCE_FIELD)
    @app.action(views.PICK_PROJECT_FIELD)
    @app.action(views.PICK_TRANSFORM)
    async def pick(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _take(await begun(ack, body, client))

    for action_id, step in _BUTTONS.items():
        _register_button(app, engine, action_id, step)

    @app.action(mapped.PAIR_MENU)
    async def pair_menu(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        choice = PairChoice.model_validate_json(click.value)
        await _take(click, _pair_step(choice))

    @app.action(views.PICK_TABLE)
    async def pick_table(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _choose(await begun(ack, body, client), _picked_table)

    @app.action(views.PICK_PROJECT)
    async def pick_project(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _choose(await begun(ack, body, client), _picked_project)

    @app.action(views.START_OVER)
    async def start_over(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        transfer_id = MappingMetadata.of(click.view).transfer
        await open_mapping(click, transfer_id, view_id=click.view["id"], start_over=True)

    @app.view(views.MAPPING_FORM)
    async def submit(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        form = await mapping.step(engine, click.actor, _draft(click), _typed(click))
        try:
            _must_show_its_table(click, form)
            await saving.check(engine, click.actor, form.draft_id)
        except Refused as refusal:
            await _refuse(ack, click, form, refusal)
            return
        await _save(click, form.draft_id, await ack_loading(ack, HEADING))


async def open_mapping(
    click: Click, transfer_id: int, *, view_id: str | None = None, start_over: bool = False
) -> None:
    """Shows the form on top of the open view, or (`view_id`) in that view's place."""

    async def build() -> View:
        form = await mapping.open_form(
            click.engine, click.actor, transfer_id, start_over=start_over
        )
        return await _view(click, form)

    await show_when_ready(click, HEADING, build, view_id)


def _register_button(app: AsyncApp, engine: Engine, action_id: str, step: Step) -> None:
    @app.action(action_id)
    async def press(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _take(await click_of(engine, client, body), step)


def _turn(pages: int) -> Step:
    def turn(draft: MappingDraft, _: DataType) -> MappingDraft:
        return draft.model_copy(update={"page": max(0, draft.page + pages)})

    return turn


_BUTTONS: dict[str, Step] = {
    views.ADD_PAIR: pairing.add_pair,
    views.OPEN_FIELD: pairing.propose_field,
    views.CREATE_FIELD: lambda draft, _: pairing.create_field(draft),
    views.CANCEL_FIELD: lambda draft, _: draft.model_copy(update={"new_field": None}),
    views.FILL_IN: lambda draft, data_type: pairing.fill_in(draft, data_type).with_row_empty(),
    mapped.DROP_SUGGESTED: lambda draft, _: pairing.without_suggestions(draft),
    views.DROP_BROKEN: pairing.without_broken,
    mapped.PREVIOUS: _turn(-1),
    mapped.NEXT: _turn(+1),
}


def _pair_step(choice: PairChoice) -> Step:
    def change(draft: MappingDraft, _: DataType) -> MappingDraft:
        field = named(choice.field, (pair.project_field for pair in draft.pairs))
        if field is None:  # removed by an earlier press
            return draft
        if choice.do == "remove":
            return pairing.remove_pair(draft, field)
        return pairing.toggle_key(draft, field)

    return change


async def _take(click: Click, *steps: Step) -> None:
    """Keeps what is typed, takes the steps, draws the form anew."""
    form = await mapping.step(click.engine, click.actor, _draft(click), _typed(click), *steps)
    await _draw(click, form)


async def _draw(click: Click, form: Form, problem: PatchbayError | None = None) -> None:
    await click.update(await _view(click, form, problem))


async def _view(click: Click, form: Form, problem: PatchbayError | None = None) -> View:
    notice = problem.sentence if problem else None
    details = problem.changes if isinstance(problem, ChangedMeanwhile) else ()
    async with click.engine.database.read() as session:
        page = await load_page(session, form, notice=notice, notice_details=details)
    return mapping_view(page, on_list=OnSource.of(click.view).on_list)


def _draft(click: Click) -> int:
    return MappingMetadata.of(click.view).draft


def _typed(click: Click) -> Step:
    """What stands in the form's inputs, as a step of the draft."""
    values = {views.input_of(block): value for block, value in values_of(click.view).items()}

    def merge(draft: MappingDraft, data_type: DataType) -> MappingDraft:
        return merged(draft, data_type, values)

    return merge


def merged(draft: MappingDraft, data_type: DataType, values: Mapping[str, Value]) -> MappingDraft:
    """The draft with what stands in the inputs that are shown; the others keep what they had."""
    news: dict[str, Any] = {}
    if views.NEW_TABLE in values:
        news["new_table"] = values[views.NEW_TABLE] or ""
    if views.SOURCE_FIELD in values:
        news["source_field"] = named(str(values[views.SOURCE_FIELD]), data_type.fields)
    if views.PROJECT_FIELD in values:
        names = [field.name for field in draft.fields]
        news["project_field"] = named(str(values[views.PROJECT_FIELD]), names)
    if views.TRANSFORM in values:
        news["transform"] = values[views.TRANSFORM]
    if views.PRIMARY_KEY in values:
        news["is_primary_key"] = bool(values[views.PRIMARY_KEY])
    if views.ACTIVATE in values:
        news["activate"] = bool(values[views.ACTIVATE])
    if draft.new_field is not None and views.FIELD_NAME in values:
        kind = values.get(views.FIELD_TYPE) or draft.new_field.type
        name = str(values[views.FIELD_NAME] or "")
        news["new_field"] = NewField(name=name, type=FieldType(str(kind)))
    if _is_another_pair(draft, news):
        news["transform"] = None  # it was chosen for the pair before
    return draft.model_copy(update=news)


def _is_another_pair(draft: MappingDraft, news: Mapping[str, Any]) -> bool:
    return any(
        name in news and news[name] != getattr(draft, name)
        for name in ("source_field", "project_field")
    )


async def _choose(click: Click, choose: Callable[[Click, Form], Awaitable[Form]]) -> None:
    """Goes on with another table or project; where that fails the form keeps the one it had."""
    form = await mapping.step(click.engine, click.actor, _draft(click), _typed(click))
    try:
        await _draw(click, await choose(click, form))
    except PatchbayError as error:
        kept = await mapping.step(click.engine, click.actor, form.draft_id, _anew)
        await _draw(click, kept, error)


def _anew(draft: MappingDraft, _: DataType) -> MappingDraft:
    """With the next round the inputs show what the draft holds, not what was picked."""
    return draft.model_copy(update={"round": draft.round + 1})


async def _picked_table(click: Click, form: Form) -> Form:
    engine, actor = click.engine, click.actor
    if click.value == views.NEW:
        return await mapping.choose_table(engine, actor, form.draft_id, None)
    database = await mapping.project_of(engine, actor, form.draft)
    table = named(click.value, await database.tables())
    if table is None:
        raise Refused("This table is gone from the project. Choose another one.")
    return await mapping.choose_table(engine, actor, form.draft_id, table)


async def _picked_project(click: Click, form: Form) -> Form:
    return await mapping.choose_project(click.engine, click.actor, form.draft_id, int(click.value))


def _must_show_its_table(click: Click, form: Form) -> None:
    """Raises Refused where another table was picked and its fields are still being read."""
    picked = values_of(click.view).get(views.block_id(views.TABLE, form.draft.round))
    held = views.NEW if form.draft.table is None else key_of(form.draft.table)
    if picked is not None and picked != held:
        raise Refused(
            "The fields of this table are still being read. Wait a moment, then press Add again.",
            views.TABLE,
        )


async def _refuse(ack: AsyncAck, click: Click, form: Form, refusal: Refused) -> None:
    """Beside the input that is wrong where it is shown, else on top of the form."""
    block = views.block_id(refusal.field or "", form.draft.round)
    if any(each.get("block_id") == block for each in click.view["blocks"]):
        await ack(response_action="errors", errors={block: refusal.sentence})
    else:
        await ack(response_action="update", view=await _view(click, form, refusal))


async def _save(click: Click, draft_id: int, mark: str) -> None:
    """After the acknowledgement: "Loading…" is shown, and becomes the source page or the form."""
    engine, actor = click.engine, click.actor
    try:
        saved = await saving.save(engine, actor, draft_id)
    except PatchbayError as error:
        async with engine.database.read() as session:
            form = await mapping.load_form(engine, session, actor, draft_id)
        await loading_drawn(click, HEADING, mark)
        await _draw(click, form, error)
        return
    below = click.view.get("previous_view_id")
    if below:
        await sources.redraw(click, saved.source_id, view_id=below)
    await loading_drawn(click, HEADING, mark)
    await sources.redraw(click, saved.source_id, view_id=click.view["id"], on_page=bool(below))
