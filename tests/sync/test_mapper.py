"""A page mapped in columns is the same page, mapped record by record."""

from collections.abc import Callable, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connectors.bodies import decode_record
from bot.connectors.grammar import DataType
from bot.connectors.reading import Content
from bot.connectors.values import later
from bot.projects.shape import Limits
from bot.sync.keys import HASHED, reject_key
from bot.sync.known import KnownRejects
from bot.sync.mapper import MappedPage, Mapper
from store.vocabulary import FieldType, UpdateType
from tests.sync.json_words import LIKELY, PLAIN, UNLIKELY
from tests.sync.pages import (
    ALL,
    FEW,
    FIELDS,
    GONE,
    MAPPED,
    ROWS,
    Wish,
    afterwards,
    mapped,
    mapper,
    plainly,
    raw,
    things,
    told,
    whole,
)

T = FieldType


def words(path: str) -> st.SearchStrategy[str]:
    """What a record may say there: most often what it should."""
    kind = FIELDS[path]
    plain = st.sampled_from(PLAIN[kind])
    return st.one_of(
        [plain] * 4 + [st.sampled_from([*LIKELY[kind], "null"]), st.sampled_from(UNLIKELY)]
    )


def member(name: str, value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return value.map(f'"{name}": {{}}'.format)


def written(members: list[str]) -> str:
    """An object; a name may be there twice."""
    return "{" + ", ".join(members) + "}"


GEO = st.lists(member("lat", words("address.geo.lat")), max_size=2).map(written)
ADDRESS = st.lists(
    member("city", words("address.city"))
    | member("geo", GEO | st.sampled_from(["null", "5", "[]"])),
    max_size=3,
).map(written)
NO_ADDRESS = st.sampled_from(["null", "5", '"x"', "[]", '[{"city": "x"}]'])
MARKS = st.sampled_from(
    ["null", "false", '""', '"false"', '"No"', "true", "0", "0.0", "[]", '"2024-05-01"']
)
MOMENTS = st.sampled_from(
    ["null", '""', '"soon"', '"2024-05-01"', '"2024-05-01T12:00:00"', "1714557600", "true"]
) | st.datetimes().map('"{}Z"'.format)
# A key that tells records apart, and some that are none, or another spelling of one.
KEYS = st.integers(0, 5).map(str) | st.sampled_from(
    ['"3"', "3.0", "null", '""', "[3]", "1e999", "true"]
)
MEMBERS = st.one_of(
    *(member(path, words(path)) for path in ("email", "note", "spent", "active", "born", "tags")),
    *[member("address", ADDRESS)] * 3,
    member("address", NO_ADDRESS),
    member("address.city", words("address.city")),
    member("address.geo.lat", words("address.geo.lat")),
    *[member("changed", MOMENTS)] * 2,
    *[member("gone", MARKS)] * 2,
    member("other", st.sampled_from(UNLIKELY)),
)
RECORDS = st.builds(
    lambda key, members, is_last: written([*members, key] if is_last else [key, *members]),
    member("id", KEYS),
    st.lists(MEMBERS, max_size=6),
    st.booleans(),
)
ODD = st.sampled_from(["null", "5", '"x"', "[]", "{}", '[{"id": 1}]', "true", "1e999"])
PAGES = st.lists(st.one_of([RECORDS] * 5 + [ODD]), max_size=8)


Way = Callable[[DataType, Mapper, Sequence[str]], MappedPage]
WAYS = pytest.mark.parametrize("way", [whole, afterwards])


@WAYS
@pytest.mark.parametrize("updates", [ALL, ROWS, GONE], ids=["all", "rows", "deletions"])
@pytest.mark.parametrize("wishes", [MAPPED, FEW], ids=["many", "few"])
@given(parts=PAGES)
@settings(max_examples=60, deadline=None)
def test_it_comes_to_the_same(
    way: Way, wishes: Sequence[Wish], updates: frozenset[UpdateType], parts: list[str]
) -> None:
    mapping = mapper(things(), wishes, updates)
    page, plain = way(things(), mapping, parts), plainly(mapping, parts)
    assert told(page) == told(plain)


@WAYS
@given(parts=PAGES, known=st.sets(KEYS, max_size=4), hashed=st.booleans())
@settings(max_examples=100, deadline=None)
def test_rejects_that_are_none_any_more_are_the_same(
    way: Way, parts: list[str], known: set[str], hashed: bool
) -> None:
    mapping = mapper(things(), MAPPED)
    keys = {reject_key(things(), decode_record(f'{{"id": {key}}}'.encode())) for key in known}
    if not hashed:
        keys = {key for key in keys if not key.startswith(HASHED)}
    rejects = KnownRejects(things())
    rejects.add(keys)
    page, plain = way(things(), mapping, parts), plainly(mapping, parts)
    assert rejects.recovered(page) & keys == rejects.recovered(plain) & keys


@WAYS
def test_an_odd_record_costs_no_more_than_its_own_time(way: Way) -> None:
    parts = [f'{{"id": {number}, "note": "x"}}' for number in range(250)]
    odd = {0: "null", 99: '{"id": "99"}', 100: '{"id": 1e3}', 101: '{"id": 101, "note": [1]}'}
    for place, text in odd.items():
        parts[place] = text
    mapping = mapper(things(), FEW)
    page = way(things(), mapping, parts)
    assert told(page) == told(plainly(mapping, parts))
    assert list(page.others) == [0, 99, 100, 101]
    assert [len(column) for column in page.keys] == [246]
    assert [each.reason for each in page.rejected] == [
        "The record is not a JSON object",
        "note is not text",
    ]
    assert page.rows[98:100] == [(99, None), (1000, None)]


@WAYS
@pytest.mark.parametrize(
    ("parts", "rows", "gone"),
    [
        (["1 gone"], [], ["[1]"]),
        (["1", "1 gone"], [0], ["[1]"]),
        (["1 gone", "1"], [1], []),
        (["1 gone", "1", "1 gone"], [1], ["[1]"]),
        (["1", "1 gone", "1"], [0, 2], []),
        (["1 gone", "2", "2 gone", "1"], [1, 3], ["[2]"]),
        (['"1" gone', "1"], [1], []),
    ],
)
def test_what_a_page_says_last_is_what_counts(
    way: Way, parts: list[str], rows: list[int], gone: list[str]
) -> None:
    texts = []
    for part in parts:
        key, _, mark = part.partition(" ")
        texts.append(f'{{"id": {key}, "gone": {"true" if mark else "null"}}}')
    page = way(things(), mapper(things(), FEW), texts)
    assert (list(page.places), list(page.gone)) == (rows, gone)


@WAYS
def test_what_is_left_alone_is_counted(way: Way) -> None:
    parts = ['{"id": 1}', '{"id": 2, "gone": true}', '{"gone": true}', '{"id": "x"}', "5"]
    counts = {}
    for name, updates in (("all", ALL), ("rows", ROWS), ("deletions", GONE)):
        page = way(things(), mapper(things(), FEW, updates), parts)
        counts[name] = (len(page.rows), len(page.gone), page.left, len(page.rejected))
    assert counts == {"all": (1, 1, 1, 2), "rows": (1, 0, 2, 2), "deletions": (0, 1, 3, 1)}


def test_a_record_that_cannot_be_read_is_a_reject() -> None:
    """Nobody can look into it; it is kept as it came. Such a record may wait among the rejects."""
    mapping = mapper(things(), FEW)
    half = '"\\ud800"'
    parts = ['{"id": 1}', f'{{"id": 2, "note": {half}}}', f'{{"id": 3, "other": {half}}}']
    page = mapped(mapping, Content(None, raw(parts)))
    assert page.rows == [(1, None)]
    assert [each.payload for each in page.rejected] == parts[1:]
    assert {each.reason for each in page.rejected} == {
        "The record cannot be read: it holds half a character, or is nested too deeply"
    }
    assert all(each.record_key.startswith(HASHED) for each in page.rejected)


@pytest.mark.parametrize("odd", ['"\\ud800"', "[" * 5000 + "]" * 5000])
def test_so_it_is_for_a_mapping_that_no_type_can_have(odd: str) -> None:
    data_type = things(fields=FIELDS | {"lines.0.price": T.DECIMAL})
    mapping = mapper(data_type, [*FEW, ("lines.0.price", T.DECIMAL, Limits(), None)])
    parts = ['{"id": 1}', f'{{"id": 2, "note": {odd}}}']
    page = mapped(mapping, Content(None, raw(parts)))
    assert [each.payload for each in page.rejected] == parts[1:]


def test_records_that_came_the_usual_way_go_one_by_one() -> None:
    mapping = mapper(things(), FEW)
    page = mapped(mapping, Content(None, [{"id": 1}, {"id": "2"}, 5]))
    assert (page.rows, len(page.rejected), page.suspects) == ([(1, None), (2, None)], 1, None)


def test_a_mapping_that_no_type_can_have_goes_one_by_one() -> None:
    fields = {"id": T.INTEGER, "lines.0.price": T.DECIMAL, "a": T.JSON, "a.b": T.STRING}
    for paths in (["lines.0.price"], ["a", "a.b"]):
        data_type = things(fields=fields, incremental=None, updates={"created": True})
        wishes = [(path, fields[path], Limits(), None) for path in ["id", *paths]]
        mapping = mapper(data_type, wishes)
        assert mapping.record is None
        parts = ['{"id": 1, "lines": [{"price": 2.50}], "a": {"b": "x"}}', '{"id": 2}']
        page = whole(data_type, mapping, parts)
        assert page.rows[0] in [(1, "2.50"), (1, '{"b":"x"}', "x")]
        assert told(page) == told(plainly(mapping, parts))


@WAYS
@pytest.mark.parametrize("primary_key", [["id"], ["note"], ["id", "note"], ["spent"]])
@pytest.mark.parametrize("kinds", [{}, {"id": T.STRING}, {"id": T.DECIMAL}])
def test_keys_of_all_kinds(way: Way, primary_key: list[str], kinds: dict[str, FieldType]) -> None:
    """Equal ones count once; what cannot be one is a reject in either way."""
    data_type = things(primary_key=primary_key, fields=FIELDS | kinds)
    paths = ["id", "note", "spent"]
    mapping = mapper(data_type, [(path, data_type.fields[path], Limits(), None) for path in paths])
    values = ["1", '"1"', "1.0", '""', '" "', "null", "true", "1.50", '"1.5"', "[1]", "1e999"]
    marks = ["null", "true"]
    parts = [
        f'{{"id": {a}, "note": {b}, "spent": {b}, "gone": {mark}}}'
        for a, b, mark in product(values, values, marks)
    ]
    assert told(way(data_type, mapping, parts)) == told(plainly(mapping, parts))


@WAYS
@pytest.mark.parametrize(
    ("kind", "values", "highest"),
    [
        (T.DATETIME, ['"2024-05-01T12:00:00Z"', '"2024-05-01T13:00:00+02:00"', "null"], 0),
        (T.DATETIME, ['"2024-05-01T12:00:00"', '"2024-05-01T11:00:00-02:00"', "1714557600"], 1),
        (T.DATETIME, ['"2024-05-01 12:00:00Z"', '"zzz"', '{"later": 1}', '"2024-05-02"'], 3),
        (T.DATETIME, ["9", "100", '"20"'], 1),
        (T.INTEGER, ["9", "100", '"20"', "true", "null"], 1),
        (T.INTEGER, ["-5", "-7", '"-3"', '"x"'], 2),
        (T.INTEGER, ["0", "0"], 0),
    ],
)
@pytest.mark.parametrize("mapped", [True, False])
def test_the_highest_cursor_is_kept_as_the_service_writes_it(
    way: Way, kind: FieldType, values: list[str], highest: int, mapped: bool
) -> None:
    """That of a record which is rejected, too."""
    data_type = things(fields=FIELDS | {"changed": kind})
    mapping = mapper(data_type, [*FEW, ("changed", kind, Limits(), None)] if mapped else FEW)
    parts = [f'{{"id": {number}, "changed": {value}}}' for number, value in enumerate(values)]
    page = way(data_type, mapping, parts)
    found = later(page.cursor, page.peak.text("changed") if page.peak else None)
    assert found == values[highest].strip('"')
    assert found == plainly(mapping, parts).cursor


TWICE: dict[FieldType, list[Wish]] = {
    T.DATETIME: [("changed", T.DATETIME, Limits(), None), ("changed", T.DATE, Limits(), "as_date")],
    T.INTEGER: [
        ("changed", T.INTEGER, Limits(), None),
        ("changed", T.DATETIME, Limits(), "epoch_seconds"),
    ],
}


@WAYS
@pytest.mark.parametrize(
    ("kind", "wishes", "values"),
    [
        (T.DATETIME, TWICE[T.DATETIME], ['"2024-05-01T12:00:00Z"', '"2024-05-02T12:00:00Z"']),
        (T.DATETIME, TWICE[T.DATETIME][1:], ['"2024-05-01T14:00+02:00"', '"2024-05-01T13:00Z"']),
        (T.DATETIME, [("changed", T.STRING, Limits(), None)], ['"zzz"', '"2024-05-01T13:00Z"']),
        (T.INTEGER, TWICE[T.INTEGER], ["7", "8"]),
        (T.INTEGER, TWICE[T.INTEGER][1:], ["10", "9"]),
        (T.STRING, [], ['"9"', '"10"']),
        (T.STRING, [], ["9", '"10"']),
        (T.STRING, [("changed", T.STRING, Limits(), None)], ['"zzz"', '"2024-05-01T13:00:00Z"']),
        (T.DECIMAL, [], ["9", "10.5"]),
        (T.DECIMAL, [("changed", T.DECIMAL, Limits(), None)], ["9.5", '"10.5"', "10"]),
        (T.DATE, [], ['"zzz"', '"2024-05-01"']),
        (T.DATETIME, [], ['"2024-05-01T12:00:00z"', '"2024-05-01T11:00:00Z"']),
    ],
)
def test_a_cursor_is_none_the_less_one_for_what_is_made_of_it(
    way: Way, kind: FieldType, wishes: list[Wish], values: list[str]
) -> None:
    data_type = things(fields=FIELDS | {"changed": kind})
    mapping = mapper(data_type, [*FEW, *wishes])
    parts = [f'{{"id": {number}, "changed": {value}}}' for number, value in enumerate(values)]
    page = way(data_type, mapping, parts)
    found = later(page.cursor, page.peak.text("changed") if page.peak else None)
    assert found == plainly(mapping, parts).cursor
    assert found in [value.strip('"') for value in values]


def test_a_page_without_a_cursor_has_none() -> None:
    for data_type in (things(incremental=None), things()):
        page = whole(data_type, mapper(data_type, FEW), ['{"id": 1}', '{"id": 2, "changed": null}'])
        assert (page.cursor, page.peak) == (None, None)
    assert whole(things(), mapper(things(), FEW), []).peak is None


@WAYS
@pytest.mark.parametrize(
    ("members", "suspects"),
    [
        (["", ""], {"note", "address.city", "tags"}),
        (['"note": null, "tags": null', '"address": null'], {"note", "address.city", "tags"}),
        (['"note": null', '"note": "", "tags": []'], {"address.city"}),
        (['"address": {"city": "x"}', '"tags": 0, "note": "x"'], set()),
        (['"address": {"zip": "x"}', '"tags": false, "note": "x"'], {"address.city"}),
    ],
)
def test_fields_that_are_empty_throughout_are_suspect(
    way: Way, members: list[str], suspects: set[str]
) -> None:
    wishes = [
        (path, FIELDS[path], Limits(), None) for path in ("id", "note", "address.city", "tags")
    ]
    parts = [f'{{{each}{", " if each else ""}"id": 1}}' for each in members]
    assert way(things(), mapper(things(), wishes), parts).suspects == suspects


@WAYS
def test_where_no_record_is_as_usual_every_field_is_suspect(way: Way) -> None:
    parts = [f'{{"id": "{number}"}}' for number in range(20)]
    page = way(things(), mapper(things(), FEW), parts)
    assert (len(page.rows), page.suspects) == (20, None)
