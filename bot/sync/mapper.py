"""Maps a page's records: rows to load, keys to delete, rejects, and what is left alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.connectors.connection import Page, cursor_of
from bot.connectors.grammar import DataType
from bot.connectors.reading import RawRecords
from bot.connectors.values import later, latest
from bot.projects.rows import Rows, cut
from bot.projects.shape import Target
from bot.sync.columns import NATURAL, TYPES, ColumnPlan, each_by_one
from bot.sync.keys import payload_of, reject_key, write_key
from bot.sync.peak import Peak, peak_of
from bot.sync.plan import BadRecord, Plan
from bot.sync.stored import Row
from bot.sync.typed import RecordType
from store.rejects import Rejected
from store.vocabulary import FieldType, UpdateType

UNREADABLE = (msgspec.DecodeError, RecursionError)
_ORDERED = (FieldType.DATETIME, FieldType.INTEGER)  # kinds of cursors that are read as such
ROWS_UPDATES = frozenset({UpdateType.CREATED, UpdateType.UPDATED})


@dataclass(slots=True)
class MappedPage:
    records: Sequence[Any]
    size: int = 0  # bytes that are kept of it until it is loaded
    next: dict[str, Any] | None = None  # where the page after starts; None: this is the last
    rows: Rows = field(default_factory=lambda: Rows.of([]))
    places: Sequence[int] = ()  # of each row, its record's among the records
    gone: dict[str, Row] = field(default_factory=dict)  # keys by their written form
    rejected: list[Rejected] = field(default_factory=list)
    left: int = 0  # records of a kind of update that was not chosen
    peak: Peak | None = None  # the record with the highest cursor, of those read in columns
    cursor: str | None = None  # the highest of the others
    suspects: frozenset[str] | None = None  # fields that are empty throughout; None: not looked
    keys: Sequence[Sequence[Any]] = ()  # columns of the service's own key
    others: Sequence[int] = ()  # records without a place in those columns


class Mapper:
    """What a transfer does with records."""

    def __init__(self, plan: Plan, data_type: DataType, updates: Collection[UpdateType]) -> None:
        self._plan = plan
        self._data_type = data_type
        self._updates = updates
        self._loads = not ROWS_UPDATES.isdisjoint(updates)
        self._deleted = data_type.updates.deleted
        self._cursor = data_type.incremental.field if data_type.incremental else None
        self._columns, types = _columns(plan)
        for path, type_ in self._also_needed():
            types.setdefault(path, type_)
        self._cursor_kind = data_type.fields.get(self._cursor or "")
        self._cursor_type = types.get(self._cursor or "")
        self._has_natural_keys = all(types[path] in NATURAL for path in data_type.primary_key)
        try:
            self.record: RecordType | None = RecordType(types)
        except ValueError:
            self.record = None  # every record goes the slow way
        self._sources = frozenset(plan.sources.values())

    def _also_needed(self) -> list[tuple[str, Any]]:
        needed: list[tuple[str, Any]] = [
            (path, int | str | None) for path in self._data_type.primary_key
        ]
        if self._cursor is not None:
            kind = self._data_type.fields.get(self._cursor)
            needed.append((self._cursor, TYPES[kind] if kind in _ORDERED else Any))
        if self._deleted is not None:
            needed.append((self._deleted, Any))
        return needed

    def mapped(self, page: Page) -> MappedPage:
        """The page, whichever way it came."""
        return self.finished(self.begun(page))

    def begun(self, page: Page) -> MappedPage:
        """Column by column as far as that goes; what is left over are its `others`."""
        records, structs = page.records, page.structs
        if structs is None and self.record is not None and isinstance(records, RawRecords):
            structs = self.record.each(records.parts, look=records.has_odd_texts)
        if structs is None:
            found = MappedPage(records, others=range(len(records)))
        else:
            found = self._page(records, structs)
        found.size, found.next = page.size, page.next
        return found

    def finished(self, page: MappedPage) -> MappedPage:
        """With what was left over, record by record."""
        if page.others:
            found = self._one_by_one(page, page.others)
            page.cursor = later(page.cursor, cursor_of(self._data_type, found))
        return page

    def _page(self, records: Sequence[Any], structs: Sequence[Any]) -> MappedPage:
        """`structs`: of `record`; None for a record that is not as usual."""
        assert self.record is not None
        page = MappedPage(records, suspects=frozenset())
        usual: Sequence[int] = range(len(structs))
        odd: set[int] = set()
        if not all(structs):
            others = [place for place, struct in enumerate(structs) if struct is None]
            usual, structs = cut(usual, others), cut(structs, others)
            odd.update(others)
        if not structs:
            page.suspects = None
        else:
            odd |= self._by_columns(page, self.record.columns(structs), usual)
        page.others = sorted(odd)
        return page

    def _by_columns(
        self, page: MappedPage, columns: dict[str, Sequence[Any]], usual: Sequence[int]
    ) -> set[int]:
        """Fills in all that columns tell; the places of records that they leave open."""
        doubts: set[int] = set()
        if self._deleted is not None and any(column := columns[self._deleted]):
            doubts.update(at for at, mark in enumerate(column) if mark is not None)
        if self._loads:
            made = []
            for path, apply in self._columns:
                values, doubtful = apply(columns[path])
                made.append(values)
                doubts.update(doubtful)
            page.rows, page.places = Rows(made, len(usual)), usual
        else:
            page.left = len(usual) - len(doubts)
        if doubts and self._loads:
            left_out = sorted(doubts)
            page.places, page.rows = cut(usual, left_out), page.rows.without(left_out)
        self._look_for_cursor(page, columns, usual)
        if self._has_natural_keys:
            page.keys = [columns[path] for path in self._data_type.primary_key]
        page.suspects = frozenset(path for path in self._sources if _is_empty(columns[path]))
        return {usual[at] for at in doubts}

    def _look_for_cursor(
        self, page: MappedPage, columns: dict[str, Sequence[Any]], usual: Sequence[int]
    ) -> None:
        if self._cursor is None:
            return
        kind, type_ = self._cursor_kind, self._cursor_type
        if kind in _ORDERED and type_ == TYPES[kind]:
            page.peak = peak_of(columns[self._cursor], page.records, usual)
        elif type_ is msgspec.Raw:
            page.cursor = cursor_of(self._data_type, page.records)
        else:
            page.cursor = latest(columns[self._cursor], kind)

    def _one_by_one(self, page: MappedPage, places: Sequence[int]) -> list[Any]:
        """Adds these records to what the page has. Returns those that can be read."""
        found: list[Any] = []
        gone: dict[str, tuple[int, Row]] = {}
        rows: dict[int, Row] = {}
        for place in places:
            try:
                record = page.records[place]
            except UNREADABLE:
                page.rejected.append(self._unreadable(page.records, place))
                continue
            found.append(record)
            if not isinstance(record, dict):
                page.rejected.append(
                    reject(self._data_type, record, None, "The record is not a JSON object")
                )
            elif self._plan.is_deleted(record):
                key = self._plan.key_of(record) if UpdateType.DELETED in self._updates else None
                if key is None:
                    page.left += 1
                else:
                    gone[write_key(key)] = (place, key)
            elif not self._loads:
                page.left += 1
            else:
                try:
                    rows[place] = self._plan.row(record)
                except BadRecord as bad:
                    page.rejected.append(reject(self._data_type, record, bad.field, bad.reason))
        if rows or gone:
            rows |= zip(page.places, page.rows, strict=True)
        if len(rows) > len(page.rows):
            page.places = sorted(rows)
            page.rows = Rows.of([rows[place] for place in page.places])
        if gone:
            page.gone = _still_gone(self._plan.target, gone, rows)
        return found

    def _unreadable(self, records: Sequence[Any], place: int) -> Rejected:
        assert isinstance(records, RawRecords)
        payload = records.raw(place).decode()
        reason = "The record cannot be read: it holds half a character, or is nested too deeply"
        return Rejected(reject_key(self._data_type, None, payload), payload, None, reason)


def _still_gone(
    target: Target, gone: dict[str, tuple[int, Row]], rows: dict[int, Row]
) -> dict[str, Row]:
    """Without those that were made again, with the same key, further down the page."""
    last = {write_key(key_in(target, row)): place for place, row in sorted(rows.items())}
    return {
        written: key
        for written, (place, key) in gone.items()
        if last.get(write_key(key), -1) < place
    }


def key_in(target: Target, row: Row) -> Row:
    """The row's key, in the order of the target's key columns."""
    return tuple(row[target.columns.index(column)] for column in target.key)


def reject(data_type: DataType, record: Any, field: str | None, reason: str) -> Rejected:
    payload = payload_of(record)
    return Rejected(reject_key(data_type, record, payload), payload, field, reason)


def _columns(plan: Plan) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Each pair's path and function, and the type of each path."""
    plans: dict[str, list[ColumnPlan]] = {}
    for path, column in plan.columns:
        plans.setdefault(path, []).append(column)
    columns, types = [], {}
    for path, column in plan.columns:
        if any(other.type != column.type for other in plans[path]):
            column = each_by_one(column.convert)
        types[path] = column.type
        columns.append((path, column.apply))
    return columns, types


def _is_empty(column: Sequence[Any]) -> bool:
    return (column[0] is None or isinstance(column[0], msgspec.Raw)) and all(
        value is None or (isinstance(value, msgspec.Raw) and bytes(value) == b"null")
        for value in column
    )


def record_at(records: Sequence[Any], place: int) -> Any:
    """None for one that cannot be read."""
    try:
        return records[place]
    except UNREADABLE:
        return None
