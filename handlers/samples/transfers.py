"""The "Data transfer" part of a source page, and the question before one is removed."""

from collections.abc import Iterator

from handlers.read.transfers import TransferPart, TransferRow
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn, drawn_in_modal
from handlers.samples.words import MOST, nasty
from handlers.views.transfers import remove_view, transfer_blocks
from store.vocabulary import TransferState

OFFERED = (("customers", "Customers"), ("orders", "Orders"), ("products", "Products"))
ROWS = (
    TransferRow(5, "Customers", TransferState.ACTIVE, "Default", "demo_store_customers", 14, True),
    TransferRow(6, "Orders", TransferState.INACTIVE, "Default", None, 0, False),
    TransferRow(7, "Products", TransferState.DRIFTED, "Default", "products", 1, False),
)
MANY = 60  # transfers of one source

PART = TransferPart(2, ROWS, OFFERED[1:], custom=False, may_edit=True)
EMPTY = TransferPart(2, (), OFFERED, custom=False, may_edit=True)
CASES = {
    "": PART,
    "none yet": EMPTY,
    "all added": TransferPart(2, ROWS, (), custom=False, may_edit=True),
    "custom": TransferPart(2, (), (), custom=True, may_edit=True),
    "full": TransferPart(2, ROWS, (), custom=True, may_edit=True, is_full=True),
    "looked at": TransferPart(2, ROWS, OFFERED, custom=False, may_edit=False),
}


def extreme_row(number: int = 0) -> TransferRow:
    states = tuple(TransferState)
    return TransferRow(
        id=MOST + number,
        name=nasty(number),
        state=states[number % len(states)],
        project=nasty(number + 1),
        table=nasty(number + 2),
        fields=300,
        has_key=number % 2 == 0,
    )


def extreme_part(*, may_edit: bool = True) -> TransferPart:
    rows = tuple(extreme_row(number) for number in range(MANY))
    offered = tuple((f"type_{number}", nasty(number)) for number in range(300))
    return TransferPart(MOST, rows, offered, custom=False, may_edit=may_edit)


def samples() -> Iterator[Sample]:
    for case, part in CASES.items():
        yield drawn_in_modal(TYPICAL, case, transfer_blocks, part)
    yield drawn_in_modal(EXTREME, "", transfer_blocks, extreme_part())
    yield drawn_in_modal(EXTREME, "looked at", transfer_blocks, extreme_part(may_edit=False))
    yield drawn(TYPICAL, "", remove_view, ROWS[0], 2)
    yield drawn(TYPICAL, "no table", remove_view, ROWS[1], 2)
    yield drawn(EXTREME, "", remove_view, extreme_row(), MOST)
