from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connectors.catalog import load_catalog
from bot.connectors.credentials import Credentials, key_parameter, signer
from bot.errors import AuthorizationLost, ServiceRefuses
from store.vocabulary import AuthKind
from tests.connectors.serving import service

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def signed(method: dict[str, Any], credentials: Credentials) -> tuple[dict[str, str], Any]:
    acme = service(
        "https://api.example.com",
        auth=[{"label": "Auth"} | method],
        params=[{"name": "key_name", "label": "Key"}],
    )
    headers: dict[str, str] = {"Accept": "a"}
    query: dict[str, str] = {"limit": "5"}
    signer(acme, credentials)(headers, query)
    del headers["Accept"], query["limit"]
    return headers, query


def key(value: str = "k 1", kind: AuthKind = AuthKind.API_KEY, **params: str) -> Credentials:
    return Credentials(kind, params, {"key": value})


@pytest.mark.parametrize(
    ("method", "credentials", "headers", "query"),
    [
        ({"type": "api_key", "header": "X-Key"}, key(), {"X-Key": "k 1"}, {}),
        ({"type": "api_key", "header": "Authorization", "prefix": "Token"}, key(),
         {"Authorization": "Token k 1"}, {}),
        ({"type": "api_key", "query": "api_key"}, key(), {}, {"api_key": "k 1"}),
        ({"type": "api_key", "place": "{key_name}"}, key(key_name="X-Api-Key"),
         {"X-Api-Key": "k 1"}, {}),
        ({"type": "api_key", "place": "{key_name}"}, key(key_name=" ?api_key "), {},
         {"api_key": "k 1"}),
        ({"type": "bearer"}, key(" abc\n", AuthKind.BEARER), {"Authorization": "Bearer abc"}, {}),
        ({"type": "bearer", "prefix": "token"}, key("abc", AuthKind.BEARER),
         {"Authorization": "token abc"}, {}),
        ({"type": "basic"}, Credentials(AuthKind.BASIC, {}, {"username": "é", "password": "p:w"}),
         {"Authorization": "Basic w6k6cDp3"}, {}),
        ({"type": "none"}, Credentials(AuthKind.NONE, {}, {}), {}, {}),
        ({"type": "oauth2", "authorize_url": "https://a.b", "token_url": "https://a.b"},
         Credentials(AuthKind.OAUTH2, {}, {"access_token": "t"}), {"Authorization": "Bearer t"},
         {}),
    ],
)  # fmt: skip
def test_where_a_secret_goes(
    method: dict[str, Any], credentials: Credentials, headers: Any, query: Any
) -> None:
    assert signed(method, credentials) == (headers, query)


@pytest.mark.parametrize("value", ["", "  ", "clé", "a\nb", "a\r\nX-Evil: 1", "a\x00"])
def test_a_key_that_cannot_be_sent(value: str) -> None:
    for method in ({"header": "X-Key"}, {"query": "key"}):
        with pytest.raises(AuthorizationLost, match="Copy it again"):
            signed({"type": "api_key"} | method, key(value))


@pytest.mark.parametrize("name", ["", "X Key", "X-Key:", "X\r\nY", "ключ"])
def test_a_header_that_cannot_be(name: str) -> None:
    with pytest.raises(ServiceRefuses, match="cannot be the name of a header"):
        signed({"type": "api_key", "place": "{key_name}"}, key(key_name=name))


def test_a_way_that_the_service_does_not_offer() -> None:
    with pytest.raises(AuthorizationLost, match="not connected this way any more"):
        signed({"type": "bearer"}, key())


def test_the_parameter_with_the_key_is_known() -> None:
    custom = load_catalog().get("custom_rest")
    assert key_parameter(custom, key(key_name="?token")) == "token"
    assert key_parameter(custom, key(key_name="X-Api-Key")) is None
    assert key_parameter(custom, key(kind=AuthKind.BEARER, key_name="?token")) is None


def test_secrets_do_not_print() -> None:
    assert "sesame" not in repr(key("sesame"))


@pytest.mark.parametrize(
    ("expires_at", "expired"),
    [(None, False), (0, True), (59, True), (61, False), (3600, False), ("soon", False)],
)
def test_expiry_with_a_minute_to_spare(expires_at: Any, expired: bool) -> None:
    if isinstance(expires_at, int) and expires_at:
        expires_at += int(NOW.timestamp())
    assert Credentials(AuthKind.OAUTH2, {}, {"expires_at": expires_at}).expired(NOW) is expired


def test_leaks() -> None:
    credentials = Credentials(AuthKind.BASIC, {}, {"username": "", "password": "pw", "x": 1})
    assert credentials.leak_in("your password pw is wrong")
    assert not credentials.leak_in("your password is wrong")
