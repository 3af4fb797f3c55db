"""What is read of a body: its records, and what the paginator looks at; or it is left alone."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.connectors.bodies import decode
from bot.connectors.paginators import Paginator, Read, Unusable
from bot.connectors.reading import RawRecords, records_in
from bot.sync import reader as reading
from tests.sync.pages import FEW, body, mapped, mapper, plainly, read, things, told

USUAL = ['{"id": 1, "note": "a", "more": [1]}', '{"note": "b", "id": 2}', '{"id": 3}']
PAGINATORS: TypeAdapter[Paginator] = TypeAdapter(Paginator)


def test_a_page_that_is_as_usual_comes_typed_and_as_it_came() -> None:
    things_ = things()
    mapping = mapper(things_, FEW)
    content = read(things_, mapping, body(USUAL))

    assert content.body == {"data": None, "next": "x"}
    assert mapping.record is not None
    columns = mapping.record.columns(content.structs)
    assert (list(columns["id"]), list(columns["note"])) == ([1, 2, 3], ["a", "b", None])
    assert isinstance(content.records, RawRecords)
    assert list(content.records) == [json.loads(text) for text in USUAL]
    assert [content.records.raw(place).decode() for place in range(3)] == USUAL


def test_before_it_is_known_what_is_needed_it_comes_as_it_came() -> None:
    content = read(things(), None, body(USUAL))
    assert (content.body, content.structs) == ({"data": None, "next": "x"}, None)
    assert list(content.records) == [json.loads(text) for text in USUAL]


def test_so_it_does_where_a_record_is_not_as_usual() -> None:
    things_ = things()
    for odd in (
        '{"id": "4"}',
        "null",
        '{"id": 4, "note": "a\\u0000"}',
        '{"id": 4, "x": "\\u0000"}',
    ):
        content = read(things_, mapper(things_, FEW), body([*USUAL, odd]))
        assert content.structs is None
        assert list(content.records) == [json.loads(text) for text in [*USUAL, odd]]


def test_after_bad_pages_good_ones_are_soon_read_whole_again() -> None:
    reader = reading.PageReader(things())
    reader.reads(mapper(things(), FEW).record)
    bad, good = body([*USUAL, '{"id": "4"}']), body(USUAL)
    for _ in range(25):
        content = reader(bad, "application/json")
        assert content is not None
        assert len(content.records) == 4
    whole = []
    for _ in range(20):
        content = reader(good, "application/json")
        assert content is not None
        assert list(content.records) == [json.loads(text) for text in USUAL]
        whole.append(content.structs is not None)
    assert all(whole[10:])
    assert sorted(whole) == whole  # once good pages come, each is


def test_so_does_a_large_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder lets no other thread run meanwhile: it gets a little at a time."""
    things_ = things()
    mapping = mapper(things_, FEW)
    large = [f'{{"id": {number}, "note": "{"x" * 5000}"}}' for number in range(230)]
    content = read(things_, mapping, body(large))
    assert content.structs is None
    page = mapped(mapping, content)
    assert told(page) == told(plainly(mapping, large))
    assert (len(page.rows), list(page.others)) == (230, [])  # all of them in columns
    monkeypatch.setattr(reading, "_AT_ONCE", len(body(large)))
    assert len(read(things_, mapping, body(large)).structs) == 230


@pytest.mark.parametrize("records", [[], USUAL])
@pytest.mark.parametrize(
    ("path", "answer", "found"),
    [
        ("data", '{"data": %s}', {"data": None, "next": None}),
        (
            "data",
            '{"x": {"data": [1]}, "next": null, "data":%s , "y": []}',
            {"data": None, "next": None},
        ),
        (
            "data",
            '{"data": [{"id": 9}], "next": "a", "next": "b", "data": %s}',
            {"data": None, "next": "b"},
        ),
        (
            "response.items",
            '{"response": {"items": %s, "n": 1}, "next": 5}',
            {"response": {"items": None}, "next": 5},
        ),
        ("next.items", '{"next": {"items": %s}}', None),
        ("answer.0.items", '{"answer": [{"items": %s}]}', None),
        ("", "%s", None),
    ],
)
def test_wherever_the_records_are(records: list[str], path: str, answer: str, found: Any) -> None:
    """None: a way that no type can have; the usual one is left to whoever asked."""
    text = (answer % f"[{', '.join(records)}]").encode()
    things_ = things(list={"path": "/things", "records": path})
    assert records_in(decode(text), things_.list) == [json.loads(record) for record in records]
    for mapping in (None, mapper(things_, FEW)):
        content = read(things_, mapping, text)
        assert (content is None) == (found is None)
        if content is not None:
            assert content.body == found
            assert list(content.records) == [json.loads(record) for record in records]
            assert (
                content.structs is None if mapping is None else len(content.structs) == len(records)
            )


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"data": null}',
        b'{"items": []}',
        b'{"data": {"id": 1}}',
        b'{"data": [1, 2}',
        b'{"data": [] ',
        b'{"data": []} {}',
        b'{"data": [{"id": NaN}]}',
        b'{"data": [{"id": 01}]}',
        b'{"data": [], "next": [}',
        b'{"data": [], "next": 1e999}',  # it is looked at: the usual way says what is wrong with it
        b'{"data": [{"id": 1}], "data": null}',
        b'{"data": [{"note": "\xff"}]}',
        b'{"data": [{"other": "\xff"}]}',
        b'{"data": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
        gzip.compress(b'{"data": []}', mtime=0),
    ],
)
def test_what_only_the_usual_way_can_read_or_say_is_left_to_it(answer: bytes) -> None:
    things_ = things()
    assert read(things_, None, answer) is None
    assert read(things_, mapper(things_, FEW), answer) is None


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("utf-8", "application/json"),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("latin-1", "application/json; charset=ISO-8859-1"),
    ],
)
def test_other_charsets(charset: str, content_type: str) -> None:
    things_ = things()
    answer = '{"data": [{"id": 1, "note": "é"}]}'.encode(charset)
    content = read(things_, mapper(things_, FEW), answer, content_type)
    assert list(content.records) == [{"id": 1, "note": "é"}]
    assert len(content.structs) == 1


def test_a_charset_that_nobody_knows_is_left_to_the_usual_way() -> None:
    assert read(things(), None, body(USUAL), "application/json; charset=klingon") is None
    assert read(things(), None, "{}é".encode("latin-1"), "text/plain; charset=utf-16") is None


def test_one_record_instead_of_a_list_is_left_alone() -> None:
    things_ = things(list={"path": "/thing", "records": "data", "single": True}, paginator=None)
    assert read(things_, mapper(things_, FEW), b'{"data": {"id": 1}}') is None


def test_records_that_others_pass_over_come_as_they_came() -> None:
    """They are left out by whoever asked for the page, so none may be typed by its place."""
    things_ = things(list={"path": "/things", "records": "data", "without": "hidden"})
    content = read(things_, mapper(things_, FEW), body(USUAL))
    assert (content.structs, len(content.records)) == (None, 3)


WAYS = [
    ("data", {"type": "cursor", "cursor": "next", "param": "p"}),
    ("data", {"type": "cursor", "cursor": "meta.next", "param": "p", "has_more": "meta.more"}),
    ("data", {"type": "cursor", "last_record": "id", "param": "p", "has_more": "more"}),
    ("data", {"type": "cursor", "last_record": "id", "param": "p"}),
    ("meta.items", {"type": "next_url", "path": "meta.next"}),
    ("data", {"type": "link_header"}),
    ("data", {"type": "page"}),
    ("data", {"type": "page", "total_pages": "meta.pages"}),
    ("data", {"type": "offset"}),
    ("data", {"type": "offset", "total": "meta.total"}),
    ("", {"type": "cursor", "last_record": "id", "param": "p"}),
    ("", {"type": "page"}),
]
BESIDE = st.sampled_from(
    ["null", '"x"', '""', '"/next?p=2"', "7", "0", "true", "false", '"12"', "1.5", "[]", '{"a": 1}']
)
META = st.dictionaries(st.sampled_from(["next", "more", "pages", "total"]), BESIDE, max_size=3)


@pytest.mark.parametrize(("path", "way"), WAYS)
@given(
    records=st.lists(st.sampled_from(USUAL), max_size=2),
    beside=st.dictionaries(st.sampled_from(["next", "more", "meta.next"]), BESIDE, max_size=2),
    meta=META | BESIDE,
)
@settings(max_examples=40, deadline=None)
def test_a_paginator_sees_all_that_it_looks_at(
    path: str, way: dict[str, Any], records: list[str], beside: dict[str, str], meta: Any
) -> None:
    """It goes on from there as it would from the whole answer."""
    answer = f"[{', '.join(records)}]"
    if path:
        if path == "meta.items":
            meta = {"items": answer} | (meta if isinstance(meta, dict) else {})
        nested = written(meta) if isinstance(meta, dict) else meta
        answer = written({"data": answer, **beside, "meta": nested})
    things_ = things(list={"path": "/things", "records": path}, paginator=way)
    content = read(things_, mapper(things_, FEW), answer.encode())
    if content is None:
        assert isinstance(meta, str) or "meta.next" in beside  # which wins over the nested reading
        return
    usual = decode(answer.encode())
    expected = _after(way, usual, records_in(usual, things_.list))
    assert _after(way, content.body, content.records) == expected


def written(members: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {text}' for name, text in members.items()) + "}"


def _after(way: dict[str, Any], found: Any, records: Any) -> Any:
    read = Read(url="https://example.com/things?p=1", body=found, records=records, page_size=2)
    try:
        return PAGINATORS.validate_python(way).after(None, read)
    except Unusable as unusable:
        return str(unusable)
