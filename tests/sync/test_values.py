"""Values of JSON into values of rows: exact, or refused with a reason."""

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sync.values import (
    PARSE,
    WIDEN,
    Unfit,
    boolean,
    day,
    decimal,
    email,
    json_text,
    moment,
    text,
    whole,
)
from store.vocabulary import FieldType

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.decimals()
    | st.text(st.characters())
    | st.sampled_from(["12", "2024-01-01", "", " ", "NaN", "1e5", "true", "a@b.c", "\0", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OWN = {
    FieldType.INTEGER: int,
    FieldType.DECIMAL: Decimal,
    FieldType.STRING: str,
    FieldType.EMAIL: str,
    FieldType.BOOLEAN: bool,
    FieldType.DATE: date,
    FieldType.DATETIME: datetime,
    FieldType.JSON: str,
}


@given(st.sampled_from(FieldType), JSON)
def test_a_value_is_of_its_type_or_refused(kind: FieldType, value: Any) -> None:
    try:
        parsed = PARSE[kind](value)
    except Unfit:
        return  # any other error would fail here
    if parsed is None:
        assert isinstance(value, str)
        assert not value.strip()
        return
    assert type(parsed) is OWN[kind]
    if isinstance(parsed, str):
        parsed.encode()
        assert "\0" not in parsed
    for widen in WIDEN[kind].values():
        assert widen(parsed) is not None


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_whole_number_of_64_bits(number: int) -> None:
    assert whole(number) == whole(str(number)) == whole(Decimal(number)) == number


@given(st.integers(min_value=2**63) | st.integers(max_value=-(2**63) - 1))
def test_larger_whole_numbers_are_refused(number: int) -> None:
    for value in (number, str(number), Decimal(number)):
        with pytest.raises(Unfit, match="out of the range"):
            whole(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**50), max_value=10**50))
def test_decimals_are_exact(number: Decimal) -> None:
    assert decimal(number) == number
    assert decimal(f"{number:f}") == number
    assert Decimal(WIDEN[FieldType.DECIMAL][FieldType.STRING](number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_floats_are_taken_as_they_are_written(number: float) -> None:
    assert decimal(number) == Decimal(repr(number))


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60))
def test_times_become_utc(naive: datetime, minutes: int) -> None:
    aware = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    try:
        expected = aware.astimezone(UTC)
    except OverflowError:
        with pytest.raises(Unfit, match="is not a date and time"):
            moment(aware.isoformat())
        return
    assert moment(aware.isoformat()) == expected
    assert moment(naive.isoformat()) == naive.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("convert", "value", "expected"),
    [
        (whole, " 12 ", 12),
        (whole, "+5", 5),
        (whole, 5.0, 5),
        (whole, Decimal("5.00"), 5),
        (whole, "", None),
        (decimal, ".5", Decimal("0.5")),
        (decimal, "1e3", Decimal(1000)),
        (decimal, 0.1, Decimal("0.1")),
        (decimal, " ", None),
        (text, 12, "12"),
        (text, Decimal("1.50"), "1.5"),
        (text, True, "true"),
        (text, "", ""),
        (text, " as it is ", " as it is "),
        (email, " a.b+c@example.com ", "a.b+c@example.com"),
        (email, "ünï@exämple.org", "ünï@exämple.org"),
        (email, "root@localhost", "root@localhost"),
        (email, "", None),
        (boolean, "Yes", True),
        (boolean, 0, False),
        (boolean, "", None),
        (day, "2024-02-29", date(2024, 2, 29)),
        (day, "2024-02-29T23:00:00-05:00", date(2024, 2, 29)),
        (day, "", None),
        (moment, "2024-05-01T12:00:00Z", NOON),
        (moment, "2024-05-01 14:00:00+02:00", NOON),
        (moment, "2024-05-01T12:00:00", NOON),
        (moment, "2024-05-01", NOON.replace(hour=0)),
        (moment, int(NOON.timestamp()), NOON),
        (moment, str(int(NOON.timestamp())), NOON),
        (moment, Decimal(int(NOON.timestamp())) + Decimal("0.5"), NOON.replace(microsecond=500000)),
        (moment, "", None),
        (json_text, {"b": [1, None], "a": "ü"}, '{"a":"ü","b":[1,null]}'),
        (json_text, Decimal("0.12345678901234567890"), "0.12345678901234567890"),
        (json_text, "NaN", '"NaN"'),
        (json_text, "\\u0000", '"\\\\u0000"'),
    ],
)
def test_what_is_taken(convert: Any, value: Any, expected: Any) -> None:
    assert convert(value) == expected
    assert type(convert(value)) is type(expected)


@pytest.mark.parametrize(
    ("convert", "values", "reason"),
    [
        (whole, ["x", "1.5", 1.5, True, [], "1_000", "١", math.nan], "is not a whole number"),
        (decimal, ["x", "1,5", True, {}, "NaN", math.inf, "Infinity"], "is not a decimal number"),
        (decimal, ["1e999", Decimal("1E-5000")], "has too many digits"),
        (text, [[], {}], "is not text"),
        (text, ["a\0"], "holds a character that databases do not keep (NUL)"),
        (text, ["\ud800", "a\udfff"], "holds half a character (a lone surrogate)"),
        (email, ["a", "a@", "@b", "a b@c", "a@b@c", "a@b..c", 5], "is not an e-mail address"),
        (boolean, ["maybe", 2, [], 0.5], "is neither true nor false"),
        (day, ["yesterday", "2023-02-29", 5, "01/02/2024"], "is not a date"),
        (moment, ["x", "2024-13-01", True, [], 10**12, 10**17, math.nan], "is not a date and time"),
        (json_text, [math.nan, [math.inf], {"a": Decimal("NaN")}], "is not JSON that a database"),
        (json_text, [["a\0"], {"\0": 1}], "holds a character that databases do not keep (NUL)"),
        (json_text, ["\ud800"], "holds half a character"),
    ],
)
def test_what_is_refused_and_why(convert: Any, values: list[Any], reason: str) -> None:
    for value in values:
        with pytest.raises(Unfit) as refused:
            convert(value)
        assert str(refused.value).startswith(reason)


def test_deep_json_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Unfit, match="is not JSON"):
        json_text(deep)
    while deep:
        [deep] = deep  # taken apart step by step: Python frees nested lists recursively


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", codec="utf-8")),
        st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_json_is_the_same_value(value: Any) -> None:
    assert json.loads(json_text(value)) == value
    assert json_text(dict(reversed(value.items()))) == json_text(value)
