"""Lists of integrations, and the short answers about them."""

from collections.abc import Iterator
from datetime import datetime

from handlers.read.integrations import (
    IntegrationList,
    IntegrationRow,
    NamedIntegration,
    RunLine,
    Trouble,
)
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import HOUR, MOST, NOW, nasty
from handlers.views.integrations import (
    INTEGRATION_SYNC,
    PER_PAGE,
    choice_blocks,
    list_view,
    overview_blocks,
    row_block,
)
from store.vocabulary import IntegrationState, RunState, Trigger

TOTAL = 500  # integrations of a large workspace
ASKED = 10  # that a question offers at most

STATES = tuple(IntegrationState)


def run_line(
    number: int = 1,
    *,
    state: RunState = RunState.SUCCEEDED,
    trigger: Trigger = Trigger.SCHEDULE,
    count: int = 12,
    error: str | None = None,
) -> RunLine:
    is_over = state not in (RunState.QUEUED, RunState.RUNNING)
    return RunLine(
        id=number,
        state=state,
        trigger=trigger,
        queued_at=NOW - number * HOUR,
        seconds=4.2 if is_over else None,
        created=count,
        updated=count // 2,
        deleted=count // 4,
        unchanged=count * 3,
        rejected=count // 6,
        error=error,
    )


def row(
    number: int = 1,
    name: str = "Shop sync",
    source: str = "Shop",
    *,
    state: IntegrationState = IntegrationState.ACTIVE,
    last_run: RunLine | None = None,
    trouble: Trouble | None = None,
) -> IntegrationRow:
    next_run: datetime | None = NOW + HOUR if state is IntegrationState.ACTIVE else None
    return IntegrationRow(number, name, state, source, next_run, last_run, trouble)


def extreme_row(number: int = 0) -> IntegrationRow:
    """The longest names, every state in turn, in trouble."""
    last_run = run_line(
        number,
        state=tuple(RunState)[number % len(RunState)],
        trigger=tuple(Trigger)[number % len(Trigger)],
        count=MOST,
        error=nasty(number, 4000),
    )
    return row(
        number + 1,
        nasty(number),
        nasty(number + 1),
        state=STATES[number % len(STATES)],
        last_run=last_run,
        trouble=Trouble(nasty(number + 2), NOW),
    )


def typical_rows() -> tuple[IntegrationRow, ...]:
    return (
        row(1, "Shop sync", "Shop", last_run=run_line()),
        row(2, "Invoices", "Stripe, European account", state=IntegrationState.PAUSED),
        row(
            3,
            "Issues to the data team",
            "GitHub",
            state=IntegrationState.DISABLED,
            last_run=run_line(state=RunState.FAILED, error="GitHub did not answer in time."),
            trouble=Trouble("“Issues to the data team” was disabled after 10 failed syncs", NOW),
        ),
    )


def extreme_list(first: int = 240) -> IntegrationList:
    """A page in the middle of hundreds."""
    rows = tuple(extreme_row(number) for number in range(PER_PAGE))
    return IntegrationList(rows, TOTAL, first)


def samples() -> Iterator[Sample]:
    nothing = IntegrationList((), 0)
    few = IntegrationList(typical_rows(), 3)
    yield drawn(TYPICAL, "", list_view, few)
    yield drawn(TYPICAL, "none yet", list_view, nothing)
    yield drawn(EXTREME, "", list_view, extreme_list())
    for state in IntegrationState:
        yield drawn(TYPICAL, state, row_block, row(state=state))
    yield drawn(EXTREME, "", row_block, extreme_row())
    yield drawn(TYPICAL, "", overview_blocks, few)
    yield drawn(TYPICAL, "none yet", overview_blocks, nothing)
    yield drawn(EXTREME, "", overview_blocks, extreme_list(first=0))
    yield drawn(
        TYPICAL,
        "",
        choice_blocks,
        "Which one shall sync now?",
        [NamedIntegration(each.id, each.name, each.state) for each in typical_rows()],
        "Sync now",
        INTEGRATION_SYNC,
    )
    yield drawn(
        EXTREME,
        "",
        choice_blocks,
        f"There is no integration called “{nasty(0)}”. Did you mean one of these?",
        [
            NamedIntegration(number, nasty(number), STATES[number % len(STATES)])
            for number in range(ASKED)
        ],
        "Sync now",
        INTEGRATION_SYNC,
    )
