"""The record with the highest cursor of a page, found in a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.connectors.values import as_cursor, value_at


@dataclass(frozen=True, slots=True)
class Peak:
    value: Any  # a whole number, or an aware time
    records: Sequence[Any]
    place: int

    def text(self, path: str) -> str | None:
        """As the service writes it."""
        return as_cursor(value_at(self.records[self.place], path))


def peak_of(column: Sequence[Any], records: Sequence[Any], places: Sequence[int]) -> Peak | None:
    """The first of the highest; None where no value can be a cursor.

    `column`: whole numbers or times, as they were read; `places`: of each, its record's.
    """
    there = column if all(column) else [value for value in column if value is not None]
    if not there:
        return None
    try:
        highest = max(there)
    except TypeError:  # times with and without a zone
        there = [_aware(value) for value in there]
        highest = max(there)
        column = [value if value is None else _aware(value) for value in column]
    return Peak(_aware(highest), records, places[column.index(highest)])


def higher(a: Peak | None, b: Peak | None) -> Peak | None:
    """On a tie, the first."""
    if a is None or b is None:
        return b if a is None else a
    return b if b.value > a.value else a


def _aware(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
