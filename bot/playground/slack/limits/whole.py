"""What concerns a view or a message as a whole: counts, sizes, ids that must differ."""

import json
from typing import Any

from bot.playground.slack.inputs import inner_blocks, placed_elements
from bot.playground.slack.limits.blocks import any_block
from bot.playground.slack.limits.objects import TYPE, plain
from bot.playground.slack.limits.rules import Place, Rule, boolean, listed, record, text

VIEW_BLOCKS = 100
MESSAGE_BLOCKS = 50
VIEW_BYTES = 250_000
MESSAGE_TEXT = 40_000
MESSAGE_BLOCKS_TEXT = 13_200  # characters in all blocks of a message
TABLE_TEXT = 10_000  # characters in all cells of a message's table
MARKDOWN_TEXT = 12_000  # characters in all markdown blocks of a message
CHARTS = 2  # in one message

_NAMES: dict[str, Rule] = {
    "private_metadata": text(3000, 0),
    "callback_id": text(255, 0),
    "external_id": text(255, 0),
}


def _submittable(value: Any, place: Place) -> None:
    if value.get("submit") is None and any(b["type"] == "input" for b in value["blocks"]):
        place.wrong("missing required field: submit", "missing_required_field")


def ids_differ(value: Any, place: Place) -> None:
    _block_ids(value["blocks"], place.at("blocks"), set())
    _action_ids(value["blocks"], place)


def _block_ids(blocks: list[dict[str, Any]], place: Place, seen: set[str]) -> None:
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            place.at(index).at("block_id").wrong(f"`block_id` already exists: {block_id}")
        elif block_id is not None:
            seen.add(block_id)
        key = "child_blocks" if block["type"] == "container" else "elements"
        _block_ids(inner_blocks(block), place.at(index).at(key), seen)


def _action_ids(blocks: list[dict[str, Any]], place: Place) -> None:
    seen: set[tuple[int, str]] = set()
    focused = 0
    for placed in placed_elements(blocks):
        key = (id(placed.block), placed.action_id)
        if key in seen:
            place.at("blocks").wrong(f"`action_id` already exists in its block: {placed.action_id}")
        seen.add(key)
        focused += bool(placed.element.get("focus_on_load"))
    if focused > 1:
        place.wrong("focus_on_load may be set on one element only")


MODAL = record(
    {**TYPE, "title": plain(24), "blocks": listed(any_block, 1, VIEW_BLOCKS)},
    {
        **_NAMES,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    _submittable,
    ids_differ,
)
HOME = record({**TYPE, "blocks": listed(any_block, 1, VIEW_BLOCKS)}, _NAMES, ids_differ)


def message_rule(value: Any, place: Place) -> None:
    """A message's blocks; its other fields are looked at by chat.* themselves."""
    before = len(place.found)
    listed(any_block, 0, MESSAGE_BLOCKS)(value["blocks"], place.at("blocks"))
    if len(place.found) == before:
        ids_differ(value, place)
        _tables(value["blocks"], place.at("blocks"))
        _markdown(value["blocks"], place.at("blocks"))


def _tables(blocks: list[dict[str, Any]], place: Place) -> None:
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        place.wrong("only one table is allowed")
    if sum(characters(table) for table in tables) > TABLE_TEXT:
        place.wrong(f"the cells of a table may have {TABLE_TEXT} characters together")
    if sum(block["type"] == "data_visualization" for block in blocks) > CHARTS:
        place.wrong(f"no more than {CHARTS} data_visualization blocks are allowed")


def _markdown(blocks: list[dict[str, Any]], place: Place) -> None:
    total = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if total > MARKDOWN_TEXT:
        place.wrong(f"markdown blocks may have {MARKDOWN_TEXT} characters together")


def characters(node: Any) -> int:
    """How many characters of text are in it, at any depth."""
    if isinstance(node, list):
        return sum(characters(item) for item in node)
    if not isinstance(node, dict):
        return 0
    own = node.get("text")
    rest = sum(characters(value) for value in node.values())
    return rest + (len(own) if isinstance(own, str) else 0)


def weight(view: Any) -> int:
    """Bytes of the JSON."""
    return len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
