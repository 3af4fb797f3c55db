"""Slack's limits on what is shown: the one check of views.*, chat.* and blocks.validate.

The shapes are written as rules: `rules` is their grammar, `objects`, `elements`, `blocks` and
`tables` follow the reference, `whole` looks at a view or a message in one piece.
"""

from typing import Any

from bot.playground.slack.errors import SlackError
from bot.playground.slack.limits.blocks import any_block
from bot.playground.slack.limits.objects import OPTION, OPTION_GROUP
from bot.playground.slack.limits.rules import Place, Problem, listed, typed
from bot.playground.slack.limits.whole import (
    HOME,
    MESSAGE_BLOCKS,
    MESSAGE_BLOCKS_TEXT,
    MESSAGE_TEXT,
    MODAL,
    VIEW_BYTES,
    characters,
    message_rule,
    weight,
)

__all__ = ["Problem", "option_problems", "problems", "refuse_message", "refuse_view"]


def problems(payload: Any, surface: str) -> list[Problem]:
    """What Slack would refuse in it: a list of {pointer, code, message}; empty: nothing.

    `surface`: modal, home, message (an object with `blocks`), view (modal or home, as its type
    says), or blocks (an array, wherever it may stand).
    """
    if surface == "blocks":
        place = Place("")
        listed(any_block, 0, MESSAGE_BLOCKS * 2)(payload, place)
        return place.found
    if surface == "message":
        place = Place("message")
        body = payload if isinstance(payload, dict) else {}
        message_rule({**body, "blocks": body.get("blocks") or []}, place)
        return place.found
    rules = {"modal": MODAL, "home": HOME}
    kind = payload.get("type") if isinstance(payload, dict) else None
    place = Place(kind if isinstance(kind, str) and kind in rules else "")
    typed(rules if surface == "view" else {surface: rules[surface]}, "view")(payload, place)
    return place.found


def refuse_view(view: Any, kind: str) -> None:
    """Raises invalid_arguments with the paths, or view_too_large."""
    if weight(view) > VIEW_BYTES:
        raise SlackError("view_too_large")
    if found := problems(view, kind):
        raise _invalid("invalid_arguments", found, "/view")


def refuse_message(text: str, blocks: Any, attachments: Any) -> None:
    """Raises no_text, msg_too_long, invalid_blocks with the paths, msg_blocks_too_long."""
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if len(text) > MESSAGE_TEXT:
        raise SlackError("msg_too_long")
    if found := problems({"blocks": blocks}, "message"):
        raise _invalid("invalid_blocks", found, "")
    if characters(blocks) > MESSAGE_BLOCKS_TEXT:
        raise SlackError("msg_blocks_too_long")


def option_problems(answer: Any) -> list[Problem]:
    """What is wrong with the bot's answer to an options request."""
    place = Place("")
    if not isinstance(answer, dict) or ("options" in answer) == ("option_groups" in answer):
        place.wrong("exactly one of these is required: options, option_groups")
    elif "options" in answer:
        listed(OPTION, 0, 100)(answer["options"], place.at("options"))
    else:
        listed(OPTION_GROUP, 0, 100)(answer["option_groups"], place.at("option_groups"))
    return place.found


def _invalid(code: str, found: list[Problem], root: str) -> SlackError:
    told = [f"{problem['message']} [json-pointer:{root}{problem['pointer']}]" for problem in found]
    return SlackError(
        code,
        errors=told,
        response_metadata={"messages": [f"[ERROR] {line}" for line in told]},
    )
