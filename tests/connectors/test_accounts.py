"""Stored authorizations: their tokens renewed once, sealed before use, whoever asks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ShiftedClock
from bot.connectors import oauth
from bot.connectors.accounts import connect, connection_with
from bot.connectors.connection import Credentials
from bot.engine import Engine
from bot.errors import AuthorizationLost, NotFound
from bot.playground.store import DemoStore
from store import authorizations
from store.models import Authorization, Workspace
from store.vault import Vault
from store.vocabulary import AuthKind
from tests.connectors.test_oauth import REDIRECT, VERIFIER, consent


@pytest.fixture
async def store(engine: Engine) -> AsyncIterator[DemoStore]:
    async with DemoStore(customers=30, orders=0, products=0, clock=engine.clock) as store:
        yield store


async def tokens(engine: Engine, store: DemoStore) -> dict[str, Any]:
    """A secret as a member's consent gives it."""
    demo = engine.catalog.get("demo_store")
    method, params = demo.auth[0], {"shop_url": store.url}
    client = oauth.oauth_client(engine.settings, demo)
    assert client is not None
    url = oauth.authorize_url(demo, method, client, params, REDIRECT, "s", VERIFIER)
    code = (await consent(url))["code"]
    return await oauth.exchange(
        engine.http, demo, method, client, params, REDIRECT, code, VERIFIER,
        now=engine.clock.now(),
    )  # fmt: skip


async def stored(
    engine: Engine, store: DemoStore, secret: dict[str, Any] | None = None, name: str = "Main"
) -> int:
    """The id of an authorization: OAuth 2, or an API key where it is given."""
    kind = AuthKind.API_KEY if secret else AuthKind.OAUTH2
    secret = secret or await tokens(engine, store)
    async with engine.database.begin() as session:
        row = Authorization(
            workspace_id="T1",
            service="demo_store",
            name=name,
            name_key=name.casefold(),
            kind=kind,
            params={"shop_url": store.url},
            secret=engine.vault.seal(secret),
            created_by="U_ADMIN",
            created_at=engine.clock.now(),
        )
        session.add(row)
        await session.flush()
        return row.id


async def kept(engine: Engine, authorization_id: int) -> dict[str, Any]:
    async with engine.database.read() as session:
        row = await authorizations.by_id(session, authorization_id)
        assert row is not None
        opened: dict[str, Any] = engine.vault.open(row.secret)
        return opened


async def test_a_connection_with_what_is_stored(engine: Engine, store: DemoStore) -> None:
    connection = await connect(engine, await stored(engine, store))
    assert await connection.check() == "Acme Demo Store"
    customers = connection.service.data_types["customers"]
    assert len(await connection.sample(customers)) == 5


async def test_a_connection_with_what_is_not_stored_yet(engine: Engine, store: DemoStore) -> None:
    demo = engine.catalog.get("demo_store")
    params = {"shop_url": store.url}
    good = Credentials(AuthKind.API_KEY, params, {"key": store.api_key})
    assert await connection_with(engine, demo, good).check() == "Acme Demo Store"
    bad = Credentials(AuthKind.API_KEY, params, {"key": "wrong"})
    with pytest.raises(AuthorizationLost):
        await connection_with(engine, demo, bad).check()


async def test_an_expired_token_is_renewed_and_stored(engine: Engine, store: DemoStore) -> None:
    authorization_id = await stored(engine, store)
    before = await kept(engine, authorization_id)
    assert isinstance(engine.clock, ShiftedClock)
    engine.clock.skip(timedelta(hours=2))
    connection = await connect(engine, authorization_id)
    await connection.check()
    after = await kept(engine, authorization_id)
    assert after == connection.credentials.secret
    assert after["refresh_token"] != before["refresh_token"]
    assert after["expires_at"] > engine.clock.now().timestamp()
    async with engine.database.read() as session:
        row = await authorizations.by_id(session, authorization_id)
        assert row is not None
        assert row.expires_at is not None
        assert int(row.expires_at.timestamp()) == after["expires_at"]
        assert after["access_token"].encode() not in row.secret


async def test_two_syncs_use_a_refresh_token_once(engine: Engine, store: DemoStore) -> None:
    """The store takes each refresh token once: a second use would lose the authorization."""
    authorization_id = await stored(engine, store)
    connections = [await connect(engine, authorization_id) for _ in range(5)]
    store.expires_token()
    assert await asyncio.gather(*(c.check() for c in connections)) == ["Acme Demo Store"] * 5
    assert len({c.credentials.secret["access_token"] for c in connections}) == 1
    store.expires_token()
    assert await asyncio.gather(*(c.check() for c in connections)) == ["Acme Demo Store"] * 5


async def test_a_renewal_outlives_the_sync_that_asked_for_it(
    engine: Engine, store: DemoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync that is stopped in the middle of it must not lose the new refresh token."""
    authorization_id = await stored(engine, store)
    before = await kept(engine, authorization_id)
    connection = await connect(engine, authorization_id)
    store.expires_token()
    real, refreshing = oauth.refresh, asyncio.Event()

    async def refresh(*args: Any, **more: Any) -> dict[str, Any]:
        refreshing.set()
        return await real(*args, **more)

    monkeypatch.setattr(oauth, "refresh", refresh)
    checking = asyncio.create_task(connection.check())
    await refreshing.wait()
    checking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking
    await engine.http.turns.close()
    after = await kept(engine, authorization_id)
    assert after["refresh_token"] != before["refresh_token"]
    assert await (await connect(engine, authorization_id)).check() == "Acme Demo Store"


async def test_an_authorization_that_was_revoked(engine: Engine, store: DemoStore) -> None:
    connection = await connect(engine, await stored(engine, store))
    store.revokes_token()
    with pytest.raises(AuthorizationLost, match="Demo Store does not accept this authorization"):
        await connection.check()


async def test_a_key_cannot_be_renewed(engine: Engine, store: DemoStore) -> None:
    connection = await connect(engine, await stored(engine, store, {"key": store.api_key}))
    await connection.check()
    store.revokes_token()
    with pytest.raises(AuthorizationLost, match="Authorize it again"):
        await connection.check()


async def test_a_key_that_a_member_replaced_meanwhile_is_taken_up(
    engine: Engine, store: DemoStore
) -> None:
    authorization_id = await stored(engine, store, {"key": store.api_key})
    connection = await connect(engine, authorization_id)
    store.revokes_token()
    async with engine.database.begin() as session:
        row = await authorizations.get(session, "T1", authorization_id, lock=True)
        assert row is not None
        row.secret = engine.vault.seal({"key": store.api_key})
    assert await connection.check() == "Acme Demo Store"


async def test_another_process_that_renewed_first(
    engine: Engine, store: DemoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It used the refresh token between our look at the row and our use of it."""
    authorization_id = await stored(engine, store)
    connection = await connect(engine, authorization_id)
    store.expires_token()
    real = oauth.refresh

    async def overtaken(*args: Any, **more: Any) -> dict[str, Any]:
        secret = await real(*args, **more)
        async with engine.database.begin() as session:
            row = await authorizations.get(session, "T1", authorization_id)
            assert row is not None
            row.secret = engine.vault.seal(secret)
        monkeypatch.setattr(oauth, "refresh", real)
        return await real(*args, **more)  # with the token that is used up

    monkeypatch.setattr(oauth, "refresh", overtaken)
    assert await connection.check() == "Acme Demo Store"


async def test_a_member_who_authorizes_again_at_the_same_moment_wins(
    engine: Engine, store: DemoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorization_id = await stored(engine, store)
    connection = await connect(engine, authorization_id)
    store.expires_token()
    theirs = await tokens(engine, store)
    real = oauth.refresh

    async def meanwhile(*args: Any, **more: Any) -> dict[str, Any]:
        secret = await real(*args, **more)
        async with engine.database.begin() as session:
            row = await authorizations.get(session, "T1", authorization_id)
            assert row is not None
            row.secret = engine.vault.seal(theirs)
        return secret

    monkeypatch.setattr(oauth, "refresh", meanwhile)
    assert await connection.check() == "Acme Demo Store"
    assert await kept(engine, authorization_id) == theirs == connection.credentials.secret


async def test_what_can_no_longer_be_read(engine: Engine, store: DemoStore) -> None:
    authorization_id = await stored(engine, store)
    async with engine.database.begin() as session:
        row = await authorizations.get(session, "T1", authorization_id)
        assert row is not None
        row.secret = Vault([Vault.new_key()]).seal({"key": "k"})
    with pytest.raises(AuthorizationLost, match="cannot read the secret of “Main”"):
        await connect(engine, authorization_id)


async def test_what_is_gone(engine: Engine) -> None:
    with pytest.raises(NotFound, match="does not exist any more"):
        await connect(engine, 4711)


async def test_all_syncs_of_an_authorization_stand_in_one_queue(
    engine: Engine, store: DemoStore
) -> None:
    first, second = await stored(engine, store), await stored(engine, store, name="Other")
    a, b, c = [await connect(engine, number) for number in (first, first, second)]
    assert a.turn is b.turn is not c.turn


# ---- the repository


async def test_one_workspace_never_sees_anothers(engine: Engine, store: DemoStore) -> None:
    authorization_id = await stored(engine, store)
    async with engine.database.begin() as session:
        session.add(Workspace(id="T2", created_at=engine.clock.now()))
    async with engine.database.read() as session:
        assert await authorizations.get(session, "T2", authorization_id) is None
        assert await authorizations.listed(session, "T2") == []
        assert await authorizations.get(session, "T1", 4711) is None


async def test_listing_by_name_and_by_service(engine: Engine, store: DemoStore) -> None:
    secret = {"key": "k"}
    for name in ("beta", "Alpha"):
        await stored(engine, store, secret, name)
    async with engine.database.read() as session:
        listed = await authorizations.listed(session, "T1", "demo_store")
        assert [row.name for row in listed] == ["Alpha", "beta"]
        assert len(await authorizations.listed(session, "T1")) == 2
        assert await authorizations.listed(session, "T1", "stripe") == []
