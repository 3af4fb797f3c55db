"""Values inside records: reaching them by path, and comparing those that serve as cursors."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final


class Missing(Enum):
    """The value of a path that a record does not have; falsy, and unlike None never JSON."""

    MISSING = "missing"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING

_WHOLE = re.compile(r"[+-]?\d+\Z", re.ASCII)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds that would be the year 5138


def value_at(record: Any, path: str) -> Any:
    """What stands at a path such as "address.city"; MISSING where there is nothing.

    A key that itself contains dots wins over the nested reading. "" is the record itself.
    """
    if not path:
        return record
    if isinstance(record, dict):
        found = record.get(path, MISSING)
        if found is not MISSING or "." not in path:
            return found
    found = record
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step, MISSING)
        elif isinstance(found, list) and step.isdecimal():
            found = found[int(step)] if int(step) < len(found) else MISSING
        else:
            return MISSING
        if found is MISSING:
            return MISSING
    return found


def later(a: str | None, b: str | None) -> str | None:
    """The later of two cursors, as it was written; on a tie, and against None, the first."""
    if a is None or b is None:
        return b if a is None else a
    return b if _order(b) > _order(a) else a


def latest(values: Iterable[Any]) -> str | None:
    """The highest of the values as text; those that can be no cursor (null, lists…) are passed."""
    best: str | None = None
    for value in values:
        best = later(best, as_cursor(value))
    return best


def as_cursor(value: Any) -> str | None:
    """A value as the text of a cursor; None where it can be none."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return None


def earlier_by(cursor: str, seconds: int) -> str:
    """The cursor moved back by an overlap, written the way it came.

    Times are ISO 8601 or whole seconds (or milliseconds) since 1970; what is no time stays.
    """
    if seconds <= 0:
        return cursor
    if _WHOLE.match(cursor):
        number = int(cursor)
        step = seconds * 1000 if abs(number) >= _MILLISECONDS_FROM else seconds
        return str(max(number - step, 0))
    moment = moment_of(cursor)
    if moment is None:
        return cursor
    moved = _back(moment, timedelta(seconds=seconds))
    if len(cursor) == 10:  # a date alone
        return moved.date().isoformat()
    whole = "milliseconds" if moved.microsecond and not moved.microsecond % 1000 else "auto"
    return moved.replace(tzinfo=None).isoformat(timespec=whole) + "Z"


def moment_of(text: str) -> datetime | None:
    """An ISO 8601 date or time as aware UTC (without a zone: taken as UTC); None for all else."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except OverflowError:  # the first or the last hours that there are
        return parsed.replace(tzinfo=UTC)


def _back(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment - span
    except OverflowError:
        return datetime.combine(date.min, datetime.min.time(), UTC)


def _order(cursor: str) -> tuple[int, Any]:
    """What sorts cursors of one kind rightly, and cursors of different kinds the same way always.

    Numbers by value, then other text by its letters, then times by the moment.
    """
    if _is_number(cursor):
        return 0, Decimal(cursor)
    moment = moment_of(cursor)
    return (1, cursor) if moment is None else (2, moment)


def _is_number(text: str) -> bool:
    return bool(_WHOLE.match(text)) or bool(re.match(r"[+-]?\d+\.\d+\Z", text, re.ASCII))
