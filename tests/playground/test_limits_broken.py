"""What Slack refuses for other reasons than a figure, and what is too big as a whole."""

from typing import Any

import pytest

from bot.playground.slack import problems
from bot.playground.slack.errors import SlackError
from bot.playground.slack.limits import option_problems, refuse_message, refuse_view
from bot.playground.slack.limits.blocks import ALLOWED, BLOCKS
from tests.playground.views import (
    actions,
    button,
    container,
    data_table,
    field,
    menu,
    message,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    pressing,
    section,
    table,
    text_input,
    x,
)

BROKEN: dict[str, tuple[str, Any, str]] = {
    "a key that is none": ("view", modal("A", section("a", colour="red")), "/blocks/0/colour"),
    "a key of a text that is none": (
        "view",
        modal("A", {"type": "section", "text": {**mrkdwn("a"), "emoji": True}}),
        "/blocks/0/text/emoji",
    ),
    "a type that is none": ("view", modal("A", {"type": "sektion"}), "/blocks/0/type"),
    "no type": ("view", modal("A", {"text": plain("a")}), "/blocks/0"),
    "no title": ("view", {"type": "modal", "blocks": [section("a")]}, "/"),
    "no blocks": ("view", modal("A"), "/blocks"),
    "an empty text": ("view", modal("A", section("")), "/blocks/0/text/text"),
    "a section of nothing": ("view", modal("A", {"type": "section"}), "/blocks/0"),
    "mrkdwn in a header": (
        "message",
        message({"type": "header", "text": mrkdwn("a")}),
        "/blocks/0/text/type",
    ),
    "mrkdwn in an option": (
        "view",
        menu(options=[{"text": mrkdwn("a"), "value": "a"}]),
        "/blocks/0/element/options/0/text/type",
    ),
    "no submit for an input": (
        "view",
        {"type": "modal", "title": plain("A"), "blocks": [text_input("A", "a")]},
        "/",
    ),
    "a menu of nothing": ("view", menu(options=[]), "/blocks/0/element/options"),
    "options and groups": (
        "view",
        menu(option_groups=[{"label": plain("G"), "options": options(1)}]),
        "/blocks/0/element",
    ),
    "an initial option that is not offered": (
        "view",
        menu(initial_option=option("Other")),
        "/blocks/0/element/initial_option",
    ),
    "an initial option by another text": (
        "view",
        menu(initial_option={**options(1)[0], "text": plain("Other")}),
        "/blocks/0/element/initial_option",
    ),
    "a block_id twice": (
        "view",
        modal("A", section("a", block_id="b"), section("a", block_id="b")),
        "/blocks/1/block_id",
    ),
    "an action_id twice in a block": (
        "view",
        modal("A", actions(button("A", "a"), button("B", "a"))),
        "/blocks",
    ),
    "an input in actions": (
        "view",
        modal("A", actions({"type": "plain_text_input", "action_id": "a"})),
        "/blocks/0/elements/0/type",
    ),
    "a button in an input": (
        "view",
        modal("A", field("A", "a", button("B", "b"))),
        "/blocks/0/element/type",
    ),
    "a multi-select in actions": (
        "view",
        modal("A", actions({"type": "multi_users_select", "action_id": "a"})),
        "/blocks/0/elements/0/type",
    ),
    "an e-mail input in a message": (
        "message",
        message(field("A", "a", {"type": "email_text_input"})),
        "/blocks/0/element/type",
    ),
    "an alert in a message": (
        "message",
        message({"type": "alert", "text": plain("a")}),
        "/blocks/0/type",
    ),
    "a table in a modal": ("view", modal("A", table(1, 1)), "/blocks/0/type"),
    "a container in a container": (
        "message",
        message(container(child_blocks=[container()])),
        "/blocks/0/child_blocks/0/type",
    ),
    "a title on a Home": (
        "view",
        {"type": "home", "title": plain("A"), "blocks": [section("a")]},
        "/title",
    ),
    "a data table without a caption": (
        "message",
        message({**table(2, 2), "type": "data_table"}),
        "/blocks/0",
    ),
    "a data table whose rows differ": (
        "message",
        message(data_table(1) | {"rows": table(1, 2)["rows"] + table(1, 3)["rows"]}),
        "/blocks/0/rows",
    ),
    "a URL that is none": ("view", pressing(url="example.com"), "/blocks/0/elements/0/url"),
    "a number input that says nothing of decimals": (
        "view",
        modal("A", field("N", "n", {"type": "number_input"})),
        "/blocks/0/element",
    ),
    "two elements with the focus": (
        "view",
        modal(
            "A", text_input("A", "a", focus_on_load=True), text_input("B", "b", focus_on_load=True)
        ),
        "/",
    ),
    "blocks that are no array": ("view", {**modal("A"), "blocks": "none"}, "/blocks"),
    "a view that is no object": ("view", ["modal"], "/"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_with_its_path(name: str) -> None:
    surface, payload, pointer = BROKEN[name]
    assert pointer in [problem["pointer"] for problem in problems(payload, surface)]


def test_wholes_that_are_too_big() -> None:
    text = [section(x(2900), block_id=str(number)) for number in range(100)]
    with pytest.raises(SlackError, match="view_too_large"):
        refuse_view(modal("A", *text), "modal")
    refuse_message("t", text[:4], [])
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        refuse_message("t", text[:5], [])


def test_options_that_the_bot_answers() -> None:
    assert option_problems({"options": options(100)}) == []
    assert option_problems({"options": []}) == []
    assert option_problems({"option_groups": [{"label": plain("G"), "options": options(2)}]}) == []
    assert option_problems({"options": options(101)})
    assert option_problems({"options": [option(x(76))]})
    assert option_problems({})
    assert option_problems("")


def test_every_block_has_a_place() -> None:
    assert set(BLOCKS) == set.union(*ALLOWED.values())
