"""Alerts in a channel, in its thread and in a DM, at every level."""

from collections.abc import Iterator
from typing import Any

from bot.alerts.facts import AlertFacts, Cause, HeldRows, RecentRun
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import HOUR, MEMBER, MOST, NOW, nasty, nasty_names
from handlers.views.alerts import channel_message, direct_message
from store.vocabulary import IncidentKind, Level, RunState

MANY = 500  # integrations that one authorization may serve

_SHOP = {
    "incident_id": 7,
    "kind": IncidentKind.ERRORS,
    "integration_ids": [3],
    "integration_names": ["Shop sync"],
    "source_id": 2,
    "source_name": "Shop",
    "service_name": "Demo Store",
    "since": NOW - 5 * HOUR,
    "happened_at": NOW,
}
_RUNS = [
    RecentRun(at=NOW - HOUR, state=RunState.SUCCEEDED, read=412, rejected=3),
    RecentRun(
        at=NOW - 2 * HOUR,
        state=RunState.FAILED,
        read=0,
        rejected=0,
        error="Demo Store did not answer: 503, five times.",
    ),
]
_CAUSE = Cause(reason="Demo Store did not answer: 503, five times.", count=10)

LEVELS: dict[Level, dict[str, Any]] = {
    Level.WARNING: {
        "title": "“Shop sync” failed 3 times in a row",
        "failed_runs": 3,
        "causes": [_CAUSE],
        "recent": _RUNS,
        "budget": "after 7 more failed runs in a row",
        "not_before": NOW + 19 * HOUR,
        "next_step": "Look at the errors and check whether Demo Store works.",
    },
    Level.DISABLED: {
        "title": "“Shop sync” was disabled because of a large number of errors",
        "failed_runs": 10,
        "records_read": 1200,
        "records_rejected": 480,
        "causes": [_CAUSE, Cause(reason="total_spent is not a decimal number", count=480)],
        "recent": _RUNS,
        "next_step": "Put the cause right, then press Re-activate.",
        "acknowledged_by": MEMBER,
    },
    Level.NEEDS_AUTHORIZATION: {
        "kind": IncidentKind.AUTHORIZATION,
        "title": "Demo Store does not accept the authorization “Acme shop” any more",
        "authorization_id": 4,
        "authorization_name": "Acme shop",
        "next_step": "Press Re-authorize; syncs then go on from where they were.",
    },
    Level.DRIFT: {
        "kind": IncidentKind.DRIFT,
        "title": "Fields of “Customers” changed in Demo Store",
        "transfer_id": 5,
        "causes": [Cause(reason="phone is gone", count=1)],
        "details": ["phone is gone", "total_spent is text now, it was a decimal number"],
        "next_step": "Open the source and correct the mapping.",
    },
    Level.HELD: {
        "kind": IncidentKind.MASS_DELETION,
        "title": "“Shop sync” would delete 240 of 1,000 rows",
        "held": [HeldRows(data_type="Customers", rows=240, total=1000)],
        "next_step": "Decide whether the rows shall be deleted.",
    },
    Level.NOTE: {
        "title": "“Shop sync” failed 3 times in a row",
        "part": "thread",
        "by_member": MEMBER,
        "note": "acknowledged this.",
        "undelivered": "the channel is archived.",
    },
    Level.RESOLVED: {
        "title": "“Shop sync” works again",
        "trouble": "“Shop sync” was disabled because of a large number of errors",
        "resolution": "It was activated again; the service answers.",
        "by_member": MEMBER,
    },
}


def typical(level: Level, **rest: Any) -> AlertFacts:
    return AlertFacts.model_validate(_SHOP | {"level": level} | LEVELS[level] | rest)


def extreme(level: Level, **rest: Any) -> AlertFacts:
    """Everything filled in, with the longest texts and the largest figures."""
    error = nasty(3, 4000)
    run = RecentRun(at=NOW, state=RunState.FAILED, read=MOST, rejected=MOST, error=error)
    filled = {
        "title": nasty(1, 600),
        "integration_ids": list(range(1, MANY + 1)),
        "integration_names": list(nasty_names(MANY)),
        "source_name": nasty(2),
        "service_name": nasty(3),
        "authorization_id": MOST,
        "authorization_name": nasty(4),
        "failed_runs": MOST,
        "records_read": MOST,
        "records_rejected": MOST,
        "held": [HeldRows(data_type=nasty(n), rows=MOST, total=MOST) for n in range(40)],
        "causes": [Cause(reason=nasty(n, 4000), count=MOST) for n in range(5)],
        "details": [nasty(n, 4000) for n in range(300)],
        "recent": [run] * 10,
        "budget": nasty(1),
        "not_before": NOW,
        "next_step": nasty(1, 400),
        "snoozed_until": NOW,
        "trouble": nasty(1, 600),
        "resolution": nasty(1, 500),
        "note": nasty(1, 500),
        "undelivered": nasty(1, 1000),
    }
    if level is Level.HELD:  # it tells of rows, not of failures
        filled |= {"causes": [], "recent": [], "failed_runs": 0, "records_read": 0}
    kind = LEVELS[level].get("kind", IncidentKind.ERRORS)
    facts = _SHOP | filled | {"level": level, "kind": kind, "by_member": None}
    return AlertFacts.model_validate(facts | rest)


def samples() -> Iterator[Sample]:
    for level in LEVELS:
        parent = () if level is Level.NOTE else ("message",)
        for part in (*parent, "thread"):
            case = f"{level}, {part}" if part == "thread" else level
            yield drawn(TYPICAL, case, channel_message, typical(level, part=part))
            yield drawn(EXTREME, case, channel_message, extreme(level, part=part))
        yield drawn(TYPICAL, level, direct_message, typical(level))
        yield drawn(EXTREME, level, direct_message, extreme(level))
