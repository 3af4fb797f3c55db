"""Demo Store behaves like a service: pages, permissions, and trouble when asked for."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.clock import ShiftedClock
from bot.playground.store import DemoStore
from bot.playground.store.grants import CLIENT_ID, s256

VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-section-4.1"
REDIRECT = "http://127.0.0.1:1/oauth/callback"


@pytest.fixture
async def store() -> AsyncIterator[DemoStore]:
    async with DemoStore(customers=25, orders=10, products=5, clock=ShiftedClock()) as store:
        yield store


@pytest.fixture
async def client(store: DemoStore) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"X-Api-Key": store.api_key}
    async with httpx.AsyncClient(base_url=store.url, headers=headers) as client:
        yield client


async def everything(client: httpx.AsyncClient, kind: str, **query: Any) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = query | ({"cursor": cursor} if cursor else {})
        answer = (await client.get(f"/v1/{kind}", params=asked)).json()
        records += answer["data"]
        cursor = answer["next_cursor"]
    return records


async def tokens(store: DemoStore, decision: str = "allow") -> httpx.Response:
    """Goes the whole way as an application would; the answer of the token endpoint."""
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "state": "s&1",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
    }
    async with httpx.AsyncClient(base_url=store.url) as client:
        page = await client.get("/oauth/authorize", params=asked)
        assert "Allow" in page.text
        assert "Deny" in page.text
        back = await client.post("/oauth/authorize", data=asked | {"decision": decision})
        url = httpx.URL(back.headers["location"])
        assert url.params["state"] == "s&1"
        if "error" in url.params:
            return back
        return await client.post(
            "/oauth/token",
            data={
                "grant_type": "authorization_code",
                "client_id": CLIENT_ID,
                "code": url.params["code"],
                "code_verifier": VERIFIER,
                "redirect_uri": REDIRECT,
            },
        )


async def refreshed(store: DemoStore, token: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=store.url) as client:
        return await client.post(
            "/oauth/token",
            data={"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": token},
        )


async def me(store: DemoStore, access_token: str) -> int:
    async with httpx.AsyncClient(base_url=store.url) as client:
        headers = {"Authorization": f"Bearer {access_token}"}
        return (await client.get("/v1/me", headers=headers)).status_code


def test_the_same_seed_makes_the_same_records() -> None:
    one, two, other = DemoStore(customers=5), DemoStore(customers=5), DemoStore(customers=5, seed=2)
    assert list(one.records("customers")) == list(two.records("customers"))
    assert list(one.records("customers")) != list(other.records("customers"))


async def test_a_key_opens_the_account(store: DemoStore, client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/me")).json() == {"account": "Acme Demo Store", "plan": "demo"}
    answer = await client.get("/v1/me", headers={"X-Api-Key": "wrong"})
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})


async def test_pages_hold_every_record_once_in_order(
    store: DemoStore, client: httpx.AsyncClient
) -> None:
    records = await everything(client, "customers", limit=10)
    places = [(record["updated_at"], record["id"]) for record in records]
    assert places == sorted(places)
    assert sorted(id for _, id in places) == list(range(1, 26))


async def test_changes_since_a_time_and_soft_deletes(
    store: DemoStore, client: httpx.AsyncClient
) -> None:
    seen = (await everything(client, "customers"))[-1]["updated_at"]
    [new] = store.add("customers", email="new@example.com")
    store.change("customers", [3], email="moved@example.com")
    store.delete("customers", [4])
    later = await everything(client, "customers", updated_since=seen)
    by_id = {record["id"]: record for record in later if record["updated_at"] > seen}
    assert set(by_id) == {new, 3, 4}
    assert by_id[3]["email"] == "moved@example.com"
    assert by_id[4]["deleted_at"] == by_id[4]["updated_at"]
    assert 4 not in store.present("customers")


async def test_a_record_changed_between_two_pages_is_listed_again(
    store: DemoStore, client: httpx.AsyncClient
) -> None:
    first = (await client.get("/v1/customers", params={"limit": 10})).json()
    store.change("customers", [first["data"][0]["id"]])
    rest = await everything(client, "customers", cursor=first["next_cursor"])
    assert {record["id"] for record in first["data"]} | {record["id"] for record in rest} == set(
        range(1, 26)
    )


@pytest.mark.parametrize(
    "query", [{"cursor": "nonsense"}, {"limit": "many"}, {"updated_since": "yesterday"}]
)
async def test_a_senseless_question_is_refused(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert (await client.get("/v1/customers", params=query)).status_code == 400


async def test_authorization_code_with_pkce(store: DemoStore) -> None:
    granted = (await tokens(store)).json()
    assert await me(store, granted["access_token"]) == 200


async def test_the_owner_may_say_no(store: DemoStore) -> None:
    back = await tokens(store, decision="deny")
    assert httpx.URL(back.headers["location"]).params["error"] == "access_denied"


async def test_a_code_works_once_and_only_with_its_verifier(store: DemoStore) -> None:
    for verifiers, statuses in ((["wrong", VERIFIER], [400, 400]), ([VERIFIER] * 2, [200, 400])):
        code = store.grants.code(REDIRECT, s256(VERIFIER), "read_customers")
        async with httpx.AsyncClient(base_url=store.url) as client:
            got = [
                (
                    await client.post(
                        "/oauth/token",
                        data={
                            "grant_type": "authorization_code",
                            "client_id": CLIENT_ID,
                            "code": code,
                            "code_verifier": verifier,
                            "redirect_uri": REDIRECT,
                        },
                    )
                ).status_code
                for verifier in verifiers
            ]
        assert got == statuses


async def test_refreshing_rotates_both_tokens(store: DemoStore) -> None:
    old = (await tokens(store)).json()
    new = (await refreshed(store, old["refresh_token"])).json()
    assert await me(store, old["access_token"]) == 401
    assert await me(store, new["access_token"]) == 200
    again = await refreshed(store, old["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_access_tokens_end_by_the_clock(store: DemoStore) -> None:
    granted = (await tokens(store)).json()
    assert isinstance(store.clock, ShiftedClock)
    store.clock.skip(timedelta(seconds=granted["expires_in"] + 1))
    assert await me(store, granted["access_token"]) == 401
    assert (await refreshed(store, granted["refresh_token"])).status_code == 200


async def test_revoked_is_revoked(store: DemoStore, client: httpx.AsyncClient) -> None:
    granted = (await tokens(store)).json()
    store.revokes_token()
    assert await me(store, granted["access_token"]) == 401
    assert (await refreshed(store, granted["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await client.get("/v1/me")).status_code == 401
    answer = await client.get("/v1/me", headers={"X-Api-Key": store.api_key})
    assert answer.status_code == 200


async def test_trouble_comes_as_often_as_asked_and_ends(
    store: DemoStore, client: httpx.AsyncClient
) -> None:
    store.answers_500(2)
    assert [(await client.get("/v1/me")).status_code for _ in range(3)] == [500, 500, 200]
    store.rate_limits(1, retry_after=7)
    limited = await client.get("/v1/me")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    store.malformed_json()
    with pytest.raises(ValueError, match="Unterminated"):
        (await client.get("/v1/customers")).json()
    store.works_again()
    assert (await client.get("/v1/customers")).json()["data"]


async def test_a_slow_store_is_slow(store: DemoStore, client: httpx.AsyncClient) -> None:
    store.is_slow(0.2)
    started = time.monotonic()
    await client.get("/v1/me")
    assert time.monotonic() - started >= 0.2


async def test_bad_records_and_missing_fields(store: DemoStore, client: httpx.AsyncClient) -> None:
    store.bad_records(0.3)
    store.drops_field("address.city")
    records = await everything(client, "customers")
    assert 4 <= sum(record["total_spent"] == "twelve" for record in records) <= 11
    assert all("city" not in record["address"] for record in records)
    assert "city" in store.record("customers", 1)["address"]


async def test_the_switches_over_http(store: DemoStore, client: httpx.AsyncClient) -> None:
    answer = await client.post("/control/answers_500", json={"times": 1})
    assert answer.json()["trouble"]["errors_500"] == 1
    assert [(await client.get("/v1/me")).status_code for _ in range(2)] == [500, 200]
    assert (await client.post("/control/add", json={"kind": "orders", "count": 3})).is_success
    assert store.count("orders") == 13
    assert (await client.post("/control/explode")).status_code == 404
    assert (await client.post("/control/add", json={"count": "many"})).status_code == 400
    assert (await client.get("/control")).json()["requests"]["/v1/me"] == 2


async def test_a_store_that_was_down_comes_back_as_it_was(
    store: DemoStore, client: httpx.AsyncClient
) -> None:
    await store.stop()
    with pytest.raises(httpx.ConnectError):
        await client.get("/v1/me")
    await store.start()
    assert (await client.get("/v1/me")).is_success


async def test_a_late_page_of_many_costs_no_more_than_the_first() -> None:
    store = DemoStore(customers=100_000)
    shelf = store._shelves["customers"]
    started = time.perf_counter()
    pages, cursor = 0, None
    while pages == 0 or cursor:
        page = shelf.page(1000, cursor)
        pages, cursor = pages + 1, page.next_cursor
    assert pages == 100
    assert time.perf_counter() - started < 1  # some 10 ms; scanning all of it per page takes 20 s
