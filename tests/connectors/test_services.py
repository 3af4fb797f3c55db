"""The services that come along, each against a server that answers the way the real one does."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.connectors.catalog import Service, data_type_from, load_catalog
from bot.connectors.connection import Connection, Credentials, cursor_of
from bot.errors import AuthorizationLost, ServiceMisbehaves, ServiceRefuses
from bot.playground.store import DemoStore
from store.vocabulary import AuthKind, FieldType
from tests.connectors.conftest import Connect
from tests.connectors.serving import Asked, Handler, answer, raw

Serve = Callable[[Handler], Any]
REPO = {"owner": "acme", "repo": "shop"}


def at(service_id: str, url: str) -> Service:
    """The service of the catalog, at another address."""
    return load_catalog().get(service_id).model_copy(update={"base_url": url})


async def everything(connection: Connection, data_type: str, **more: Any) -> list[Any]:
    listed = connection.service.data_types[data_type]
    return [record async for page in connection.pages(listed, **more) for record in page.records]


# ---- Demo Store


@pytest.mark.parametrize(("data_type", "count"), [("customers", 1203), ("orders", 7)])
async def test_demo_store(connect: Connect, data_type: str, count: int) -> None:
    async with DemoStore(customers=1203, orders=7, products=2) as store:
        params = {"shop_url": store.url}
        key = Credentials(AuthKind.API_KEY, params, {"key": store.api_key})
        connection = connect(load_catalog().get("demo_store"), key)
        assert await connection.check() == "Acme Demo Store"
        records = await everything(connection, data_type)
        assert len({record["id"] for record in records}) == len(records) == count
        listed = connection.service.data_types[data_type]
        cursor = cursor_of(listed, records)
        assert cursor == max(record["updated_at"] for record in records)
        [new] = store.add(data_type)
        assert new in [
            record["id"] for record in await everything(connection, data_type, since=cursor)
        ]


async def test_every_field_of_demo_store_is_there_and_of_its_type(connect: Connect) -> None:
    async with DemoStore(customers=200, orders=50, products=50) as store:
        store.delete("customers", [1])
        store.delete("orders", [1])
        store.delete("products", [1])
        params = {"shop_url": store.url}
        key = Credentials(AuthKind.API_KEY, params, {"key": store.api_key})
        connection = connect(load_catalog().get("demo_store"), key)
        for data_type in connection.service.data_types.values():
            bare = data_type.model_copy(update={"fields": {}, "primary_key": ()})
            found = await connection.discover(bare)
            assert found.primary_key == data_type.primary_key
            for path, type in data_type.fields.items():
                if type is FieldType.DECIMAL:  # sent as text, so that no reader rounds it
                    assert found.fields[path] is FieldType.STRING
                elif path != "deleted_at":
                    assert found.fields[path] is type, path


# ---- Stripe


class Stripe:
    """Customers, newest first, a hundred a page at most."""

    ids = tuple(f"cus_{number:03}" for number in range(250, 0, -1))

    async def __call__(self, asked: Asked, writer: Any) -> bytes:
        if asked.headers.get("authorization") != "Bearer rk_test_1":
            return answer({"error": {"message": "Invalid API Key provided: rk_***"}}, 401)
        if asked.path == "/v1/account":
            settings = {"dashboard": {"display_name": None}}
            return answer({"id": "acct_1", "email": "a@example.com", "settings": settings})
        after = asked.query.get("starting_after")
        start = self.ids.index(after) + 1 if after else 0
        page = self.ids[start : start + int(asked.query["limit"])]
        return answer(
            {
                "object": "list",
                "data": [{"id": id, "created": 1700000000} for id in page],
                "has_more": start + len(page) < len(self.ids),
            }
        )


async def test_stripe(serve: Serve, connect: Connect) -> None:
    server = await serve(Stripe())
    key = Credentials(AuthKind.BEARER, {}, {"key": "rk_test_1"})
    connection = connect(at("stripe", server.url), key)
    assert await connection.check() == "a@example.com"
    records = await everything(connection, "customers")
    assert [record["id"] for record in records] == list(Stripe.ids)
    assert server.asked[1].headers["stripe-version"]
    assert [asked.query.get("starting_after") for asked in server.asked[1:]] == [
        None,
        "cus_151",
        "cus_051",
    ]
    wrong = Credentials(AuthKind.BEARER, {}, {"key": "rk_test_2"})
    with pytest.raises(AuthorizationLost, match="Stripe does not accept"):
        await connect(at("stripe", server.url), wrong).check()


# ---- GitHub


class GitHub:
    """Three issues on two pages, one of them a pull request."""

    async def __call__(self, asked: Asked, writer: Any) -> bytes:
        base = f"http://{asked.headers['host']}"
        if asked.path == "/repos/acme/shop":
            return answer({"id": 1, "full_name": "acme/shop", "license": None})
        if asked.path != "/repos/acme/shop/issues":
            return answer({"message": "Not Found"}, 404)
        issues = [
            {"id": 11, "updated_at": "2026-01-01T10:00:00Z"},
            {"id": 12, "updated_at": "2026-01-02T10:00:00Z", "pull_request": {"url": "…"}},
        ]
        if asked.query.get("page") == "2":
            return answer([{"id": 13, "updated_at": "2026-01-03T10:00:00Z"}])
        following = f"{base}/repos/acme/shop/issues?state=all&page=2"
        return answer(issues, Link=f'<{following}>; rel="next", <{following}>; rel="last"')


async def test_github(serve: Serve, connect: Connect) -> None:
    server = await serve(GitHub())
    token = Credentials(AuthKind.BEARER, REPO, {"key": "ghp_1"})
    connection = connect(at("github", server.url), token)
    assert await connection.check() == "acme/shop"
    records = await everything(connection, "issues", since="2026-01-01T00:00:00Z")
    assert [record["id"] for record in records] == [11, 13]
    assert server.asked[1].query == {
        "state": "all",
        "sort": "updated",
        "direction": "asc",
        "per_page": "100",
        "since": "2025-12-31T23:59:00Z",
    }
    assert server.asked[1].headers["accept"] == "application/vnd.github+json"
    assert [record["id"] for record in await everything(connection, "repository")] == [1]


async def test_a_repository_that_is_not_there(serve: Serve, connect: Connect) -> None:
    server = await serve(GitHub())
    elsewhere = Credentials(AuthKind.BEARER, REPO | {"repo": "other"}, {"key": "ghp_1"})
    with pytest.raises(ServiceRefuses, match=r"GitHub refused .*HTTP 404: Not Found"):
        await connect(at("github", server.url), elsewhere).check()


# ---- Custom REST API


def beers(**changes: Any) -> Any:
    spec = {"path": "/beers", "records": "result.items", "page_size": {"param": "n", "value": 2}}
    return data_type_from({"id": "beers", "name": "Beers", "list": spec} | changes)


async def brewery(asked: Asked, writer: Any) -> bytes:
    """Two pages of beers under an API key."""
    if asked.path == "/api":
        return raw(b"<h1>Our API</h1>", content_type="text/html")
    if "secret-1" not in (asked.headers.get("x-brewery"), asked.query.get("key")):
        return answer({"error": "no key"}, 401)
    items = [{"beer_id": n, "name": f"Beer {n}", "abv": 4.5} for n in range(1, 6)]
    start = (int(asked.query.get("p", 1)) - 1) * 2
    following = f"/api/beers?key={asked.query.get('key', '')}&p={start // 2 + 2}"
    more = start + 2 < len(items)
    body = {"result": {"items": items[start : start + 2]}, "next": following if more else None}
    return answer(body)


def custom(connect: Connect, url: str, place: str, key: str = "secret-1") -> Connection:
    params = {"base_url": f"{url}/api", "key_name": place}
    return connect(
        load_catalog().get("custom_rest"), Credentials(AuthKind.API_KEY, params, {"key": key})
    )


PAGINATORS = [{"type": "page", "param": "p"}, {"type": "next_url", "path": "next"}]


@pytest.mark.parametrize("place", ["X-Brewery", "?key"])
@pytest.mark.parametrize("paginator", PAGINATORS, ids=["page", "next_url"])
async def test_custom_rest(
    serve: Serve, connect: Connect, place: str, paginator: dict[str, Any]
) -> None:
    server = await serve(brewery)
    connection = custom(connect, server.url, place)
    assert await connection.check() == "127.0.0.1"
    defined = await connection.discover(beers(paginator=paginator))
    assert defined.primary_key == ("beer_id",)
    assert defined.fields == {
        "beer_id": FieldType.INTEGER,
        "name": FieldType.STRING,
        "abv": FieldType.DECIMAL,
    }
    pages = [page async for page in connection.pages(defined)]
    assert [r["beer_id"] for page in pages for r in page.records] == [1, 2, 3, 4, 5]
    # positions are kept in the open
    assert all("secret-1" not in str(page.next) for page in pages)


async def test_where_the_records_are_is_hinted_at(serve: Serve, connect: Connect) -> None:
    server = await serve(brewery)
    misplaced = beers(list={"path": "/beers", "records": "items"})
    with pytest.raises(ServiceMisbehaves, match=r"no list of records at “items”.*“result\.items”"):
        await custom(connect, server.url, "?key").discover(misplaced)


async def test_a_wrong_key_shows_when_data_is_read(serve: Serve, connect: Connect) -> None:
    server = await serve(brewery)
    with pytest.raises(AuthorizationLost, match="Custom REST API does not accept"):
        await custom(connect, server.url, "?key", "wrong").sample(beers())
