"""Records into rows by a compiled mapping, held against a plain reading of the same mapping."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.catalog import DataType
from bot.errors import Refused, SchemaDrift
from bot.projects.shape import Column, Limits, TableShape
from bot.sync.plan import BadRecord, Plan, compile_plan
from bot.sync.transforms import TRANSFORMS
from bot.sync.values import PARSE, Unfit
from store.models import MappingPair
from store.vocabulary import FieldType

T = FieldType
FIELDS = {
    "id": T.INTEGER,
    "email": T.EMAIL,
    "address.city": T.STRING,
    "total_spent": T.DECIMAL,
    "birthday": T.DATE,
    "created_at": T.DATETIME,
    "deleted_at": T.DATETIME,
    "tags": T.JSON,
    "active": T.BOOLEAN,
    "a.b.c": T.STRING,
}
RECORD = {
    "id": "7",
    "email": "a@example.com",
    "address": {"city": "Lyon"},
    "total_spent": "12.50",
    "birthday": "2000-02-29",
    "created_at": "2024-05-01T14:00:00+02:00",
    "tags": ["x"],
    "active": True,
    "a": {"b": {"c": "deep"}},
    "unknown": 1,
}


def data_type(fields: dict[str, FieldType] = FIELDS) -> DataType:
    return DataType.model_validate(
        {
            "id": "customers",
            "name": "Customers",
            "primary_key": "id",
            "list": {"path": "/customers", "records": "data"},
            "updates": {"created": True, "updated": True, "deleted": "deleted_at"},
            "fields": fields,
        }
    )


def column(name: str, kind: FieldType, *, nullable: bool = True, **limits: Any) -> Column:
    return Column(name, kind, "native", nullable, False, limits=Limits(**limits))


def pair(
    source: str,
    project: str,
    into: FieldType | None = None,
    transform: str | None = None,
    *,
    key: bool = False,
) -> MappingPair:
    return MappingPair(
        source_field=source,
        source_type=FIELDS[source],
        project_field=project,
        project_type=into or FIELDS[source],
        transform=transform,
        is_primary_key=key,
    )


def planned(*pairs: MappingPair, **columns: Column) -> Plan:
    """A plan into a table that has what the pairs ask for, but for `columns`."""
    made = [columns.get(p.project_field, column(p.project_field, p.project_type)) for p in pairs]
    return compile_plan(data_type(), pairs, TableShape("people", tuple(made)))


ID = pair("id", "number", key=True)


def test_a_record_becomes_a_row() -> None:
    plan = planned(
        pair("email", "mail", T.STRING),
        ID,
        pair("address.city", "city"),
        pair("total_spent", "spent"),
        pair("total_spent", "spent_text", T.STRING),
        pair("birthday", "born", T.DATETIME),
        pair("created_at", "made"),
        pair("tags", "tags"),
        pair("active", "flag", T.INTEGER),
        pair("a.b.c", "deep"),
        pair("created_at", "made_on", T.DATE, "as_date"),
    )
    assert plan.target.columns[:3] == ("mail", "number", "city")
    assert plan.target.key == ("number",)
    assert plan.map(RECORD) == (
        "a@example.com",
        7,
        "Lyon",
        Decimal("12.50"),
        "12.5",
        datetime(2000, 2, 29, tzinfo=UTC),
        datetime(2024, 5, 1, 12, tzinfo=UTC),
        '["x"]',
        1,
        "deep",
        date(2024, 5, 1),
    )
    assert plan.key_of({"id": 7.0}) == (7,)


def test_what_a_record_lacks_is_null() -> None:
    plan = planned(ID, pair("email", "mail"), pair("address.city", "city"), pair("a.b.c", "deep"))
    for rest in ({}, {"email": None, "address": None, "a": {"b": None}}, {"address": 5, "a": {}}):
        assert plan.map({"id": 1, **rest}) == (1, None, None, None)


def test_a_key_with_dots_wins_over_the_nested_reading() -> None:
    plan = planned(ID, pair("address.city", "city"))
    flat = {"id": 1, "address": {"city": "nested"}, "address.city": "flat"}
    assert plan.map(flat) == (1, "flat")


@pytest.mark.parametrize("missing", [{}, {"id": None}, {"id": ""}, {"id": "  "}])
def test_a_record_without_its_key_is_bad(missing: dict[str, Any]) -> None:
    plan = planned(ID, pair("email", "mail"))
    with pytest.raises(BadRecord) as bad:
        plan.map(missing)
    assert (bad.value.field, bad.value.reason) == ("id", "id is empty, and it is the primary key")
    assert plan.key_of(missing) is None


def test_reasons_name_the_field_and_never_the_value() -> None:
    plan = planned(ID, pair("total_spent", "spent"))
    reasons = set()
    for value in ("secret", "other", [], True):
        with pytest.raises(BadRecord) as bad:
            plan.map({"id": 1, "total_spent": value})
        assert bad.value.field == "total_spent"
        reasons.add(bad.value.reason)
    assert reasons == {"total_spent is not a decimal number"}


def test_what_is_no_record_is_bad() -> None:
    plan = planned(ID)
    for value in (None, 5, "x", [RECORD]):
        with pytest.raises(BadRecord, match="not a JSON object"):
            plan.map(value)  # type: ignore[arg-type]
        assert plan.key_of(value) is None  # type: ignore[arg-type]
        assert not plan.is_deleted(value)  # type: ignore[arg-type]


def test_a_field_that_must_have_a_value() -> None:
    plan = planned(ID, pair("address.city", "city"), city=column("city", T.STRING, nullable=False))
    assert plan.map({"id": 1, "address": {"city": ""}}) == (1, "")
    with pytest.raises(BadRecord) as bad:
        plan.map({"id": 1})
    assert bad.value.reason == "address.city is empty, but “city” must have a value"


def test_limits_of_the_column_are_kept() -> None:
    plan = planned(
        ID,
        pair("total_spent", "spent", T.DECIMAL, "round_cents"),
        pair("address.city", "city"),
        spent=column("spent", T.DECIMAL, digits=4, decimals=2),
        city=column("city", T.STRING, length=4),
    )
    assert plan.map({"id": 1, "total_spent": "12.345", "address": {"city": "Lyon"}}) == (
        1,
        Decimal("12.34"),
        "Lyon",
    )
    with pytest.raises(BadRecord, match=r"address\.city is longer than its project field allows"):
        plan.map({"id": 1, "address": {"city": "Paris"}})
    with pytest.raises(BadRecord, match="total_spent is out of the range of its project field"):
        plan.map({"id": 1, "total_spent": "100"})


@pytest.mark.parametrize(
    ("mark", "gone"),
    [
        ("2024-01-01T00:00:00Z", True),
        (True, True),
        ("true", True),
        (1, True),
        (None, False),
        (False, False),
        ("", False),
        ("false", False),
        (0, False),
    ],
)
def test_deleted_records_say_so(mark: Any, gone: bool) -> None:
    assert planned(ID).is_deleted({"id": 1, "deleted_at": mark}) is gone
    assert not planned(ID).is_deleted({"id": 1})


def test_fields_that_no_record_has() -> None:
    plan = planned(ID, pair("email", "mail"), pair("address.city", "city"), pair("a.b.c", "deep"))
    assert plan.absent_fields([{"id": 1}, {"id": 2, "address": None}]) == {"email", "a.b.c"}
    assert plan.absent_fields([{"id": 1, "email": None}, RECORD]) == set()
    assert plan.absent_fields([]) == set()
    assert plan.absent_fields([None, 5]) == set()
    assert plan.absent_fields([{"id": 1, "address": {}, "a": {"b": {}}}]) == {
        "email",
        "address.city",
        "a.b.c",
    }


def test_drift_of_the_table_is_told_change_by_change() -> None:
    table = TableShape("people", (column("number", T.STRING), column("mail", T.STRING)))
    with pytest.raises(SchemaDrift) as drift:
        compile_plan(data_type(), [ID, pair("email", "mail"), pair("tags", "gone")], table)
    assert drift.value.changes == [
        "The project field “number” was integer and is string now.",
        "The project field “gone” is gone.",
    ]
    assert "Customers" in drift.value.sentence
    assert "people" in drift.value.sentence


def test_drift_of_the_service_is_told_too() -> None:
    table = TableShape("people", (column("number", T.INTEGER), column("spent", T.DECIMAL)))
    fields = {key: kind for key, kind in FIELDS.items() if key != "id"}
    later = data_type({**fields, "id": T.INTEGER, "total_spent": T.STRING})
    with pytest.raises(SchemaDrift) as drift:
        compile_plan(later, [ID, pair("total_spent", "spent")], table)
    assert len(drift.value.changes) == 1
    assert drift.value.changes[0].startswith("“total_spent” → “spent”: The source gives text")
    unkeyed = later.model_copy(update={"fields": {"total_spent": T.DECIMAL}})
    with pytest.raises(SchemaDrift) as drift:
        compile_plan(unkeyed, [ID], table)
    assert drift.value.changes == ["Customers has no field “id” any more."]


def test_an_email_field_and_a_text_field_are_kept_alike() -> None:
    plan = planned(ID, pair("email", "mail", T.EMAIL), mail=column("mail", T.STRING))
    assert plan.map(RECORD) == (7, "a@example.com")


def test_no_plan_without_a_key() -> None:
    with pytest.raises(Refused, match="No primary key"):
        planned(pair("email", "mail"))
    with pytest.raises(Refused, match="JSON tells no records apart"):
        planned(pair("tags", "tags", key=True))


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.decimals(),
    st.text(max_size=5),
    st.sampled_from(["1", "1.5", "", "a@b.c", "2024-01-01", "2024-01-01T00:00:00+01:00"]),
    st.lists(st.integers(), max_size=2),
)
FLAT = ["id", "email", "total_spent", "birthday", "created_at", "tags", "active"]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FLAT, VALUES)))
def test_a_plan_does_what_its_pairs_say(record: dict[str, Any]) -> None:
    plan = planned(*(pair(name, f"to_{name}", key=name == "id") for name in FLAT))
    row, trouble = [], None
    for name in FLAT:
        value = record.get(name)
        try:
            converted = None if value is None else PARSE[FIELDS[name]](value)
        except Unfit as unfit:
            trouble = f"{name} {unfit}"
            break
        if converted is None and name == "id":
            trouble = "id is empty, and it is the primary key"
            break
        row.append(converted)
    if trouble is None:
        assert plan.map(record) == tuple(row)
        assert plan.key_of(record) == (row[0],)
    else:
        with pytest.raises(BadRecord) as bad:
            plan.map(record)
        assert bad.value.reason == trouble


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("trim", " a ", "a"),
        ("lowercase", "ÄB", "äb"),
        ("uppercase", "äb", "ÄB"),
        ("empty_as_null", "  ", None),
        ("as_integer", "12", 12),
        ("as_integer", Decimal("3.0"), 3),
        ("as_number", "1.50", Decimal("1.50")),
        ("round_cents", Decimal("0.125"), Decimal("0.12")),
        ("round_cents", Decimal("1E+50"), Decimal("1E+50")),
        ("as_boolean", 1, True),
        ("as_date", datetime(2024, 5, 1, 23, tzinfo=UTC), date(2024, 5, 1)),
        ("as_date", "2024-05-01", date(2024, 5, 1)),
        ("as_datetime", "2024-05-01", datetime(2024, 5, 1, tzinfo=UTC)),
        ("epoch_seconds", 86400, datetime(1970, 1, 2, tzinfo=UTC)),
        ("epoch_seconds", "", None),
        ("epoch_milliseconds", Decimal(86400000), datetime(1970, 1, 2, tzinfo=UTC)),
        ("as_json", '{"b": 1.10, "a": []}', '{"a":[],"b":1.10}'),
        ("as_json", " ", None),
    ],
)
def test_transforms(name: str, given: Any, expected: Any) -> None:
    assert TRANSFORMS[name].apply(given) == expected


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("as_integer", Decimal("3.5")),
        ("as_number", "x"),
        ("as_json", "{"),
        ("as_json", '"\\u0000"'),
        ("epoch_seconds", 10**15),
        ("epoch_seconds", "soon"),
    ],
)
def test_transforms_refuse_what_they_cannot_do(name: str, given: Any) -> None:
    with pytest.raises(Unfit):
        TRANSFORMS[name].apply(given)
