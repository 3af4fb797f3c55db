"""Each way of turning pages, against lists cut into pages at will."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.connectors.paginators import Paginator, Position, Read, Unusable

PAGINATORS: TypeAdapter[Paginator] = TypeAdapter(Paginator)


def paginator(**spec: Any) -> Paginator:
    return PAGINATORS.validate_python(spec)


def read(body: Any = None, records: list[Any] | None = None, **more: Any) -> Read:
    return Read(
        url="https://api.example.com/v1/things?limit=5", body=body, records=records or [], **more
    )


def test_cursor_from_the_answer() -> None:
    cursor = paginator(type="cursor", cursor="meta.next", param="after")
    position = cursor.after(None, read({"meta": {"next": "abc"}}))
    assert position == {"cursor": "abc"}
    assert cursor.query(position) == {"after": "abc"}
    assert cursor.url(position) is None


@pytest.mark.parametrize("body", [{}, {"next": None}, {"next": ""}, [], None])
def test_no_cursor_is_the_end(body: Any) -> None:
    assert paginator(type="cursor", cursor="next", param="after").after(None, read(body)) is None


def test_zero_is_a_cursor() -> None:
    cursor = paginator(type="cursor", cursor="next", param="after")
    assert cursor.after(None, read({"next": 0})) == {"cursor": 0}
    assert cursor.query({"cursor": 0}) == {"after": "0"}


@pytest.mark.parametrize("token", [True, False, 1.5, ["a"], {"a": 1}])
def test_a_cursor_that_is_none(token: Any) -> None:
    with pytest.raises(Unusable, match="neither text nor a whole number"):
        paginator(type="cursor", cursor="next", param="after").after(None, read({"next": token}))


def test_an_empty_page_goes_on_where_a_next_one_exists() -> None:
    cursor = paginator(type="cursor", cursor="next", param="after")
    assert cursor.after({"cursor": "a"}, read({"next": "b"}, [])) == {"cursor": "b"}
    url = paginator(type="next_url", path="next")
    assert url.after(None, read({"next": "/b"}, [])) == {"url": "https://api.example.com/b"}


def test_cursor_from_the_last_record() -> None:
    cursor = paginator(type="cursor", last_record="id", param="starting_after", has_more="has_more")
    more, end = {"has_more": True}, {"has_more": False}
    assert cursor.after(None, read(more, [{"id": "a"}, {"id": "b"}])) == {"cursor": "b"}
    assert cursor.after(None, read(end, [{"id": "a"}])) is None
    assert cursor.after(None, read(end)) is None
    with pytest.raises(Unusable, match="without saying where"):
        cursor.after(None, read(more))
    with pytest.raises(Unusable, match="neither text"):
        cursor.after(None, read(more, [{"name": "no id"}]))


def test_cursor_from_the_last_record_until_an_empty_page() -> None:
    cursor = paginator(type="cursor", last_record="id", param="after")
    assert cursor.after(None, read(None, [{"id": 3}])) == {"cursor": 3}
    assert cursor.after({"cursor": 3}, read(None, [])) is None


def test_a_cursor_comes_from_one_place() -> None:
    for spec in ({}, {"cursor": "a", "last_record": "b"}):
        with pytest.raises(ValidationError, match="either cursor or last_record"):
            paginator(type="cursor", param="after", **spec)


@pytest.mark.parametrize(
    ("found", "joined"),
    [
        ("https://api.example.com/v1/things?page=2", "https://api.example.com/v1/things?page=2"),
        ("/v1/things?page=2", "https://api.example.com/v1/things?page=2"),
        ("?page=2", "https://api.example.com/v1/things?page=2"),
        (" things/2 ", "https://api.example.com/v1/things/2"),
        ("//elsewhere.example.com/x", "https://elsewhere.example.com/x"),
    ],
)
def test_next_url(found: str, joined: str) -> None:
    url = paginator(type="next_url", path="links.next")
    position = url.after(None, read({"links": {"next": found}}))
    assert position == {"url": joined}
    assert url.url(position) == joined
    assert url.query(position) == {}


@pytest.mark.parametrize("found", [7, True, ["/a"], "http://["])
def test_a_next_url_that_is_none(found: Any) -> None:
    with pytest.raises(Unusable):
        paginator(type="next_url", path="next").after(None, read({"next": found}))


@pytest.mark.parametrize("body", [{}, {"next": None}, {"next": ""}, {"next": False}])
def test_no_next_url_is_the_end(body: Any) -> None:
    assert paginator(type="next_url", path="next").after(None, read(body)) is None


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ('<https://a.b/2>; rel="next"', "https://a.b/2"),
        ("<https://a.b/2>; rel=next", "https://a.b/2"),
        ('<https://a.b/2>;rel="next",<https://a.b/9>;rel="last"', "https://a.b/2"),
        ('<https://a.b/1>; rel="prev", <https://a.b/3>; rel="next"', "https://a.b/3"),
        ('<https://a.b/2>; title="a, b; c"; rel="next"', "https://a.b/2"),
        ('<https://a.b/2?x=1,2>; rel="next"', "https://a.b/2?x=1,2"),
        ('<https://a.b/2>; REL="NEXT"', "https://a.b/2"),
        ('<https://a.b/2>; rel="next last"', "https://a.b/2"),
        ("</v1/2>; rel=next", "https://api.example.com/v1/2"),
        ('<https://a.b/9>; rel="last"', None),
        ('<https://a.b/9>; title="rel=next"; rel="last"', None),
        ('<https://a.b/9>; rel="nextish"', None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_link_header(link: str, target: str | None) -> None:
    header = paginator(type="link_header")
    position = header.after(None, read(headers={"link": link}))
    assert position == (None if target is None else {"url": target})
    if position:
        assert (header.url(position), header.query(position)) == (target, {})


def test_a_link_header_made_to_be_slow() -> None:
    header = paginator(type="link_header")
    assert header.after(None, read(headers={"link": "<a>" + "; x=" * 20_000})) is None
    assert header.after(None, read(headers={"link": "<" * 50_000})) is None
    assert header.after(None, read(headers={"link": "<a>;" + " " * 50_000})) is None


def test_page_numbers_until_an_empty_page() -> None:
    page = paginator(type="page", param="p")
    assert page.after(None, read(records=[1])) == {"page": 2}
    assert page.query({"page": 2}) == {"p": "2"}
    assert page.url({"page": 2}) is None
    assert page.after({"page": 7}, read(records=[1])) == {"page": 8}
    assert page.after({"page": 8}, read()) is None


def test_page_numbers_until_a_total() -> None:
    page = paginator(type="page", first=0, total_pages="pages")
    assert page.after(None, read({"pages": 3}, [1])) == {"page": 1}
    assert page.after({"page": 1}, read({"pages": "3"}, [])) == {"page": 2}
    assert page.after({"page": 2}, read({"pages": 3}, [1])) is None
    assert page.after(None, read({"pages": 0})) is None


def test_offsets_until_an_empty_page() -> None:
    offset = paginator(type="offset", param="skip")
    assert offset.after(None, read(records=[1, 2])) == {"offset": 2}
    assert offset.query({"offset": 2}) == {"skip": "2"}
    assert offset.url({"offset": 2}) is None
    assert offset.after({"offset": 2}, read(records=[3])) == {"offset": 3}
    assert offset.after({"offset": 3}, read()) is None


def test_offsets_until_a_total() -> None:
    offset = paginator(type="offset", total="count")
    assert offset.after(None, read({"count": 5}, [1, 2])) == {"offset": 2}
    assert offset.after({"offset": 2}, read({"count": 5}, [], page_size=2)) == {"offset": 4}
    assert offset.after({"offset": 4}, read({"count": 5}, [5])) is None
    assert offset.after(None, read({"count": 0})) is None
    with pytest.raises(Unusable, match="although it counts more"):
        offset.after(None, read({"count": 5}))


@pytest.mark.parametrize("total", [None, "many", True, 1.5, [], "9" * 20])
def test_a_total_that_is_none(total: Any) -> None:
    with pytest.raises(Unusable, match="no number at “count”"):
        paginator(type="offset", total="count").after(None, read({"count": total}, [1]))


def walk(turn: Paginator, serve: Any) -> list[int]:
    """Reads a list to its end, through positions as they are kept."""
    seen: list[int] = []
    position: Position | None = None
    for _ in range(1000):
        page: Read = serve(position)
        seen += page.records
        position = turn.after(position, page)
        if position is None:
            return seen
    raise AssertionError("it never ends")


things = st.lists(st.integers(), max_size=40)


@given(records=things, cuts=st.lists(st.integers(0, 5), min_size=1, max_size=50))
def test_a_list_cut_anywhere_is_read_whole_by_cursor(records: list[int], cuts: list[int]) -> None:
    """Empty pages between full ones included."""
    pages, rest = [], list(records)
    for cut in cuts:
        pages.append(rest[:cut])
        rest = rest[cut:]
    pages.append(rest)

    def serve(position: Position | None) -> Read:
        number = position["cursor"] if position else 0
        following = number + 1 if number + 1 < len(pages) else None
        return read({"next": following}, pages[number])

    assert walk(paginator(type="cursor", cursor="next", param="after"), serve) == records


@given(records=things, size=st.integers(1, 7), counted=st.booleans())
def test_a_list_is_read_whole_by_offset(records: list[int], size: int, counted: bool) -> None:
    turn = paginator(type="offset", **({"total": "count"} if counted else {}))

    def serve(position: Position | None) -> Read:
        start = position["offset"] if position else 0
        return read({"count": len(records)}, records[start : start + size], page_size=size)

    assert walk(turn, serve) == records


@given(records=things, size=st.integers(1, 7), first=st.integers(0, 1), counted=st.booleans())
def test_a_list_is_read_whole_by_page(
    records: list[int], size: int, first: int, counted: bool
) -> None:
    turn = paginator(type="page", first=first, **({"total_pages": "pages"} if counted else {}))

    def serve(position: Position | None) -> Read:
        start = (position["page"] - first if position else 0) * size
        return read({"pages": -(-len(records) // size)}, records[start : start + size])

    assert walk(turn, serve) == records


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["next", "count", "id"]), below, max_size=3)
    ),
)


@given(body=json, records=st.lists(json, max_size=2), link=st.text('<>;,="rel nxt', max_size=30))
@pytest.mark.parametrize(
    "spec",
    [
        {"type": "cursor", "cursor": "next", "param": "p"},
        {"type": "cursor", "last_record": "id", "param": "p", "has_more": "next"},
        {"type": "next_url", "path": "next"},
        {"type": "link_header"},
        {"type": "page", "total_pages": "count"},
        {"type": "offset", "total": "count"},
    ],
    ids=str,
)
def test_whatever_comes_is_a_position_an_end_or_unusable(
    spec: dict[str, Any], body: Any, records: list[Any], link: str
) -> None:
    turn = paginator(**spec)
    try:
        position = turn.after(None, read(body, records, headers={"link": link}, page_size=5))
    except Unusable:
        return
    if position is not None:
        assert all(isinstance(value, str) for value in turn.query(position).values())
        assert turn.url(position) is None or isinstance(turn.url(position), str)
