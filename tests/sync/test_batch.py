"""Pages that are loaded together: what they come to, the last word of each record counting."""

from typing import Any

import pytest

from bot.projects.rows import Rows
from bot.projects.shape import Target
from bot.sync.batch import Batch
from bot.sync.mapper import MappedPage
from bot.sync.peak import Peak
from store.rejects import Rejected

TARGET = Target("things", ("note", "id"), ("id",))


def add(batch: Batch, *rows: Any, records: list[Any] | None = None, **more: Any) -> None:
    """A page of these rows (of numbers: of their ids)."""
    made = [row if isinstance(row, tuple) else ("x", row) for row in rows]
    more = {"rows": Rows.of(made), "places": range(len(made)), "next": {"at": 1}} | more
    batch.add(MappedPage(records or [{"id": row[1]} for row in made], **more))


def rejected(*keys: str) -> list[Rejected]:
    return [Rejected(key, "{}", None, "it does not fit") for key in keys]


@pytest.fixture
def batch() -> Batch:
    return Batch(TARGET)


def test_pages_come_one_after_the_other(batch: Batch) -> None:
    for number in (1, 2, 3):
        following = None if number == 3 else {"at": number}
        add(batch, number, left=number, next=following)
        assert (batch.pages, batch.done) == (number, number == 3)
        assert batch.next == following
    assert batch.rows == [("x", 1), ("x", 2), ("x", 3)]
    assert batch.left == 6


def test_the_record_that_a_row_came_from(batch: Batch) -> None:
    """Rows are those of the records that fit, of pages of any length."""
    add(batch)
    add(batch, 1, 2, records=["odd", {"id": 1}, 5, {"id": 2}], places=[1, 3])
    add(batch, records=["nothing of it fits"])
    add(batch, 3, records=[{"id": 3}, None])
    assert [batch.record_of(row)["id"] for row in range(3)] == [1, 2, 3]


def test_the_highest_cursor_of_all_pages(batch: Batch) -> None:
    records: list[Any] = [{"at": 5}, {"at": 7}, {"at": "07"}]
    peaks = [Peak(5, records, 0), Peak(7, records, 1), Peak(7, records, 2)]
    cursors = ["2024-05-02", "2024-05-01", None]
    for number, (peak, cursor) in enumerate(zip(peaks, cursors, strict=True)):
        add(batch, number, peak=peak, cursor=cursor)
    assert (batch.peak, batch.cursor) == (peaks[1], "2024-05-02")


@pytest.mark.parametrize(
    ("pages", "gone"),
    [
        ([([], "1")], ["[1]"]),
        ([([1], ""), ([], "1")], ["[1]"]),
        ([([], "1"), ([1], "")], []),
        ([([], "12"), ([3], ""), ([2], "")], ["[1]"]),
        ([([], "1"), ([1], ""), ([], "1")], ["[1]"]),
        ([([], "1"), ([1], "1")], ["[1]"]),  # on one page, the page has told which came last
    ],
)
def test_what_is_said_last_of_a_record_counts(
    batch: Batch, pages: list[tuple[list[int], str]], gone: list[str]
) -> None:
    for rows, keys in pages:
        deleted = {f"[{key}]": (int(key),) for key in keys}
        add(batch, *rows, gone=deleted)
    assert list(batch.gone) == gone


def test_a_reject_counts_as_often_as_it_comes_and_is_kept_once(batch: Batch) -> None:
    add(batch, rejected=rejected("[1]", "[2]", "[1]"))
    add(batch, rejected=[Rejected("[1]", '{"new": 1}', "id", "now for this")])
    assert batch.rejects == 4
    assert {key: each.reason for key, each in batch.rejected.items()} == {
        "[1]": "now for this",
        "[2]": "it does not fit",
    }


def test_what_is_rejected_and_then_comes_rightly_is_no_reject(batch: Batch) -> None:
    add(batch, rejected=rejected("[1]", "[2]"))
    batch.recover({"[2]", "[3]"})
    add(batch, 2)
    assert (list(batch.rejected), batch.recovered, batch.rejects) == (["[1]"], {"[2]", "[3]"}, 2)


def test_what_comes_rightly_and_then_is_rejected_is_one(batch: Batch) -> None:
    batch.recover({"[2]", "[3]"})
    add(batch, 2)
    add(batch, rejected=rejected("[2]"))
    assert (list(batch.rejected), batch.recovered) == (["[2]"], {"[3]"})
    batch.reject(*rejected("[3]"))  # by the table
    assert (list(batch.rejected), batch.recovered) == (["[2]", "[3]"], set())
