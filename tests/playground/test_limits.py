"""Slack's figures hold to the unit."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground.slack import problems
from tests.playground.views import (
    actions,
    button,
    card,
    chart,
    confirm,
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
    unlike,
    x,
)

# surface, how many are allowed, a payload with so many, the path that is told
FIGURES: dict[str, tuple[str, int, Callable[[int], Any], str]] = {
    "blocks of a view": ("view", 100, lambda n: modal("A", *[section("a")] * n), "/blocks"),
    "title": ("view", 24, lambda n: modal(x(n), section("a")), "/title/text"),
    "submit": ("view", 24, lambda n: modal("A", section("a"), submit=plain(x(n))), "/submit/text"),
    "close": ("view", 24, lambda n: modal("A", section("a"), close=plain(x(n))), "/close/text"),
    "private_metadata": (
        "view",
        3000,
        lambda n: modal("A", section("a"), private_metadata=x(n)),
        "/private_metadata",
    ),
    "callback_id": (
        "view",
        255,
        lambda n: modal("A", section("a"), callback_id=x(n)),
        "/callback_id",
    ),
    "block_id": (
        "view",
        255,
        lambda n: modal("A", section("a", block_id=x(n))),
        "/blocks/0/block_id",
    ),
    "blocks of a message": ("message", 50, lambda n: message(*[section("a")] * n), "/blocks"),
    "section": ("message", 3000, lambda n: message(section(x(n))), "/blocks/0/text/text"),
    "fields": (
        "message",
        10,
        lambda n: message({"type": "section", "fields": [plain("a")] * n}),
        "/blocks/0/fields",
    ),
    "field": (
        "message",
        2000,
        lambda n: message({"type": "section", "fields": [plain(x(n))]}),
        "/blocks/0/fields/0/text",
    ),
    "header": (
        "message",
        150,
        lambda n: message({"type": "header", "text": plain(x(n))}),
        "/blocks/0/text/text",
    ),
    "context": (
        "message",
        10,
        lambda n: message({"type": "context", "elements": [plain("a")] * n}),
        "/blocks/0/elements",
    ),
    "actions": (
        "message",
        25,
        lambda n: message(actions(*unlike(lambda i: button("B", f"b{i}"), n))),
        "/blocks/0/elements",
    ),
    "button text": (
        "view",
        75,
        lambda n: modal("A", actions(button(x(n), "b"))),
        "/blocks/0/elements/0/text/text",
    ),
    "button value": ("view", 2000, lambda n: pressing(value=x(n)), "/blocks/0/elements/0/value"),
    "button url": (
        "view",
        3000,
        lambda n: pressing(url="https://" + x(n - 8)),
        "/blocks/0/elements/0/url",
    ),
    "action_id": (
        "view",
        255,
        lambda n: modal("A", actions(button("B", x(n)))),
        "/blocks/0/elements/0/action_id",
    ),
    "confirm title": (
        "view",
        100,
        lambda n: pressing(confirm=confirm(title=x(n))),
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text": (
        "view",
        300,
        lambda n: pressing(confirm=confirm(text=x(n))),
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm button": (
        "view",
        30,
        lambda n: pressing(confirm=confirm(confirm=x(n))),
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
    "options": ("view", 100, lambda n: menu(options=options(n)), "/blocks/0/element/options"),
    "option text": (
        "view",
        75,
        lambda n: menu(options=[option(x(n), "v")]),
        "/blocks/0/element/options/0/text/text",
    ),
    "option value": (
        "view",
        150,
        lambda n: menu(options=[option("A", x(n))]),
        "/blocks/0/element/options/0/value",
    ),
    "placeholder": (
        "view",
        150,
        lambda n: menu(placeholder=plain(x(n))),
        "/blocks/0/element/placeholder/text",
    ),
    "option groups": (
        "view",
        100,
        lambda n: modal(
            "A",
            field(
                "Menu",
                "menu",
                {
                    "type": "static_select",
                    "option_groups": [{"label": plain("G"), "options": options(1)}] * n,
                },
            ),
        ),
        "/blocks/0/element/option_groups",
    ),
    "check boxes": (
        "view",
        10,
        lambda n: modal("A", field("B", "b", {"type": "checkboxes", "options": options(n)})),
        "/blocks/0/element/options",
    ),
    "radio buttons": (
        "view",
        10,
        lambda n: modal("A", field("B", "b", {"type": "radio_buttons", "options": options(n)})),
        "/blocks/0/element/options",
    ),
    "overflow": (
        "view",
        5,
        lambda n: modal("A", section("a", accessory={"type": "overflow", "options": options(n)})),
        "/blocks/0/accessory/options",
    ),
    "label": ("view", 2000, lambda n: modal("A", text_input(x(n), "a")), "/blocks/0/label/text"),
    "initial value": (
        "view",
        3000,
        lambda n: modal("A", text_input("A", "a", initial_value=x(n))),
        "/blocks/0/element/initial_value",
    ),
    "alert": (
        "view",
        200,
        lambda n: modal("A", {"type": "alert", "text": plain(x(n))}),
        "/blocks/0/text/text",
    ),
    "card title": (
        "message",
        150,
        lambda n: message(card(title=mrkdwn(x(n)))),
        "/blocks/0/title/text",
    ),
    "card body": (
        "message",
        200,
        lambda n: message(card(body=mrkdwn(x(n)))),
        "/blocks/0/body/text",
    ),
    "card buttons": (
        "message",
        3,
        lambda n: message(card(actions=unlike(lambda i: button("B", f"b{i}"), n))),
        "/blocks/0/actions",
    ),
    "carousel": (
        "message",
        10,
        lambda n: message({"type": "carousel", "elements": [card()] * n}),
        "/blocks/0/elements",
    ),
    "container": (
        "message",
        10,
        lambda n: message(container(child_blocks=[section("a")] * n)),
        "/blocks/0/child_blocks",
    ),
    "table rows": ("message", 100, lambda n: message(table(n, 2)), "/blocks/0/rows"),
    "table cells": ("message", 20, lambda n: message(table(1, n)), "/blocks/0/rows/0"),
    "table text": (
        "message",
        10_000,
        lambda n: message(table(1, 1, x(n))),
        "/blocks/0/rows/0/0/text",
    ),
    "data table rows": ("message", 101, lambda n: message(data_table(n)), "/blocks/0/rows"),
    "data table page": (
        "message",
        100,
        lambda n: message(data_table(2, page_size=n)),
        "/blocks/0/page_size",
    ),
    "tables of a message": ("message", 1, lambda n: message(*[table(1, 1)] * n), "/blocks"),
    "charts of a message": ("message", 2, lambda n: message(*[chart()] * n), "/blocks"),
    "chart title": ("message", 50, lambda n: message(chart(title=x(n))), "/blocks/0/title"),
    "markdown": (
        "message",
        12_000,
        lambda n: message({"type": "markdown", "text": x(n)}),
        "/blocks/0/text",
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_holds_to_the_unit(name: str) -> None:
    surface, most, build, pointer = FIGURES[name]
    assert problems(build(most), surface) == []
    found = problems(build(most + 1), surface)
    assert pointer in [problem["pointer"] for problem in found]
    assert all(problem["code"] and problem["message"] for problem in found)
