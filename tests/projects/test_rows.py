"""Rows that are kept by columns are the same rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.projects.rows import Joined, Packed, Row, Rows
from bot.projects.shape import Target

NAMES = ("a", "b", "c")
LISTS = st.lists(st.tuples(st.integers(), st.text(max_size=3), st.none()), min_size=1)


@given(LISTS, st.data())
def test_they_are_what_they_were(rows: list[Row], data: st.DataObject) -> None:
    kept = Rows.of(rows)
    assert (len(kept), list(kept), kept) == (len(rows), rows, rows)
    assert [kept[place] for place in range(len(rows))] == rows
    start, stop = data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9))
    part = kept[start:stop]
    assert (len(part), list(part)) == (len(rows[start:stop]), rows[start:stop])
    strung = [value for row in rows[start:stop] for value in ("first", *row)]
    assert kept.strung(slice(start, stop), "first") == strung
    places = data.draw(st.lists(st.integers(0, len(rows) - 1)))
    assert list(kept.chosen(places)) == [rows[place] for place in places]


@given(LISTS)
def test_values_of_some_columns(rows: list[Row]) -> None:
    kept = Rows.of(rows)
    assert list(kept.values(NAMES, ["b"])) == [row[1] for row in rows]
    assert list(kept.values(NAMES, ["b", "a"])) == [(row[1], row[0]) for row in rows]


def test_rows_of_rows_are_the_same_ones() -> None:
    kept = Rows.of([(1,)])
    assert Rows.of(kept) is kept


def test_none_and_those_without_columns() -> None:
    assert list(Rows.of([])) == []
    assert list(Rows([], 2)) == [(), ()]


TARGET = Target("t", NAMES, ("b", "a"))


@given(st.lists(st.tuples(LISTS, st.booleans()), max_size=4), st.data())
def test_pages_are_one_whether_packed_or_not(
    pages: list[tuple[list[Row], bool]], data: st.DataObject
) -> None:
    made: list[int] = []

    def page(number: int, rows: list[Row], is_packed: bool) -> Rows:
        def again() -> Rows:
            made.append(number)
            return Rows.of(rows)

        return Packed([b""], Rows.of(rows), TARGET, again) if is_packed else Rows.of(rows)

    joined = Joined([page(number, *each) for number, each in enumerate(pages)])
    rows = [row for each, _ in pages for row in each]
    assert len(joined) == len(rows)
    assert list(joined.values(NAMES, ("b", "a"))) == [(row[1], row[0]) for row in rows]
    assert made == []
    assert list(joined.values(NAMES, ("c",))) == [row[2] for row in rows]
    places = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1)))) if rows else []
    made.clear()
    chosen = joined.chosen(places)
    ends = [sum(len(each) for each, _ in pages[: number + 1]) for number in range(len(pages))]
    for number, (each, is_packed) in enumerate(pages):  # those that stay whole stay packed
        mine = [place for place in places if ends[number] - len(each) <= place < ends[number]]
        assert (number in made) == (is_packed and len(mine) < len(each))
    assert list(chosen) == [rows[place] for place in places]
    assert list(joined) == list(joined.unpacked()) == rows


@pytest.mark.parametrize("places", [[], [0], [3, 4, 99], list(range(100)), list(range(0, 100, 2))])
def test_rows_without_some(places: list[int]) -> None:
    rows = Rows([list(range(100)), list("ab" * 50)], 100)
    left = [place for place in range(100) if place not in places]
    assert rows.without(places) == [rows[place] for place in left]
