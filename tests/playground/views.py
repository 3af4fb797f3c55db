"""Views and blocks for these tests, written short."""

from collections.abc import Callable
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
    if any(block.get("type") == "input" for block in blocks):
        view.setdefault("submit", plain("Save"))
    return view


def x(count: int) -> str:
    return "x" * count


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def options(count: int) -> list[Json]:
    return [option(f"Option {number}") for number in range(count)]


def select(**rest: Any) -> Json:
    return {"type": "static_select", "options": options(2), **rest}


def menu(**rest: Any) -> Json:
    return modal("A", field("Menu", "menu", select(**rest)))


def confirm(**rest: str) -> Json:
    words = {"title": "T", "text": "T", "confirm": "T", "deny": "T"} | rest
    return {key: plain(text) for key, text in words.items()}


def pressing(**rest: Any) -> Json:
    return modal("A", actions(button("B", "b", **rest)))


def message(*blocks: Json) -> Json:
    return {"blocks": list(blocks)}


def table(rows: int, cells: int, text: str = "a") -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * cells] * rows}


def data_table(rows: int, cells: int = 2, **rest: Any) -> Json:
    return {**table(rows, cells), "type": "data_table", "caption": "Rows", **rest}


def chart(**rest: Any) -> Json:
    pie = {"type": "pie", "segments": [{"label": "a", "value": 1}]}
    return {"type": "data_visualization", "title": "T", "chart": pie, **rest}


def card(**rest: Any) -> Json:
    return {"type": "card", "title": mrkdwn("T"), **rest}


def container(**rest: Any) -> Json:
    return {"type": "container", "title": plain("T"), "child_blocks": [section("a")], **rest}


def unlike(build: Callable[[int], Json], count: int) -> list[Json]:
    return [build(number) for number in range(count)]
