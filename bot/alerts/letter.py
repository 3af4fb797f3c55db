"""What an e-mail says, from the same facts as the Slack messages; the templates only lay it out."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.alerts.facts import AlertFacts, ConfirmEmailFacts
from store.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    heading: str
    mood: str  # "warning", "bad", "good", "calm": the colour of the bar on top
    sentences: list[str] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)  # label and value
    list_heading: str = ""
    items: list[str] = field(default_factory=list)
    next_step: str = ""
    link: str = ""
    link_label: str = ""
    why: str = ""  # why this comes to the reader


_MOODS = {
    Level.WARNING: "warning",
    Level.DRIFT: "warning",
    Level.HELD: "warning",
    Level.DISABLED: "bad",
    Level.NEEDS_AUTHORIZATION: "bad",
    Level.RESOLVED: "good",
}
_LONGEST_SUBJECT = 180


def alert_letter(facts: AlertFacts, link: str, by: str = "") -> Letter:
    """`by`: the name of the member who put it right."""
    causes = [f"{cause.count:,} × {cause.reason}" for cause in facts.causes]
    is_about_causes = bool(causes) and facts.level in (Level.WARNING, Level.DISABLED)
    is_resolved = facts.level is Level.RESOLVED
    return Letter(
        subject=subject(facts.title),
        heading=facts.title,
        mood=_MOODS.get(facts.level, "calm"),
        sentences=_sentences(facts),
        rows=_rows(facts, by),
        list_heading="Top causes" if is_about_causes else "Details",
        items=[] if is_resolved else causes if is_about_causes else facts.details,
        next_step=facts.next_step,
        link=link,
        link_label="Open Slack",
        why="You get this because somebody chose your address for the alerts of "
        + _names(facts.integration_names)
        + ". It can be taken off the list in the integration’s page in Slack.",
    )


def confirmation_letter(facts: ConfirmEmailFacts) -> Letter:
    return Letter(
        subject=subject(f"Do you want alerts about “{facts.integration_name}”?"),
        heading=f"Alerts about “{facts.integration_name}”",
        mood="calm",
        sentences=[
            f"{facts.added_by_name} would like Patchbay to e-mail you when the integration "
            f"“{facts.integration_name}” is in trouble.",
            "No alert comes to this address before you confirm it.",
        ],
        link=facts.url,
        link_label="Yes, send me these alerts",
        why="If you did not expect this, do nothing: you will not hear of it again.",
    )


def subject(text: str) -> str:
    """One line, whatever the names in it hold."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1] + "…"


def moment(at: datetime, timezone: str) -> str:
    """Like "Thursday 5 June 2025, 14:00 (Europe/Paris)"."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({timezone})"


def _sentences(facts: AlertFacts) -> list[str]:
    said = [facts.undelivered] if facts.undelivered else []
    if facts.level is Level.RESOLVED:
        return [*said, facts.resolution]
    if facts.budget:
        said.append(f"It will be disabled {facts.budget}{_not_before(facts)}.")
    return said


def _not_before(facts: AlertFacts) -> str:
    if facts.not_before is None:
        return ""
    return f", and not before {moment(facts.not_before, facts.timezone)}"


def _rows(facts: AlertFacts, by: str) -> list[tuple[str, str]]:
    rows = [("Integration", _names(facts.integration_names))]
    if facts.source_name:
        rows.append(("Source", f"{facts.source_name} ({facts.service_name})"))
    if facts.authorization_name:
        rows.append(("Authorization", f"{facts.authorization_name} ({facts.service_name})"))
    if facts.trouble:
        rows.append(("Was", facts.trouble))
    rows.append(("Since", moment(facts.since, facts.timezone)))
    if facts.level is Level.RESOLVED:
        rows.append(("Resolved", moment(facts.happened_at, facts.timezone)))
        return [*rows, ("By", by)] if by else rows
    if facts.failed_runs:
        rows.append(("Failed runs", f"{facts.failed_runs:,} in a row"))
    if facts.records_read:
        share = facts.records_rejected / facts.records_read
        rejected = f"{facts.records_rejected:,} of {facts.records_read:,} ({share:.0%})"
        rows.append(("Rejected records", rejected))
    return rows


def _names(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
