from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.catalog import DataType, data_type_from
from bot.connectors.discovery import discovered, fields_of, guessed_key, type_of
from bot.connectors.values import MISSING, value_at
from bot.errors import Refused
from store.vocabulary import FieldType, UpdateType


def defined(**changes: Any) -> DataType:
    return data_type_from({"id": "beers", "name": "Beers", "list": {"path": "/b"}} | changes)


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (None, None),
        (True, FieldType.BOOLEAN),
        (7, FieldType.INTEGER),
        (Decimal("0.1"), FieldType.DECIMAL),
        (0.5, FieldType.DECIMAL),
        ("a", FieldType.STRING),
        ("", FieldType.STRING),
        ("12345", FieldType.STRING),
        ("12.50", FieldType.STRING),
        ("20260102", FieldType.STRING),
        ("a@example.com", FieldType.EMAIL),
        ("a@b", FieldType.STRING),
        ("2026-01-02", FieldType.DATE),
        ("2026-01-02T10:00:00Z", FieldType.DATETIME),
        ("2026-01-02 10:00:00+02:00", FieldType.DATETIME),
        ("2026-13-02", FieldType.STRING),
        ("2026-01-02 and later", FieldType.STRING),
        ([1], FieldType.JSON),
        ({}, FieldType.JSON),
    ],
)
def test_the_type_of_a_value(value: Any, type: FieldType | None) -> None:
    assert type_of(value) is type


@pytest.mark.parametrize(
    ("values", "type"),
    [
        ([1, Decimal("1.5")], FieldType.DECIMAL),
        ([1, "a"], FieldType.STRING),
        (["2026-01-02", "2026-01-02T10:00:00Z"], FieldType.DATETIME),
        (["a@example.com", "nobody"], FieldType.STRING),
        ([True, 1], FieldType.STRING),
        ([None, 1], FieldType.INTEGER),
        ([None, None], FieldType.STRING),
        ([[1], "a"], FieldType.JSON),
        ([{}, "a"], FieldType.JSON),
    ],
)
def test_the_type_that_fits_several(values: list[Any], type: FieldType) -> None:
    assert fields_of([{"a": value} for value in values]) == {"a": type}


def test_objects_become_paths() -> None:
    records: list[dict[str, Any]] = [
        {"id": 1, "address": {"city": "Paris", "geo": {"lat": 1, "lon": 2}}, "tags": [{"a": 1}]},
        {"id": 2, "address": None, "empty": {}},
        {"id": 3, "address": {"zip": "1"}},
    ]
    assert fields_of(records) == {
        "id": FieldType.INTEGER,
        "address.city": FieldType.STRING,
        "address.geo.lat": FieldType.INTEGER,
        "address.geo.lon": FieldType.INTEGER,
        "tags": FieldType.JSON,
        "empty": FieldType.JSON,
        "address.zip": FieldType.STRING,
    }


def test_what_is_now_an_object_and_now_a_text_stays_a_field_too() -> None:
    fields = fields_of([{"customer": "c1"}, {"customer": {"id": "c1"}}])
    assert fields == {"customer": FieldType.STRING, "customer.id": FieldType.STRING}


def test_a_table_keyed_by_data_is_no_set_of_fields() -> None:
    assert fields_of([{"by_day": {str(day): day for day in range(51)}}]) == {
        "by_day": FieldType.JSON
    }


def test_depth_and_number_have_limits() -> None:
    deep: dict[str, Any] = {"e": 1}
    for name in "dcba":
        deep = {name: deep}
    assert fields_of([deep]) == {"a.b.c.d": FieldType.JSON}
    wide = [{f"k{number}": 1 for number in range(start, start + 400)} for start in (0, 400)]
    assert len(fields_of(wide)) == 500


def test_keys_that_no_path_can_name_are_left_out() -> None:
    assert fields_of([{"": 1, " a": 1, "First name": "x", "k" * 300: 1}]) == {
        "First name": FieldType.STRING
    }


names = st.sampled_from(["id", "a", "b", "c d", "e.f"])
records = st.lists(
    st.dictionaries(
        names,
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda below: st.lists(below, max_size=2) | st.dictionaries(names, below, max_size=3),
            max_leaves=10,
        ),
        max_size=4,
    ),
    max_size=4,
)


@given(records)
def test_every_field_is_found_in_some_record(records: list[dict[str, Any]]) -> None:
    for path in fields_of(records):
        assert any(value_at(record, path) is not MISSING for record in records)


@given(records)
def test_what_is_discovered_is_in_the_grammar(records: list[dict[str, Any]]) -> None:
    if not fields_of(records):
        with pytest.raises(Refused, match="no records yet"):
            discovered(defined(), records)
        return
    found = discovered(defined(), records)
    assert data_type_from(found.model_dump(mode="json")) == found


@pytest.mark.parametrize(
    ("records", "key"),
    [
        ([{"name": "a", "id": 1}, {"name": "b", "id": 2}], ("id",)),
        ([{"name": "a", "id": 1}, {"name": "b", "id": 1}], ("name",)),
        ([{"name": "a", "id": None}], ("name",)),
        ([{"name": "a", "uuid": "u"}], ("uuid",)),
        ([{"name": "a", "beer_id": 5}], ("beer_id",)),
        ([{"name": "a", "orderId": 5}], ("orderId",)),
        ([{"nested": {"id": 5}, "at": "2026-01-02"}], ("nested.id",)),
        ([{"name": "a"}, {"name": "a"}], ()),
        ([{"on": True}, {"on": False}], ()),
        ([{"name": "a"}, {}], ()),
    ],
)
def test_guessing_the_key(records: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    assert guessed_key("beers", fields_of(records), records) == key


def test_what_a_member_said_stays() -> None:
    beers = defined(
        primary_key=["name"],
        paginator={"type": "page", "param": "p"},
        incremental={"field": "changed", "param": "since"},
        fields={"old": "string", "name": "string", "changed": "datetime"},
        updates={"created": True},
    )
    found = discovered(beers, [{"id": 1, "name": "a", "changed": "2026-01-02T10:00:00Z"}])
    assert found.primary_key == ("name",)
    assert found.paginator == beers.paginator
    assert found.incremental == beers.incremental
    assert found.update_types() == (UpdateType.CREATED,)
    assert "old" not in found.fields


def test_a_key_that_is_gone_is_guessed_anew() -> None:
    beers = defined(primary_key=["old"], fields={"old": "string"})
    assert discovered(beers, [{"id": 1}]).primary_key == ("id",)


def test_a_cursor_that_is_gone_is_refused() -> None:
    beers = defined(incremental={"field": "changed", "param": "since"})
    with pytest.raises(Refused, match="“changed” is not among the fields"):
        discovered(beers, [{"id": 1}])


@pytest.mark.parametrize("name", ["deleted_at", "is_deleted", "deletedAt"])
def test_deletions_are_offered_where_a_field_tells_them(name: str) -> None:
    found = discovered(defined(), [{"id": 1, name: None}])
    assert found.updates.deleted == name
    assert UpdateType.DELETED in found.update_types()
    assert UpdateType.DELETED not in discovered(defined(), [{"id": 1}]).update_types()
