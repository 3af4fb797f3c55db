"""Values inside records: reaching them by path, and comparing those that serve as cursors."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from store.vocabulary import FieldType


class Missing(Enum):
    """The value of a path that a record does not have; falsy, and unlike None never JSON."""

    MISSING = "missing"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z", re.ASCII)
_ZONE = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)\Z", re.IGNORECASE)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds that would be the year 5138
_LONGEST = 255  # characters of a cursor

_OF_NUMBERS, _OF_TEXT, _OF_TIMES = 0, 1, 2
_ANY = frozenset({_OF_NUMBERS, _OF_TEXT, _OF_TIMES})
_KINDS = {
    FieldType.INTEGER: frozenset({_OF_NUMBERS}),
    FieldType.DECIMAL: frozenset({_OF_NUMBERS}),
    FieldType.DATE: frozenset({_OF_NUMBERS, _OF_TIMES}),
    FieldType.DATETIME: frozenset({_OF_NUMBERS, _OF_TIMES}),
}


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


def latest(values: Iterable[Any], type: FieldType | None = None) -> str | None:
    """The highest of the values as text; those that can be no cursor are passed over.

    `type` is what the values should be: one bad record ("zzz" among times) moves no cursor.
    """
    best: str | None = None
    highest: tuple[int, Any] = (-1, None)
    wanted = _KINDS.get(type, _ANY) if type else _ANY
    for value in values:
        text = as_cursor(value)
        if text is None or text == best:
            continue
        order = _order(text)
        if order[0] in wanted and order > highest:
            best, highest = text, order
    return best


def as_cursor(value: Any) -> str | None:
    """A value as the text of a cursor; None where it can be none."""
    if isinstance(value, str):
        text = value.strip()
        return text if text and len(text) <= _LONGEST else None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        return text if len(text) <= _LONGEST else None
    return None


def earlier_by(cursor: str, seconds: int) -> str:
    """The cursor moved back by an overlap, written the way it came.

    Times are ISO 8601 or whole seconds (or milliseconds) since 1970; what is no time stays.
    """
    if seconds <= 0:
        return cursor
    if _NUMBER.match(cursor):
        number = Decimal(cursor)
        step = seconds * 1000 if abs(number) >= _MILLISECONDS_FROM else seconds
        return format(max(number - step, min(number, Decimal(0))), "f")
    moment = moment_of(cursor)
    if moment is None:
        return cursor
    moved = _back(moment, timedelta(seconds=seconds))
    if len(cursor) == len("2026-01-31"):
        return moved.date().isoformat()
    separator = "T" if "T" in cursor.upper() else " "
    whole = "milliseconds" if moved.microsecond and not moved.microsecond % 1000 else "auto"
    written = moved.replace(tzinfo=None).isoformat(separator, whole)
    return written + ("Z" if _ZONE.search(cursor) else "")


def moment_of(text: str) -> datetime | None:
    """An ISO 8601 date or time as aware UTC (without a zone: taken as UTC); None for all else."""
    try:
        parsed = datetime.fromisoformat(text.upper())  # t and z are as good as T and Z
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
    if _NUMBER.match(cursor):
        return _OF_NUMBERS, Decimal(cursor)
    moment = moment_of(cursor)
    return (_OF_TEXT, cursor) if moment is None else (_OF_TIMES, moment)
