"""Blocks as the words that a person reads, for assertions and for printing."""

import re
from html import unescape
from typing import Any

from bot.playground.slack.inputs import (
    Values,
    entered,
    inner_blocks,
    is_stateful,
    options_in,
)
from bot.playground.slack.state import Workspace

Node = dict[str, Any]

_MARKS = [
    re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"),
    re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"),
    re.compile(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])"),
    re.compile(r"`([^`\n]+)`"),
]
_WHO = re.compile(r"([@#])([UCD][A-Z0-9_]+)")
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def from_mrkdwn(text: str) -> str:
    """mrkdwn without its marks: `*Name*` reads Name, a link its label, a date its fallback."""
    text = text.replace("```", "")
    for mark in _MARKS:
        text = mark.sub(r"\1", text)
    text = _LINK.sub(lambda link: link[2] or link[1], text)
    return unescape(text)


def words_of(node: Any) -> str:
    """The words of a text object (or of a plain string)."""
    if isinstance(node, str):
        return node
    if not isinstance(node, dict):
        return ""
    text = str(node.get("text", ""))
    return from_mrkdwn(text) if node.get("type") == "mrkdwn" else unescape(text)


def as_text(blocks: list[Node], values: Values | None = None) -> str:
    """Everything that stands there, a line for each thing; buttons in brackets."""
    return "\n".join(line for block in blocks for line in block_lines(block, values or {}) if line)


def block_lines(block: Node, values: Values) -> list[str]:
    kind = block.get("type")
    if kind == "divider":
        return ["———"]
    lines: list[str] = []
    if kind == "input":
        lines.append(words_of(block["label"]))
        lines += element_lines(block, block["element"], values)
        lines.append(words_of(block.get("hint")))
        return lines
    for key in ("title", "subtitle", "text", "body", "name", "description", "caption"):
        lines.append(words_of(block.get(key)))
    lines += [words_of(field) for field in block.get("fields", [])]
    lines += _rows(block)
    if kind in ("context", "actions", "context_actions"):
        for element in block["elements"]:
            lines += element_lines(block, element, values)
    elif kind in ("rich_text", "rich_text_title"):
        lines.append(_rich(block))
    for inner in inner_blocks(block):
        lines += block_lines(inner, values)
    if "accessory" in block:
        lines += element_lines(block, block["accessory"], values)
    for element in block.get("actions", []):
        lines += element_lines(block, element, values)
    if kind == "image":
        lines.append(f"({block.get('alt_text', '')})")
    return lines


def element_lines(block: Node, element: Node, values: Values) -> list[str]:
    kind = element.get("type")
    if kind in ("mrkdwn", "plain_text"):
        return [words_of(element)]
    if kind == "image":
        return [f"({element.get('alt_text', '')})"]
    if kind == "overflow":
        return [f"[⋮ {' / '.join(words_of(option['text']) for option in element['options'])}]"]
    if "text" in element:
        return [f"[{words_of(element['text'])}]"]
    if not is_stateful(element):
        return []
    state = values.get(str(block.get("block_id")), {}).get(str(element.get("action_id")))
    chosen = chosen_words(state) if state else []
    if kind in ("checkboxes", "radio_buttons"):
        marks = ("☑", "☐") if kind == "checkboxes" else ("◉", "○")
        return [
            f"{marks[words_of(option['text']) not in chosen]} {_option(option)}"
            for option in options_in(element)
        ]
    shown = ", ".join(chosen) or words_of(element.get("placeholder"))
    return [f"‹{shown}›"]


def _option(option: Node) -> str:
    description = words_of(option.get("description"))
    return words_of(option["text"]) + (f" – {description}" if description else "")


def chosen_words(state: Node) -> list[str]:
    """What was entered or chosen, as a person reads it; people and channels as @id and #id."""
    kind = str(state["type"])
    sign = "@" if "users" in kind else "#" if "conv" in kind or "channels" in kind else ""
    value = entered(state)
    chosen = value if isinstance(value, list) else [value]
    return [
        words_of(item["text"]) if isinstance(item, dict) and "text" in item else f"{sign}{item}"
        for item in chosen
        if item not in (None, "")
    ]


def _rows(block: Node) -> list[str]:
    rows = block.get("rows", [])
    return [" | ".join(_cell(cell) for cell in row) for row in rows]


def _cell(cell: Node) -> str:
    if cell.get("type") == "rich_text":
        return _rich(cell)
    return str(cell.get("text", cell.get("value", "")))


def _rich(node: Any) -> str:
    if isinstance(node, list):
        return "".join(_rich(item) for item in node)
    if not isinstance(node, dict):
        return ""
    return str(node.get("text", "")) + _rich(node.get("elements", []))


def links_in(node: Any) -> list[tuple[str, str]]:
    """The links of mrkdwn texts at any depth: URL and label."""
    if isinstance(node, list):
        return [link for item in node for link in links_in(item)]
    if not isinstance(node, dict):
        return []
    found = [link for value in node.values() for link in links_in(value)]
    if node.get("type") == "mrkdwn":
        for target, label in _LINK.findall(str(node.get("text", ""))):
            if not target.startswith(("@", "#", "!")):
                found.append((unescape(target), unescape(label or target)))
    return found


def named(workspace: Workspace, text: str) -> str:
    """Mentions by name: @U1 reads @Alice, #C1 reads #general."""

    def name(mention: re.Match[str]) -> str:
        sign, key = mention.groups()
        known = workspace.people.get(key) if sign == "@" else workspace.channels.get(key)
        return f"{sign}{known.name}" if known else str(mention[0])

    return _WHO.sub(name, text)
