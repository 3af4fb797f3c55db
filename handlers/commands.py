"""`/patchbay` and its words; and the last listeners, which take what nobody else did."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from rapidfuzz import fuzz, process
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.setup.names import find, fold
from handlers import history, integrations, projects, rejects, sources
from handlers.click import Click, click_of
from handlers.read.integrations import NamedIntegration, load_list, load_names, load_page
from handlers.views import integrations as views
from handlers.views.common import button, context, escape, section
from handlers.views.help import ASK, COMMAND, HELP, help_blocks
from handlers.views.integration_page import state_blocks
from store.vocabulary import Role

log = structlog.get_logger(__name__)

ASKED = 10  # integrations that a question offers; for others, more of the name is typed
ALIKE = 60  # of 100: how alike a suggested word has to be


@dataclass(frozen=True, slots=True)
class Verb:
    """A command about one integration, and the button that means the same."""

    do: Callable[[Click, int], Awaitable[None]]
    label: str
    action_id: str
    question: str


async def _status_of(click: Click, integration_id: int) -> None:
    async with click.engine.database.read() as session:
        page = await load_page(session, click.engine, click.actor, integration_id)
    await click.tell(views.row_text(page.row), state_blocks(page))


VERBS = {
    "status": Verb(_status_of, "Open", views.INTEGRATION_OPEN, "Which integration?"),
    "sync": Verb(
        integrations.sync, "Sync now", views.INTEGRATION_SYNC, "Which one shall sync now?"
    ),
    "pause": Verb(
        integrations.pause, "Pause", views.INTEGRATION_PAUSE, "Which one shall be paused?"
    ),
    "activate": Verb(
        integrations.activate,
        "Activate",
        views.INTEGRATION_ACTIVATE,
        "Which one shall be activated?",
    ),
    "errors": Verb(
        rejects.show_errors, "Errors", views.INTEGRATION_ERRORS, "Whose errors do you want to see?"
    ),
    "history": Verb(
        history.show_history,
        "History",
        views.INTEGRATION_HISTORY,
        "Whose history do you want to see?",
    ),
}

PLAIN: dict[str, Callable[[Click], Awaitable[None]]] = {
    "source new": sources.new,
    "sources": sources.show_list,
    "integration new": integrations.new,
    "integrations": integrations.show_list,
    "projects": projects.show_list,
}


async def run(click: Click, text: str) -> None:
    """Does what `/patchbay text` asks; shows the help for nothing, or for what it cannot read."""
    words = text.split()
    for length in (2, 1):
        command = " ".join(words[:length]).casefold()
        rest = " ".join(words[length:]).strip("\"'“”„«» ")
        if command in PLAIN:
            return await PLAIN[command](click)
        if command in VERBS:
            return await _verb(click, command, rest)
    await show_help(click, unknown="" if fold(text) in ("", "help") else " ".join(words))


async def show_help(click: Click, unknown: str = "") -> None:
    blocks = help_blocks(
        is_admin=click.actor.role is Role.ADMIN, unknown=unknown, nearest=_nearest(unknown)
    )
    await click.tell("What Patchbay can do", blocks)


def _nearest(unknown: str) -> str:
    if not unknown:
        return ""
    known = [*PLAIN, *VERBS, "help"]
    first = unknown.split()[0]
    found = [
        process.extractOne(fold(typed), known, scorer=fuzz.ratio, score_cutoff=ALIKE)
        for typed in (unknown, first)
    ]
    best = max((match for match in found if match), key=lambda match: match[1], default=None)
    return str(best[0]) if best else ""


async def _verb(click: Click, command: str, typed: str) -> None:
    verb = VERBS[command]
    async with click.engine.database.read() as session:
        known = await load_names(session, click.actor.workspace_id)
    if not typed:
        await (_overview(click) if command == "status" else _ask(click, verb.question, known, verb))
        return
    match = find(typed, known, lambda integration: integration.name)
    if len(match.fitting) == 1:
        await verb.do(click, match.fitting[0].id)
    elif match.fitting:
        question = f"“{typed}” fits several integrations. {verb.question}"
        await _ask(click, question, match.fitting, verb)
    elif match.nearest:
        question = f"There is no integration called “{typed}”. Did you mean one of these?"
        await _ask(click, question, match.nearest, verb)
    else:
        await _ask(click, f"There is no integration called “{typed}”.", (), verb)


async def _ask(
    click: Click,
    question: str,
    choices: tuple[NamedIntegration, ...] | list[NamedIntegration],
    verb: Verb,
) -> None:
    blocks: list[Block]
    if choices:
        shown = choices[:ASKED]
        blocks = views.choice_blocks(question, shown, verb.label, verb.action_id)
        if len(choices) > ASKED:
            blocks.append(context(f"…and {len(choices) - ASKED} more: type more of the name."))
    else:
        blocks = [
            section(escape(question)),
            ActionsBlock(
                elements=[
                    button("See integrations", views.INTEGRATION_LIST),
                    button("Create an integration", views.INTEGRATION_NEW),
                ]
            ),
        ]
    await click.tell(escape(question), blocks)


async def _overview(click: Click) -> None:
    async with click.engine.database.read() as session:
        found = await load_list(session, click.actor.workspace_id, trouble_first=True)
    await click.tell("The integrations", views.overview_blocks(found))


def register(app: AsyncApp, engine: Engine) -> None:
    @app.command(re.compile(rf"^{COMMAND}"))
    async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await run(await click_of(engine, client, body), body.get("text") or "")

    @app.action(HELP)
    async def help_pressed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await show_help(await click_of(engine, client, body))

    @app.action(ASK)
    async def asked(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        if click.value in VERBS:
            await _verb(click, click.value, "")


def register_last(app: AsyncApp) -> None:
    """Nothing stays unacknowledged: link buttons, views of an older version, other events."""
    anything = re.compile(".*")

    async def acknowledged(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        kind = body.get("type") or "command"
        log.debug("listener.nobody", type=kind, actions=len(body.get("actions") or []))

    async def no_options(ack: AsyncAck) -> None:
        await ack(options=[])

    app.command(anything)(acknowledged)
    app.action(anything)(acknowledged)
    app.view(anything)(acknowledged)
    app.view_closed(anything)(acknowledged)
    app.shortcut(anything)(acknowledged)
    app.event(anything)(acknowledged)
    app.options(anything)(no_options)
