"""Views and messages by hypothesis: what is valid passes, also as slack_sdk writes it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.playground.slack import problems
from bot.playground.slack.errors import SlackError
from bot.playground.slack.limits import refuse_view
from tests.playground.views import (
    Json,
    button,
    modal,
    option,
    plain,
    section,
    x,
)

_words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=75)
_option = st.builds(option, _words, st.text("abc123", min_size=1, max_size=150))
_menu = st.lists(_option, min_size=1, max_size=10, unique_by=lambda one: one["value"])
_menus = st.builds(
    lambda kind, offered: {"type": kind, "options": offered},
    st.sampled_from(["static_select", "checkboxes", "radio_buttons"]),
    _menu,
)
_plain_inputs = st.sampled_from(["plain_text_input", "users_select", "datepicker"])
_input = st.builds(
    lambda label, element: {"type": "input", "label": plain(label), "element": element},
    _words,
    st.one_of(_menus, _plain_inputs.map(lambda kind: {"type": kind})),
)
_text = st.text(st.characters(categories=["L", "Zs"]), min_size=1, max_size=3000)
_section = _text.map(section)
_row = st.lists(_words, min_size=1, max_size=25).map(
    lambda texts: {
        "type": "actions",
        "elements": [button(text, f"b{index}") for index, text in enumerate(texts)],
    }
)
_block = st.one_of(_input, _section, _row, st.just({"type": "divider"}))
_view = st.builds(
    lambda title, blocks: modal(title, *blocks, submit=plain("Save")),
    st.text("abc ", min_size=1, max_size=24),
    st.lists(_block, min_size=1, max_size=20),
)


@given(_view)
def test_valid_views_pass(view: Json) -> None:
    assert problems(view, "view") == []
    assert problems(View(**view).to_dict(), "view") == []


@given(st.lists(st.one_of(_section, _row), min_size=1, max_size=50))
def test_valid_messages_pass(blocks: list[Json]) -> None:
    assert problems({"blocks": blocks}, "message") == []
    assert problems([block.to_dict() for block in Block.parse_all(blocks)], "blocks") == []


@given(_view, st.data())
def test_a_view_over_any_limit_is_refused(view: Json, data: st.DataObject) -> None:
    worse = data.draw(
        st.sampled_from(
            [
                {**view, "title": plain(x(25))},
                {**view, "private_metadata": x(3001)},
                {**view, "callback_id": x(256)},
                {**view, "blocks": view["blocks"] + [{"type": "divider"}] * 100},
                {**view, "blocks": [*view["blocks"], section(x(3001))]},
                {**view, "blocks": [*view["blocks"], {"type": "divider", "extra": 1}]},
                {**view, "blocks": [*view["blocks"], *[section("a", block_id="same")] * 2]},
            ]
        )
    )
    assert problems(worse, "view")
    with pytest.raises(SlackError, match="invalid_arguments"):
        refuse_view(worse, "modal")


_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "blocks", "elements", "element", "options", "title"])
            | st.text(max_size=3),
            inner
            | st.sampled_from(["modal", "section", "actions", "input", "plain_text", "button"]),
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(_junk, st.sampled_from(["view", "modal", "home", "message", "blocks"]))
def test_no_payload_makes_the_check_fail(payload: Any, surface: str) -> None:
    for problem in problems(payload, surface):
        assert set(problem) == {"pointer", "code", "message"}
