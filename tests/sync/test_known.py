"""Rejects that are none any more, and rows that are not deleted after all, known by their keys."""

from typing import Any

import pytest

from bot.projects.rows import Rows
from bot.projects.shape import Limits, Target
from bot.sync.keys import LONGEST, reject_key, write_key
from bot.sync.known import KnownDeletions, KnownRejects
from bot.sync.mapper import MappedPage
from store.vocabulary import FieldType
from tests.sync.pages import FEW, FIELDS, afterwards, mapper, plainly, things, whole

T = FieldType
WAYS = pytest.mark.parametrize("way", ["whole", "afterwards", "plainly"])


def page(way: str, *parts: str, fields: Any = FIELDS, key: Any = "id") -> MappedPage:
    data_type = things(fields=fields, primary_key=key)
    wishes = (
        FEW
        if key == "id" and fields is FIELDS
        else [(path, fields[path], Limits(), None) for path in ("id", "note")]
    )
    mapping = mapper(data_type, wishes)
    if way == "plainly":
        return plainly(mapping, parts)
    return (whole if way == "whole" else afterwards)(data_type, mapping, parts)


def known(*keys: str, **changes: Any) -> KnownRejects:
    rejects = KnownRejects(things(**changes))
    rejects.add(keys)
    return rejects


@WAYS
def test_nothing_is_known_at_first(way: str) -> None:
    assert known().recovered(page(way, '{"id": 1}', '{"id": "x"}')) == set()


@WAYS
@pytest.mark.parametrize(
    ("part", "key"),
    [
        ('{"id": 1}', "[1]"),
        ('{"id": -9223372036854775808}', "[-9223372036854775808]"),
        ('{"id": 1, "note": null}', "[1]"),
        ('{"id": "1"}', '["1"]'),  # not as usual, and another key to the service
        ('{"id": " 2 "}', '[" 2 "]'),
    ],
)
def test_a_record_that_comes_and_fits_was_no_lasting_reject(way: str, part: str, key: str) -> None:
    others = ['{"id": 7}', '{"id": "8"}', '{"id": 9}']
    rejects = known(key, "[99]")
    assert rejects.recovered(page(way, others[0], part, *others[1:])) & {key, "[99]"} == {key}
    assert not rejects.recovered(page(way, *others)) & {key, "[99]"}


@WAYS
def test_a_record_that_is_rejected_again_stays_one(way: str) -> None:
    rejects = known("[1]", "[2]", "[3]")
    bad = '{"id": 2, "note": [1]}'
    assert rejects.recovered(page(way, '{"id": 1}', bad)) & {"[1]", "[2]"} == {"[1]"}
    # whether it came rightly before or after: a page is one
    assert "[2]" not in rejects.recovered(page(way, bad, '{"id": 2}'))
    assert "[2]" not in rejects.recovered(page(way, '{"id": 2}', bad))


@WAYS
def test_a_record_that_is_deleted_is_no_reject_any_more(way: str) -> None:
    assert "[1]" in known("[1]").recovered(page(way, '{"id": 1, "gone": true}', '{"id": 2}'))


@WAYS
def test_records_without_a_key_are_known_by_what_they_hold(way: str) -> None:
    same = '{"id": null, "note": "x"}'
    key = reject_key(things(), {"id": None, "note": "x"})
    assert key.startswith("sha256:")
    assert key not in known(key).recovered(page(way, same, '{"id": 1}'))  # it is one still
    rejects = known(key, "[1]")
    assert rejects.recovered(page(way, '{"id": 1}')) & {"[1]"} == {"[1]"}


@WAYS
def test_so_are_those_whose_key_is_too_long(way: str) -> None:
    long = "x" * LONGEST
    fields = FIELDS | {"id": T.STRING}
    key = reject_key(things(fields=fields), {"id": long})
    assert key.startswith("sha256:")
    came = page(way, f'{{"id": "{long}"}}', '{"id": "a"}', fields=fields)
    assert key in known(key, fields=fields).recovered(came)
    assert '["a"]' in known('["a"]', fields=fields).recovered(came)


@WAYS
def test_keys_of_text_and_of_several_fields(way: str) -> None:
    fields = FIELDS | {"id": T.STRING}
    parts = ['{"id": "é\\n“", "note": "x"}', '{"id": "", "note": "y"}', '{"id": "a", "note": "b"}']
    for key, expected in (("id", '["é\\n“"]'), (["note", "id"], '["b", "a"]')):
        rejects = known(expected, '["z"]', '["z", "z"]', fields=fields, primary_key=key)
        found = rejects.recovered(page(way, *parts, fields=fields, key=key))
        assert found & {expected, '["z"]', '["z", "z"]'} == {expected}


@WAYS
def test_a_key_that_only_looks_alike_is_another(way: str) -> None:
    rejects = known('["1"]', "[true]", "[0]")
    assert not rejects.recovered(page(way, '{"id": 1}', '{"id": 2}')) & {'["1"]', "[true]", "[0]"}
    assert "[0]" in rejects.recovered(page(way, '{"id": 0}'))


TARGET = Target("things", ("note", "id", "code"), ("id",))
BOTH = Target("things", ("note", "id", "code"), ("code", "id"))


def test_rows_that_are_there_are_not_deleted() -> None:
    deletions = KnownDeletions(TARGET, ["[1]", "[2]", "[3]"])
    assert sorted(deletions.alive(Rows.of([("x", 2, "a"), ("y", 9, "b"), ("z", 1, "c")]))) == [
        "[1]",
        "[2]",
    ]
    assert deletions.alive(Rows.of([("x", 4, "1")])) == []
    assert deletions.alive(Rows.of([])) == []


def test_keys_that_are_added_are_known_too() -> None:
    deletions = KnownDeletions(TARGET, [])
    assert deletions.alive(Rows.of([("x", 1, "a")])) == []
    deletions.add(["[1]"])
    assert deletions.alive(Rows.of([("x", 1, "a")])) == ["[1]"]


@pytest.mark.parametrize(
    "key",
    [(1,), ("é\n“”",), ("12.5",), ("2026-02-01 12:30:00+00:00",), (True,), ("",)],
)
def test_a_key_of_any_kind(key: tuple[Any, ...]) -> None:
    written = write_key(key)
    assert KnownDeletions(TARGET, [written]).alive(Rows.of([("x", *key, "a")])) == [written]
    assert KnownDeletions(TARGET, [written]).alive(Rows.of([("x", "other", "a")])) == []


def test_a_key_of_two_fields_goes_by_their_order_in_the_key() -> None:
    deletions = KnownDeletions(BOTH, ['["a", 1]', '["b", 2]'])
    assert deletions.alive(Rows.of([("x", 1, "a"), ("y", 1, "b"), ("z", 2, "a")])) == ['["a", 1]']
