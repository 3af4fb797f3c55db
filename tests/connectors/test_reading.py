"""Records that wait as bytes until somebody looks at them, and where a body keeps them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.bodies import OutOfBounds, decode_record
from bot.connectors.grammar import ListSpec
from bot.connectors.paginators import Cursor, Offset, PageNumber, Unusable
from bot.connectors.reading import RawRecords, Trail, records_in

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab."), inner, max_size=3),
    max_leaves=6,
)


def raw(*texts: str) -> RawRecords:
    return RawRecords.of([text.encode() for text in texts])


@given(st.lists(JSON, max_size=5))
def test_they_are_a_sequence_of_the_values(values: list[Any]) -> None:
    texts = [json.dumps(value) for value in values]
    records = raw(*texts)

    assert list(records) == values
    assert (len(records), bool(records)) == (len(values), bool(values))
    assert records[1:3] == values[1:3]
    assert records[::-1] == values[::-1]
    assert [records[-place - 1] for place in range(len(values))] == values[::-1]
    assert [records.raw(place).decode() for place in range(len(values))] == texts
    with pytest.raises(IndexError):
        records[len(values)]


def test_a_page_is_split_when_somebody_looks_and_only_once() -> None:
    asked = 0

    def split() -> Sequence[msgspec.Raw]:
        nonlocal asked
        asked += 1
        return [msgspec.Raw(b"1"), msgspec.Raw(b"[2]")]

    records = RawRecords(2, split)
    assert (len(records), asked) == (2, 0)
    assert [records[0], records[1], records.raw(1)] == [1, [2], b"[2]"]
    assert asked == 1


def test_pages_are_equal_when_their_bytes_are() -> None:
    assert raw('{"a":1}', "2") == raw('{"a":1}', "2")
    assert raw() == raw()
    for other in (raw('{"a":1}'), raw('{"a": 1}', "2"), raw("2", '{"a":1}'), [{"a": 1}, 2], None):
        assert raw('{"a":1}', "2") != other


def test_numbers_are_exact_and_those_out_of_all_bounds_stay_as_written() -> None:
    exact, huge, tiny, whole = raw("1.10", "1e401", "[-1E-999999]", str(10**60))
    assert str(exact) == "1.10"
    assert isinstance(exact, Decimal)
    assert isinstance(huge, OutOfBounds)
    assert huge.text == "1e401"
    assert tiny[0].text == "-1E-999999"
    assert whole == 10**60


@pytest.mark.parametrize("text", ['"\\ud800"', '{"a":"x\\udfff"}', '["\\ud83d\\ud83d\\ude00"]'])
def test_half_a_character_cannot_be_read_but_is_there(text: str) -> None:
    records = raw("1", text, "2")
    assert (records[0], records[2]) == (1, 2)
    with pytest.raises(msgspec.DecodeError):
        records[1]
    assert records.raw(1) == text.encode()


def test_neither_can_what_is_nested_too_deeply() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    with pytest.raises(RecursionError):
        raw(deep)[0]
    with pytest.raises(RecursionError):
        decode_record(deep.encode())


def test_the_same_raw_records_twice_are_no_list() -> None:
    for paginator in (PageNumber(type="page"), Offset(type="offset")):
        trail = Trail(10)
        assert trail.step({"at": 1}, raw('{"id":1}'), paginator) == {"at": 1, "number": 2}
        assert trail.step({"at": 2}, raw('{"id":2}'), paginator) == {"at": 2, "number": 2}
        with pytest.raises(Unusable, match="the same records for two pages in a row"):
            trail.step({"at": 3}, raw('{"id":2}'), paginator)
        assert trail.step({"at": 4}, raw(), paginator) is not None
        assert trail.step({"at": 5}, raw(), paginator) is not None  # empty ones may follow
    trail, cursor = Trail(10), Cursor(type="cursor", param="c", cursor="next")
    for position in range(3):  # it says itself where it goes on
        assert trail.step({"at": position}, raw('{"id":1}'), cursor)


@pytest.mark.parametrize(
    ("path", "body", "found"),
    [
        ("", [1], [1]),
        ("data", {"data": [1, 2]}, [1, 2]),
        ("response.items", {"response": {"items": [1]}}, [1]),
        ("response.items", {"response.items": [1], "response": {"items": [2]}}, [1]),
        ("data", {"data": None}, []),
    ],
)
def test_where_the_records_are(path: str, body: Any, found: list[Any]) -> None:
    assert records_in(body, ListSpec(path="/", records=path)) == found


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("", {"data": [{}]}, "no list of records (there are lists at “data”)"),
        ("data", {"a": {"b": []}}, "no list of records at “data” (there are lists at “a.b”)"),
        ("data", {"data": {}}, "no list of records at “data”"),
        ("", None, "no list of records"),
    ],
)
def test_where_they_are_not(path: str, body: Any, said: str) -> None:
    with pytest.raises(Unusable) as unusable:
        records_in(body, ListSpec(path="/", records=path))
    assert str(unusable.value) == said
