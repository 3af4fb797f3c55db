"""What a browser does in a member's name, told to the bot as Slack tells it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.page import commands
from bot.playground.page.answers import Body, Refused, answer, body
from bot.playground.page.session import Json, Session
from bot.playground.slack.forms import form_errors
from bot.playground.slack.inputs import Placed, Values, is_stateful, placed_elements
from bot.playground.slack.interactions import SLACKBOT
from bot.playground.slack.messages import Message
from bot.playground.slack.payloads import Surface
from bot.playground.slack.state import Person
from bot.playground.slack.views import ShownView

Act = Callable[[Session, Person, Body], Awaitable[Json]]

LONGEST = 4_000  # characters of a message, as in Slack's composer
_LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,:;!?)\]'\"]")


async def command(session: Session, person: Person, given: Body) -> Json:
    """A slash command; one that no app has is answered by Slackbot."""
    channel = session.channel(person, given.text("channel"))
    words = given.text("words").strip()
    name = words.split()[0] if words else ""
    if name != commands.read().name:
        text = f"`{_escaped(name)}` is not a valid command. Type `/` to see those there are."
        workspace = session.workspace
        told = Message(channel.id, workspace.new_ts(), SLACKBOT, text, ephemeral_for=person.id)
        workspace.whisper(person.id, told)
        return {}
    exchange = await session.slack.interactions.command(session.workspace, person, channel, words)
    return {"problem": exchange.problem}


async def write(session: Session, person: Person, given: Body) -> Json:
    """A plain message, in a channel or a thread."""
    channel = session.channel(person, given.text("channel"))
    text = given.text("text").strip()
    if not text:
        raise Refused("There is nothing to send.")
    if len(text) > LONGEST:
        raise Refused(f"A message may have {LONGEST} characters at most.")
    if channel.archived:
        raise Refused("This channel is archived.")
    thread = given.get("thread")
    if thread is not None:
        thread = session.message(person, channel.id, str(thread)).ts
    workspace = session.workspace
    message = Message(channel.id, workspace.new_ts(), person.id, _written(text), thread_ts=thread)
    workspace.post(channel, message)
    return {"ts": message.ts}


async def act(session: Session, person: Person, given: Body) -> Json:
    """block_actions: something was pressed, chosen or typed."""
    surface, placed = _where(session, person, given)
    _keep(surface, given.object("values"))
    chosen = given.object("chosen")
    exchange = await session.slack.interactions.act(
        session.workspace, person, surface, placed, chosen
    )
    return {"problem": exchange.problem, "notice": surface.notice}


async def suggest(session: Session, person: Person, given: Body) -> Json:
    """block_suggestion: what a menu offers for what was typed into it."""
    surface, placed = _where(session, person, given)
    options = await session.slack.interactions.suggest(
        session.workspace, person, surface, placed, given.text("query", "")
    )
    return {"options": options}


async def keep(session: Session, person: Person, given: Body) -> Json:
    """What was typed and the bot does not hear of yet."""
    _keep(_surface(session, person, given.object("surface")), given.object("values"))
    return {}


async def submit(session: Session, person: Person, given: Body) -> Json:
    """view_submission, once Slack's own check of the form is passed."""
    view = session.view(person, given.text("view"))
    views = session.workspace.views
    if view not in views.stack(person.id):
        raise Refused("Only a window can be submitted.")
    _keep(view, given.object("values"))
    view.errors = form_errors(view)
    if view.errors:
        views.touched(view)
    else:
        await session.slack.interactions.submit(session.workspace, person, view)
    return {"errors": view.errors, "notice": view.notice}


async def close(session: Session, person: Person, given: Body) -> Json:
    """Takes the window off the screen, or all of them; the bot hears of it where it asked."""
    views = session.workspace.views
    view = session.view(person, given.text("view"))
    cleared = given.flag("everything") or bool(view.body.get("clear_on_close"))
    gone = views.clear(person.id) if cleared else views.close(view)
    await session.slack.interactions.closed(session.workspace, person, gone, cleared)
    return {}


async def open_home(session: Session, person: Person, given: Body) -> Json:
    """app_home_opened."""
    workspace = session.workspace
    home = workspace.views.homes.get(person.id)
    happened: dict[str, Any] = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": workspace.dm(person.id).id,
        "tab": "home",
    }
    if home is not None:
        happened["view"] = workspace.views.as_json(home)
    exchange = await session.slack.interactions.event(workspace, happened)
    return {"problem": exchange.problem}


async def read(session: Session, person: Person, given: Body) -> Json:
    """The member has seen everything up to that message."""
    session.mark_read(person, session.channel(person, given.text("channel")), given.text("ts"))
    return {}


ACTS: dict[str, Act] = {
    "command": command,
    "write": write,
    "act": act,
    "suggest": suggest,
    "keep": keep,
    "submit": submit,
    "close": close,
    "open-home": open_home,
    "read": read,
}


def routes(session: Session) -> list[Route]:
    return [
        Route(f"/api/{name}", _route(session, work), methods=["POST"])
        for name, work in ACTS.items()
    ]


def _route(session: Session, work: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        given = await body(request)
        return answer(await work(session, session.member(given.text("as")), given))

    return endpoint


def _where(session: Session, person: Person, given: Body) -> tuple[Surface, Placed]:
    surface = _surface(session, person, given.object("surface"))
    block_id, action_id = given.text("block_id"), given.text("action_id")
    for placed in placed_elements(surface.blocks):
        if (placed.block_id, placed.action_id) == (block_id, action_id):
            return surface, placed
    raise Refused("That is no longer on the screen.", 404)


def _surface(session: Session, person: Person, named: Json) -> Surface:
    if named.get("kind") == "view":
        return session.view(person, str(named.get("id")))
    return session.message(person, str(named.get("channel")), str(named.get("ts")))


def _keep(surface: Surface, values: Values) -> None:
    """Takes over what was entered, where the element is still there and of that type."""
    for placed in placed_elements(surface.blocks):
        if not is_stateful(placed.element):
            continue
        states = values.get(placed.block_id)
        state = states.get(placed.action_id) if isinstance(states, dict) else None
        if not isinstance(state, dict) or state.get("type") != placed.type:
            continue
        kept = surface.values[placed.block_id]
        if state != kept[placed.action_id] and isinstance(surface, ShownView):
            surface.errors.pop(placed.block_id, None)
        kept[placed.action_id] = state


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _written(text: str) -> str:
    """As Slack keeps what a person writes: escaped, addresses made links."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts += [_escaped(text[end : found.start()]), f"<{_escaped(found.group())}>"]
        end = found.end()
    return "".join([*parts, _escaped(text[end:])])
