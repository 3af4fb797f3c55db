"""Service files: the four that come along, and what is refused in others, with its line."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.catalog import (
    Catalog,
    CatalogError,
    data_type_from,
    data_type_of,
    load_catalog,
    load_service,
)
from bot.connectors.grammar import Service
from bot.errors import NotFound, Refused
from store.models import Transfer
from store.vocabulary import AuthKind, FieldType, UpdateType
from tests.connectors.serving import service

FILE = """\
id: acme
name: Acme
docs: https://docs.example.com
base_url: "{shop_url}/api"
params:
  - name: shop_url
    label: Shop URL
    kind: url
auth:
  - type: oauth2
    label: Sign in
    authorize_url: "{shop_url}/authorize"
    token_url: "{shop_url}/token"
  - type: api_key
    label: API key
    header: X-Api-Key
check: {path: "/me"}
rate_limit: {requests: 2}
data_types:
  things:
    name: Things
    primary_key: [id, part]
    list: {path: "/things", records: data}
    paginator:
      type: cursor
      cursor: next
      param: after
    incremental:
      field: updated_at
      param: since
    updates: {created: created_at, updated: true, deleted: gone.at}
    fields:
      id: integer
      part: string
      gone.at: datetime
      created_at: datetime
      updated_at: datetime
"""


@pytest.fixture
def catalog() -> Catalog:
    return load_catalog()


def written(folder: Path, text: str, name: str = "acme.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_services_that_come_along(catalog: Catalog) -> None:
    assert list(catalog.services) == ["demo_store", "github", "stripe", "custom_rest"]
    assert set(catalog.get("demo_store").data_types) == {"customers", "orders", "products"}
    assert set(catalog.get("stripe").data_types) == {"customers", "invoices", "subscriptions"}
    assert set(catalog.get("github").data_types) == {"issues", "pull_requests", "repository"}
    assert [s.id for s in catalog.services.values() if s.custom] == ["custom_rest"]
    assert [m.type for m in catalog.get("demo_store").auth] == [AuthKind.OAUTH2, AuthKind.API_KEY]


def test_types_of_updates_are_what_the_service_offers(catalog: Catalog) -> None:
    offered = catalog.get("demo_store").data_types["customers"].update_types()
    assert offered == (UpdateType.CREATED, UpdateType.UPDATED, UpdateType.DELETED)
    assert UpdateType.DELETED not in catalog.get("stripe").data_types["customers"].update_types()


def test_a_service_that_is_gone(catalog: Catalog) -> None:
    with pytest.raises(NotFound, match="“shopware” is not in Patchbay's catalog"):
        catalog.get("shopware")


@pytest.mark.parametrize(
    ("typed", "first"),
    [("strip", "stripe"), ("GIT", "github"), ("dem", "demo_store"), ("rest", "custom_rest"),
     ("githbu", "github")],
)  # fmt: skip
def test_searching_by_name(catalog: Catalog, typed: str, first: str) -> None:
    assert catalog.search(typed)[0].id == first


def test_searching_for_nothing_and_for_what_is_not_there(catalog: Catalog) -> None:
    assert len(catalog.search("")) == len(catalog.search("  ")) == 4
    assert catalog.search("zzzz") == []


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    written(tmp_path, FILE)
    written(tmp_path, "not: read", "notes.txt")
    acme = load_catalog(tmp_path).get("acme")
    things = acme.data_types["things"]
    assert things.id == "things"
    assert things.primary_key == ("id", "part")
    assert things.fields["gone.at"] is FieldType.DATETIME
    assert things.update_types() == tuple(UpdateType)


def test_an_id_that_is_taken(tmp_path: Path) -> None:
    written(tmp_path, FILE.replace("id: acme", "id: stripe"), "other.yaml")
    with pytest.raises(CatalogError, match=r"other\.yaml:1: the id “stripe” is already that of"):
        load_catalog(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is not a folder"):
        load_catalog(tmp_path / "nowhere")


BAD = [
    ("name: Acme", "name: Acme\ncolour: red", 3, "colour: is not a key that goes here"),
    ("name: Acme\n", "", 1, "name: is missing"),
    ("id: acme", "id: My Shop", 1, "id: String should match"),
    ("docs: https://", "docs: ftp://", 3, "an address starts with https://"),
    ("docs: https://", "docs: https://me:pw@", 3, "an address starts with https://"),
    ("kind: url", "kind: link", 8, "Input should be 'text' or 'url'"),
    ("    label: Sign in\n", "", 10, "label: is missing"),
    ("{shop_url}/token", "{shop}/token", 13, "“{shop}” is not among the params"),
    ("{shop_url}/api", "{shop}/api", 4, "“{shop}” is not among the params"),
    ('path: "/me"', 'path: "/{me}"', 17, "“{me}” is not among the params"),
    ('path: "/things"', 'path: "/{x}/things"', 23, "“{x}” is not among the params"),
    ("    token_url: \"{shop_url}/token\"\n", "", 10, "token_url: is needed for type oauth2"),
    ("    header: X-Api-Key", "    scopes: [a]", 16, "does not go with type api_key"),
    ("    header: X-Api-Key", "    header: X\n    query: k", 14, "one of header, query and place"),
    ("    header: X-Api-Key\n", "", 14, "one of header, query and place"),
    ("type: api_key", "type: apikey", 14, "Input should be"),
    ("requests: 2", "requests: 0", 18, "greater than 0"),
    ("primary_key: [id, part]", "primary_key: [id, parts]", 22, "“parts” is not among the fields"),
    ("    primary_key: [id, part]\n", "", 20, "primary_key: is missing"),
    ("      type: cursor", "      type: cursors", 24, "'cursors'"),
    ("      param: after\n", "", 24, "param: is missing"),
    ("field: updated_at", "field: changed_at", 29, "“changed_at” is not among the fields"),
    ("deleted: gone.at", "deleted: gone", 31, "“gone” is not among the fields"),
    ("updated: true", "updated: maybe", 31, "“maybe” is not among the fields"),
    ("      id: integer", "      id: number", 33, "Input should be 'integer'"),
    ("      part: string", "      part: string\n      part: json", 35, "“part” is there twice"),
    ("      part: string", "      1: string", 34, "'1' is not text"),
    ("paginator:", "paginator: [", 26, ""),
    ("name: Things", "name: Th\x07ings", 1, "special characters are not allowed"),
    ("  things:\n    name", "  Things!:\n    name", 20, "String should match"),
    ("  - type: api_key\n    label: API key\n    header: X-Api-Key",
     "  - type: oauth2\n    label: Again\n    authorize_url: https://a.b\n    token_url: https://a.b",
     14, "“oauth2” is there twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "reason"), BAD, ids=[reason for *_, reason in BAD])
def test_what_is_refused(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    assert FILE.count(old) == 1
    path = written(tmp_path, FILE.replace(old, new))
    with pytest.raises(CatalogError) as caught:
        load_service(path)
    where, _, why = str(caught.value).partition(": ")
    assert where == f"{path}:{line}"
    assert reason in why


@pytest.mark.parametrize("text", ["", "- a", "acme", "null", "12"])
def test_a_file_that_is_no_service(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogError, match=r"acme\.yaml:1: "):
        load_service(written(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: Café".encode("latin-1"))
    with pytest.raises(CatalogError, match=r"latin\.yaml:1: is not UTF-8"):
        load_service(latin)
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(CatalogError, match=r"folder\.yaml:1: cannot be read"):
        load_service(tmp_path / "folder.yaml")


@given(st.text(max_size=60) | st.text('{}[]:- &*!|>"\n\tabc', max_size=60))
def test_whatever_text_is_refused_with_a_line(tmp_path_factory: Any, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"any\.yaml:\d+: "):
        load_service(path)


def test_services_are_frozen(catalog: Catalog) -> None:
    with pytest.raises(ValueError, match="frozen"):
        catalog.get("stripe").name = "Other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data_types": {}}, "are missing"),
        ({"custom": True}, "members define those"),
        ({"things": {"id": "others"}}, "differs from its key"),
        ({"things": {"fields": {}}}, "are missing"),
        ({"auth": []}, "at least 1"),
        ({"data_types": []}, "valid dictionary"),
    ],
)
def test_a_service_that_does_not_hold_together(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        service("https://api.example.com", **changes)


# ---- data types of transfers


def test_the_data_type_of_a_transfer(catalog: Catalog) -> None:
    stripe = catalog.get("stripe")
    found = data_type_of(stripe, Transfer(data_type="invoices"))
    assert found is stripe.data_types["invoices"]
    with pytest.raises(NotFound, match="Stripe does not offer “disputes” any more"):
        data_type_of(stripe, Transfer(data_type="disputes"))


def test_the_data_type_that_a_member_defined(catalog: Catalog) -> None:
    definition = {"id": "beers", "name": "Beers", "list": {"path": "/beers"}}
    beers = data_type_of(catalog.get("custom_rest"), Transfer(data_type="b", definition=definition))
    assert (beers.id, beers.fields, beers.paginator) == ("beers", {}, None)
    again = data_type_from(beers.model_dump(mode="json"))
    assert again == beers


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"list": {}}, "list.path"),
        ({"paginator": {"type": "page", "parm": "p"}}, "paginator.page.parm"),
        ({"primary_key": "no", "fields": {"id": "integer"}}, "primary_key"),
        ({"id": "No"}, "id"),
    ],
)
def test_a_definition_that_does_not_fit(change: dict[str, Any], field: str) -> None:
    definition = {"id": "beers", "name": "Beers", "list": {"path": "/beers"}} | change
    with pytest.raises(Refused, match="cannot be used as it stands") as caught:
        data_type_from(definition)
    assert caught.value.field == field


def test_every_model_survives_json(catalog: Catalog) -> None:
    for known in catalog.services.values():
        assert Service.model_validate_json(known.model_dump_json()) == known
