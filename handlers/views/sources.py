"""The list of sources, and the ways to sources from anywhere."""

from collections.abc import Iterator

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement
from slack_sdk.models.views import View

from handlers.read.sources import SourceList, SourceRow
from handlers.views.common import (
    button,
    context,
    cut,
    escape,
    header,
    modal,
    number,
    section,
)

SOURCE_NEW = "source_new"
SOURCE_LIST = "source_list"
SOURCE_OPEN = "source_open"  # value: a source's id
LIST_TURN = "source_list_turn"  # value: how many come before
LIST_BACK = "source_list_back"  # the same, the other way: two buttons of a block differ in id

LIST_VIEW = "sources"  # callback id

PER_PAGE = 20
NAME = 120  # characters of a name shown in a line


def list_view(listed: SourceList) -> View:
    blocks: list[Block] = [header("Integration Source Configurations")]
    if listed.may_create:
        new = button("Create a new Integration Source", SOURCE_NEW, style="primary")
        blocks.append(ActionsBlock(block_id="sources_new", elements=[new]))
    if not listed.total:
        blocks.append(
            section(
                "No integration source yet. One connects a third-party service: its name, and an "
                "authorization to read from it."
            )
        )
    blocks += [_row(row) for row in listed.rows]
    if listed.total > PER_PAGE:
        last = listed.first + len(listed.rows)
        shown = f"{number(listed.first + 1)} to {number(last)} of {number(listed.total)}"
        blocks.append(context(shown))
        blocks.append(ActionsBlock(block_id="sources_turn", elements=list(_turns(listed))))
    return modal("Integration Sources", blocks, callback_id=LIST_VIEW)


def _turns(listed: SourceList) -> Iterator[ButtonElement]:
    if listed.first:
        yield button("Previous", LIST_BACK, max(0, listed.first - PER_PAGE))
    if listed.first + len(listed.rows) < listed.total:
        yield button("Next", LIST_TURN, listed.first + PER_PAGE)


def _row(row: SourceRow) -> Block:
    state = f"authorization {escape(cut(row.authorization, NAME))}"
    if not row.is_authorized:
        state = f":warning: *needs authorization* ({escape(cut(row.authorization, NAME))})"
    return section(
        f"*{escape(cut(row.name, NAME))}* · {escape(row.service)}\n{state} · {_transfers(row)}",
        block_id=f"source:{row.id}",
        accessory=button("Open", SOURCE_OPEN, row.id),
    )


def _transfers(row: SourceRow) -> str:
    parts = []
    if row.active:
        parts.append(f":large_green_circle: {row.active} active")
    if row.inactive:
        parts.append(f":white_circle: {row.inactive} inactive")
    if row.drifted:
        parts.append(f":warning: {row.drifted} to look at")
    return ", ".join(parts) or "no data transfer yet"
