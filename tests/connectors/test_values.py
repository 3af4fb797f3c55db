from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.values import MISSING, as_cursor, earlier_by, later, latest, moment_of, value_at
from store.vocabulary import FieldType

RECORD = {
    "id": 7,
    "address": {"city": "Paris", "geo": {"lat": Decimal("48.8")}},
    "tags": [{"name": "a"}, "b"],
    "a.b": "dotted",
    "a": {"b": "nested", "c": None},
    "none": None,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", 7),
        ("address.city", "Paris"),
        ("address.geo.lat", Decimal("48.8")),
        ("address", RECORD["address"]),
        ("tags.0.name", "a"),
        ("tags.1", "b"),
        ("a.b", "dotted"),  # a key with a dot wins
        ("a.c", None),
        ("none", None),
        ("", RECORD),
        ("nothing", MISSING),
        ("address.nothing", MISSING),
        ("address.city.letter", MISSING),
        ("none.below", MISSING),
        ("tags.9", MISSING),
        ("tags.-1", MISSING),
        ("tags.name", MISSING),
        ("id.0", MISSING),
    ],
)
def test_value_at(path: str, value: Any) -> None:
    assert value_at(RECORD, path) == value


@pytest.mark.parametrize("record", [None, 7, "text", True, MISSING])
def test_nothing_stands_in_what_is_no_object(record: Any) -> None:
    assert value_at(record, "a.b") is MISSING
    assert not MISSING
    assert repr(MISSING) == "MISSING"


names = st.text("abc", min_size=1, max_size=3)


@given(steps=st.lists(names, min_size=1, max_size=6), value=st.integers())
def test_what_is_put_at_a_path_is_found_there(steps: list[str], value: int) -> None:
    record: Any = value
    for step in reversed(steps):
        record = {step: record}
    assert value_at(record, ".".join(steps)) == value


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=3),
)


@given(record=json, path=st.text("abc.01", max_size=8))
def test_a_path_never_fails(record: Any, path: str) -> None:
    value_at(record, path)


@pytest.mark.parametrize(
    ("earlier", "higher"),
    [
        ("9", "10"),
        ("-10", "-9"),
        ("1.5", "1.50000001"),
        ("1700000000", "1700000001"),
        ("999999999999999999998", "999999999999999999999"),
        ("2026-01-02T10:00:00Z", "2026-01-02T10:00:00.001Z"),
        ("2026-01-02T10:00:00+02:00", "2026-01-02T08:00:01Z"),
        ("2026-01-02T23:30:00-02:00", "2026-01-03T02:00:00+00:00"),
        ("2026-01-02", "2026-01-02T00:00:01Z"),
        ("2026-01-02 10:00:00", "2026-01-02T10:00:01Z"),
        ("2026-01-02T10:00:00+0200", "2026-01-02T10:00:00Z"),
        ("abc", "abd"),
        ("c-9", "c-91"),
    ],
)
def test_later_tells_the_higher_one(earlier: str, higher: str) -> None:
    assert later(earlier, higher) == higher
    assert later(higher, earlier) == higher


def test_later_without_one_and_on_a_tie() -> None:
    assert later(None, None) is None
    assert later("1", None) == "1"
    assert later(None, "1") == "1"
    assert later("2026-01-02T10:00:00+02:00", "2026-01-02T08:00:00Z") == "2026-01-02T10:00:00+02:00"
    assert later("1", "1.0") == "1"


# far from the ends of time, where zones cannot shift
moments = st.integers(0, 7 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
cursors = (
    st.integers().map(str)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda d: format(d, "f"))
    | st.builds(lambda moment, zone: moment.astimezone(zone).isoformat(), moments, zones)
    | moments.map(lambda moment: moment.date().isoformat())
    | st.text(min_size=1, max_size=10)
)


@given(a=moments, b=moments, one=zones, other=zones)
def test_times_compare_by_the_moment_in_whatever_zones(
    a: datetime, b: datetime, one: timezone, other: timezone
) -> None:
    early, late = sorted([a, b])
    assert later(early.astimezone(one).isoformat(), late.astimezone(other).isoformat()) in (
        late.astimezone(other).isoformat(),
        early.astimezone(one).isoformat() if early == late else None,
    )


@given(a=st.integers(), b=st.integers())
def test_numbers_compare_by_value(a: int, b: int) -> None:
    assert later(str(a), str(b)) == str(max(a, b))


@given(st.lists(cursors, min_size=1, max_size=4))
def test_the_latest_does_not_depend_on_the_order(values: list[str]) -> None:
    found = {latest(order) for order in permutations(values)}
    best = latest(values)
    if best is None:
        assert all(not value.strip() for value in values)
    else:
        assert all(later(best, other) == best for other in found)
        assert all(later(best, value.strip() or None) == best for value in values)


@given(cursors, cursors, cursors)
def test_later_is_transitive(a: str, b: str, c: str) -> None:
    best = later(later(a, b), c)
    assert later(best, a) == later(best, b) == later(best, c) == best


def test_one_bad_record_moves_no_cursor() -> None:
    times = ["2026-01-02T10:00:00Z", "zzz", "9999 soon", None, {"a": 1}, True, "x" * 300]
    assert latest(times, FieldType.DATETIME) == "2026-01-02T10:00:00Z"
    assert latest([5, "later", 7], FieldType.INTEGER) == "7"
    assert latest([1700000000, 1700000005], FieldType.DATETIME) == "1700000005"
    assert latest(["b", "a"], FieldType.STRING) == "b"
    assert latest([]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (Decimal("7.50"), "7.50"),
        (Decimal("1E+3"), "1000"),
        (" a ", "a"),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
        (10**300, None),
    ],
)
def test_as_cursor(value: Any, text: str | None) -> None:
    assert as_cursor(value) == text


@pytest.mark.parametrize(
    ("cursor", "seconds", "moved"),
    [
        ("2026-01-02T10:00:00Z", 60, "2026-01-02T09:59:00Z"),
        ("2026-01-02T10:00:00.250Z", 60, "2026-01-02T09:59:00.250Z"),
        ("2026-01-02T10:00:00.000251Z", 60, "2026-01-02T09:59:00.000251Z"),
        ("2026-01-02T10:00:00+02:00", 60, "2026-01-02T07:59:00Z"),
        ("2026-01-02T10:00:00", 60, "2026-01-02T09:59:00"),
        ("2026-01-02 10:00:00", 60, "2026-01-02 09:59:00"),
        ("2026-01-02", 60, "2026-01-01"),
        ("0001-01-01T00:00:30Z", 60, "0001-01-01T00:00:00Z"),
        ("1700000060", 60, "1700000000"),
        ("1700000060000", 60, "1700000000000"),
        ("1700000060.5", 60, "1700000000.5"),
        ("30", 60, "0"),
        ("-30", 60, "-30"),
        ("cus_123", 60, "cus_123"),
        ("2026-01-02T10:00:00Z", 0, "2026-01-02T10:00:00Z"),
    ],
)
def test_earlier_by(cursor: str, seconds: int, moved: str) -> None:
    assert earlier_by(cursor, seconds) == moved


@given(cursor=cursors, seconds=st.integers(0, 10**6))
def test_an_overlap_never_moves_forward(cursor: str, seconds: int) -> None:
    assert later(cursor, earlier_by(cursor, seconds)) == cursor


def test_moment_of_the_ends_of_time() -> None:
    assert moment_of("0001-01-01T00:00:00+10:00") == datetime.min.replace(tzinfo=UTC)
    assert moment_of("9999-12-31T23:59:59-10:00") is not None
    assert moment_of("soon") is None
