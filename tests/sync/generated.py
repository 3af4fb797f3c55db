"""What somebody's dice make up: records as raw JSON, right and wrong; mappings; page breaks.

`Pick` are the dice: Hypothesis's, or a random generator's. The plainest option comes first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any, Protocol, TypeVar

from store.vocabulary import FieldType, UpdateType
from tests.sync import json_words
from tests.sync.json_words import HALVES, LIKELY, PLACES, PLAIN, PLAIN_BEFORE, UNLIKELY
from tests.sync.reference import Column, Pair, Way
from tests.sync.reference_values import INTO, TRANSFORMS
from tests.sync.scripted import CHANGED, WIRES, Wire, pages_of

T = FieldType
Members = dict[str, str]  # path → the members of a record that have to do with it, as raw JSON
# path → places in a record, and words to put there, in groups
Choices = dict[str, tuple[list[str], list[list[str]]]]
Option = TypeVar("Option")

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
    T.STRING: [
        {"native": "text"},
        {"native": "varchar(20)", "length": 20},
        {"native": "varchar(5)", "length": 5},
    ],
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
_NAMES = [
    "id",
    "order",
    "two words",
    'a "quote"',
    "100%s",
    "naïve",
    "c:d",
    "n0",
    "b.c",
    "x\\y",
]
_KEYS = [
    T.INTEGER,
    T.STRING,
    T.INTEGER,
    T.DECIMAL,
    T.EMAIL,
    T.DATE,
    T.DATETIME,
    T.BOOLEAN,
]
_OTHERS = ["name", "amount", "address.city", "a.b.c"] * 5 + [
    "code",
    "code",
    "id",
    "tags.0",
]
_MOMENTS = [f'"2024-0{month}-01T12:00:00Z"' for month in range(1, 10)]


_PATHS = ("deleted", "without")
_NUMBER = re.compile(r"<(\w+) (all|some|rest) ([0-2])>")


class Pick(Protocol):
    """One of the options."""

    def __call__(self, options: Sequence[Option], /) -> Option: ...


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
        way, lines = (
            self.way,
            [f"{self.wire.paginator['type']}, records at {self.wire.records!r}"],
        )
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


def make_case(pick: Pick, *, is_sqlite: bool, most: int) -> Case:
    """`most`: records that come in a sync, besides those that came before."""
    wire = pick(list(WIRES.values()))
    way = replace(_way(pick, _SQLITE if is_sqlite else _POSTGRESQL), records=wire.records)
    incremental = pick([False] * 4 + [True])
    choices = _choices(pick, way, incremental)
    is_unique = pick([True, True, False])

    def some() -> list[Members]:
        left = list(range(most * 3 // 2 + 1))
        found = []
        for _ in range(pick(range(most + 1))):
            number = pick(left)
            if is_unique:
                left.remove(number)
            found.append(_numbered(_record(pick, choices), number))
        return found

    first = some()
    second = [_later(pick, way, choices, record) for record in first if pick(range(8))] + some()
    both = first + second
    return Case(
        way=way,
        wire=wire,
        has_key=pick([True, True, False]),
        incremental=incremental,
        seeds=[_text(pick, pick(both)) for _ in range(pick(range(4)))] if both else [],
        lists=[_pages(pick, way, wire, first), _pages(pick, way, wire, second)],
    )


def _way(pick: Pick, columns: dict[FieldType, list[dict[str, Any]]]) -> Way:
    names = list(_NAMES)
    kinds: dict[str, FieldType] = {}
    keys = pick([["id"]] * 4 + [["address.city"], ["id", "code"]])
    sources = keys + [pick(_OTHERS) for _ in range(pick(range(len(_NAMES) - len(keys))))]
    pairs: list[Pair] = []
    for number, source in enumerate(sources):
        names.remove(name := pick(names))
        pair = _pair(pick, source, kinds, name, columns, is_key=number < len(keys))
        pairs.insert(pick(range(len(pairs) + 1)), pair)
    return Way(
        pairs=tuple(pairs),
        updates=frozenset(pick(_UPDATES)),
        deleted=pick([None, None, "gone", "state.gone"]),
        without=pick([None] * 7 + ["hidden"]),
    )


_UPDATES = [
    *[tuple(UpdateType)] * 4,
    *(kinds for count in (1, 2) for kinds in combinations(UpdateType, count)),
]


def _pair(
    pick: Pick,
    source: str,
    kinds: dict[str, FieldType],
    name: str,
    columns: dict[FieldType, list[dict[str, Any]]],
    *,
    is_key: bool,
) -> Pair:
    kind = kinds.setdefault(source, pick(_KEYS if is_key else list(FieldType)))
    fitting = [name for name, accepts in _ACCEPTS.items() if kind in accepts]
    if is_key:
        fitting = [name for name in fitting if TRANSFORMS[name][0] is not T.JSON]
    transform = pick([None] * (3 + 2 * len(fitting)) + fitting)
    given = TRANSFORMS[transform][0] if transform else kind
    into = [to for of, to in INTO if of is given and not (is_key and to is T.JSON)]
    to = pick([T.STRING if given is T.EMAIL else given] * 4 + into)
    fit = [each for each in columns[to] if not (is_key and "is_float" in each)]
    if given not in (T.STRING, T.INTEGER):  # texts that would never be so short
        fit = [each for each in fit if each.get("length") != 5]
    unlucky = pick([None] * 5 + [13]) if to is T.INTEGER and not is_key else None
    column = Column(name, to, required=pick([False] * 5 + [True]), unlucky=unlucky, **pick(fit))
    return Pair(source, kind, transform, column, is_key)


def _choices(pick: Pick, way: Way, incremental: bool) -> Choices:
    """What a record may say for each path that matters; tame for some paths, wild for others."""
    unlikely = UNLIKELY + HALVES * 6
    extra = PLACES["extra"] + [f'"extra":{HALVES[0]}']
    found: Choices = {"extra": (extra[:4] * 8 + extra, [[""]])}
    keys = [pair.source for pair in way.key]
    for pair in way.pairs:
        given = TRANSFORMS[pair.transform][0] if pair.transform else pair.kind
        kind = given if pair.kind is T.STRING else pair.kind
        likely = LIKELY[pair.kind] + LIKELY[kind]
        wildness = pick([0, 0, 0, 1, 1, 1, 2, 2, 3])
        plain = PLAIN_BEFORE.get(pair.transform or "") or PLAIN[kind]
        groups = [
            [plain],
            [plain] * 9 + [likely],
            [plain, likely],
            [plain, likely, unlikely],
        ]
        if pair.source in keys and pair.transform not in PLAIN_BEFORE:
            part = "all" if len(keys) == 1 else ("some", "rest")[keys.index(pair.source)]
            own = [f"<{kind.value} {part} {how}>" for how in range(1 + 2 * (wildness // 2))]
            groups = [
                [own],
                [own] * 29 + [likely],
                [own] * 9 + [likely],
                [own] * 4 + [unlikely],
            ]
        found[pair.source] = (
            _places(pair.source, is_wild=wildness > 1),
            groups[wildness],
        )
    for path in filter(None, (way.deleted, way.without)):
        marks = [["null"]] * 9 + [json_words.MARKS]
        found[path] = _places(path, is_wild=path == way.deleted), marks
    if incremental:
        found[CHANGED] = _places(CHANGED, is_wild=True), [_MOMENTS]
    return found


def _places(path: str, *, is_wild: bool) -> list[str]:
    usual, *others = PLACES[path]
    return [usual] * (4 * len(others)) + others if is_wild else [usual]


def _record(pick: Pick, choices: Choices) -> Members:
    return {
        path: pick(places).replace("<>", pick(pick(groups)))
        for path, (places, groups) in choices.items()
    }


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
        T.DECIMAL: (f"{number}.5", f'" {number}.50"', f"{number * 10 + 5}e-1"),
        T.STRING: (f'"k{number}"', f'"\\u006b{number}"', f'"é {number}"'),
        T.EMAIL: (f'"u{number}@x.org"', f'" u{number}@x.org"', f'"u{number}@x"'),
        T.DATE: (f'"{on}"', f'"{on:%Y%m%d}"', f'"{on}T23:00:00-05:00"'),
        T.DATETIME: (
            f'"{on}T00:00:00Z"',
            f'"{on}T02:00+02:00"',
            f'"{on} 00:00:00.000000"',
        ),
        T.BOOLEAN: (("false", "true")[number % 2], f'"{number % 2}"', f"{number % 2}"),
        T.JSON: (f"[{number}]", f"[ {number}]", f'"{number}"'),
    }
    return spellings[kind][spelling]


def _later(pick: Pick, way: Way, choices: Choices, record: Members) -> Members:
    """The record as it is some time later: most often the same, or one member of it new."""
    if way.deleted and pick([False] * 7 + [True]):
        return record | {way.deleted: PLACES[way.deleted][0].replace("<>", "true")}
    if pick([True, False]):
        return record
    other = _record(pick, choices)
    path = pick([path for path in other if not _NUMBER.search(other[path])])
    return record | {path: other[path]}


def _text(pick: Pick, record: Members) -> str:
    comma, opening = pick([(",", "{"), (",", "{"), (" ,\n ", " {\t")])
    return opening + comma.join(member for member in record.values() if member) + "}"


def _pages(pick: Pick, way: Way, wire: Wire, records: list[Members]) -> list[bytes]:
    """Lists of records, cut anywhere, so that some are empty; at times one is odd or broken."""
    texts = [_text(pick, record) for record in records]
    if pick([False] * 4 + [True]):
        texts.insert(pick(range(len(texts) + 1)), pick(json_words.ODD_RECORDS))
    is_settled = all(pair.column.unlucky is None for pair in way.pairs)
    if pick([False] * 15 + [True]) and is_settled:
        word = pick(json_words.BROKEN)
        place = pick([PLACES[way.key[0].source][0], '"extra":[<>]'])
        broken = "{" + place.replace("<>", word) + "}"
        texts.insert(pick(range(len(texts) + 1)), broken)
    cuts = sorted(pick(range(len(texts) + 1)) for _ in range(pick(range(5))))
    empty = pick([b"[]", b"[ ]", b"null" if wire.records else b"[\n]"])
    return [
        b"[" + ",".join(texts[start:end]).encode(errors="surrogateescape") + b"]"
        if start < end
        else empty
        for start, end in pairwise([0, *cuts, len(texts)])
    ]
