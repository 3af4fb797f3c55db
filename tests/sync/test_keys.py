"""Keys as text: equal for equal records, readable again, short enough."""

from decimal import Decimal
from typing import Any

import pytest

from bot.connectors.catalog import load_catalog
from bot.sync.keys import LONGEST, payload_of, read_key, reject_key, write_key

CUSTOMERS = load_catalog().get("demo_store").data_types["customers"]


@pytest.mark.parametrize(
    "key",
    [
        (1,),
        ("a", 2),
        ("12.5",),
        ("2026-02-01 12:30:00+00:00",),
        ("é\n“”", None, True),
    ],
)
def test_a_key_comes_back_as_it_was(key: tuple[Any, ...]) -> None:
    assert read_key(write_key(key)) == key
    assert [type(value) for value in read_key(write_key(key))] == [type(value) for value in key]


def test_a_record_is_known_by_its_primary_key() -> None:
    assert reject_key(CUSTOMERS, {"id": 7, "email": "a"}) == "[7]"
    assert reject_key(CUSTOMERS, {"id": 7, "email": "b"}) == "[7]"


@pytest.mark.parametrize(
    "record", [{"email": "a"}, {"id": None}, {"id": "x" * 300}, {"id": [1]}, "text", None, 5]
)
def test_a_record_without_a_usable_key_is_known_by_what_it_holds(record: Any) -> None:
    key = reject_key(CUSTOMERS, record)

    assert key.startswith("sha256:")
    assert len(key) <= LONGEST
    assert key == reject_key(CUSTOMERS, record)
    assert key != reject_key(CUSTOMERS, {"email": "other"})


def test_a_payload_keeps_numbers_as_they_came() -> None:
    assert payload_of({"a": Decimal("1.10"), "b": 2}) == '{"a":1.10,"b":2}'
