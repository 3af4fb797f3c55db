from bot.connectors.catalog import DataType
from bot.projects.shape import NewColumn, proposed_table
from store.vocabulary import FieldType


def data_type(fields: dict[str, FieldType], *key: str) -> DataType:
    return DataType.model_validate(
        {
            "id": "customers",
            "name": "Customers",
            "primary_key": list(key),
            "list": {"path": "/customers", "records": "data"},
            "fields": fields,
        }
    )


def test_the_primary_key_comes_first_and_paths_become_one_name() -> None:
    fields = {
        "email": FieldType.EMAIL,
        "address.city": FieldType.STRING,
        "id": FieldType.INTEGER,
    }
    assert proposed_table("demo_store", data_type(fields, "id")) == (
        "demo_store_customers",
        [
            NewColumn("id", FieldType.INTEGER, primary_key=True),
            NewColumn("email", FieldType.EMAIL),
            NewColumn("address_city", FieldType.STRING),
        ],
    )


def test_names_that_would_be_the_same_are_told_apart() -> None:
    fields = {
        "a.b": FieldType.STRING,
        "a_b": FieldType.STRING,
        "A-b": FieldType.STRING,
    }
    _, columns = proposed_table("shop", data_type(fields, "a.b"))
    assert [column.name for column in columns] == ["a_b", "a_b_2", "a_b_3"]


def test_a_table_that_exists_is_not_proposed() -> None:
    taken = ["Shop_Customers", "shop_customers_2"]
    name, _ = proposed_table("shop", data_type({"id": FieldType.INTEGER}, "id"), taken)
    assert name == "shop_customers_3"
