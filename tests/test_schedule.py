"""Next times across changes of the clock, words, and what is refused as a schedule."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.errors import Refused
from bot.schedule import cron_of, in_words, next_time, next_times, valid_cron, valid_timezone
from store.vocabulary import ScheduleKind

PARIS = "Europe/Paris"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(cron: str, after: str, count: int, timezone: str = PARIS) -> list[str]:
    zone = ZoneInfo(timezone)
    return [
        time.astimezone(zone).strftime("%d %H:%M%z")
        for time in next_times(cron, timezone, utc(after), count)
    ]


def test_a_daily_time_keeps_its_place_on_the_clock_in_spring() -> None:
    assert local("0 6 * * *", "2026-03-28T12:00", 2) == ["29 06:00+0200", "30 06:00+0200"]
    assert local("0 6 * * *", "2026-03-27T12:00", 1) == ["28 06:00+0100"]


def test_a_daily_time_keeps_its_place_on_the_clock_in_autumn() -> None:
    assert local("0 6 * * *", "2026-10-24T00:00", 2) == ["24 06:00+0200", "25 06:00+0100"]


def test_a_time_that_the_spring_night_lacks_runs_an_hour_later() -> None:
    assert local("30 2 * * *", "2026-03-28T12:00", 2) == ["29 03:30+0200", "30 02:30+0200"]


def test_a_time_that_the_autumn_night_has_twice_runs_once() -> None:
    assert local("30 2 * * *", "2026-10-24T12:00", 2) == ["25 02:30+0200", "26 02:30+0100"]


@pytest.mark.parametrize("after", ["2026-03-28T23:00", "2026-10-24T23:00"])
@pytest.mark.parametrize(("cron", "minutes"), [("0 * * * *", 60), ("*/15 * * * *", 15)])
def test_an_interval_stays_even_whatever_the_clock_does(
    after: str, cron: str, minutes: int
) -> None:
    times = next_times(cron, PARIS, utc(after), 30)

    gaps = {(later - earlier).seconds for earlier, later in pairwise(times)}
    assert gaps == {minutes * 60}


def test_the_next_time_is_later_than_now_even_on_the_dot() -> None:
    assert next_time("0 * * * *", "UTC", utc("2026-05-01T10:00")) == utc("2026-05-01T11:00")
    assert next_time("0 * * * *", "UTC", utc("2026-05-01T09:59:59")) == utc("2026-05-01T10:00")


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [
        ("1", ["04", "11"]),  # Monday, as cron counts
        ("0", ["03", "10"]),
        ("7", ["03", "10"]),
        ("sun", ["03", "10"]),
        ("5-7", ["01", "02", "03", "08"]),
        ("6-0", ["02", "03", "09"]),
        ("1-5/2", ["01", "04", "06", "08"]),
        ("*/3", ["02", "03", "06"]),
    ],
)
def test_weekdays_are_counted_as_cron_does(weekdays: str, days: list[str]) -> None:
    # 2026-05-01 is a Friday
    found = next_times(f"0 9 * * {weekdays}", "UTC", utc("2026-05-01T00:00"), len(days))

    assert [time.strftime("%d") for time in found] == days


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ScheduleKind.EVERY_15_MINUTES, "Every 15 minutes"),
        (ScheduleKind.HOURLY, "Every hour"),
        (ScheduleKind.EVERY_6_HOURS, "Every 6 hours"),
        (ScheduleKind.DAILY, "Every day at 06:00 (Europe/Paris)"),
    ],
)
def test_each_kind_has_plain_words(kind: ScheduleKind, words: str) -> None:
    assert in_words(cron_of(kind), PARIS) == words
    assert valid_cron(cron_of(kind)) == cron_of(kind)


def test_a_members_own_cron_has_plain_words() -> None:
    assert in_words("30 9 * * 1-5", PARIS) == "At 09:30, Monday through Friday (Europe/Paris)"
    assert in_words("0 8,18 * * *", PARIS) == "Every day at 08:00 and 18:00 (Europe/Paris)"


def test_spaces_around_a_cron_do_not_matter() -> None:
    assert valid_cron("  30  9 * *   1-5 ") == "30 9 * * 1-5"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("every day", "five fields"),
        ("0 9 * *", "five fields"),
        ("61 9 * * *", "not a schedule"),
        ("0 9 * * 8", "not a schedule"),
        ("0 9 * * monday", "not a schedule"),
        ("0 9 last * *", "not a schedule"),
        ("0 0 31 2 *", "never comes"),
        ("0 9 1 * 1", "not both"),
        ("* * * * *", "too often"),
        ("*/2 9 * * *", "too often"),
        ("0,58 * * * *", "too often"),
    ],
)
def test_a_cron_that_cannot_be_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        valid_cron(text)

    assert refused.value.field == "cron"
    assert "30 9 * * 1-5" in refused.value.sentence


def test_two_minutes_apart_across_the_hour_is_fine_once_a_day() -> None:
    assert valid_cron("0,58 9 * * *") == "0,58 9 * * *"


def test_an_unknown_time_zone_is_refused() -> None:
    assert valid_timezone(PARIS) == PARIS
    with pytest.raises(Refused, match="not a time zone"):
        valid_timezone("Europe/Atlantis")
    with pytest.raises(Refused, match="not a time zone"):
        valid_timezone("../etc/passwd")
