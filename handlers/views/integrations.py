"""Integrations on the screen: their list, one's page, and the short answers about them."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ExternalDataSelectElement,
)
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.integrations import (
    IntegrationList,
    IntegrationRow,
    NamedIntegration,
    RunLine,
)
from handlers.views.common import (
    button,
    context,
    cut,
    escape,
    modal,
    number,
    plain,
    section,
    when,
)
from store.vocabulary import IntegrationState, RunState, Trigger, UpdateType

INTEGRATION_NEW = "integration_new"  # value: a source's id, or nothing
INTEGRATION_LIST = "integration_list"
INTEGRATION_OPEN = "integration_open"  # value of this and the following: an integration's id
INTEGRATION_EDIT = "integration_edit"
INTEGRATION_SYNC = "integration_sync"
INTEGRATION_PAUSE = "integration_pause"
INTEGRATION_ACTIVATE = "integration_activate"
INTEGRATION_DELETE = "integration_delete"
INTEGRATION_HISTORY = "integration_history"
INTEGRATION_ERRORS = "integration_errors"
INTEGRATION_REFRESH = "integration_refresh"
LIST_TURN = "integration_list_turn"  # value: how many come before

LIST_VIEW = "integrations"  # callback ids
PAGE_VIEW = "integration"

PER_PAGE = 20
MESSAGE_TEXT = 8000  # characters of a message's rows; Slack refuses messages far above 13,000
NAME = 120  # characters of a name shown within a line

STATES = {
    IntegrationState.INACTIVE: ":white_circle: Inactive",
    IntegrationState.ACTIVE: ":large_green_circle: Active",
    IntegrationState.PAUSED: ":double_vertical_bar: Paused",
    IntegrationState.DISABLED: ":red_circle: Disabled because of errors",
    IntegrationState.NEEDS_AUTHORIZATION: ":key: Needs authorization",
}
RUN_STATES = {
    RunState.QUEUED: ":hourglass_flowing_sand: Waiting",
    RunState.RUNNING: ":arrows_counterclockwise: Syncing",
    RunState.SUCCEEDED: ":white_check_mark: Succeeded",
    RunState.FAILED: ":x: Failed",
    RunState.CANCELLED: ":no_entry_sign: Cancelled",
}
TRIGGERS = {
    Trigger.SCHEDULE: "on schedule",
    Trigger.MANUAL: "by hand",
    Trigger.BACKFILL: "first sync",
    Trigger.RETRY: "retry of rejected records",
    Trigger.CONFIRMED_DELETION: "confirmed deletions",
}
UPDATES = {
    UpdateType.CREATED: "Created",
    UpdateType.UPDATED: "Updated",
    UpdateType.DELETED: "Deleted",
}


class ListMetadata(Metadata):
    first: int = 0


class PageMetadata(Metadata):
    integration: int
    list_first: int | None = None  # where the list under this page begins; None: no list there


def short(name: str) -> str:
    """A name from outside as it stands within a line of mrkdwn."""
    return escape(cut(name, NAME))


def list_view(found: IntegrationList) -> View:
    blocks: list[Block] = [
        ActionsBlock(
            elements=[button("Create an integration", INTEGRATION_NEW, style="primary"), _finder()]
        ),
    ]
    if not found.rows:
        blocks.append(section("There is no integration yet."))
    blocks += [row_block(row) for row in found.rows]
    blocks += _pager(found)
    return modal(
        "Integrations",
        blocks,
        callback_id=LIST_VIEW,
        metadata=ListMetadata(first=found.first).dump(),
    )


def _finder() -> ExternalDataSelectElement:
    return ExternalDataSelectElement(
        action_id=INTEGRATION_OPEN, placeholder=plain("Find by name"), min_query_length=0
    )


def _pager(found: IntegrationList) -> list[Block]:
    if found.total <= PER_PAGE:
        return []
    last = found.first + len(found.rows)
    turns = []
    if found.first > 0:
        before = max(0, found.first - PER_PAGE)
        turns.append(button("Previous", f"{LIST_TURN}:previous", str(before)))
    if last < found.total:
        turns.append(button("Next", f"{LIST_TURN}:next", str(last)))
    place = context(f"{number(found.first + 1)}–{number(last)} of {number(found.total)}")
    return [place, ActionsBlock(elements=turns)] if turns else [place]


def row_block(row: IntegrationRow) -> Block:
    """One integration in a list, with a button to its page."""
    return section(row_text(row), accessory=button("Open", INTEGRATION_OPEN, row.id))


def row_text(row: IntegrationRow) -> str:
    lines = [f"*{short(row.name)}* · {STATES[row.state]} · from {short(row.source)}"]
    if row.trouble is not None:
        lines.append(f":warning: {short(row.trouble.title)}")
    if row.last_run is not None:
        lines.append(run_text(row.last_run))
    if row.next_run_at is not None:
        lines.append(f"Next: {when(row.next_run_at)}")
    return "\n".join(lines)


def run_text(run: RunLine) -> str:
    """A run in one line: state, when, what it did."""
    text = f"{RUN_STATES[run.state]} {when(run.queued_at)} ({TRIGGERS[run.trigger]})"
    if run.seconds is not None:
        text += f", {duration(run.seconds)}"
    return f"{text}: {counts_text(run)}"


def counts_text(run: RunLine) -> str:
    return ", ".join(
        f"{number(count)} {word}"
        for count, word in (
            (run.created, "created"),
            (run.updated, "updated"),
            (run.deleted, "deleted"),
            (run.unchanged, "unchanged"),
            (run.rejected, "rejected"),
        )
        if count or word == "created"
    )


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def overview_blocks(found: IntegrationList) -> list[Block]:
    """The answer to `status` without a name."""
    if not found.rows:
        return [
            section("There is no integration yet."),
            ActionsBlock(
                elements=[button("Create an integration", INTEGRATION_NEW, style="primary")]
            ),
        ]
    blocks: list[Block] = []
    room = MESSAGE_TEXT
    for row in found.rows:
        room -= len(row_text(row))
        if room < 0:
            break
        blocks.append(row_block(row))
    if found.total > len(blocks):
        blocks.append(context(f"{number(len(blocks))} of {number(found.total)} shown."))
    blocks.append(ActionsBlock(elements=[button("All integrations", INTEGRATION_LIST)]))
    return blocks


def choice_blocks(
    question: str, choices: Sequence[NamedIntegration], label: str, action_id: str
) -> list[Block]:
    """A question with a button for each integration it may be about."""
    blocks: list[Block] = [section(escape(question))]
    for choice in choices:
        text = f"*{short(choice.name)}* · {STATES[choice.state]}"
        blocks.append(section(text, accessory=button(label, action_id, choice.id)))
    return blocks
