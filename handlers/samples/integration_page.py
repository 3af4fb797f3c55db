"""One integration's page, and the answer to `status <name>`."""

from collections.abc import Iterator

from handlers.read.integrations import DataTypeLine, IntegrationPage, IntegrationRow, Trouble
from handlers.samples.integrations import extreme_row, row, run_line
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import CHANNEL, HOUR, MEMBER, MOST, NOW, nasty
from handlers.views.integration_page import deleted_view, page_view, state_blocks
from store.vocabulary import IntegrationState, UpdateType

ALL = tuple(UpdateType)
NEXT = (NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR)


def _page(row_: IntegrationRow, *, may_edit: bool = True) -> IntegrationPage:
    return IntegrationPage(
        row=row_,
        source_id=2,
        service="Demo Store",
        authorization_id=4,
        data_types=(DataTypeLine("Customers", ALL, True), DataTypeLine("Orders", ALL[:1], False)),
        schedule="Every hour",
        next_runs=NEXT,
        emails=(("alice@example.com", True), ("ops@partner.example", False)),
        people=(MEMBER,),
        channel=CHANNEL,
        created_by=MEMBER,
        created_at=NOW,
        may_edit=may_edit,
    )


def _extreme_page(number: int) -> IntegrationPage:
    return IntegrationPage(
        row=extreme_row(number),
        source_id=MOST,
        service=nasty(1),
        authorization_id=MOST,
        data_types=tuple(DataTypeLine(nasty(number), ALL, False) for number in range(300)),
        schedule=nasty(2, 500),
        next_runs=NEXT,
        emails=tuple((f"{'x' * 240}@example.com", False) for _ in range(100)),
        people=("W" * 20,) * 20,
        channel=CHANNEL,
        created_by=MEMBER,
        created_at=NOW,
        may_edit=True,
    )


def samples() -> Iterator[Sample]:
    for state in IntegrationState:
        is_bad = state in (IntegrationState.DISABLED, IntegrationState.NEEDS_AUTHORIZATION)
        trouble = Trouble("“Shop sync” failed 10 times in a row", NOW) if is_bad else None
        shown = _page(row(state=state, last_run=run_line(), trouble=trouble))
        yield drawn(TYPICAL, state, page_view, shown, note="Saved.", list_first=0)
        yield drawn(TYPICAL, state, state_blocks, shown)
    looked_at = _page(row(), may_edit=False)
    yield drawn(TYPICAL, "looked at", page_view, looked_at)
    yield drawn(TYPICAL, "looked at", state_blocks, looked_at)
    for number, state in enumerate(IntegrationState):
        long = _extreme_page(number)
        yield drawn(EXTREME, state, page_view, long, note=nasty(1, 2500), list_first=MOST)
        yield drawn(EXTREME, state, state_blocks, long)
    yield drawn(TYPICAL, "", deleted_view, "Shop sync")
    yield drawn(EXTREME, "", deleted_view, nasty())
