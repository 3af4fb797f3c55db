"""When an integration runs: five cron fields in a time zone, the next times, and plain words.

Cron's own rules hold, whatever the libraries' are: weekdays are 0–7 with Sunday at both ends, and
a fixed time of day happens once a day. When clocks go forward, a time that does not exist that
night runs an hour later on the clock; when they go back, one that exists twice runs the first time.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from cron_descriptor import FormatError, Options, get_description

from bot.errors import Refused
from store.vocabulary import ScheduleKind

LEAST_MINUTES = 5  # between two runs

_CRON = {
    ScheduleKind.EVERY_15_MINUTES: "*/15 * * * *",
    ScheduleKind.HOURLY: "0 * * * *",
    ScheduleKind.EVERY_6_HOURS: "0 */6 * * *",
    ScheduleKind.DAILY: "0 6 * * *",
}
# what a member may write; names stand for months and weekdays only
_FIELDS = re.compile(r"([\d*/,-]+ ){3}[\da-z*/,-]+ [\da-z*/,-]+", re.IGNORECASE)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_EXAMPLE = "For example, “30 9 * * 1-5” is half past nine from Monday to Friday."


def cron_of(kind: ScheduleKind) -> str:
    """The cron fields of a fixed kind. Raises KeyError for CRON, whose fields are the member's."""
    return _CRON[kind]


def next_times(cron: str, timezone: str, after: datetime, count: int = 3) -> list[datetime]:
    """The next `count` times later than `after`, in UTC; none where there is no such day."""
    times: list[datetime] = []
    for time in _times(cron, timezone, after):
        times.append(time)
        if len(times) == count:
            break
    return times


def next_time(cron: str, timezone: str, after: datetime) -> datetime | None:
    return next(_times(cron, timezone, after), None)


def in_words(cron: str, timezone: str) -> str:
    """Like “Every 15 minutes” or “Every day at 06:00 (Europe/Paris)”."""
    _minute, hour, *date = cron.split()
    words = _described(cron)
    if words.startswith("At ") and date == ["*", "*", "*"] and not hour.startswith("*"):
        words = f"Every day at {words.removeprefix('At ')}"
    return words if hour.startswith("*") else f"{words} ({timezone})"


def valid_cron(text: str) -> str:
    """The five fields, one space apart. Raises Refused(field="cron") with a sentence otherwise."""
    cron = " ".join(text.split())
    fields = cron.split(" ")
    if len(fields) != 5:
        raise _refused("A schedule has five fields: minute, hour, day of month, month, weekday.")
    try:
        if not _FIELDS.fullmatch(cron):
            raise ValueError(cron)
        trigger = _trigger(cron, "UTC")
        _described(cron)
    except (ValueError, FormatError) as error:
        raise _refused(f"“{cron}” is not a schedule that Patchbay can read.") from error
    if fields[2] != "*" and fields[4] != "*":
        raise _refused(
            "Choose days of the month or weekdays, not both: one of the two has to be *."
        )
    if trigger.get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=UTC)) is None:
        raise _refused(f"“{cron}” never comes: there is no such day.")
    if _closest(trigger, fields[1]) < LEAST_MINUTES:
        raise _refused(
            f"That is too often: leave at least {LEAST_MINUTES} minutes between two syncs."
        )
    return cron


def valid_timezone(name: str) -> str:
    """The IANA name as it is. Raises Refused(field="timezone") where there is no such zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, malformed, a folder
        raise Refused(
            f"“{name}” is not a time zone. Write it like Europe/Paris or America/New_York.",
            field="timezone",
        ) from error
    return name


def _refused(sentence: str) -> Refused:
    return Refused(f"{sentence} {_EXAMPLE}", field="cron")


def _times(cron: str, timezone: str, after: datetime) -> Iterator[datetime]:
    trigger = _trigger(cron, timezone)
    every_hour = cron.split()[1] in {"*", "*/1"}
    # From UTC to UTC: arithmetic on local times forgets which of two equal hours it is in.
    now = after.astimezone(UTC) + timedelta(microseconds=1)
    while (found := trigger.get_next_fire_time(None, now)) is not None:
        now = found.astimezone(UTC) + timedelta(microseconds=1)
        if found.fold and not every_hour:
            continue  # the clock went back, and this time of day was had already
        yield found.astimezone(UTC)


@lru_cache(maxsize=1024)
def _trigger(cron: str, timezone: str) -> CronTrigger:
    """Raises ValueError for fields that cron does not know."""
    minute, hour, day, month, weekday = cron.split(" ")
    return CronTrigger(
        minute=minute,
        hour=hour,
        day=day,
        month=month,
        day_of_week=_weekdays(weekday),
        timezone=ZoneInfo(timezone),
    )


def _weekdays(field: str) -> str:
    """Cron's weekdays (0 and 7: Sunday) as names, since APScheduler counts from Monday."""
    if field == "*":
        return field
    days: list[str] = []
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            numbers = list(range(7))
        else:
            start = _weekday(first)
            end = _weekday(last) if last else (6 if step else start)
            numbers = list(range(start, end + 1 if end >= start else end + 8))
        days += [_DAYS[number % 7] for number in numbers[:: int(step or 1)]]
    return ",".join(dict.fromkeys(days))


def _weekday(word: str) -> int:
    number = _DAYS.index(word) if word in _DAYS else int(word)
    if not 0 <= number <= 7:
        raise ValueError(f"{number}: weekdays are 0 to 7")
    return number


def _closest(trigger: CronTrigger, hours: str) -> int:
    """The fewest minutes between two runs within an hour, or across two hours in a row."""
    field = next(field for field in trigger.fields if field.name == "minute")
    hour = datetime(2024, 1, 1, tzinfo=UTC)
    minutes = [
        minute
        for minute in range(60)
        if field.get_next_value(hour.replace(minute=minute)) == minute
    ]
    if not hours.isdigit():
        minutes.append(minutes[0] + 60)
    return min((later - earlier for earlier, later in pairwise(minutes)), default=60)


def _described(cron: str) -> str:
    options = Options()
    options.use_24hour_time_format = True
    return str(get_description(cron, options))
