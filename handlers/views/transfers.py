"""The "Data transfer" part of a source page, and the question before one is removed."""

from typing import Literal

from pydantic import BaseModel
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    OverflowMenuElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from handlers.metadata import OnSource
from handlers.read.transfers import TransferPart, TransferRow
from handlers.views.common import (
    button,
    context,
    cut,
    escape,
    header,
    modal,
    mrkdwn,
    number,
    option,
    plain,
    section,
)
from handlers.views.fields import code
from store.vocabulary import TransferState

TRANSFER_PICK = "transfer_pick"  # the drop-down of data types
TRANSFER_ADD = "transfer_add"  # value: source id
TRANSFER_DEFINE = "transfer_define"  # Custom REST API; value: source id
TRANSFER_MENU = "transfer_menu"  # the gear; value: a Choice
TRANSFER_PREVIEW = "transfer_preview"  # for those who may only look; value: a Choice
TRANSFER_REMOVE = "transfer_remove"  # callback id of the confirmation

NAME = 120  # characters of a name shown in a row

STATES = {
    TransferState.INACTIVE: ":white_circle: Inactive",
    TransferState.ACTIVE: ":large_green_circle: Active",
    TransferState.DRIFTED: ":warning: Needs attention: fields changed",
}

Do = Literal["mapping", "activate", "deactivate", "preview", "remove"]


class Choice(BaseModel, frozen=True):
    """What was picked in a transfer's gear menu."""

    transfer: int
    do: Do


class RemoveMetadata(OnSource):
    transfer: int
    source: int


def transfer_blocks(part: TransferPart) -> list[Block]:
    """The whole part: what may be added, then a row a transfer."""
    blocks: list[Block] = [header("Data transfer")]
    if part.may_edit:
        blocks += _adding(part)
    if not part.rows:
        blocks.append(context("No data is transferred yet."))
    return [*blocks, *(_row(row, part.may_edit) for row in part.rows)]


def _adding(part: TransferPart) -> list[Block]:
    # a new block id once a transfer is added: Slack then forgets what was picked before
    block_id = f"transfers:{part.source_id}:{len(part.rows)}"
    if part.is_full:
        return [context("This source is full. Create another source for more data types.")]
    if part.custom:
        define = button("Add a data type", TRANSFER_DEFINE, part.source_id, style=_first(part))
        return [ActionsBlock(block_id=block_id, elements=[define])]
    if not part.offered:
        return [context("Every data type of this service is added.")]
    drop_down = StaticSelectElement(
        action_id=TRANSFER_PICK,
        placeholder=plain("Choose the type of data"),
        options=[option(name, data_type) for data_type, name in part.offered[:100]],
    )
    add = button("Add", TRANSFER_ADD, part.source_id, style=_first(part))
    return [ActionsBlock(block_id=block_id, elements=[drop_down, add])]


def _first(part: TransferPart) -> Literal["primary"] | None:
    """Green where it is the next thing to do."""
    return None if part.rows else "primary"


def _row(row: TransferRow, may_edit: bool) -> SectionBlock:
    goes_to = f"*{escape(cut(row.name, NAME))}*"
    if row.table:
        goes_to += f" → {code(row.table, NAME)} in {escape(cut(row.project, NAME))}"
    return SectionBlock(
        block_id=f"transfer:{row.id}",
        text=mrkdwn(f"{goes_to}\n{STATES[row.state]} · {_mapped(row)}"),
        accessory=_gear(row) if may_edit else _look(row),
    )


def _mapped(row: TransferRow) -> str:
    if not row.fields:
        return "not mapped yet"
    fields = "1 field mapped" if row.fields == 1 else f"{number(row.fields)} fields mapped"
    return fields if row.has_key else f"{fields}, no primary key"


def _gear(row: TransferRow) -> OverflowMenuElement:
    is_on = row.state is TransferState.ACTIVE
    choices: list[tuple[str, Do]] = [
        ("Mapping", "mapping"),
        ("Deactivate", "deactivate") if is_on else ("Activate", "activate"),
        ("Preview", "preview"),
        ("Remove", "remove"),
    ]
    return OverflowMenuElement(
        action_id=TRANSFER_MENU,
        options=[option(text, _value(row.id, do)) for text, do in choices],
    )


def _look(row: TransferRow) -> ButtonElement:
    return button("Preview", TRANSFER_PREVIEW, _value(row.id, "preview"))


def _value(transfer_id: int, do: Do) -> str:
    return Choice(transfer=transfer_id, do=do).model_dump_json()


def remove_view(row: TransferRow, source_id: int, *, on_list: bool = False) -> View:
    """Asks before a transfer is removed, and says what stays."""
    name = escape(cut(row.name, NAME))
    stays = (
        f" The table {code(row.table, NAME)} and its rows stay as they are." if row.table else ""
    )
    return modal(
        "Remove data transfer",
        [section(f"Remove *{name}* and its mapping from this source?{stays}")],
        callback_id=TRANSFER_REMOVE,
        metadata=RemoveMetadata(transfer=row.id, source=source_id, on_list=on_list).dump(),
        submit="Remove",
        close="Cancel",
    )
