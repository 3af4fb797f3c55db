"""Views and blocks for these tests, written short."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str, **rest: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **rest}


def button(text: str, action_id: str, **rest: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **rest}


def actions(*elements: Json, block_id: str = "buttons") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def text_input(label: str, name: str, **rest: Any) -> Json:
    return field(label, name, {"type": "plain_text_input", **rest})


def field(label: str, name: str, element: Json, **rest: Any) -> Json:
    element = {"action_id": name, **element}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, **rest}


def option(text: str, value: str | None = None) -> Json:
    return {"text": plain(text), "value": value or text.lower()}


def modal(title: str, *blocks: Json, **rest: Any) -> Json:
    view: Json = {"type": "modal", "title": plain(title), "blocks": list(blocks), **rest}
    if any(block["type"] == "input" for block in blocks):
        view.setdefault("submit", plain("Save"))
    return view
