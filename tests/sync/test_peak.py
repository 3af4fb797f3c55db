"""The record with the highest cursor, found in a column of what was read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connectors.reading import RawRecords
from bot.connectors.values import latest
from bot.sync.peak import Peak, higher, peak_of
from store.vocabulary import FieldType

ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5))])
CLOSE = map(datetime.fromisoformat, ("2024-05-01", "2024-05-01T12:00:00"))
FAR = map(datetime.fromisoformat, ("0002-01-01", "9998-01-01"))
TIMES = st.datetimes(*CLOSE, timezones=ZONES) | st.datetimes(*FAR, timezones=ZONES)
WHOLE = st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1)


def peak(column: list[Any]) -> Peak | None:
    """Of records that are odd numbers' places of a page: the others were not as usual."""
    records = RawRecords.of([msgspec.json.encode({"at": value}) for value in column for _ in "ab"])
    return peak_of(tuple(column), records, range(1, 2 * len(column), 2))


@given(st.lists(st.none() | TIMES, max_size=6))
@settings(deadline=None)
def test_of_times_the_latest(column: list[datetime | None]) -> None:
    found = peak(column)
    written = [value and json.loads(msgspec.json.encode(value)) for value in column]
    assert (found and found.text("at")) == latest(written, FieldType.DATETIME)


@given(st.lists(st.none() | WHOLE, max_size=6))
@settings(deadline=None)
def test_of_whole_numbers_the_largest(column: list[int | None]) -> None:
    found = peak(column)
    assert (found and found.text("at")) == latest(column, FieldType.INTEGER)


@pytest.mark.parametrize("column", [[], [None], [None, None]])
def test_of_nothing_there_is_none(column: list[Any]) -> None:
    assert peak(column) is None


def test_zero_is_a_number() -> None:
    found = peak([-1, 0, None, -2])
    assert found is not None
    assert (found.value, found.place, found.text("at")) == (0, 3, "0")


def test_of_equal_ones_the_first() -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    column = [None, noon.replace(tzinfo=None), noon, noon.astimezone(timezone(timedelta(hours=1)))]
    found = peak(column)
    assert found is not None
    assert (found.value, found.place) == (noon, 3)
    later = peak([noon])
    assert higher(found, later) is found
    assert higher(later, found) is later


def test_a_peak_is_higher_than_none() -> None:
    low, high = peak([1]), peak([2])
    assert higher(None, None) is None
    assert higher(low, None) is low
    assert higher(None, low) is low
    assert higher(low, high) is higher(high, low) is high


def test_its_text_is_as_the_service_writes_it_wherever_it_stands() -> None:
    records = RawRecords.of([b'{"a": {"at": "2024-05-01T14:00:00+02:00"}}', b'{"a.at": 7}'])
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    assert Peak(noon, records, 0).text("a.at") == "2024-05-01T14:00:00+02:00"
    assert Peak(7, records, 1).text("a.at") == "7"
