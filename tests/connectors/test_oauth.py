"""OAuth 2 against Demo Store, and against servers that answer oddly."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.connectors import oauth
from bot.connectors.catalog import Service, load_catalog
from bot.connectors.http import HttpPool
from bot.errors import AuthorizationLost, ServiceMisbehaves, ServiceRefuses, ServiceUnreachable
from bot.playground.store import DemoStore
from bot.settings import OAuthClient
from store.vocabulary import AuthKind
from tests.connectors.serving import Handler, always, answer, raw, service, settings

Serve = Callable[[Handler], Any]

NOW = datetime(2026, 1, 2, tzinfo=UTC)
REDIRECT = "https://bot.example.com/oauth/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-section-4.1"
CLIENT = OAuthClient(client_id="us")


@pytest.fixture
async def store() -> AsyncIterator[DemoStore]:
    async with DemoStore(customers=3, orders=0, products=0) as store:
        yield store


@pytest.fixture
def pool(make_pool: Callable[..., HttpPool]) -> HttpPool:
    return make_pool()


def acme(url: str, **changes: Any) -> Service:
    method = {
        "type": "oauth2",
        "label": "Sign in",
        "authorize_url": f"{url}/authorize",
        "token_url": f"{url}/token",
    }
    return service(url, auth=[method | changes])


async def consent(url: str, decision: str = "allow") -> dict[str, str]:
    """What the browser brings back after the member pressed a button there."""
    async with httpx.AsyncClient() as browser:
        address = httpx.URL(url)
        assert (await browser.get(address)).status_code == 200
        form = dict(address.params) | {"decision": decision}
        back = await browser.post(address.copy_with(query=None), data=form)
    return dict(httpx.URL(back.headers["location"]).params)


async def test_the_whole_way(store: DemoStore, pool: HttpPool) -> None:
    demo = load_catalog().get("demo_store")
    method = demo.method(AuthKind.OAUTH2)
    client = oauth.oauth_client(settings(), demo)
    params = {"shop_url": store.url}
    assert method is not None
    assert client is not None
    url = oauth.authorize_url(demo, method, client, params, REDIRECT, "st&te", VERIFIER)
    assert url.startswith(f"{store.url}/oauth/authorize?")
    brought = await consent(url)
    assert brought["state"] == "st&te"
    secret = await oauth.exchange(
        pool, demo, method, client, params, REDIRECT, brought["code"], VERIFIER, now=NOW
    )
    assert secret["expires_at"] == int(NOW.timestamp()) + 3600
    renewed = await oauth.refresh(pool, demo, method, client, params, secret, now=NOW)
    assert renewed["access_token"] != secret["access_token"]
    assert renewed["refresh_token"] != secret["refresh_token"]
    with pytest.raises(AuthorizationLost, match="Demo Store does not accept"):  # it rotated
        await oauth.refresh(pool, demo, method, client, params, secret, now=NOW)
    await oauth.revoke(pool, demo, method, client, params, renewed)
    with pytest.raises(AuthorizationLost):
        await oauth.refresh(pool, demo, method, client, params, renewed, now=NOW)


async def test_a_code_with_the_wrong_verifier(store: DemoStore, pool: HttpPool) -> None:
    demo = load_catalog().get("demo_store")
    method, params = demo.auth[0], {"shop_url": store.url}
    client = OAuthClient(client_id="patchbay-demo")
    url = oauth.authorize_url(demo, method, client, params, REDIRECT, "s", VERIFIER)
    code = (await consent(url))["code"]
    with pytest.raises(AuthorizationLost, match="invalid_grant"):
        await oauth.exchange(pool, demo, method, client, params, REDIRECT, code, VERIFIER[::-1])


def test_the_address_of_the_consent_page() -> None:
    plain = acme("https://a.b", scopes=["read", "write"], pkce=False)
    url = httpx.URL(oauth.authorize_url(plain, plain.auth[0], CLIENT, {}, REDIRECT, "s", VERIFIER))
    assert dict(url.params) == {
        "response_type": "code",
        "client_id": "us",
        "redirect_uri": REDIRECT,
        "scope": "read write",
        "state": "s",
    }
    pkce = acme("https://a.b")
    url = httpx.URL(oauth.authorize_url(pkce, pkce.auth[0], CLIENT, {}, REDIRECT, "s", VERIFIER))
    assert url.params["code_challenge_method"] == "S256"
    assert "=" not in url.params["code_challenge"]
    assert "scope" not in url.params


def test_which_client_we_are() -> None:
    public = acme("https://a.b", client_id="public")
    assert oauth.oauth_client(settings(), public) == OAuthClient(client_id="public")
    assert oauth.oauth_client(settings(oauth_clients={"acme": CLIENT}), public) == CLIENT
    assert oauth.oauth_client(settings(), acme("https://a.b")) is None
    assert oauth.oauth_client(settings(), service("https://a.b")) is None


async def exchanged(pool: HttpPool, server: Any, client: OAuthClient = CLIENT) -> dict[str, Any]:
    known = acme(server.url)
    return await oauth.exchange(
        pool, known, known.auth[0], client, {}, REDIRECT, "the-code", VERIFIER, now=NOW
    )


async def test_how_we_prove_who_we_are(serve: Serve, pool: HttpPool) -> None:
    server = await serve(always(answer({"access_token": "t"})))
    await exchanged(pool, server)
    assert server.asked[0].form == {
        "grant_type": "authorization_code",
        "redirect_uri": REDIRECT,
        "code": "the-code",
        "code_verifier": VERIFIER,
        "client_id": "us",
    }
    secret = OAuthClient.model_validate({"client_id": "us", "client_secret": "s&cret"})
    await exchanged(pool, server, secret)
    assert server.asked[1].form["client_secret"] == "s&cret"
    assert server.asked[1].headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("expires_in", "expires_at"),
    [(3600, 3600), ("3600", 3600), (3600.9, 3600), (None, None), ("soon", None), (0, None),
     (-5, None), (10**30, None), (True, 1)],
)  # fmt: skip
async def test_when_a_token_ends(
    serve: Serve, pool: HttpPool, expires_in: Any, expires_at: int | None
) -> None:
    body = {"access_token": "t", "expires_in": expires_in}
    server = await serve(always(answer(body)))
    end = None if expires_at is None else int(NOW.timestamp()) + expires_at
    assert (await exchanged(pool, server))["expires_at"] == end


async def test_a_refresh_token_that_is_not_replaced_stays(serve: Serve, pool: HttpPool) -> None:
    server = await serve(always(answer({"access_token": "t"})))
    known = acme(server.url)
    secret = {"access_token": "old", "refresh_token": "r"}
    renewed = await oauth.refresh(pool, known, known.auth[0], CLIENT, {}, secret, now=NOW)
    assert renewed == {"access_token": "t", "refresh_token": "r", "expires_at": None}
    assert server.asked[0].form == {
        "grant_type": "refresh_token",
        "refresh_token": "r",
        "client_id": "us",
    }


@pytest.mark.parametrize(
    ("bytes_", "error", "told"),
    [
        (answer({"error": "invalid_grant"}, 400), AuthorizationLost, "does not accept"),
        (answer({"error": "bad_refresh_token"}), AuthorizationLost, "does not accept"),
        (answer({"error": "invalid_client"}, 401), ServiceRefuses, "PATCHBAY_OAUTH_CLIENTS"),
        (answer({"error": "server_is_tired"}, 400), ServiceRefuses, "server_is_tired"),
        (answer({"error": {"odd": 1}}, 400), ServiceRefuses, "HTTP 400"),
        (answer({}, 404), ServiceRefuses, "HTTP 404"),
        (raw(b"<html>", 400), ServiceRefuses, "HTTP 400"),
        (raw(b"<html>"), ServiceMisbehaves, "a web page"),
        (raw(b"", 302, location="/elsewhere"), ServiceMisbehaves, "an empty answer"),
        (answer([]), ServiceMisbehaves, "no object"),
        (answer({}), ServiceMisbehaves, "without an access token"),
        (answer({"access_token": 5}), ServiceMisbehaves, "without an access token"),
        (answer({}, 503), ServiceUnreachable, "HTTP 503"),
    ],
)  # fmt: skip
async def test_odd_answers(
    serve: Serve, pool: HttpPool, bytes_: bytes, error: type[Exception], told: str
) -> None:
    server = await serve(always(bytes_))
    with pytest.raises(error, match=told):
        await exchanged(pool, server)


async def test_revoking_goes_on_where_it_fails(serve: Serve, pool: HttpPool) -> None:
    server = await serve(always(raw(b"", 500)))
    known = acme(server.url, revoke_url=f"{server.url}/revoke")
    secret = {"access_token": "t", "refresh_token": "r"}
    await oauth.revoke(pool, known, known.auth[0], CLIENT, {}, secret)
    assert {asked.form["token"] for asked in server.asked} == {"t", "r"}
    count = len(server.asked)
    none = acme(server.url)
    await oauth.revoke(pool, none, none.auth[0], CLIENT, {}, secret)
    assert len(server.asked) == count
