"""How trouble looks in Slack: a parent message and its thread in a channel, one message in a DM.

The same facts always make the same message, so redrawing one is building it again.
"""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    SectionBlock,
)

from bot.alerts.facts import AlertFacts, RecentRun
from handlers.views.authorizations import REAUTHORIZE
from handlers.views.common import (
    bullet_list,
    button,
    confirm,
    context,
    cut,
    divider,
    escape,
    mrkdwn,
    number,
    section,
    when,
)
from handlers.views.integrations import INTEGRATION_ERRORS
from handlers.views.messages import Message, message
from handlers.views.sources import SOURCE_OPEN
from store.vocabulary import IncidentKind, Level, RunState

ACKNOWLEDGE = "alert_acknowledge"  # value: an incident's id
SNOOZE = "alert_snooze"  # value: an incident's id
REACTIVATE = "alert_reactivate"  # value of this and the following: an integration's id
DELETE_ROWS = "alert_delete_rows"
KEEP_ROWS = "alert_keep_rows"

SNOOZE_HOURS = 24
NAME = 120  # characters of a name shown
LINE = 300  # characters of a cause, an error, a detail
LINES = 10

_SIGNS = {
    Level.WARNING: ":warning:",
    Level.DISABLED: ":no_entry:",
    Level.NEEDS_AUTHORIZATION: ":key:",
    Level.DRIFT: ":twisted_rightwards_arrows:",
    Level.HELD: ":raised_hand:",
    Level.NOTE: ":speech_balloon:",
    Level.RESOLVED: ":white_check_mark:",
}


def channel_message(facts: AlertFacts) -> Message:
    """The parent message or its thread's reply, by the facts' part."""
    return _thread(facts) if facts.part == "thread" else _alert(facts, [])


def direct_message(facts: AlertFacts) -> Message:
    """All in one: a DM needs no thread."""
    if facts.level is Level.NOTE:
        return _notice(facts)
    return _alert(facts, [divider(), *_detail(facts)] if _detail(facts) else [])


def _alert(facts: AlertFacts, detail: list[Block]) -> Message:
    if facts.level is Level.RESOLVED:
        return _resolved(facts)
    what_next = " ".join(part for part in (_budget(facts), escape(facts.next_step)) if part)
    return message(
        f"{_title(facts)} {escape(facts.next_step)}",
        [
            section(f"{_SIGNS[facts.level]} *{_title(facts)}*"),
            _undelivered(facts),
            SectionBlock(fields=[mrkdwn(field, 2000) for field in _fields(facts)]),
            _causes(facts),
            section(what_next) if what_next else None,
            *detail,
            _handled(facts),
            ActionsBlock(elements=_buttons(facts)),
        ],
    )


def _resolved(facts: AlertFacts) -> Message:
    was = f"Was: {_line(facts.trouble)} · since {when(facts.since)}"
    return message(
        f"{_title(facts)}. {escape(facts.resolution)}",
        [
            section(f"{_SIGNS[Level.RESOLVED]} *{_title(facts)}*"),
            _undelivered(facts),
            section(_who_resolved(facts)),
            context(was, f"Resolved {when(facts.happened_at)}"),
        ],
    )


def _notice(facts: AlertFacts) -> Message:
    """To somebody who has the alert already: it did not reach another."""
    text = f"{_title(facts)}: {escape(facts.undelivered)}"
    hint = "Look at who is told of this integration’s trouble, on its page in Slack."
    return message(text, [section(f":mailbox_with_no_mail: {text}"), context(hint)])


def _thread(facts: AlertFacts) -> Message:
    if facts.level is Level.NOTE:
        text = f"{_member(facts.by_member)} {escape(facts.note)}"
        return message(text, [section(f"{_SIGNS[Level.NOTE]} {text}")])
    if facts.level is Level.RESOLVED:
        text = _who_resolved(facts)
        return message(text, [section(f"{_SIGNS[Level.RESOLVED]} {text}")])
    detail = _detail(facts) or [section(escape(facts.next_step))]
    return message(f"Details: {_title(facts)}", detail)


def _detail(facts: AlertFacts) -> list[Block]:
    """What would be too much for the channel: the last runs, or what exactly is concerned."""
    if facts.recent:
        runs = bullet_list([_run(run) for run in facts.recent], LINES)
        return [section(f"*Last runs*\n{runs}")]
    if facts.details and facts.level is not Level.HELD:  # the held rows stand on top already
        return [section(bullet_list([_line(detail) for detail in facts.details], LINES))]
    return []


def _run(run: RecentRun) -> str:
    read = f"{number(run.read)} records read"
    if run.rejected:
        read += f", {number(run.rejected)} rejected"
    if run.state is RunState.FAILED:
        return f"{when(run.at)}: failed, {read}. {_line(run.error or '')}"
    return f"{when(run.at)}: {read}"


def _fields(facts: AlertFacts) -> list[str]:
    fields = [f"*Since*\n{when(facts.since)}"]
    if facts.failed_runs:
        fields.append(f"*Failed runs*\n{number(facts.failed_runs)} in a row")
    if facts.records_read:
        share = facts.records_rejected / facts.records_read
        counts = f"{number(facts.records_rejected)} of {number(facts.records_read)}"
        fields.append(f"*Rejected records*\n{counts} ({share:.0%})")
    for held in facts.held[:LINES]:
        rows = f"{number(held.rows)} of {number(held.total)} rows"
        fields.append(f"*{_name(held.data_type)}*\n{rows}")
    if facts.source_name:
        fields.append(f"*Source*\n{_name(facts.source_name)} ({_name(facts.service_name)})")
    if facts.authorization_name:
        service = _name(facts.service_name)
        fields.append(f"*Authorization*\n{_name(facts.authorization_name)} ({service})")
    if facts.kind in (IncidentKind.AUTHORIZATION, IncidentKind.DRIFT):
        names = [_name(name) for name in facts.integration_names]
        fields.append(f"*Integrations*\n{bullet_list(names, LINES)}")
    return fields[:10]


def _causes(facts: AlertFacts) -> SectionBlock | None:
    if not facts.causes:
        return None
    if facts.level is Level.DRIFT:
        return section(bullet_list([_line(cause.reason) for cause in facts.causes]))
    lines = [f"{number(cause.count)} × {_line(cause.reason)}" for cause in facts.causes]
    return section(f"*Top causes*\n{bullet_list(lines)}")


def _budget(facts: AlertFacts) -> str:
    if not facts.budget:
        return ""
    limit = f", and not before {when(facts.not_before)}" if facts.not_before else ""
    return f"*It will be disabled {escape(facts.budget)}{limit}.*"


def _undelivered(facts: AlertFacts) -> ContextBlock | None:
    return (
        context(f":mailbox_with_no_mail: {_line(facts.undelivered)}") if facts.undelivered else None
    )


def _handled(facts: AlertFacts) -> ContextBlock | None:
    lines = []
    if facts.acknowledged_by:
        lines.append(f":eyes: Acknowledged by {_member(facts.acknowledged_by)}")
    if facts.snoozed_until:
        lines.append(f":zzz: No further warnings until {when(facts.snoozed_until)}")
    return context(*lines) if lines else None


def _buttons(facts: AlertFacts) -> list[ButtonElement]:
    integration_id = facts.integration_ids[0]
    errors = button("View errors", INTEGRATION_ERRORS, integration_id)
    buttons = {
        Level.WARNING: [errors],
        Level.DISABLED: [
            button("Re-activate", REACTIVATE, integration_id, style="primary"),
            errors,
        ],
        Level.NEEDS_AUTHORIZATION: [
            button("Re-authorize", REAUTHORIZE, facts.authorization_id or 0, style="primary")
        ],
        Level.DRIFT: [button("Open the source", SOURCE_OPEN, facts.source_id or 0)],
        Level.HELD: _decision(facts),
    }[facts.level]
    if facts.acknowledged_by is None:
        buttons.append(button("Acknowledge", ACKNOWLEDGE, facts.incident_id))
    if facts.level is Level.WARNING and facts.snoozed_until is None:
        buttons.append(button(f"Snooze {SNOOZE_HOURS} h", SNOOZE, facts.incident_id))
    return buttons


def _decision(facts: AlertFacts) -> list[ButtonElement]:
    tables = ", ".join(
        f"{_name(held.data_type)}: {number(held.rows)} of {number(held.total)} rows"
        for held in facts.held[:3]
    )
    return [
        button(
            "Delete the rows",
            DELETE_ROWS,
            facts.integration_ids[0],
            style="danger",
            confirm=confirm(
                "Delete the rows?",
                f"They are removed from your project and cannot be brought back. {tables}.",
                "Delete the rows",
            ),
        ),
        button(
            "Keep the rows",
            KEEP_ROWS,
            facts.integration_ids[0],
            confirm=confirm(
                "Keep the rows?",
                "They stay in your project although the service says that they are deleted. "
                f"{tables}.",
                "Keep the rows",
            ),
        ),
    ]


def _who_resolved(facts: AlertFacts) -> str:
    resolution = escape(facts.resolution)
    if facts.by_member:
        return f"Resolved by {_member(facts.by_member)}: {resolution}"
    return resolution


def _member(member_id: str | None) -> str:
    return f"<@{member_id}>" if member_id else "Patchbay"


def _title(facts: AlertFacts) -> str:
    return escape(cut(facts.title, LINE))


def _name(name: str) -> str:
    return escape(cut(name, NAME))


def _line(text: str) -> str:
    return escape(cut(text, LINE))
