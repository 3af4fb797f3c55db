"""Names that people really have: what is suggested, and above all what is not."""

import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.catalog import DataType
from bot.projects.shape import Column, TableShape, proposed_table
from bot.setup.fitting import misfit
from bot.setup.suggestions import SuggestedPair, suggest
from store.vocabulary import FieldType

T = FieldType


@dataclass(frozen=True)
class Pair:
    source_field: str
    project_field: str


def data_type(fields: dict[str, FieldType], *key: str, name: str = "customers") -> DataType:
    return DataType.model_validate(
        {
            "id": name,
            "name": name.title(),
            "primary_key": list(key),
            "list": {"path": "/x", "records": "data"},
            "fields": fields,
        }
    )


def texts(*names: str) -> dict[str, FieldType]:
    return dict.fromkeys(names, T.STRING)


def table(columns: dict[str, FieldType], *key: str, name: str = "people") -> TableShape:
    return TableShape(
        name, tuple(Column(c, kind, "x", c not in key, c in key) for c, kind in columns.items())
    )


def pairs_of(suggested: list[SuggestedPair]) -> dict[str, str]:
    return {pair.source_field: pair.project_field for pair in suggested}


CUSTOMERS = {
    "id": T.INTEGER,
    "email": T.EMAIL,
    "first_name": T.STRING,
    "last_name": T.STRING,
    "phone": T.STRING,
    "address.city": T.STRING,
    "address.country": T.STRING,
    "address.postcode": T.STRING,
    "total_spent": T.DECIMAL,
    "orders_count": T.INTEGER,
    "accepts_marketing": T.BOOLEAN,
    "tags": T.JSON,
    "birthday": T.DATE,
    "created_at": T.DATETIME,
    "updated_at": T.DATETIME,
}


def test_a_table_made_for_the_data_type_is_suggested_whole() -> None:
    kind = data_type(CUSTOMERS, "id")
    name, columns = proposed_table("demo_store", kind)
    made = TableShape(
        name, tuple(Column(c.name, c.type, "x", True, c.primary_key) for c in columns)
    )
    suggested = suggest(kind, made, [])
    assert pairs_of(suggested) == {path: path.replace(".", "_") for path in CUSTOMERS}
    assert suggested[0] == SuggestedPair("id", T.INTEGER, "id", T.INTEGER, True)
    assert [pair.is_primary_key for pair in suggested[1:]] == [False] * (len(CUSTOMERS) - 1)


def test_a_grown_table_of_a_crm() -> None:
    crm = table(
        {
            **texts("client_no", "E-Mail", "firstName", "surname", "telephone", "City", "county"),
            **texts("postal_code", "fax", "email2", "middle_name", "nickname", "company", "notes"),
            **texts("unsubscribed", "name", "state", "currency"),
            "total": T.DECIMAL,
            "total_tax": T.DECIMAL,
            "order_count": T.INTEGER,
            "birth_date": T.DATE,
            "createdAt": T.DATETIME,
            "customer_id": T.INTEGER,
            "last_updated": T.DATETIME,
        },
        "client_no",
    )
    assert pairs_of(suggest(data_type(CUSTOMERS, "id"), crm, [])) == {
        "id": "customer_id",
        "email": "E-Mail",
        "first_name": "firstName",
        "last_name": "surname",
        "phone": "telephone",
        "address.city": "City",
        "address.postcode": "postal_code",
        "orders_count": "order_count",
        "birthday": "birth_date",
        "created_at": "createdAt",
    }


@pytest.mark.parametrize(
    ("source", "project"),
    [
        ("created_at", "updated_at"),
        ("first_name", "last_name"),
        ("shipping_city", "billing_city"),
        ("address_line_1", "address_line_2"),
        ("min_temperature", "max_temperature"),
        ("minimum_temperature", "maximum_temperature"),
        ("subscribed", "unsubscribed"),
        ("active", "inactive"),
        ("is_verified", "unverified"),
        ("country", "county"),
        ("latitude", "altitude"),
        ("latitude", "longitude"),
        ("discount", "account"),
        ("quantity", "quality"),
        ("state", "status"),
        ("total", "total_tax"),
        ("name", "nickname"),
        ("start_date", "end_date"),
        ("price", "price_before_tax"),
        ("id", "order_id"),
        ("order.id", "id"),
        ("company.name", "name"),
        ("email", "email_verified"),
        ("customer", "consumer"),
        ("a", "b"),
        ("number", "member"),
    ],
)
def test_never_silly(source: str, project: str) -> None:
    for one, other in ((source, project), (project, source)):
        assert suggest(data_type(texts(one)), table(texts(other)), []) == []


@pytest.mark.parametrize(
    ("source", "project"),
    [
        ("total_spent", "TotalSpent"),
        ("totalSpent", "TOTAL_SPENT"),
        ("is_active", "active"),
        ("email", "customer_email"),
        ("customer.email", "email"),
        ("color", "colour"),
        ("postcode", "postal_code"),
        ("address.city", "city"),
        ("address.city", "address_city"),
        ("adress", "address"),
        ("organisation", "organization"),
        ("größe", "Größe"),
        ("客户", "客户"),
        ("price", "prices"),
    ],
)
def test_alike(source: str, project: str) -> None:
    found = suggest(data_type(texts(source)), table(texts(project)), [])
    assert pairs_of(found) == {source: project}


def test_the_better_name_wins() -> None:
    kind = data_type(texts("city", "address.city", "e_mail", "email"))
    found = pairs_of(suggest(kind, table(texts("email", "city", "address_city", "e-mail")), []))
    assert found == {
        "city": "city",
        "address.city": "address_city",
        "e_mail": "e-mail",
        "email": "email",
    }


def test_an_ending_that_two_fields_share_says_nothing() -> None:
    kind = data_type(texts("billing.city", "shipping.city"))
    assert suggest(kind, table(texts("city")), []) == []


def test_types_that_do_not_fit_are_not_suggested() -> None:
    kind = data_type({"price": T.STRING, "stock": T.INTEGER})
    found = suggest(kind, table({"price": T.DECIMAL, "stock": T.DECIMAL}), [])
    assert pairs_of(found) == {"stock": "stock"}


def test_what_is_mapped_already_is_left_alone() -> None:
    kind = data_type(texts("email", "name"))
    assert suggest(kind, table(texts("email", "name")), [Pair("name", "email")]) == []


def test_two_primary_keys_belong_together() -> None:
    kind = data_type({"id": T.INTEGER, "no": T.STRING}, "id")
    suggested = suggest(kind, table({"reference": T.INTEGER}, "reference"), [])
    assert suggested == [SuggestedPair("id", T.INTEGER, "reference", T.INTEGER, True)]
    counting = Column("row", T.INTEGER, "bigint", False, True, has_default=True)
    assert suggest(kind, TableShape("t", (counting,)), []) == []
    assert suggest(kind, table({"reference": T.DATE}, "reference"), []) == []


def test_primary_keys_come_first_in_their_order() -> None:
    kind = data_type(texts("note", "line", "shop"), "shop", "line")
    suggested = suggest(kind, table(texts("line", "note", "shop")), [])
    assert [(p.source_field, p.is_primary_key) for p in suggested] == [
        ("shop", True),
        ("line", True),
        ("note", False),
    ]


NAMES = st.dictionaries(st.text(min_size=1, max_size=8), st.sampled_from(FieldType), max_size=8)


@given(NAMES, NAMES)
def test_each_field_at_most_once_and_always_fitting(
    fields: dict[str, FieldType], columns: dict[str, FieldType]
) -> None:
    kind = data_type(texts("x")).model_copy(update={"fields": fields})
    suggested = suggest(kind, table(columns), [])
    assert len({pair.source_field for pair in suggested}) == len(suggested)
    assert len({pair.project_field for pair in suggested}) == len(suggested)
    for pair in suggested:
        assert fields[pair.source_field] is pair.source_type
        assert columns[pair.project_field] is pair.project_type
        assert misfit(pair.source_type, pair.project_type) is None


def test_three_hundred_fields_are_quick() -> None:
    words = ("alpha", "beta", "gamma")
    names = [f"field_{word}_{number}" for number in range(100) for word in words]
    kind = data_type(texts(*names), names[0])
    columns = [name.title().replace("_", "") for name in names]
    began = time.perf_counter()
    suggested = suggest(kind, table(texts(*columns)), [])
    assert time.perf_counter() - began < 1
    assert pairs_of(suggested) == dict(zip(names, columns, strict=True))
