"""Which source field probably goes to which project field: names alike, types that fit.

Two names are alike when they are the same words, apart from words that say nothing ("is_active",
"active") or repeat what the table or the group of fields is called ("customer_email", "email");
or when they are spelled nearly the same. Rather no suggestion than a silly one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz import fuzz, process

from bot.connectors.grammar import DataType
from bot.projects.names import words
from bot.projects.shape import Column, TableShape
from bot.setup.fitting import misfit
from store.vocabulary import FieldType

SPELLING = 88  # of 100: names below that are two names
_WORD = 80  # of 100: the same for each pair of words in them

_NOTHING_SAID = frozenset({"is", "has", "the", "value", "field"})
_OPPOSITES = ("un", "in", "non", "dis", "de", "ir", "im")
_LOOK_ALIKES = frozenset({("country", "county"), ("altitude", "latitude")})
_SYNONYMS = {
    "mail": "email",
    "surname": "lastname",
    "familyname": "lastname",
    "givenname": "firstname",
    "zip": "postcode",
    "zipcode": "postcode",
    "postalcode": "postcode",
    "emailaddress": "email",
    "phonenumber": "phone",
    "telephone": "phone",
    "tel": "phone",
    "dateofbirth": "birthday",
    "birthdate": "birthday",
    "dob": "birthday",
    "qty": "quantity",
    "createdon": "createdat",
    "datecreated": "createdat",
    "createddate": "createdat",
    "updatedon": "updatedat",
    "dateupdated": "updatedat",
    "modifiedat": "updatedat",
    "deletedon": "deletedat",
}
_DIGITS = re.compile(r"[0-9]+")


class Taken(Protocol):
    """A pair that is in the mapping already."""

    @property
    def source_field(self) -> str: ...
    @property
    def project_field(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SuggestedPair:
    source_field: str
    source_type: FieldType
    project_field: str
    project_type: FieldType
    is_primary_key: bool


def suggest(
    data_type: DataType, table: TableShape, taken: Sequence[Taken] = ()
) -> list[SuggestedPair]:
    """Pairs not in `taken`, each field at most once; the primary key first, then by the source."""
    used = {pair.source_field for pair in taken}
    filled = {pair.project_field for pair in taken}
    sources = {path: kind for path, kind in data_type.fields.items() if path not in used}
    columns = [column for column in table.columns if column.name not in filled]
    chosen: dict[str, Column] = {}
    for _, path, column in _by_likeness(data_type, table, sources, columns):
        if path not in chosen and column.name not in filled:
            chosen[path] = column
            filled.add(column.name)
    _pair_keys(data_type, table, sources, filled, chosen)
    key = data_type.primary_key
    order = [path for path in key if path in chosen]
    order += [path for path in sources if path in chosen and path not in key]
    return [
        SuggestedPair(path, sources[path], chosen[path].name, chosen[path].type, path in key)
        for path in order
    ]


def _by_likeness(
    data_type: DataType,
    table: TableShape,
    sources: dict[str, FieldType],
    columns: Sequence[Column],
) -> list[tuple[float, str, Column]]:
    """(likeness, source field, column) of all that are alike and fit, the likest first."""
    noise = _noise(data_type.id, table.name)
    others = _Others(columns, noise)
    found = []
    for path, own_names in _names_of_sources(sources, noise).items():
        for rank, name in enumerate(own_names):
            for column, score in _alike(name, others):
                if misfit(sources[path], column.type) is None:
                    exact = 20 if path == column.name else 10 if rank == 0 else 0
                    found.append((score + exact - rank, path, column))
    return sorted(found, key=lambda it: -it[0])


def _names_of_sources(sources: Iterable[str], noise: frozenset[str]) -> dict[str, list[str]]:
    """Every way to call each field: the whole path, then its last part if no other field has it."""
    paths = list(sources)
    endings = Counter(_joined(words(path.rpartition(".")[2])) for path in paths)
    called = {}
    for path in paths:
        names = _names(path, noise)
        if "." in path:
            ending = path.rpartition(".")[2]
            if endings[_joined(words(ending))] == 1:
                names += [name for name in _names(ending, noise) if name not in _VAGUE]
        called[path] = list(dict.fromkeys(names))
    return called


# Last parts of paths that say nothing without what is before them.
_VAGUE = frozenset({"id", "name", "type", "value", "code", "status", "title", "label", "count"})


def _names(name: str, noise: frozenset[str]) -> list[str]:
    """The name's words joined: as they are, and without those that say nothing."""
    spoken = words(name)
    telling = [word for word in spoken if word not in _NOTHING_SAID]
    own = telling[1:] if len(telling) > 1 and telling[0] in noise else telling
    return [" ".join(each) for each in (spoken, telling, own) if each]


def _noise(*names: str) -> frozenset[str]:
    """The last word of what the data type and the table are called, also in the singular."""
    found = set()
    for name in names:
        for word in words(name)[-1:]:
            found |= {word, word.removesuffix("s"), re.sub("ies$", "y", word)}
    return frozenset(found)


def _alike(name: str, others: "_Others") -> Iterator[tuple[Column, float]]:
    """The columns with a name like this one, and how alike."""
    joined = _joined(name.split())
    for _, _, other in process.extract(
        joined, others.joined, scorer=fuzz.ratio, score_cutoff=SPELLING, limit=None
    ):
        score = _likeness(name, joined, other)
        if score:
            for column in others.columns[other]:
                yield column, score


class _Others:
    """The project's fields by every name that they have."""

    def __init__(self, columns: Iterable[Column], noise: frozenset[str]) -> None:
        self.columns: dict[str, list[Column]] = {}
        for column in columns:
            for name in dict.fromkeys(_names(column.name, noise)):
                self.columns.setdefault(name, []).append(column)
        self.joined = {name: _joined(name.split()) for name in self.columns}


def _joined(spoken: Sequence[str]) -> str:
    joined = "".join(spoken)
    return _SYNONYMS.get(joined, joined)


def _likeness(name: str, joined: str, other: str) -> float:
    """100: the same; SPELLING and above: spelled nearly the same; 0: two different things."""
    other_joined = _joined(other.split())
    if name == other:
        return 100
    if joined == other_joined:
        return 98
    if _DIGITS.findall(joined) != _DIGITS.findall(other_joined):
        return 0
    one_words, other_words = name.split(), other.split()
    if len(one_words) == len(other_words):
        pairs = list(zip(one_words, other_words, strict=True))
        if any(fuzz.ratio(a, b) < _WORD or _are_two_things(a, b) for a, b in pairs):
            return 0
    elif _are_two_things(joined, other_joined):
        return 0
    return fuzz.ratio(joined, other_joined)


def _are_two_things(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if (min(one, other), max(one, other)) in _LOOK_ALIKES:
        return True
    return one != other and any(longer == prefix + shorter for prefix in _OPPOSITES)


def _pair_keys(
    data_type: DataType,
    table: TableShape,
    sources: dict[str, FieldType],
    filled: set[str],
    chosen: dict[str, Column],
) -> None:
    """The two primary keys belong together, whatever they are called, unless the table's counts
    up by itself."""
    if len(data_type.primary_key) != 1 or len(table.primary_key) != 1:
        return
    path, column = data_type.primary_key[0], table.column(table.primary_key[0])
    if path in chosen or path not in sources or column is None or column.name in filled:
        return
    if not column.has_default and misfit(sources[path], column.type) is None:
        chosen[path] = column
