"""What Hypothesis makes up: records as raw JSON, right and wrong; mappings; page breaks."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

from hypothesis import strategies as st

from store.vocabulary import FieldType, UpdateType
from tests.sync import json_words
from tests.sync.json_words import LIKELY, PLACES, PLAIN, UNLIKELY
from tests.sync.reference import Column, Pair, Way
from tests.sync.reference_values import INTO, TRANSFORMS
from tests.sync.scripted import CHANGED, WIRES, Wire, pages_of

T = FieldType
Members = dict[str, str]  # path → the members of a record that have to do with it, as raw JSON

# What each transform takes.
_ACCEPTS = {
    **dict.fromkeys(("trim", "lowercase", "uppercase", "empty_as_null"), (T.STRING, T.EMAIL)),
    "as_integer": (T.STRING, T.DECIMAL),
    "as_number": (T.STRING,),
    "round_cents": (T.DECIMAL,),
    "as_boolean": (T.STRING, T.INTEGER),
    "as_date": (T.STRING, T.DATETIME),
    "as_datetime": (T.STRING,),
    "epoch_seconds": (T.STRING, T.INTEGER, T.DECIMAL),
    "epoch_milliseconds": (T.STRING, T.INTEGER, T.DECIMAL),
    "as_json": (T.STRING,),
}
# How a project may keep each type: the column's declaration and what it refuses.
_POSTGRESQL: dict[FieldType, list[dict[str, Any]]] = {
    T.INTEGER: [
        {"native": "bigint"},
        {"native": "integer", "bits": 32},
        {"native": "smallint", "bits": 16},
    ],
    T.DECIMAL: [
        {"native": "numeric"},
        {"native": "numeric(6, 2)", "digits": (6, 2)},
        {"native": "double precision", "is_float": True},
        {"native": "real", "is_float": True, "is_single": True},
    ],
    T.STRING: [{"native": "text"}, {"native": "varchar(5)", "length": 5}],
    T.BOOLEAN: [{"native": "boolean"}],
    T.DATE: [{"native": "date"}],
    T.DATETIME: [{"native": "timestamptz"}, {"native": "timestamp"}],
    T.JSON: [{"native": "jsonb", "by_value": True}, {"native": "json"}],
}
_SQLITE: dict[FieldType, list[dict[str, Any]]] = {
    T.INTEGER: [{"native": "INTEGER"}, {"native": "SMALLINT"}],
    T.DECIMAL: [
        {"native": "DECIMAL_TEXT"},
        {"native": "NUMERIC(6, 2)", "is_float": True},
        {"native": "REAL", "is_float": True},
    ],
    T.STRING: [{"native": "TEXT"}, {"native": "VARCHAR(5)"}],
    T.BOOLEAN: [{"native": "BOOLEAN"}],
    T.DATE: [{"native": "DATE"}],
    T.DATETIME: [{"native": "DATETIME"}, {"native": "TIMESTAMP"}],
    T.JSON: [{"native": "JSON_TEXT"}],
}
_NAMES = ["id", "order", "two words", 'a "quote"', "100%s", "naïve", "c:d", "n0"]
_KEYS = [T.INTEGER, T.STRING, T.INTEGER, T.DECIMAL, T.EMAIL, T.DATE, T.DATETIME, T.BOOLEAN]
_OTHERS = ["name", "amount", "address.city", "a.b.c", "tags.0", "id", "code"]
_MOMENTS = [f'"2024-0{month}-01T12:00:00Z"' for month in range(1, 10)]


_PATHS = ("deleted", "without")
_NUMBER = re.compile(r"<(\w+) (all|some|rest) ([0-2])>")


@dataclass(frozen=True)
class Case:
    """One example: a transfer, what its table has from the start, and what the service says."""

    way: Way
    wire: Wire
    has_key: bool
    incremental: bool
    seeds: list[str]  # records whose rows are there before the first sync
    lists: list[list[bytes]]  # for each sync, the lists of records of its pages

    def __repr__(self) -> str:
        """What somebody who looks for the fault wants to read."""
        way, lines = self.way, [f"{self.wire.paginator['type']}, records at {self.wire.records!r}"]
        lines += [str(pair) for pair in way.pairs]
        lines.append(f"updates: {' '.join(sorted(way.updates))}")
        lines += [f"{name}: {path}" for name, path in vars(way).items() if name in _PATHS and path]
        lines += ["the table has no primary key"] * (not self.has_key)
        lines += ["incremental"] * self.incremental
        lines += [f"there already: {record}" for record in self.seeds]
        for number, lists in enumerate(self.lists, 1):
            lines += [f"sync {number}: {page.decode(errors='replace')}" for page in lists]
        return "\n    ".join(["", *lines])

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    @property
    def syncs(self) -> list[list[bytes]]:
        return [pages_of(self.wire, lists) for lists in self.lists]


@st.composite
def cases(draw: st.DrawFn, *, is_sqlite: bool) -> Case:
    way = draw(ways(_SQLITE if is_sqlite else _POSTGRESQL))
    wire = draw(st.sampled_from(list(WIRES.values())))
    way = replace(way, records=wire.records)
    incremental = draw(st.sampled_from([False] * 4 + [True]))
    members = _members(draw, way, incremental)
    numbers = st.lists(st.integers(0, 40), max_size=12, unique=draw(st.sampled_from([True, False])))
    first = [_numbered(draw(members), number) for number in draw(numbers)]
    second = [_changed(draw, members, record) for record in first if draw(st.integers(0, 7))]
    second += [_numbered(draw(members), number) for number in draw(numbers)]
    seeds = draw(st.lists(st.sampled_from(first + second), max_size=3)) if first + second else []
    return Case(
        way=way,
        wire=wire,
        has_key=draw(st.sampled_from([True, True, False])),
        incremental=incremental,
        seeds=[_text(draw, record) for record in seeds],
        lists=[_pages(draw, way, wire, first), _pages(draw, way, wire, second)],
    )


@st.composite
def ways(draw: st.DrawFn, columns: dict[FieldType, list[dict[str, Any]]]) -> Way:
    names = iter(draw(st.permutations(_NAMES)))
    sources = draw(st.sampled_from([["id"]] * 4 + [["address.city"], ["id", "code"]]))
    kinds: dict[str, FieldType] = {}
    pairs = [
        draw(_pair(source, kinds, next(names), columns, is_key=source in sources))
        for source in sources
    ]
    for source in draw(st.lists(st.sampled_from(_OTHERS), max_size=5)):
        pairs.append(draw(_pair(source, kinds, next(names), columns, is_key=False)))
    return Way(
        pairs=tuple(draw(st.permutations(pairs))),
        updates=draw(_UPDATES),
        deleted=draw(st.sampled_from([None, None, "gone", "state.gone"])),
        without=draw(st.sampled_from([None] * 7 + ["hidden"])),
    )


_UPDATES = st.sampled_from(
    [frozenset(UpdateType)] * 4
    + [
        frozenset(kind for kind, is_in in zip(UpdateType, choice, strict=True) if is_in)
        for choice in product([True, False], repeat=3)
        if any(choice)
    ]
)


@st.composite
def _pair(
    draw: st.DrawFn,
    source: str,
    kinds: dict[str, FieldType],
    name: str,
    columns: dict[FieldType, list[dict[str, Any]]],
    *,
    is_key: bool,
) -> Pair:
    if source not in kinds:
        kinds[source] = draw(st.sampled_from(_KEYS if is_key else list(FieldType)))
    kind = kinds[source]
    fitting = [name for name, accepts in _ACCEPTS.items() if kind in accepts]
    transform = draw(st.sampled_from([None] * (3 + 2 * len(fitting)) + fitting))
    given = TRANSFORMS[transform][0] if transform else kind
    stored = T.STRING if given is T.EMAIL else given
    into = [to for (of, to) in INTO if of is given and not (is_key and to is T.JSON)]
    if is_key and stored is T.JSON:
        transform, given, stored, into = None, kind, T.STRING, [T.STRING]
    column = Column(
        name=name,
        kind=(to := draw(st.sampled_from([stored] * 4 + into))),
        required=draw(st.sampled_from([False] * 5 + [True])),
        unlucky=draw(st.sampled_from([None] * 5 + [13])) if to is T.INTEGER else None,
        **draw(st.sampled_from([c for c in columns[to] if not (is_key and "is_float" in c)])),
    )
    return Pair(source, kind, transform, column, is_key)


def _members(draw: st.DrawFn, way: Way, incremental: bool) -> st.SearchStrategy[Members]:
    """What a record may say for each path that matters; tame for some paths, wild for others."""
    found = {"extra": st.sampled_from(PLACES["extra"][:4] * 8 + PLACES["extra"])}
    keys = [pair.source for pair in way.key]
    for pair in way.pairs:
        given = TRANSFORMS[pair.transform][0] if pair.transform else pair.kind
        kind = given if pair.kind is T.STRING else pair.kind
        likely = LIKELY[pair.kind] + LIKELY[kind]
        wildness = draw(st.integers(0, 3))
        if pair.source in keys:
            part = "all" if len(keys) == 1 else ("some", "rest")[keys.index(pair.source)]
            words = [f"<{kind.value} {part} {how}>" for how in range(1 + 2 * (wildness // 2))] * 20
            words += likely[:: 4 - wildness] if wildness else []
        elif wildness == 0:
            words = PLAIN[kind]
        else:
            words = likely + (UNLIKELY if wildness == 3 else ["null"])
        found[pair.source] = _placed(pair.source, st.sampled_from(words), wild=wildness > 1)
    marks = st.sampled_from(["null"] * 30 + json_words.MARKS)
    for path in filter(None, (way.deleted, way.without)):
        found[path] = _placed(path, marks, wild=path == way.deleted)
    if incremental:
        found[CHANGED] = _placed(CHANGED, st.sampled_from(_MOMENTS), wild=True)
    return st.fixed_dictionaries(found)


def _placed(path: str, words: st.SearchStrategy[str], *, wild: bool) -> st.SearchStrategy[str]:
    usual, *others = PLACES[path]
    places = st.sampled_from([usual] * (4 * len(others)) + others) if wild else st.just(usual)
    return st.builds(lambda place, word: place.replace("<>", word), places, words)


def _numbered(members: Members, number: int) -> Members:
    """With the words that tell this record apart from others."""

    def word(match: re.Match[str]) -> str:
        own = {"all": number, "some": number // 3, "rest": number % 3}[match[2]]
        return key_word(FieldType(match[1]), own, int(match[3]))

    return {path: _NUMBER.sub(word, member) for path, member in members.items()}


def key_word(kind: FieldType, number: int, spelling: int) -> str:
    """A value of the type, another one for each number, in one of three spellings."""
    on = date(2024, 1, 1) + timedelta(days=number)
    spellings = {
        T.INTEGER: (f"{number}", f'"{number}"', f"{number}.0"),
        T.DECIMAL: (f"{number}.5", f'" {number}.50"', f"{number}5e-1"),
        T.STRING: (f'"k{number}"', f'"\\u006b{number}"', f'"é {number}"'),
        T.EMAIL: (f'"u{number}@x.org"', f'" u{number}@x.org"', f'"u{number}@x"'),
        T.DATE: (f'"{on}"', f'"{on:%Y%m%d}"', f'"{on}T23:00:00-05:00"'),
        T.DATETIME: (f'"{on}T00:00:00Z"', f'"{on}T02:00+02:00"', f'"{on} 00:00:00.000000"'),
        T.BOOLEAN: (("false", "true")[number % 2], f'"{number % 2}"', f"{number % 2}"),
        T.JSON: (f"[{number}]", f"[ {number}]", f'"{number}"'),
    }
    return spellings[kind][spelling]


def _changed(draw: st.DrawFn, members: st.SearchStrategy[Members], record: Members) -> Members:
    """The record as it is some time later: most often the same, or one member of it new."""
    if not draw(st.booleans()):
        return record
    other = draw(members)
    path = draw(st.sampled_from([path for path in other if not _NUMBER.search(other[path])]))
    return record | {path: other[path]}


def _text(draw: st.DrawFn, record: Members) -> str:
    comma, opening = draw(st.sampled_from([(",", "{"), (",", "{"), (" ,\n ", " {\t")]))
    return opening + comma.join(member for member in record.values() if member) + "}"


def _pages(draw: st.DrawFn, way: Way, wire: Wire, records: list[Members]) -> list[bytes]:
    """Lists of records, cut anywhere, so that some are empty; at times one is odd or broken."""
    texts = [_text(draw, record) for record in records]
    if draw(st.sampled_from([False] * 4 + [True])):
        odd = draw(st.sampled_from(json_words.ODD_RECORDS))
        texts.insert(draw(st.integers(0, len(texts))), odd)
    if draw(st.integers(0, 15)) == 15 and all(pair.column.unlucky is None for pair in way.pairs):
        word = draw(st.sampled_from(json_words.BROKEN))
        broken = "{" + PLACES[way.key[0].source][0].replace("<>", word) + "}"
        texts.insert(draw(st.integers(0, len(texts))), broken)
    cuts = [0, *sorted(draw(st.lists(st.integers(0, len(texts)), max_size=4))), len(texts)]
    empty = draw(st.sampled_from([b"[]", b"[ ]", b"null" if wire.records else b"[\n]"]))
    return [
        b"[" + ",".join(texts[start:end]).encode() + b"]" if start < end else empty
        for start, end in pairwise(cuts)
    ]
