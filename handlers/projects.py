"""Projects: listed for everybody; added, renamed and removed by admins."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.setup import projects
from bot.signals import ProjectAdded, Signal
from handlers.actor import load_actor
from handlers.click import Click, click_of
from handlers.forms import values_of
from handlers.read.projects import load_list, load_row
from handlers.views import projects as views
from handlers.views.projects import (
    Choice,
    ProjectMetadata,
    add_view,
    link_view,
    list_view,
    remove_view,
    rename_view,
    trouble_view,
)
from handlers.waiting import show_when_ready

HEADING = "Projects"

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]


async def show_list(click: Click) -> None:
    await _show(click)


async def _show(click: Click, view_id: str | None = None, notice: str | None = None) -> None:
    async def build() -> View:
        await projects.prepare(click.engine, click.actor)
        return list_view(await load_list(click.engine, click.actor, notice))

    await show_when_ready(click, HEADING, build, view_id)


def register(app: AsyncApp, engine: Engine) -> None:
    async def begun(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> Click:
        await ack()
        return await click_of(engine, client, body)

    @app.action(views.PROJECT_LIST)
    async def listed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await show_list(await begun(ack, body, client))

    @app.action(views.PROJECT_ADD)
    async def add(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        click.actor.must_administer("add projects")
        await click.show(add_view())

    @app.view(views.PROJECT_ADD)
    async def named(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        name = str(values_of(click.view)[views.NAME] or "")
        url = await projects.invite(engine, click.actor, name, str(click.view["id"]))
        await ack(response_action="update", view=link_view(name, url))

    @app.action(views.PROJECT_LINK)
    async def link_opened(ack: AsyncAck) -> None:
        await ack()  # Slack opens the page itself

    @app.action(views.PROJECT_MENU)
    async def menu(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await begun(ack, body, client)
        choice = Choice.model_validate_json(click.value)
        click.actor.must_administer(f"{choice.do} projects")
        async with engine.database.read() as session:
            project = await projects.find(session, click.actor.workspace_id, choice.project)
            row = await load_row(session, project)
        await click.show(rename_view(row) if choice.do == "rename" else remove_view(row))

    @app.view(views.PROJECT_RENAME)
    async def rename(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        name = str(values_of(click.view)[views.NAME] or "")
        project_id = ProjectMetadata.of(click.view).project
        project = await projects.rename(engine, click.actor, project_id, name)
        await ack()
        await _redraw_below(click, f"“{project.name}” has its new name.")

    @app.view(views.PROJECT_REMOVE)
    async def remove(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        click = await click_of(engine, client, body)
        await projects.remove(engine, click.actor, ProjectMetadata.of(click.view).project)
        await ack()
        await _redraw_below(click, "The project is removed.")


def watch(engine: Engine, client_for: ClientFor) -> None:
    """Turns the waiting modal into the list once the one-time page was used."""

    async def added(signal: Signal) -> None:
        if not isinstance(signal, ProjectAdded) or signal.view_id is None:
            return
        client = await client_for(signal.workspace_id)
        view = await _after(engine, client, signal)
        try:
            await client.views_update(view_id=signal.view_id, view=view)
        except SlackApiError as error:
            if error.response.get("error") != "not_found":  # closed meanwhile: nothing is lost
                raise

    engine.signals.subscribe(added)


async def _after(engine: Engine, client: AsyncWebClient, signal: ProjectAdded) -> View:
    if signal.problem is not None:
        return trouble_view(signal.name, signal.problem)
    actor = await load_actor(engine, client, signal.workspace_id, signal.member_id)
    return list_view(await load_list(engine, actor, f"“{signal.name}” is added."))


async def _redraw_below(click: Click, notice: str) -> None:
    below = click.view.get("previous_view_id")
    if below:
        found = await load_list(click.engine, click.actor, notice)
        await click.update(list_view(found), below)
