"""What earlier pages and runs left that a record may put right: rejects, and rows to delete.

Both are few beside the records, and are known by their keys, so that a page's records are held
against them without a statement, and without writing down any of their keys.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.connectors.grammar import DataType
from bot.projects.rows import Rows
from bot.projects.shape import Target
from bot.projects.texts import datetime_text
from bot.sync.keys import HASHED, read_key, reject_key, write_values
from bot.sync.mapper import MappedPage, record_at


@dataclass(slots=True)
class KnownRejects:
    """Keys of one transfer's rejects."""

    data_type: DataType
    _values: set[Any] = field(default_factory=set)  # keys of one field as just its value
    _hashed: bool = False  # some are known by what they hold

    def add(self, keys: Iterable[str]) -> None:
        for key in keys:
            if key.startswith(HASHED):
                self._hashed = True
            else:
                values = json.loads(key)
                self._values.add(values[0] if len(values) == 1 else tuple(values))

    def recovered(self, page: MappedPage) -> set[str]:
        """The keys of the page's records that are no rejects (any more)."""
        if not self._values and not self._hashed:
            return set()
        # where all of them were rejected, none is put right
        others = page.others if len(page.others) > len(page.rejected) else ()
        found: set[str] = set()
        if not page.keys or self._hashed:
            others = range(len(page.records))
        else:
            single = len(page.keys) == 1
            keys = page.keys[0] if single else zip(*page.keys, strict=True)
            hits = self._values.intersection(keys)
            found = {write_values([hit] if single else hit) for hit in hits}
        records = (record_at(page.records, place) for place in others)
        found |= {reject_key(self.data_type, each) for each in records if each is not None}
        return found.difference(each.record_key for each in page.rejected)


class KnownDeletions:
    """Keys of rows that wait to be deleted, or were kept by a person."""

    def __init__(self, target: Target, written: Iterable[str]) -> None:
        self._target = target
        self._is_single = len(target.key) == 1
        self._known: dict[Any, str] = {}
        self.add(written)

    def add(self, written: Iterable[str]) -> None:
        for text in written:
            key = read_key(text)
            self._known[key[0] if self._is_single else key] = text

    def alive(self, rows: Rows) -> list[str]:
        """Of these keys, as they were written, those that the rows have."""
        if not self._known:
            return []
        keys = rows.values(self._target.columns, self._target.key)
        there = map(_text, keys) if self._is_single else (tuple(map(_text, key)) for key in keys)
        return [self._known[key] for key in self._known.keys() & set(there)]


def _text(value: Any) -> Any:
    """As `read_key` gives it."""
    return datetime_text(value) if isinstance(value, datetime) else value
