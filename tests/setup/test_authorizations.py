"""Authorizations: which ways are offered, what is asked, who may renew, what renewing resumes."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.engine import Engine
from bot.errors import AuthorizationLost, NotAllowed, NotFound, Refused
from bot.playground.store import DemoStore
from bot.settings import OAuthClient
from bot.setup import authorizations, authorizing
from bot.setup.actor import Actor
from bot.setup.authorizations import Wanted
from store.models import Authorization, Workspace
from store.vocabulary import AuthKind, AuthorizationState, Role

EDITOR = Actor("T1", "U_EDITOR", Role.EDITOR)
ADMIN = Actor("T1", "U_ADMIN", Role.ADMIN)
VIEWER = Actor("T1", "U_VIEWER", Role.VIEWER)
STRANGER = Actor("T2", "U_EDITOR", Role.ADMIN)


@pytest.fixture
async def store(engine: Engine) -> AsyncIterator[DemoStore]:
    async with DemoStore(clock=engine.clock, customers=1) as store:
        yield store


def by_key(store: DemoStore, **more: object) -> Wanted:
    params = {"shop_url": store.url}
    return replace(Wanted("demo_store", "Shop", AuthKind.API_KEY, params), **more)


async def made(engine: Engine, store: DemoStore, actor: Actor = EDITOR) -> Authorization:
    link = await authorizations.begin(engine, actor, by_key(store))
    await authorizing.complete(engine, link.token, {"key": store.api_key})
    async with engine.database.read() as session:
        return (await authorizations.usable(session, "T1", "demo_store"))[-1]


def test_sign_in_is_offered_where_this_installation_is_registered(engine: Engine) -> None:
    github = engine.catalog.get("github")
    assert [m.type for m in authorizations.methods_of(engine, github)] == [AuthKind.BEARER]
    clients = {"github": OAuthClient(client_id="us")}
    settings = engine.settings.model_copy(update={"oauth_clients": clients})
    registered = replace(engine, settings=settings)
    kinds = [m.type for m in authorizations.methods_of(registered, github)]
    assert kinds == [AuthKind.OAUTH2, AuthKind.BEARER]
    with pytest.raises(Refused, match="cannot be connected in this way"):
        authorizations.method_of(engine, github, AuthKind.OAUTH2)


def test_params_have_defaults_and_the_right_form(engine: Engine) -> None:
    service = engine.catalog.get("custom_rest")
    by_key, bearer = (
        authorizations.method_of(engine, service, kind)
        for kind in (AuthKind.API_KEY, AuthKind.BEARER)
    )
    typed = {"base_url": " https://api.example.com/v2/ ", "key_name": ""}
    filled = authorizations.filled_in(service, by_key, typed)
    assert filled == {"base_url": "https://api.example.com/v2", "key_name": "X-Api-Key"}
    assert [p.name for p in authorizations.params_of(service, bearer)] == ["base_url"]
    for wrong in ("", "api.example.com", "ftp://api.example.com", "https://"):
        with pytest.raises(Refused) as caught:
            authorizations.filled_in(service, bearer, {"base_url": wrong})
        assert caught.value.field == "base_url"


async def test_viewers_and_strangers_authorize_nothing(engine: Engine, store: DemoStore) -> None:
    with pytest.raises(NotAllowed):
        await authorizations.begin(engine, VIEWER, by_key(store))
    authorization = await made(engine, store)
    async with engine.database.begin() as session:
        session.add(Workspace(id="T2", name="Other", created_at=engine.clock.now()))
    with pytest.raises(NotFound):
        await authorizations.begin_renewal(engine, STRANGER, authorization.id, "V1")
    with pytest.raises(NotFound):
        await authorizations.check(engine, STRANGER, authorization.id)


async def test_renewing_is_for_its_creator_and_admins(engine: Engine, store: DemoStore) -> None:
    authorization = await made(engine, store, ADMIN)
    with pytest.raises(NotAllowed):
        await authorizations.begin_renewal(engine, EDITOR, authorization.id, "V1")
    wanted, _ = await authorizations.begin_renewal(engine, ADMIN, authorization.id, "V1")
    assert wanted.authorization_id == authorization.id


async def test_what_the_service_refuses_later_is_marked_as_lost(
    engine: Engine, store: DemoStore
) -> None:
    authorization = await made(engine, store)
    store.revokes_token()
    with pytest.raises(AuthorizationLost):
        await authorizations.check(engine, EDITOR, authorization.id)
    async with engine.database.read() as session:
        row = await authorizations.find(session, "T1", authorization.id)
        assert row.state is AuthorizationState.LOST
        assert await authorizations.usable(session, "T1", "demo_store") == []


async def test_renewing_in_place_keeps_the_id(engine: Engine, store: DemoStore) -> None:
    authorization = await made(engine, store)
    store.revokes_token()
    with pytest.raises(AuthorizationLost):
        await authorizations.check(engine, EDITOR, authorization.id)
    _, link = await authorizations.begin_renewal(engine, EDITOR, authorization.id, "V1")
    await authorizing.complete(engine, link.token, {"key": store.api_key})
    async with engine.database.read() as session:
        [row] = await authorizations.usable(session, "T1", "demo_store")
    assert (row.id, row.name) == (authorization.id, "Shop")
    await authorizations.check(engine, EDITOR, row.id)


async def test_a_deleted_one_is_revoked_at_the_service(engine: Engine, store: DemoStore) -> None:
    authorization = await made(engine, store)
    tokens = store.grants._grant("read_customers")
    secret = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": None,
    }
    async with engine.database.begin() as session:
        row = await session.get_one(Authorization, authorization.id)
        row.kind, row.secret = AuthKind.OAUTH2, engine.vault.seal(secret)
    await authorizations.check(engine, EDITOR, authorization.id)
    await authorizations.remove(engine, EDITOR, authorization.id)
    await authorizations.remove(engine, EDITOR, authorization.id)  # twice is no error
    assert not store.grants.allows(tokens.access_token, None)
