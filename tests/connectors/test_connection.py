"""Reading lists: requests as the service file says, positions that can be resumed at."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.connectors.connection import Connection, Credentials, cursor_of
from bot.connectors.grammar import RateLimit
from bot.connectors.turns import Turn
from bot.errors import AuthorizationLost, Refused, ServiceMisbehaves, ServiceRefuses
from store.vocabulary import AuthKind, FieldType
from tests.connectors.conftest import Connect
from tests.connectors.serving import Asked, Handler, always, answer, by_query, raw, service

Serve = Callable[[Handler], Any]

PAGED = {
    "list": {
        "path": "/things",
        "records": "data",
        "params": {"state": "all"},
        "page_size": {"param": "limit", "value": 2},
    },
    "paginator": {"type": "cursor", "cursor": "next", "param": "cursor"},
    "incremental": {"field": "updated_at", "param": "since", "overlap_seconds": 60},
}
THREE = {
    "": answer({"data": [{"id": 1}, {"id": 2}], "next": "b"}),
    "b": answer({"data": [], "next": "c"}),
    "c": answer({"data": [{"id": 3}], "next": None}),
}


def things(connection: Connection) -> Any:
    return connection.service.data_types["things"]


async def test_a_list_in_pages(serve: Serve, connect: Connect) -> None:
    server = await serve(by_query("cursor", THREE))
    connection = connect(service(server.url, things=PAGED))
    pages = [page async for page in connection.pages(things(connection))]
    assert [page.records for page in pages] == [[{"id": 1}, {"id": 2}], [], [{"id": 3}]]
    assert [page.number for page in pages] == [1, 2, 3]
    assert pages[2].next is None
    assert server.asked[0].query == {"state": "all", "limit": "2"}
    assert server.asked[1].query == {"state": "all", "limit": "2", "cursor": "b"}
    assert server.asked[0].headers["authorization"] == "Bearer sesame"
    assert server.asked[0].headers["accept"] == "application/json"
    assert server.asked[0].headers["user-agent"].startswith("Patchbay")


async def test_resuming_at_every_page_reads_the_rest(serve: Serve, connect: Connect) -> None:
    server = await serve(by_query("cursor", THREE))
    connection = connect(service(server.url, things=PAGED))
    pages = [page async for page in connection.pages(things(connection))]
    for number, page in enumerate(pages[:-1], start=1):
        start = json.loads(json.dumps(page.next))  # as a checkpoint keeps it
        rest = [page async for page in connection.pages(things(connection), start=start)]
        assert rest == pages[number:]


async def test_a_position_of_another_paginator_starts_anew(serve: Serve, connect: Connect) -> None:
    server = await serve(by_query("cursor", THREE))
    connection = connect(service(server.url, things=PAGED))
    for start in ({"page": 7, "number": 7}, {"url": "https://elsewhere.example.com"}):
        pages = [page async for page in connection.pages(things(connection), start=start)]
        assert [page.number for page in pages] == [1, 2, 3]
    whole = things(connection).model_copy(update={"paginator": None})
    pages = [page async for page in connection.pages(whole, start={"cursor": "b", "number": 2})]
    assert [page.number for page in pages] == [1]


async def test_resumed_pages_count_too(serve: Serve, connect: Connect) -> None:
    server = await serve(by_query("cursor", THREE))
    connection = connect(service(server.url, things=PAGED), max_pages=2)
    first = await anext(connection.pages(things(connection)))
    with pytest.raises(ServiceMisbehaves, match="more than 2 pages"):
        async for _ in connection.pages(things(connection), start=first.next):
            pass


async def test_since_a_cursor_less_the_overlap(serve: Serve, connect: Connect) -> None:
    server = await serve(always(THREE["c"]))
    connection = connect(service(server.url, things=PAGED))
    async for _ in connection.pages(things(connection), since="2026-01-02T10:00:00Z"):
        pass
    assert server.asked[0].query["since"] == "2026-01-02T09:59:00Z"


async def test_since_is_nothing_to_a_list_that_cannot_tell(serve: Serve, connect: Connect) -> None:
    server = await serve(always(answer({"data": []})))
    connection = connect(service(server.url))
    async for _ in connection.pages(things(connection), since="2026-01-02T10:00:00Z"):
        pass
    assert server.asked[0].query == {}


async def test_a_limit_asks_for_no_more_than_needed(serve: Serve, connect: Connect) -> None:
    server = await serve(by_query("cursor", THREE))
    connection = connect(service(server.url, things=PAGED))
    pages = [page async for page in connection.pages(things(connection), limit=1)]
    assert [(page.records, page.next) for page in pages] == [([{"id": 1}], None)]
    assert server.asked[0].query["limit"] == "1"
    pages = [page async for page in connection.pages(things(connection), limit=3)]
    assert [len(page.records) for page in pages] == [2, 0, 1]


async def test_no_paginator_is_one_page(serve: Serve, connect: Connect) -> None:
    server = await serve(always(raw(b'[{"id": 1, "price": 0.10}]')))
    spec = {"list": {"path": "things"}}
    connection = connect(service(f"{server.url}/v1/", things=spec))
    pages = [page async for page in connection.pages(things(connection))]
    assert [(page.records, page.next) for page in pages] == [
        ([{"id": 1, "price": Decimal("0.10")}], None)
    ]
    assert server.asked[0].target == "/v1/things"


async def test_next_urls_keep_what_was_asked(serve: Serve, connect: Connect) -> None:
    answers = {
        "": answer({"data": [{"id": 1}], "links": {"next": "/things?page=2&state=all"}}),
        "2": answer({"data": [{"id": 2}], "links": {}}),
    }
    server = await serve(by_query("page", answers))
    spec = PAGED | {"paginator": {"type": "next_url", "path": "links.next"}}
    connection = connect(service(server.url, things=spec))
    pages = [page async for page in connection.pages(things(connection))]
    assert [page.records for page in pages] == [[{"id": 1}], [{"id": 2}]]
    assert pages[0].next == {"url": f"{server.url}/things?page=2&state=all", "number": 2}
    assert server.asked[1].target == "/things?page=2&state=all"
    assert server.asked[1].headers["authorization"] == "Bearer sesame"


async def test_link_headers(serve: Serve, connect: Connect) -> None:
    async def handler(asked: Asked, writer: Any) -> bytes:
        if "page" in asked.query:
            return answer({"data": [{"id": 2}]})
        return answer({"data": [{"id": 1}]}, Link=f'<{server.url}/things?page=2>; rel="next"')

    server = await serve(handler)
    connection = connect(service(server.url, things={"paginator": {"type": "link_header"}}))
    pages = [page async for page in connection.pages(things(connection))]
    assert [page.records for page in pages] == [[{"id": 1}], [{"id": 2}]]


async def test_records_that_are_passed_over_do_not_stop_the_paging(
    serve: Serve, connect: Connect
) -> None:
    answers = {
        "": answer({"data": [{"id": 1, "hidden": True}], "next": "b"}),
        "b": answer({"data": [{"id": 2, "hidden": None}, {"id": 3}], "next": None}),
    }
    server = await serve(by_query("cursor", answers))
    spec = PAGED | {"list": {"path": "/things", "records": "data", "without": "hidden"}}
    connection = connect(service(server.url, things=spec))
    pages = [page async for page in connection.pages(things(connection))]
    assert [len(page.records) for page in pages] == [0, 2]


async def test_a_single_record(serve: Serve, connect: Connect) -> None:
    server = await serve(always(answer({"id": 1})))
    spec = {"list": {"path": "/thing", "single": True}}
    connection = connect(service(server.url, things=spec))
    assert await connection.sample(things(connection)) == [{"id": 1}]
    server.handler = always(answer([{"id": 1}]))
    with pytest.raises(ServiceMisbehaves, match="no record"):
        await connection.sample(things(connection))


async def test_null_is_an_empty_list(serve: Serve, connect: Connect) -> None:
    server = await serve(always(answer({"data": None})))
    connection = connect(service(server.url))
    assert await connection.sample(things(connection)) == []


async def test_a_sample(serve: Serve, connect: Connect) -> None:
    server = await serve(by_query("cursor", THREE))
    connection = connect(service(server.url, things=PAGED))
    assert await connection.sample(things(connection), 3) == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert await connection.sample(things(connection), 1) == [{"id": 1}]


async def test_a_sample_does_not_look_through_endless_empty_pages(
    serve: Serve, connect: Connect
) -> None:
    async def endless(asked: Asked, writer: Any) -> bytes:
        return answer({"data": ["no record"], "next": len(server.asked)})

    server = await serve(endless)
    connection = connect(service(server.url, things=PAGED))
    assert await connection.sample(things(connection), 50) == []
    assert len(server.asked) == 3


async def test_headers_and_params_of_the_service(serve: Serve, connect: Connect) -> None:
    server = await serve(always(answer({"data": []})))
    spec = {"list": {"path": "/shops/{shop}/things", "records": "data"}}
    acme = service(
        server.url,
        things=spec,
        params=[{"name": "shop", "label": "Shop"}],
        headers={"Accept": "application/vnd.acme+json", "X-Version": "2"},
    )
    connection = connect(acme, Credentials(AuthKind.BEARER, {"shop": "a/b"}, {"key": "k"}))
    await connection.sample(things(connection))
    assert server.asked[0].target == "/shops/a%2Fb/things"
    assert server.asked[0].headers["accept"] == "application/vnd.acme+json"
    assert server.asked[0].headers["x-version"] == "2"
    without = connect(acme, Credentials(AuthKind.BEARER, {}, {"key": "k"}))
    with pytest.raises(AuthorizationLost, match="lacks “shop”"):
        await without.sample(things(without))


@pytest.mark.parametrize(
    ("base_url", "why"),
    [
        ("ftp://example.com", "does not start with https"),
        ("https://me:pw@example.com", "contains a user name"),
        ("https://", "names no host"),
        ("https://exa mple.com", "contains spaces"),
    ],
)
async def test_an_address_that_a_member_gave(connect: Connect, base_url: str, why: str) -> None:
    acme = service("{url}", params=[{"name": "url", "label": "URL", "kind": "url"}])
    connection = connect(acme, Credentials(AuthKind.BEARER, {"url": base_url}, {"key": "k"}))
    with pytest.raises(ServiceRefuses, match=f"The address of Acme cannot be used: it {why}"):
        await connection.check()


# ---- checking


@pytest.mark.parametrize(
    ("account", "body", "label"),
    [
        ("account", {"account": "Acme Ltd"}, "Acme Ltd"),
        ("shop.name", {"shop": {"name": "Acme"}}, "Acme"),
        (["name", "id"], {"name": None, "id": 7}, "7"),
        (["name"], {}, ""),
        ([], {}, ""),
        ("account", {"account": {"no": "label"}}, ""),
    ],
)
async def test_what_the_account_is_called(
    serve: Serve, connect: Connect, account: Any, body: Any, label: str
) -> None:
    server = await serve(always(answer(body)))
    acme = service(server.url, check={"path": "/me", "account": account})
    assert await connect(acme).check() == label


@pytest.mark.parametrize("bytes_", [raw(b"<html>"), raw(b"", 404), raw(b"", 204), answer({}, 400)])
async def test_any_answer_will_do_where_the_service_file_says_so(
    serve: Serve, connect: Connect, bytes_: bytes
) -> None:
    server = await serve(always(bytes_))
    assert await connect(service(server.url, check={"any_answer": True})).check() == "127.0.0.1"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_is_no_answer_that_will_do(
    serve: Serve, connect: Connect, status: int
) -> None:
    server = await serve(always(answer({}, status)))
    acme = service(server.url, check={"any_answer": True})
    with pytest.raises(AuthorizationLost):
        await connect(acme).check()
    open_acme = acme.model_copy(
        update={"auth": (acme.auth[0].model_copy(update={"type": AuthKind.NONE}),)}
    )
    with pytest.raises(ServiceRefuses):
        await connect(open_acme, Credentials(AuthKind.NONE, {}, {})).check()


# ---- credentials that are renewed


class Renewals:
    """Gives tokens 1, 2, 3… and counts."""

    def __init__(self) -> None:
        self.given = 0

    async def __call__(self, stale: Credentials) -> Credentials:
        self.given += 1
        return token(f"token-{self.given}")


def token(value: str, expires_at: int | None = None) -> Credentials:
    secret = {"access_token": value, "refresh_token": "r", "expires_at": expires_at}
    return Credentials(AuthKind.OAUTH2, {}, secret)


def oauth_service(url: str) -> Any:
    method = {"type": "oauth2", "label": "Sign in"}
    urls = {"authorize_url": f"{url}/authorize", "token_url": f"{url}/token"}
    return service(url, auth=[method | urls])


async def only(good: str, asked: Asked) -> bytes:
    fine = asked.headers["authorization"] == f"Bearer {good}"
    return answer({"account": "Acme Ltd"}) if fine else answer({}, 401)


async def test_a_token_that_is_not_taken_is_renewed_once(serve: Serve, connect: Connect) -> None:
    async def handler(asked: Asked, writer: Any) -> bytes:
        return await only("token-1", asked)

    server, renew = await serve(handler), Renewals()
    connection = connect(oauth_service(server.url), token("old"), renew)
    assert await connection.check() == "Acme Ltd"
    assert await connection.check() == "Acme Ltd"
    assert renew.given == 1
    assert len(server.asked) == 3


async def test_a_renewed_token_that_is_not_taken_either(serve: Serve, connect: Connect) -> None:
    server, renew = await serve(always(answer({}, 401))), Renewals()
    connection = connect(oauth_service(server.url), token("old"), renew)
    with pytest.raises(AuthorizationLost, match="authorize again"):
        await connection.check()
    assert renew.given == 1


async def test_a_token_that_has_expired_is_renewed_before_it_is_used(
    serve: Serve, connect: Connect
) -> None:
    async def handler(asked: Asked, writer: Any) -> bytes:
        return await only("token-1", asked)

    server, renew = await serve(handler), Renewals()
    soon = int(datetime.now(UTC).timestamp()) + 30
    connection = connect(oauth_service(server.url), token("old", soon), renew)
    assert await connection.check() == "Acme Ltd"
    assert len(server.asked) == 1


async def test_the_rate_limit_holds(serve: Serve, connect: Connect) -> None:
    server = await serve(always(answer({"account": "Acme Ltd"})))
    connection = connect(service(server.url))
    connection.turn = Turn(RateLimit(requests=1, per_seconds=0.1))
    started = datetime.now(UTC)
    for _ in range(4):
        await connection.check()
    assert (datetime.now(UTC) - started).total_seconds() >= 0.3


# ---- cursors and discovery


def test_the_cursor_of_a_page() -> None:
    acme = service("https://api.example.com", things=PAGED)
    data_type = acme.data_types["things"]
    records = [
        {"updated_at": "2026-01-02T10:00:00+02:00"},
        {"updated_at": "2026-01-02T09:00:00Z"},
        {"updated_at": "soon"},
        {"updated_at": None},
        {},
        "no record",
    ]
    assert cursor_of(data_type, records) == "2026-01-02T09:00:00Z"
    assert cursor_of(data_type, []) is None
    assert cursor_of(service("https://api.example.com").data_types["things"], records) is None


async def test_discovering_fields(serve: Serve, connect: Connect) -> None:
    server = await serve(always(answer({"data": [{"uid": 1, "at": {"city": "Paris"}}]})))
    connection = connect(service(server.url))
    undefined = things(connection).model_copy(update={"fields": {}, "primary_key": ()})
    found = await connection.discover(undefined)
    assert found.fields == {"uid": FieldType.INTEGER, "at.city": FieldType.STRING}
    assert found.primary_key == ("uid",)
    server.handler = always(answer({"data": []}))
    with pytest.raises(Refused, match="“Things” has no records yet"):
        await connection.discover(undefined)
