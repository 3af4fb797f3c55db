"""Blocks (https://docs.slack.dev/reference/block-kit/blocks) and where each may stand."""

from typing import Any

from bot.playground.slack.limits.elements import (
    IN_ACTIONS,
    IN_INPUT_ANYWHERE,
    IN_INPUT_OF_MODAL,
    IN_SECTION,
    some,
)
from bot.playground.slack.limits.objects import (
    IMAGE,
    RICH_TEXT,
    SLACK_FILE,
    TYPE,
    plain,
    words,
)
from bot.playground.slack.limits.rules import (
    Place,
    Rule,
    anything,
    at_least_one,
    boolean,
    choice,
    exactly_one,
    listed,
    record,
    text,
    typed,
    url,
)
from bot.playground.slack.limits.tables import DATA_TABLE, DATA_VISUALIZATION, TABLE

_BLOCK: dict[str, Rule] = {"block_id": text(255)}


def block(required: dict[str, Rule], optional: dict[str, Rule], *checks: Rule) -> Rule:
    return record({**TYPE, **required}, {**_BLOCK, **optional}, *checks)


def _input_element(value: Any, place: Place) -> None:
    """E-mail, URL, number and file inputs are for modals alone."""
    allowed = IN_INPUT_OF_MODAL if place.surface in ("modal", "") else IN_INPUT_ANYWHERE
    typed(allowed, "input element")(value, place)


def _child(value: Any, place: Place) -> None:
    typed({kind: rule for kind, rule in BLOCKS.items() if kind != "container"}, "child")(
        value, place
    )


def _no_divider_where_collapsible(value: Any, place: Place) -> None:
    if value.get("is_collapsible") and value.get("has_header_divider"):
        place.wrong("has_header_divider cannot be set when is_collapsible is true")


def _section_has_text(value: Any, place: Place) -> None:
    at_least_one("text", "fields")(value, place)


_CARD = block(
    {},
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": words(150),
        "subtitle": words(150),
        "body": words(200),
        "actions": listed(typed(some("button"), "card action"), 1, 3),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)

BLOCKS: dict[str, Rule] = {
    "section": block(
        {},
        {
            "text": words(3000),
            "fields": listed(words(2000), 1, 10),
            "accessory": typed(IN_SECTION, "section accessory"),
            "expand": boolean,
        },
        _section_has_text,
    ),
    "header": block({"text": plain(150)}, {}),
    "divider": block({}, {}),
    "context": block(
        {
            "elements": listed(
                typed(
                    {"image": IMAGE, "plain_text": words(3000), "mrkdwn": words(3000)},
                    "context element",
                ),
                1,
                10,
            )
        },
        {},
    ),
    "actions": block({"elements": listed(typed(IN_ACTIONS, "actions element"), 1, 25)}, {}),
    "input": block(
        {"label": plain(2000), "element": _input_element},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": block(
        {"alt_text": text(2000)},
        {"image_url": url(), "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "rich_text": RICH_TEXT,
    "video": block(
        {
            "alt_text": text(2000),
            "title": plain(200),
            "thumbnail_url": url(),
            "video_url": url(schemes="https"),
        },
        {
            "title_url": url(schemes="https"),
            "author_name": text(50),
            "description": plain(200),
            "provider_icon_url": url(),
            "provider_name": text(255),
        },
    ),
    "file": block({"external_id": text(255), "source": choice("remote")}, {}),
    "call": block({"call_id": text(255)}, {"api_decoration_available": boolean, "call": anything}),
    "markdown": block({"text": text(12_000)}, {}),
    "context_actions": block(
        {
            "elements": listed(
                typed(some("icon_button", "feedback_buttons"), "context action"), 1, 5
            )
        },
        {},
    ),
    "alert": block(
        {"text": words(200)},
        {"level": choice("default", "info", "warning", "error", "success")},
    ),
    "card": _CARD,
    "carousel": block({"elements": listed(typed({"card": _CARD}, "card"), 1, 10)}, {}),
    "container": block(
        {"child_blocks": listed(_child, 1, 10)},
        {
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": plain(150),
            "width": choice("narrow", "standard", "wide", "full"),
            "icon": IMAGE,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        at_least_one("title", "rich_text_title"),
        _no_divider_where_collapsible,
    ),
    "auth_provider": block(
        {"value": text(150), "name": plain(75), "is_connected": boolean},
        {
            "description": plain(150),
            "icon_url": url(),
            "auth_url": url(schemes="https"),
            "disconnect_url": url(schemes="https"),
            "connected_identity": plain(75),
            "connected_context": plain(75),
            "accessory": typed(some("overflow"), "accessory"),
            "fallback": listed(anything, 1, 50),
        },
    ),
    "task_card": block(
        {"task_id": text(255), "title": text(255)},
        {
            "details": anything,
            "output": anything,
            "sources": anything,
            "status": choice("pending", "in_progress", "complete", "error"),
        },
    ),
    "plan": block({"title": text(255)}, {"tasks": listed(anything, 0, 50)}),
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
}

_EVERYWHERE = {
    "section",
    "header",
    "divider",
    "context",
    "actions",
    "input",
    "image",
    "rich_text",
    "video",
    "card",
    "auth_provider",
}
ALLOWED: dict[str, set[str]] = {
    "modal": {*_EVERYWHERE, "alert"},
    "home": {*_EVERYWHERE, "carousel"},
    "message": set(BLOCKS) - {"alert"},
    "": set(BLOCKS),
}


def any_block(value: Any, place: Place) -> None:
    allowed = {kind: rule for kind, rule in BLOCKS.items() if kind in ALLOWED[place.surface]}
    where = f"block for a {place.surface}" if place.surface else "block"
    typed(allowed, where)(value, place)
