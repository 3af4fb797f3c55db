"""A sync that somebody watches: one message, edited while it runs, ending in a summary."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.alerts.facts import SummaryFacts
from handlers.read.progress import RunProgress, TypeProgress
from handlers.views.common import (
    bullet_list,
    button,
    context,
    cut,
    escape,
    mrkdwn,
    number,
    section,
    when,
)
from handlers.views.integrations import INTEGRATION_ERRORS, INTEGRATION_OPEN
from handlers.views.messages import Message, message
from store.vocabulary import RunState, Trigger

NAME = 120
TYPES = 20  # data types listed

_STARTED = {
    Trigger.BACKFILL: "Its first sync is done",
    Trigger.RETRY: "The rejected records were tried again",
    Trigger.CONFIRMED_DELETION: "The rows were deleted",
}


def progress_message(progress: RunProgress) -> Message:
    title = f"“{_name(progress.integration_name)}” is syncing…"
    lines = [_type(one) for one in progress.types]
    read = bullet_list(lines, TYPES) if lines else "Asking the service…"
    return message(
        title, [section(f":arrows_counterclockwise: *{title}*\n{read}"), context("Updated live")]
    )


def summary_message(facts: SummaryFacts) -> Message:
    return message(
        f"{_outcome(facts)} {_counts_in_words(facts)}",
        [
            section(_heading(facts)),
            SectionBlock(fields=[mrkdwn(field, 2000) for field in _counts(facts)]),
            *_remarks(facts),
            context(_took(facts), _next(facts)),
            ActionsBlock(elements=_buttons(facts)),
        ],
    )


def _type(one: TypeProgress) -> str:
    rejected = f", {number(one.rejected)} rejected" if one.rejected else ""
    done = " :white_check_mark:" if one.done else ""
    return f"{_name(one.name)}: {number(one.records)} records{rejected}{done}"


def _outcome(facts: SummaryFacts) -> str:
    name = f"“{_name(facts.integration_name)}”"
    if facts.state is RunState.FAILED:
        return f"The sync of {name} failed."
    if facts.state is RunState.CANCELLED:
        return f"The sync of {name} was stopped."
    return f"{name}: {_STARTED.get(facts.trigger, 'The sync is done').lower()}."


def _heading(facts: SummaryFacts) -> str:
    sign = {RunState.FAILED: ":x:", RunState.CANCELLED: ":black_square_for_stop:"}.get(
        facts.state, ":warning:" if facts.rejected else ":white_check_mark:"
    )
    return f"{sign} *{_outcome(facts)}*"


def _counts(facts: SummaryFacts) -> list[str]:
    return [
        f"*{label}*\n{number(count)}"
        for label, count in (
            ("Created", facts.created),
            ("Updated", facts.updated),
            ("Deleted", facts.deleted),
            ("Unchanged", facts.unchanged),
            ("Rejected", facts.rejected),
        )
    ]


def _counts_in_words(facts: SummaryFacts) -> str:
    return (
        f"{number(facts.created)} created, {number(facts.updated)} updated, "
        f"{number(facts.deleted)} deleted, {number(facts.unchanged)} unchanged, "
        f"{number(facts.rejected)} rejected."
    )


def _remarks(facts: SummaryFacts) -> list[Block]:
    remarks: list[Block] = []
    if facts.error:
        remarks.append(section(escape(facts.error)))
    if facts.held_deletions:
        rows = number(facts.held_deletions)
        remarks.append(
            section(f":raised_hand: {rows} deletions wait for somebody to confirm them.")
        )
    return remarks


def _took(facts: SummaryFacts) -> str:
    if facts.seconds < 60:
        return f"Took {facts.seconds:.1f} seconds"
    minutes, seconds = divmod(round(facts.seconds), 60)
    return f"Took {number(minutes)} min {seconds} s"


def _next(facts: SummaryFacts) -> str:
    return f"Next run: {when(facts.next_run_at, never='not scheduled')}"


def _buttons(facts: SummaryFacts) -> list[ButtonElement]:
    buttons = [button("Open the integration", INTEGRATION_OPEN, facts.integration_id)]
    if facts.rejected or facts.error:
        buttons.insert(0, button("View errors", INTEGRATION_ERRORS, facts.integration_id))
    return buttons


def _name(name: str) -> str:
    return escape(cut(name, NAME))
