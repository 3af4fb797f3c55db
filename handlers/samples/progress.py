"""A sync that somebody watches, and its end."""

from collections.abc import Iterator
from typing import Any

from bot.alerts.facts import SummaryFacts
from handlers.read.progress import RunProgress, TypeProgress
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import HOUR, MEMBER, MOST, NOW, nasty
from handlers.views.progress import progress_message, summary_message
from store.vocabulary import RunState, Trigger


def _progress(name: str, types: tuple[TypeProgress, ...]) -> RunProgress:
    return RunProgress(9, MEMBER, name, NOW, None, None, types)


def _summary(**rest: Any) -> SummaryFacts:
    usual = {
        "run_id": 9,
        "integration_id": 3,
        "integration_name": "Shop sync",
        "trigger": Trigger.BACKFILL,
        "state": RunState.SUCCEEDED,
        "created": 4180,
        "updated": 12,
        "deleted": 3,
        "unchanged": 0,
        "rejected": 0,
        "seconds": 8.4,
        "next_run_at": NOW + HOUR,
        "timezone": "Europe/Paris",
    }
    return SummaryFacts.model_validate(usual | rest)


def samples() -> Iterator[Sample]:
    types = (TypeProgress("Customers", 1500, 2, True), TypeProgress("Orders", 500, 0, False))
    yield drawn(TYPICAL, "", progress_message, _progress("Shop sync", types))
    yield drawn(TYPICAL, "beginning", progress_message, _progress("Shop sync", ()))
    many = tuple(TypeProgress(nasty(number), MOST, MOST, True) for number in range(300))
    yield drawn(EXTREME, "", progress_message, _progress(nasty(), many))

    for trigger in Trigger:
        yield drawn(TYPICAL, trigger, summary_message, _summary(trigger=trigger))
    nothing = dict.fromkeys(("created", "updated", "deleted"), 0)
    yield drawn(TYPICAL, "no rows", summary_message, _summary(**nothing))
    held = _summary(rejected=3, held_deletions=240)
    yield drawn(TYPICAL, "held", summary_message, held)
    for state in (RunState.FAILED, RunState.CANCELLED):
        failed = _summary(state=state, error="Demo Store did not answer in time.", next_run_at=None)
        yield drawn(TYPICAL, state, summary_message, failed)
    largest = dict.fromkeys(("created", "updated", "deleted", "unchanged", "rejected"), MOST)
    extreme = _summary(
        **largest,
        integration_name=nasty(),
        seconds=MOST,
        held_deletions=MOST,
        error=nasty(1, 4000),
        state=RunState.FAILED,
    )
    yield drawn(EXTREME, "", summary_message, extreme)
