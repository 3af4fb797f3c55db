"""What a sync has to come to, said plainly and slowly: one record, one value at a time.

Nothing here is shared with the engine but the words of the vocabulary: JSON is read with the
standard library, and each rule is written down anew from what the documentation promises. What
depends on where the engine ends its batches (a key that comes twice in one run) is left open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from store.vocabulary import FieldType, UpdateType
from tests.sync import reference_values as values
from tests.sync.reference_values import Refused

Row = tuple[Any, ...]
Key = tuple[Any, ...]
NOTHING = object()  # at a path; null is something else
CREATED, UPDATED, DELETED = UpdateType.CREATED, UpdateType.UPDATED, UpdateType.DELETED
_LIMITS = ("required", "unlucky")  # that a column's declaration does not say
_NO_MARKS = ("", "0", "false", "no")


@dataclass(frozen=True)
class Column:
    """A project field: what the table keeps, and what it refuses."""

    name: str
    kind: FieldType
    native: str  # as a CREATE TABLE says it
    required: bool = False
    length: int | None = None
    bits: int = 64
    digits: tuple[int, int] | None = None  # in all, and after the point
    is_float: bool = False
    is_single: bool = False
    by_value: bool = False  # of JSON: 1 and 1.0 are the same to the database
    unlucky: int | None = None  # a number that the table itself refuses, by a CHECK


@dataclass(frozen=True)
class Pair:
    """A line of a mapping."""

    source: str
    kind: FieldType
    transform: str | None
    column: Column
    is_key: bool = False

    def __str__(self) -> str:
        into, key = self.column, " (key)" if self.is_key else ""
        limits = [
            f"{name}={value}" for name, value in vars(into).items() if name in _LIMITS and value
        ]
        steps = [f"{self.source}: {self.kind}", *filter(None, [self.transform])]
        return " → ".join([*steps, f"{into.name}: {into.native}{key} {' '.join(limits)}".rstrip()])


@dataclass(frozen=True)
class Way:
    """A transfer: where the records are in a page, what becomes of them, and what may be done."""

    pairs: tuple[Pair, ...]
    updates: frozenset[UpdateType]
    records: str = "data"
    deleted: str | None = None  # path of the mark
    without: str | None = None  # path of what makes a record none of ours

    @property
    def key(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.is_key)


Fate = str | bool | None  # of a record: True where it is well, or what its reject names
Reject = tuple[Fate, str]  # the source field (None: no field), and the record


@dataclass
class Kept:
    """What lasts from one run to the next."""

    rows: dict[Key, Row] = field(default_factory=dict)
    rejects: dict[str, Reject] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)  # records whose rejects depend on batches
    waiting: set[Key] = field(default_factory=set)  # rows to delete at the end of a run


@dataclass
class Outcome:
    """What the run should say. `either`: the rows that a key may have, where batches decide."""

    failed: bool = False
    records: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0  # records whose key came before in the same run
    hidden: int = 0  # of these, some that only the table refuses: a later one may hide them
    either: dict[Key, list[Row | None]] = field(default_factory=dict)


class Unusable(Exception):
    """A page that is not JSON, or has no list of records."""


def sync(kept: Kept, way: Way, pages: Sequence[bytes]) -> Outcome:
    """Reads the pages in order and brings `kept` to where the run leaves it."""
    run = _Run(kept, way)
    try:
        for page in pages:
            for record in records_of(page, way):
                run.take(record)
    except Unusable:
        run.outcome.failed = True  # and deletes nothing: it saw only a part
    run.settle()
    if not run.outcome.failed:
        run.delete()
    return run.outcome


def records_of(page: bytes, way: Way) -> list[Any]:
    """The page's records; null instead of a list is an empty one."""
    try:
        body = values.parse(page.decode())
    except ValueError:
        raise Unusable from None
    found = at(body, way.records) if way.records else body
    if found is None and way.records:
        return []
    if not isinstance(found, list):
        raise Unusable
    if way.without is None:
        return found
    return [
        record
        for record in found  # one that cannot be read cannot be passed over either
        if values.holds_half_a_character(record) or not something(at(record, way.without))
    ]


def at(record: Any, path: str) -> Any:
    """A key with dots in it comes before the nested reading; numbers are places in lists."""
    if isinstance(record, dict) and path in record:
        return record[path]
    found = record
    for step in path.split("."):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return NOTHING
    return found


def something(value: Any) -> bool:
    """Nothing: a path that is not there, null, false, zero, and what is empty."""
    return value is not NOTHING and bool(value)


def identity(way: Way, record: Any) -> str:
    """What a reject is kept under: the service's key, or the record itself where that is none."""
    key = [at(record, pair.source) for pair in way.key]
    if not values.holds_half_a_character(record) and all(
        isinstance(value, str | int) for value in key
    ):
        text = values.written(key, separator=", ")
        if len(text) <= 255 and "\\u0000" not in text:
            return f"key {text}"
    return f"record {values.written(record)}"


def row_of(way: Way, record: Any) -> Row:
    """Raises Refused naming the source field of the first value that does not fit."""
    return tuple(value_of(pair, record) for pair in way.pairs)


def key_of(way: Way, record: Any) -> Key:
    return tuple(value_of(pair, record) for pair in way.key)


def value_of(pair: Pair, record: Any) -> Any:
    found = at(record, pair.source)
    try:
        if values.is_out_of_bounds(found):
            raise Refused("has too many digits")
        value = None if found is NOTHING or found is None else values.PARSE[pair.kind](found)
        given = pair.kind
        if pair.transform is not None:
            given, transform = values.TRANSFORMS[pair.transform]
            value = None if value is None else transform(value)
        if value is not None:
            value = values.INTO[given, pair.column.kind](value)
            _limit(pair.column, value)
        elif pair.is_key or pair.column.required:
            raise Refused("is empty")
        if pair.is_key and value == "":
            raise Refused("is empty")
    except Refused:
        raise Refused(pair.source) from None
    return value


def same(way: Way, old: Row, new: Row) -> bool:
    """Whether the table has the row already."""
    return all(
        values.equal_json(a, b) if pair.column.by_value else a == b
        for pair, a, b in zip(way.pairs, old, new, strict=True)
    )


def unlucky(way: Way, row: Row) -> bool:
    refused = [pair.column.unlucky for pair in way.pairs]
    return any(bad is not None and bad == value for bad, value in zip(refused, row, strict=True))


def _limit(column: Column, value: Any) -> None:
    if column.length is not None and len(value) > column.length:
        raise Refused("is too long")
    if column.kind is FieldType.INTEGER and not -(2**column.bits) <= 2 * value < 2**column.bits:
        raise Refused("is out of range")
    if column.digits is not None:
        values.fit_digits(value, *column.digits)
    if column.is_single:
        values.fit_single(value)
    elif column.is_float:
        values.fit_float(value)


@dataclass
class _Story:
    """What came under one key in a run. `start`: the table's row before."""

    start: Row | None
    met: int = 0
    mapped: int = 0
    good: list[Row] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # records that the table refuses
    ends_badly: bool = False  # the last one is such a record


class _Run:
    def __init__(self, kept: Kept, way: Way) -> None:
        self.kept = kept
        self.way = way
        self.outcome = Outcome()
        self.fates: dict[str, list[Fate]] = {}
        self.texts: dict[str, str] = {}
        self.stories: dict[Key, _Story] = {}

    def take(self, record: Any) -> None:
        name = identity(self.way, record)
        fate = self._fate(record, name)
        self.fates.setdefault(name, []).append(fate)
        self.texts[name] = values.written(record)
        self.outcome.records += 1
        self.outcome.rejected += fate is not True

    def _fate(self, record: Any, name: str) -> Fate:
        if not isinstance(record, dict) or values.holds_half_a_character(record):
            return None
        if self.way.deleted is not None and _is_mark(at(record, self.way.deleted)):
            self._gone(record)
        elif self.way.updates.isdisjoint({CREATED, UPDATED}):
            self.outcome.unchanged += 1
        else:
            try:
                row = row_of(self.way, record)
            except Refused as culprit:
                return str(culprit)
            return self._load(row, name)
        return True

    def _gone(self, record: dict[str, Any]) -> None:
        key = None
        if DELETED in self.way.updates:
            try:
                key = key_of(self.way, record)
                self._story(key)
            except Refused:
                key = None  # nothing that the table could have
        if key in self.kept.rows:
            self.kept.waiting.add(key)
        else:
            self.outcome.unchanged += 1

    def _load(self, row: Row, name: str) -> bool | None:
        """True, or None (no field) where the table itself refuses the row."""
        pairs = self.way.pairs
        key = tuple(value for pair, value in zip(pairs, row, strict=True) if pair.is_key)
        story = self._story(key)
        story.mapped += 1
        story.ends_badly = unlucky(self.way, row)
        if story.ends_badly:
            story.refused.append(name)
        else:
            story.good.append(row)
        self.kept.waiting.discard(key)
        old = self.kept.rows.get(key)
        wanted = (CREATED if old is None else UPDATED) in self.way.updates
        if not wanted or (old is not None and same(self.way, old, row)):
            self.outcome.unchanged += 1
        elif story.ends_badly:
            return None
        else:
            self.outcome.created += old is None
            self.outcome.updated += old is not None
            self.kept.rows[key] = row
        return True

    def _story(self, key: Key) -> _Story:
        story = self.stories.setdefault(key, _Story(self.kept.rows.get(key)))
        story.met += 1
        self.outcome.repeated += story.met > 1
        return story

    def settle(self) -> None:
        """Says what depends on batches: of equal keys in one, only the last record is loaded."""
        outcome, updates = self.outcome, self.way.updates
        open_: set[str] = set()  # records whose rejects may be there or not, or be one or another
        for key, story in self.stories.items():
            open_.update(name for name in story.refused if len(self.fates[name]) > 1)
            if story.mapped < 2:
                continue
            open_.update(story.refused)
            outcome.hidden += len(story.refused)
            if story.start is None and UPDATED not in updates:  # whichever comes first is created
                outcome.either[key] = story.good + [None] * bool(story.refused)
            elif story.ends_badly and UPDATED in updates and (CREATED in updates or story.start):
                outcome.either[key] = [*story.good, story.start]
        for name, fates in self.fates.items():
            bad = [fate for fate in fates if fate is not True]
            if not bad:
                self.kept.rejects.pop(name, None)
            elif len(bad) == len(fates):
                self.kept.rejects[name] = bad[-1], self.texts[name]
            else:
                open_.add(name)
        self.kept.unclear = self.kept.unclear - self.fates.keys() | open_

    def delete(self) -> None:
        if DELETED in self.way.updates:
            for key in self.kept.waiting:
                self.outcome.deleted += self.kept.rows.pop(key, None) is not None
                self.outcome.either.pop(key, None)
            self.kept.waiting.clear()


def _is_mark(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in _NO_MARKS
    return something(value)
