"""Every level, with ordinary and with the longest and nastiest names, within Slack's limits."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.facts import AlertFacts, Cause, HeldRows, RecentRun, SummaryFacts
from bot.playground.slack.limits import problems
from handlers.read.progress import RunProgress, TypeProgress
from handlers.views.alerts import channel_message, direct_message
from handlers.views.messages import Message
from handlers.views.progress import progress_message, summary_message
from store.vocabulary import IncidentKind, Level, RunState, Trigger

NOW = datetime(2025, 6, 5, 12, tzinfo=UTC)
KINDS = {
    Level.WARNING: IncidentKind.ERRORS,
    Level.DISABLED: IncidentKind.ERRORS,
    Level.NEEDS_AUTHORIZATION: IncidentKind.AUTHORIZATION,
    Level.DRIFT: IncidentKind.DRIFT,
    Level.HELD: IncidentKind.MASS_DELETION,
    Level.NOTE: IncidentKind.ERRORS,
    Level.RESOLVED: IncidentKind.ERRORS,
}
BUTTONS = {
    Level.WARNING: ["View errors", "Acknowledge", "Snooze 24 h"],
    Level.DISABLED: ["Re-activate", "View errors", "Acknowledge"],
    Level.NEEDS_AUTHORIZATION: ["Re-authorize", "Acknowledge"],
    Level.DRIFT: ["Open the source", "Acknowledge"],
    Level.HELD: ["Delete the rows", "Keep the rows", "Acknowledge"],
    Level.NOTE: [],
    Level.RESOLVED: [],
}


def facts(level: Level, name: str = "Shop → CRM", *, many: int = 3, **rest: Any) -> AlertFacts:
    """Everything filled in; `name` stands wherever text from outside may."""
    given: dict[str, Any] = {
        "incident_id": 7,
        "kind": KINDS[level],
        "level": level,
        "title": f"“{name}” keeps failing: 3 runs in a row",
        "integration_ids": list(range(1, many + 1)),
        "integration_names": [name] * many,
        "source_id": 2,
        "source_name": name,
        "service_name": name,
        "authorization_id": 3,
        "authorization_name": name,
        "since": NOW - timedelta(hours=3),
        "happened_at": NOW,
        "failed_runs": 3,
        "records_read": 1200,
        "records_rejected": 140,
        "held": [HeldRows(data_type=name, rows=240, total=1000)] * many,
        "causes": [Cause(reason=name, count=1000)] * 5,
        "details": [name] * many,
        "recent": [RecentRun(at=NOW, state=RunState.FAILED, read=10, rejected=1, error=name)] * 5,
        "budget": "after 7 more failed runs",
        "not_before": NOW + timedelta(hours=21),
        "next_step": "Look at the errors.",
        "trouble": name,
        "resolution": name,
        "by_member": "U1",
        "note": "acknowledged this",
        "undelivered": name,
    }
    return AlertFacts(**(given | rest))


def summary(name: str = "Shop → CRM", **rest: Any) -> SummaryFacts:
    given: dict[str, Any] = {
        "run_id": 1,
        "integration_id": 1,
        "integration_name": name,
        "trigger": Trigger.BACKFILL,
        "state": RunState.SUCCEEDED,
        "created": 1200,
        "updated": 3,
        "deleted": 2,
        "unchanged": 10,
        "rejected": 4,
        "seconds": 12.34,
        "next_run_at": NOW,
        "timezone": "Europe/Paris",
        "held_deletions": 240,
    }
    return SummaryFacts(**(given | rest))


def progress(name: str = "Customers", many: int = 2) -> RunProgress:
    return RunProgress(
        run_id=1,
        watcher_id="U1",
        integration_name=name,
        started_at=NOW,
        channel=None,
        ts=None,
        types=tuple(TypeProgress(name, 1500, 3, number == 0) for number in range(many)),
    )


def payload(shown: Message) -> dict[str, Any]:
    return {"text": shown.text, "blocks": [block.to_dict() for block in shown.blocks]}


def buttons(shown: Message) -> list[str]:
    return [
        element["text"]["text"]
        for block in payload(shown)["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def text_of(shown: Message) -> str:
    return json.dumps(payload(shown), ensure_ascii=False)


def every_message(name: str, many: int) -> list[Message]:
    shown = [summary_message(summary(name, error=name)), progress_message(progress(name, many))]
    for level in KINDS:
        for part in ("message", "thread"):
            if not (level is Level.NOTE and part == "message"):
                shown.append(channel_message(facts(level, name, many=many, part=part)))
        shown.append(direct_message(facts(level, name, many=many)))
    return shown


@pytest.mark.parametrize("name", ["A", "<!channel> & <@U1>", "&" * 255, "“" * 255, "x" * 3000, "*"])
@pytest.mark.parametrize("many", [1, 100])
def test_everything_keeps_within_slacks_limits(name: str, many: int) -> None:
    for shown in every_message(name, many):
        assert shown.text
        assert problems(payload(shown), "message") == []
        assert "<!channel>" not in text_of(shown)


@given(name=st.text(min_size=1, max_size=300))
def test_no_name_breaks_a_message(name: str) -> None:
    for shown in every_message(name, 2):
        assert problems(payload(shown), "message") == []


@pytest.mark.parametrize("level", list(KINDS))
def test_each_level_has_its_buttons(level: Level) -> None:
    assert buttons(direct_message(facts(level))) == BUTTONS[level]
    assert buttons(channel_message(facts(level, part="thread"))) == []


def test_what_was_done_takes_its_button_away_and_says_who() -> None:
    done = facts(Level.WARNING, acknowledged_by="U9", snoozed_until=NOW)

    shown = channel_message(done)
    assert buttons(shown) == ["View errors"]
    assert "Acknowledged by <@U9>" in text_of(shown)
    assert "No further warnings until <!date^" in text_of(shown)


def test_a_warning_says_what_is_left_and_until_when() -> None:
    shown = text_of(channel_message(facts(Level.WARNING)))

    left = int((NOW + timedelta(hours=21)).timestamp())
    assert f"It will be disabled after 7 more failed runs, and not before <!date^{left}" in shown
    assert "1,000 × Shop → CRM" in shown
    assert "140 of 1,200 (12%)" in shown


def test_deleting_held_rows_is_asked_about_with_the_figures() -> None:
    [actions] = [
        block
        for block in payload(direct_message(facts(Level.HELD, "Customers", many=1)))["blocks"]
        if block["type"] == "actions"
    ]

    delete, keep, _ = actions["elements"]
    assert "Customers: 240 of 1,000 rows" in delete["confirm"]["text"]["text"]
    assert "Customers: 240 of 1,000 rows" in keep["confirm"]["text"]["text"]


def test_a_note_says_who_did_what() -> None:
    assert channel_message(facts(Level.NOTE, part="thread")).text == "<@U1> acknowledged this"


def test_a_resolution_without_a_member_is_patchbays_own() -> None:
    shown = text_of(channel_message(facts(Level.RESOLVED, "It works.", by_member=None)))

    assert "<@" not in shown
    assert "Was: It works." in shown


def test_a_resolution_says_who_brought_it_about() -> None:
    resolved = facts(Level.RESOLVED, part="thread", resolution="It was activated again.")
    assert channel_message(resolved).text == "Resolved by <@U1>: It was activated again."


def test_a_summary_says_all_figures() -> None:
    shown = summary_message(summary())

    assert "1,200 created, 3 updated, 2 deleted, 10 unchanged, 4 rejected" in shown.text
    assert "Took 12.3 seconds" in text_of(shown)
    assert "Next run: <!date^" in text_of(shown)
    assert "240 deletions wait" in text_of(shown)
    assert buttons(shown) == ["View errors", "Open the integration"]


def test_a_summary_of_a_failure_says_why() -> None:
    shown = summary_message(summary(state=RunState.FAILED, error="Demo Store answered 500."))

    assert "failed" in shown.text
    assert "Demo Store answered 500." in text_of(shown)


def test_progress_counts_each_data_type() -> None:
    shown = text_of(progress_message(progress()))

    assert "Customers: 1,500 records, 3 rejected :white_check_mark:" in shown
