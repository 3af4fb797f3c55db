from datetime import UTC, datetime, timedelta

import pytest

from bot.sync.verdict import Policy, Record, Tally, Verdict, is_healthy, is_slow, verdict
from store.models import Integration
from store.vocabulary import Level

WARNING, DISABLED = Level.WARNING, Level.DISABLED
DAY = timedelta(days=1)
LONG = timedelta(days=9)


def failed(failures: int, without_success: timedelta, *, is_slow: bool = False) -> Record:
    return Record(True, failures, without_success, is_slow, [Tally(0, 0)] * min(failures, 3))


def succeeded(*tallies: tuple[int, int]) -> Record:
    return Record(False, 0, timedelta(), False, [Tally(*tally) for tally in tallies])


@pytest.mark.parametrize(
    ("record", "level"),
    [
        (failed(1, LONG), None),
        (failed(2, LONG), None),
        (failed(3, timedelta(minutes=1)), WARNING),
        (failed(9, LONG), WARNING),
        (failed(10, DAY - timedelta(seconds=1)), WARNING),  # not a day yet
        (failed(200, timedelta(hours=23)), WARNING),
        (failed(10, DAY), DISABLED),
        (failed(4, LONG, is_slow=True), WARNING),
        (failed(5, timedelta(0), is_slow=True), DISABLED),
    ],
)
def test_failed_runs(record: Record, level: Level | None) -> None:
    found = verdict(Policy(), record)

    assert (found.level if found else None) == level
    assert found is None or found.because == "failures"


@pytest.mark.parametrize(
    ("record", "level"),
    [
        (succeeded((99, 99)), None),  # too few to judge
        (succeeded((100, 10)), None),  # not over 10 %
        (succeeded((100, 11)), WARNING),
        (succeeded((1000, 900)), WARNING),  # one run alone disables nothing
        (succeeded((1000, 900), (1000, 900)), WARNING),
        (succeeded((40, 11), (30, 11), (30, 4)), DISABLED),  # 26 of 100 together
        (succeeded((40, 11), (30, 11), (30, 3)), None),  # 25 of 100
        (succeeded((33, 33), (33, 33), (33, 33)), None),  # 99 together
        (succeeded((10, 0), (500, 500), (500, 500)), None),  # the last one was fine
    ],
)
def test_rejected_records(record: Record, level: Level | None) -> None:
    found = verdict(Policy(), record)

    assert (found.level if found else None) == level
    assert found is None or found.because == "rejects"


def test_an_integration_may_have_figures_of_its_own() -> None:
    policy = Policy.model_validate({"warning_failures": 1, "disable_hours": 0})

    assert verdict(policy, failed(1, timedelta())) == Verdict(WARNING, "failures")
    assert verdict(policy, failed(10, timedelta())) == Verdict(DISABLED, "failures")


def test_a_run_that_works_but_rejects_much_is_not_healthy() -> None:
    assert is_healthy(Policy(), succeeded((0, 0)))
    assert is_healthy(Policy(), succeeded((20, 2)))
    assert not is_healthy(Policy(), succeeded((20, 3)))
    assert not is_healthy(Policy(), failed(1, LONG))


@pytest.mark.parametrize(
    ("cron", "slow"),
    [
        ("*/15 * * * *", False),
        ("0 * * * *", False),
        ("0 9,17 * * *", False),
        ("0 6 * * *", True),  # also across the night that has 23 hours
        ("0 9 * * 1-5", True),
        ("0 9 * * 1", True),
    ],
)
def test_slow_schedules_run_once_a_day_or_less(cron: str, slow: bool) -> None:
    before_summer_time = datetime(2025, 3, 28, 12, tzinfo=UTC)

    integration = Integration(cron=cron, timezone="Europe/Paris")
    assert is_slow(integration, before_summer_time) is slow


def test_deletions_wait_for_a_person_only_when_many_and_a_large_part() -> None:
    policy = Policy()

    assert policy.holds(51, 100)
    assert not policy.holds(50, 100)
    assert not policy.holds(200, 1000)
    assert policy.holds(201, 1000)
