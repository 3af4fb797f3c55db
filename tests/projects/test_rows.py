"""Rows that are kept by columns are the same rows."""

from hypothesis import given
from hypothesis import strategies as st

from bot.projects.rows import Row, Rows

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
