"""manifest.yml asks Slack for exactly what the code uses, in the manifest's own form."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack import SlackServer
from bot.playground.slack.web_api import METHODS
from bot.scopes import BESIDE, EVENTS, NEEDED, SCOPES
from handlers.views.help import COMMAND

ROOT = Path(__file__).parents[1]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
CODE = [
    path
    for room in ("bot", "handlers", "store")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "playground" not in path.parts
]
CALLS = {  # slack_sdk's function → the Web API method that it calls
    name: found[1]
    for name, function in inspect.getmembers(AsyncWebClient, inspect.isfunction)
    if (found := re.search(r'self\.api_call\(\s*"([\w.]+)"', inspect.getsource(function)))
}

# https://docs.slack.dev/reference/app-manifest: keys, and the longest texts
FORM: dict[str, Any] = {
    "display_information": {
        "name": 35,
        "description": 140,
        "background_color": 7,
        "long_description": 4000,
    },
    "features": {
        "app_home": {
            "home_tab_enabled": bool,
            "messages_tab_enabled": bool,
            "messages_tab_read_only_enabled": bool,
        },
        "bot_user": {"display_name": 80, "always_online": bool},
        "slash_commands": [
            {
                "command": 32,
                "url": 3000,
                "description": 2000,
                "usage_hint": 1000,
                "should_escape": bool,
            }
        ],
    },
    "oauth_config": {"redirect_urls": [3000], "scopes": {"bot": [255]}},
    "settings": {
        "event_subscriptions": {"request_url": 3000, "bot_events": [100]},
        "interactivity": {
            "is_enabled": bool,
            "request_url": 3000,
            "message_menu_options_url": 3000,
        },
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "token_rotation_enabled": bool,
    },
}


def faults(value: Any, form: Any, path: str = "") -> Iterator[str]:
    if isinstance(form, dict):
        if not isinstance(value, dict) or set(value) != set(form):
            yield f"{path}: {value} instead of the keys {sorted(form)}"
            return
        for key, part in form.items():
            yield from faults(value[key], part, f"{path}/{key}")
    elif isinstance(form, list):
        if not isinstance(value, list) or not value:
            yield f"{path}: {value} is no list"
            return
        for number, each in enumerate(value):
            yield from faults(each, form[0], f"{path}/{number}")
    elif form is bool:
        if not isinstance(value, bool):
            yield f"{path}: {value} is neither true nor false"
    elif not isinstance(value, str) or not 0 < len(value) <= form:
        yield f"{path}: {value} is no text of at most {form} characters"


def calls_in_the_code() -> Iterator[tuple[str, str]]:
    """Web API methods, each with where it is called."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            if node.func.attr == "api_call":
                [method] = node.args
                assert isinstance(method, ast.Constant), f"{where}: which method?"
                yield str(method.value), where
            elif node.func.attr in CALLS:
                yield CALLS[node.func.attr], where


def listened_to(kind: str) -> set[str]:
    """What the listeners say they listen to, as far as it is text: `@app.event("…")`."""
    return {
        str(node.args[0].value)
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == kind
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "app"
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_scopes_are_those_of_the_methods_that_the_code_calls() -> None:
    called = dict(calls_in_the_code())
    assert CALLS["chat_postMessage"] == "chat.postMessage"
    assert len(CALLS) > 200
    assert set(called) - set(NEEDED) == set(), {m: called[m] for m in set(called) - set(NEEDED)}
    assert set(NEEDED) - set(called) == set()


def test_the_manifest_asks_for_exactly_these_scopes() -> None:
    assert tuple(MANIFEST["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert set(MANIFEST["oauth_config"]["scopes"]) == {"bot"}
    of_events = {scope for needed in EVENTS.values() for scope in needed}
    assert of_events | set(BESIDE) <= set(SCOPES)


def test_the_manifest_subscribes_to_exactly_the_events_that_are_listened_to() -> None:
    assert listened_to("event") == set(EVENTS)
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


def test_the_command() -> None:
    [command] = MANIFEST["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert listened_to("command") == set()  # one pattern takes it, whatever it is called
    assert "commands" in SCOPES


def test_buttons_forms_and_drop_downs_reach_the_bot() -> None:
    interactivity = MANIFEST["settings"]["interactivity"]
    assert interactivity["is_enabled"] is True
    home = MANIFEST["features"]["app_home"]
    assert home["home_tab_enabled"] is True
    assert home["messages_tab_enabled"] is True  # alerts come as direct messages
    addresses = {
        MANIFEST["settings"]["event_subscriptions"]["request_url"],
        interactivity["request_url"],
        interactivity["message_menu_options_url"],
        *(command["url"] for command in MANIFEST["features"]["slash_commands"]),
    }
    [address] = addresses
    assert urlsplit(address).scheme == "https"
    assert urlsplit(address).path == "/slack/events"
    [redirect] = MANIFEST["oauth_config"]["redirect_urls"]
    assert urlsplit(redirect).path == "/slack/oauth_redirect"


def test_it_has_the_form_of_a_manifest() -> None:
    assert list(faults(MANIFEST, FORM)) == []
    shown = MANIFEST["display_information"]
    assert len(shown["long_description"]) >= 174  # Slack's own least
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])


@pytest.mark.parametrize(
    ("part", "value"),
    [("name", "x" * 36), ("name", ""), ("background_color", None)],
)
def test_a_manifest_out_of_form_is_noticed(part: str, value: object) -> None:
    wrong = MANIFEST["display_information"] | {part: value}
    assert list(faults(MANIFEST | {"display_information": wrong}, FORM)) != []
    assert list(faults(MANIFEST | {"setings": {}}, FORM)) != []


def test_the_stand_in_grants_what_the_manifest_asks_for() -> None:
    slack = SlackServer()
    assert slack.slack.authorize("xoxb-playground").scopes == set(SCOPES)
    assert slack.subscriptions == set(EVENTS)


@pytest.mark.parametrize("name", NEEDED)
def test_the_stand_in_knows_every_method_and_asks_no_other_scope(name: str) -> None:
    assert set(METHODS[name].scopes) <= set(NEEDED[name])
