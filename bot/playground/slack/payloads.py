"""The payloads of commands, interactions and events, key by key as Slack's."""

import secrets
import time
from typing import Any

from bot.playground.slack.inputs import Placed, is_stateful
from bot.playground.slack.messages import APP_ID, Message
from bot.playground.slack.state import Channel, Person, Workspace
from bot.playground.slack.views import ShownView

Payload = dict[str, Any]
Surface = ShownView | Message

TOKEN = "verification-token"  # Slack's older way to tell itself; nobody should read it


def command(
    workspace: Workspace,
    person: Person,
    channel: Channel,
    words: str,
    trigger_id: str,
    response_url: str,
) -> dict[str, str]:
    """The form of a slash command; `words` begin with the command."""
    name, _, text = words.partition(" ")
    return {
        "token": TOKEN,
        "team_id": workspace.id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": person.id,
        "user_name": person.handle,
        "command": name,
        "text": text.strip(),
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def base(kind: str, workspace: Workspace, person: Person) -> Payload:
    return {
        "type": kind,
        "team": {"id": workspace.id, "domain": workspace.domain},
        "user": {
            "id": person.id,
            "username": person.handle,
            "name": person.handle,
            "team_id": workspace.id,
        },
        "api_app_id": APP_ID,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def on_surface(workspace: Workspace, surface: Surface) -> Payload:
    """Where something was done: the view, or the message and its channel."""
    if isinstance(surface, ShownView):
        return {
            "container": {"type": "view", "view_id": surface.id},
            "view": workspace.views.as_json(surface),
        }
    channel = workspace.channels[surface.channel]
    container: Payload = {
        "type": "message",
        "message_ts": surface.ts,
        "channel_id": channel.id,
        "is_ephemeral": surface.ephemeral_for is not None,
    }
    if surface.thread_ts:
        container["thread_ts"] = surface.thread_ts
    where: Payload = {
        "container": container,
        "channel": {"id": channel.id, "name": _name(channel)},
        "state": {"values": surface.values},
    }
    if surface.ephemeral_for is None:  # Slack leaves an ephemeral message's content out
        where["message"] = surface.as_json(workspace.id, with_metadata=True)
    return where


def _name(channel: Channel) -> str:
    return "privategroup" if channel.kind == "private" else channel.name


def action(placed: Placed, chosen: dict[str, Any]) -> Payload:
    """One entry of `actions`: what was pressed, chosen or typed."""
    element = placed.element
    shown: Payload = {
        "type": placed.type,
        "block_id": placed.block_id,
        "action_id": placed.action_id,
        "action_ts": f"{time.time():.6f}",
        **chosen,
    }
    if placed.type == "button":
        shown |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    elif is_stateful(element) and "placeholder" in element:
        shown["placeholder"] = element["placeholder"]
    return shown


def event(workspace: Workspace, happened: dict[str, Any], event_id: str | None = None) -> Payload:
    return {
        "token": TOKEN,
        "team_id": workspace.id,
        "api_app_id": APP_ID,
        "event": {"event_ts": f"{time.time():.6f}", **happened},
        "type": "event_callback",
        "event_id": event_id or f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }
