"""Where requests may go, and what goes with them: no private networks, no keys to strangers."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from bot.connectors import addresses
from bot.errors import AddressForbidden, ServiceMisbehaves, ServiceRefuses, ServiceUnreachable
from tests.connectors.conftest import Connect
from tests.connectors.serving import Asked, Handler, always, answer, raw
from tests.connectors.test_hostile import CURSOR, NEXT_URL, pages

Serve = Callable[[Handler], Any]

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "0.0.0.0", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::7f00:1]", "[fe80::1]", "[fc00::1]", "[fd12::1]",
    "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "0x7f.1",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_private_address(connect: Connect, host: str) -> None:
    with pytest.raises(AddressForbidden, match="private network"):
        await pages(connect, f"http://{host}:1/", CURSOR, allow_private_networks=False)


@pytest.mark.parametrize("host", ["2130706433", "127.1", "127.0.0.01", "1.2.3.4.", "."])
async def test_an_address_in_disguise(connect: Connect, host: str) -> None:
    with pytest.raises(ServiceRefuses, match="cannot be used: it has an IP address"):
        await pages(connect, f"http://{host}:1/", CURSOR)


def resolving(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> list[str]:
    """Makes names resolve to addresses; returns those that were asked for."""
    asked: list[str] = []
    real = addresses.resolve

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return names[host] if host in names else await real(host, port)

    monkeypatch.setattr(addresses, "resolve", resolve)
    return asked


async def test_a_name_that_leads_to_a_private_address(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, {"api.example.com": ["10.0.0.5", "::ffff:127.0.0.1"]})
    with pytest.raises(AddressForbidden, match=r"api\.example\.com leads to a private network"):
        await pages(connect, "http://api.example.com", CURSOR, allow_private_networks=False)


async def test_the_address_that_was_looked_at_is_the_one_connected_to(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when looked at and private a moment later gains nothing."""
    server = await serve(always(answer({"data": [{"id": 1}], "next": None})))
    asked = resolving(monkeypatch, {"api.example.com": ["127.0.0.1"]})
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    looked_up: list[Any] = []
    real = asyncio.get_running_loop().getaddrinfo

    async def getaddrinfo(host: Any, *rest: Any, **more: Any) -> Any:
        looked_up.append(host)
        return await real(host, *rest, **more)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    url = f"http://api.example.com:{server.port}"
    found = await pages(connect, url, CURSOR, allow_private_networks=False)
    assert found[0].records == [{"id": 1}]
    assert asked == ["api.example.com"]
    assert "api.example.com" not in looked_up
    assert server.asked[0].headers["host"] == f"api.example.com:{server.port}"


async def test_the_next_address_is_tried_where_one_does_not_answer(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve(always(answer({"data": [], "next": None})))
    resolving(monkeypatch, {"api.example.com": ["127.0.0.2", "127.0.0.1"]})
    url = f"http://api.example.com:{server.port}"
    assert len(await pages(connect, url, CURSOR)) == 1


async def test_a_name_that_is_not_known(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(addresses, "resolve", unknown)
    with pytest.raises(ServiceUnreachable, match="could not be reached"):
        await pages(connect, "http://nowhere.invalid", CURSOR)


async def test_a_redirect_to_a_private_address(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = await serve(always(answer({"data": ["secret"]})))
    target = f"http://[::ffff:127.0.0.1]:{inside.port}/"
    server = await serve(always(raw(b"", 302, location=target)))
    public = {"127.0.0.1"}  # as if the first server were one
    monkeypatch.setattr(addresses, "is_public", lambda address: address in public)
    with pytest.raises(AddressForbidden):
        await pages(connect, server.url, CURSOR, allow_private_networks=False)
    assert inside.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_credentials_do_not_follow_a_redirect_elsewhere(
    serve: Serve, connect: Connect, status: int
) -> None:
    thief = await serve(always(answer({"data": [], "next": None})))
    server = await serve(always(raw(b"", status, location=f"{thief.url}/here")))
    await pages(connect, server.url, CURSOR)
    assert server.asked[0].headers["authorization"] == "Bearer sesame"
    assert "authorization" not in thief.asked[0].headers
    assert "sesame" not in thief.asked[0].target


async def test_credentials_do_not_come_back_on_a_way_home(serve: Serve, connect: Connect) -> None:
    """A stranger must not choose what our credentials ask of the service."""

    async def home(asked: Asked, writer: Any) -> bytes:
        if asked.path == "/things":
            return raw(b"", 302, location=stranger.url)
        return answer({"data": [], "next": None})

    server = await serve(home)
    stranger = await serve(always(raw(b"", 302, location=f"{server.url}/delete-everything")))
    await pages(connect, server.url, CURSOR)
    assert [("authorization" in asked.headers) for asked in server.asked] == [True, False]


async def test_credentials_follow_a_redirect_within_the_service(
    serve: Serve, connect: Connect
) -> None:
    async def moved(asked: Asked, writer: Any) -> bytes:
        if asked.path == "/things":
            return raw(b"", 308, location="/v2/things?limit=5")
        return answer({"data": [], "next": None})

    server = await serve(moved)
    await pages(connect, server.url, CURSOR)
    assert server.asked[1].target == "/v2/things?limit=5"
    assert server.asked[1].headers["authorization"] == "Bearer sesame"


async def test_a_stranger_that_refuses_does_not_cost_the_authorization(
    serve: Serve, connect: Connect
) -> None:
    stranger = await serve(always(answer({}, 401)))
    server = await serve(always(raw(b"", 302, location=stranger.url)))
    with pytest.raises(ServiceRefuses, match="another host"):
        await pages(connect, server.url, CURSOR)


async def test_redirects_in_a_circle(serve: Serve, connect: Connect) -> None:
    server = await serve(always(raw(b"", 302, location="/things")))
    with pytest.raises(ServiceMisbehaves, match="more than 5 redirects"):
        await pages(connect, server.url, CURSOR)
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "target",
    ["ftp://127.0.0.1/", "file:///etc/passwd", "http://a:b@127.0.0.1/", "http://["],
)
async def test_a_redirect_to_no_place(serve: Serve, connect: Connect, target: str) -> None:
    server = await serve(always(raw(b"", 302, location=target)))
    with pytest.raises(ServiceMisbehaves):
        await pages(connect, server.url, CURSOR)
    assert len(server.asked) == 1


async def test_a_redirect_without_an_address(serve: Serve, connect: Connect) -> None:
    server = await serve(always(raw(b"", 302)))
    with pytest.raises(ServiceMisbehaves, match="redirect without an address"):
        await pages(connect, server.url, CURSOR)


async def test_a_next_page_on_another_host(serve: Serve, connect: Connect) -> None:
    thief = await serve(always(answer({"data": []})))
    server = await serve(always(answer({"data": [{"id": 1}], "next": f"{thief.url}/steal"})))
    with pytest.raises(ServiceMisbehaves, match="another host"):
        await pages(connect, server.url, NEXT_URL)
    assert thief.asked == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://u:p@127.0.0.1/", "http://["])
async def test_a_next_page_at_no_place(serve: Serve, connect: Connect, target: str) -> None:
    server = await serve(always(answer({"data": [], "next": target})))
    with pytest.raises(ServiceMisbehaves):
        await pages(connect, server.url, NEXT_URL)
    assert len(server.asked) == 1
