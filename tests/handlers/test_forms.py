"""What Slack sends of a form's state, as plain values."""

from typing import Any

import pytest

from handlers.forms import values_of


def option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value.upper()}, "value": value}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": "Shop"}, "Shop"),
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "static_select", "selected_option": option("a")}, "a"),
        ({"type": "external_select", "selected_option": None}, None),
        ({"type": "radio_buttons", "selected_option": option("b")}, "b"),
        ({"type": "checkboxes", "selected_options": [option("a"), option("b")]}, ["a", "b"]),
        ({"type": "checkboxes", "selected_options": []}, []),
        ({"type": "multi_static_select", "selected_options": [option("a")]}, ["a"]),
        ({"type": "users_select", "selected_user": "U1"}, "U1"),
        ({"type": "multi_users_select", "selected_users": ["U1", "U2"]}, ["U1", "U2"]),
        ({"type": "conversations_select", "selected_conversation": "C1"}, "C1"),
        ({"type": "channels_select", "selected_channel": None}, None),
        ({"type": "datepicker", "selected_date": "2026-11-24"}, "2026-11-24"),
    ],
)
def test_one_element(element: dict[str, Any], value: str | list[str] | None) -> None:
    view = {"state": {"values": {"block": {"action": element}}}}
    assert values_of(view) == {"block": value}


def test_a_view_without_state() -> None:
    assert values_of({"type": "modal"}) == {}
