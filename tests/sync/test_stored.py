"""The form in which values travel to a project: one for each value, and no other types."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sync.stored import digits, stored

SIMPLE = st.none() | st.booleans() | st.integers() | st.text()
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False).filter(
    lambda number: abs(number.adjusted()) < 400
)


@given(st.lists(SIMPLE))
@settings(deadline=None)
def test_what_needs_no_other_form_stays_as_it_is(values: list[Any]) -> None:
    row = stored(values)
    assert row == tuple(values)
    assert [type(value) for value in row] == [type(value) for value in values]


@given(DECIMALS)
@settings(deadline=None)
def test_a_decimal_number_is_all_its_digits(number: Decimal) -> None:
    [text] = stored([number])
    assert Decimal(text) == number
    assert text.lstrip("-").replace(".", "", 1).isdigit()
    assert Decimal(text).as_tuple().exponent == min(int(number.as_tuple().exponent), 0)
    assert text.startswith("-") == (number < 0)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.50", "1.50"),  # closing zeros stay, as the service wrote them
        ("10", "10"),
        ("1E+2", "100"),
        ("-0.0", "0.0"),
        ("-0", "0"),
        ("-0E+3", "0"),
        ("1E-7", "0.0000001"),
        ("-12.5", "-12.5"),
    ],
)
def test_digits(number: str, text: str) -> None:
    assert digits(Decimal(number)) == text


@given(st.dates())
@settings(deadline=None)
def test_a_date_is_iso(day: date) -> None:
    [text] = stored([day])
    assert len(text) == len("2024-05-01")
    assert date.fromisoformat(text) == day


@given(st.datetimes(timezones=st.just(UTC)))
@settings(deadline=None)
def test_a_time_is_utc(moment: datetime) -> None:
    [kept] = stored([moment])
    assert (kept, kept.tzinfo) == (moment, UTC)
    assert stored([moment.replace(tzinfo=None)]) == (moment,)


def test_equal_moments_are_kept_alike() -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    there = noon.astimezone(timezone(timedelta(hours=-5, minutes=-30)))
    assert {(moment, moment.tzinfo) for moment in stored([noon, there])} == {(noon, UTC)}


@given(st.lists(SIMPLE | DECIMALS | st.dates() | st.datetimes(timezones=st.just(UTC))))
@settings(deadline=None)
def test_a_row_is_of_types_that_every_database_takes(values: list[Any]) -> None:
    row = stored(values)
    assert {type(value) for value in row} <= {type(None), bool, int, str, datetime}
    assert stored(row) == row
    msgspec.json.encode([value for value in row if type(value) is not int])
