"""The drop-downs of the Mapping modal, filtered as one types."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import Option
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.errors import PatchbayError
from bot.setup import mapping, pairing
from bot.setup.fitting import misfit
from bot.setup.mapping import Form
from bot.setup.mapping_draft import Field
from bot.setup.names import narrowed
from handlers.click import click_of
from handlers.views import mapping as views
from handlers.views.fields import TYPES, name_option
from handlers.views.mapping import MappingMetadata

SHOWN = 100  # options that Slack takes; with more it shows none at all


def register(app: AsyncApp, engine: Engine) -> None:
    async def form_of(body: dict[str, Any], client: AsyncWebClient) -> Form:
        click = await click_of(engine, client, body)
        async with engine.database.read() as session:
            return await mapping.load_form(
                engine, session, click.actor, MappingMetadata.of(click.view).draft
            )

    @app.options(views.PICK_SOURCE_FIELD)
    async def source_fields(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        form = await form_of(body, client)
        await ack(options=source_options(form, str(body.get("value") or "")))

    @app.options(views.PICK_PROJECT_FIELD)
    async def project_fields(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        form = await form_of(body, client)
        await ack(options=project_options(form, str(body.get("value") or "")))

    @app.options(views.PICK_TABLE)
    async def tables(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        form = await form_of(body, client)
        try:
            database = await mapping.project_of(engine, click.actor, form.draft)
            names = await database.tables()
        except PatchbayError:  # the form says what is wrong with it as soon as one is picked
            names = []
        found = narrowed(str(body.get("value") or ""), names, str)[: SHOWN - 1]
        await ack(options=[views.new_table_option(), *(name_option(name) for name in found)])


def source_options(form: Form, typed: str) -> list[Option]:
    """Those not mapped yet first; the type beside each."""
    fields = form.data_type.fields
    free = pairing.unmapped(form.draft, form.data_type)
    ordered = [*free, *(path for path in fields if path not in set(free))]
    return [name_option(path, TYPES[fields[path]]) for path in narrowed(typed, ordered, str)][
        :SHOWN
    ]


def project_options(form: Form, typed: str) -> list[Option]:
    """Fields that no pair fills yet; those that fit the chosen source field first."""
    source_type = form.data_type.fields.get(form.draft.source_field or "")

    def misses(field: Field) -> bool:
        return source_type is not None and misfit(source_type, field.type, None) is not None

    free = sorted(form.draft.free_fields(), key=misses)
    found = narrowed(typed, free, lambda field: field.name)[:SHOWN]
    return [name_option(field.name, TYPES[field.type]) for field in found]
