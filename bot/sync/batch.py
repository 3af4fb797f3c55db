"""Several pages that are loaded together, mapped."""

from bisect import bisect_right
from typing import Any

from bot.connectors.values import later
from bot.projects.rows import Joined, Rows
from bot.projects.shape import Target
from bot.sync.keys import write_key
from bot.sync.mapper import MappedPage
from bot.sync.peak import Peak, higher
from bot.sync.stored import Row
from store.rejects import Rejected


class Batch:
    """Pages in their order. What a page says last of a record is what counts."""

    def __init__(self, target: Target) -> None:
        self.gone: dict[str, Row] = {}  # keys of deleted records by their written form
        self.rejected: dict[str, Rejected] = {}  # by the record's key
        self.rejects = 0  # records that were rejected, a repeated key as often as it came
        self.recovered: set[str] = set()  # keys of records that may have been rejects
        self.left = 0  # records of a kind of update that was not chosen
        self.cursor: str | None = None
        self.peak: Peak | None = None
        self.next: dict[str, Any] | None = None
        self.done = False
        self.pages = 0
        self._target = target
        self._rows: list[Rows] = []  # of each page
        self._count = 0
        self._mapped: list[MappedPage] = []
        self._starts: list[int] = []  # of each page, its first row

    @property
    def rows(self) -> Rows:
        return Joined(self._rows)

    def add(self, mapped: MappedPage) -> None:
        self.pages += 1
        self.next, self.done = mapped.next, mapped.next is None
        self._mapped.append(mapped)
        self._starts.append(self._count)
        if self.gone:  # deleted, then made again with the same key
            is_single = len(self._target.key) == 1
            for key in mapped.rows.values(self._target.columns, self._target.key):
                self.gone.pop(write_key((key,) if is_single else key), None)
        self.gone |= mapped.gone
        self._rows.append(mapped.rows)
        self._count += len(mapped.rows)
        self.left += mapped.left
        self.cursor = later(self.cursor, mapped.cursor)
        self.peak = higher(self.peak, mapped.peak)
        for rejected in mapped.rejected:
            self.reject(rejected)

    def forget_last(self) -> None:
        """Lets go of the last page's rows and records; what came of them stays."""
        self._rows.pop()
        self._mapped.pop()

    def reject(self, rejected: Rejected) -> None:
        self.rejects += 1
        self.rejected[rejected.record_key] = rejected
        self.recovered.discard(rejected.record_key)

    def recover(self, keys: set[str]) -> None:
        """Records with these keys came and were none (any more)."""
        self.recovered |= keys
        for key in keys.intersection(self.rejected):
            del self.rejected[key]

    def record_of(self, row: int) -> Any:
        """The record that a row came from."""
        number = bisect_right(self._starts, row) - 1
        page = self._mapped[number]
        return page.records[page.places[row - self._starts[number]]]
