"""Whatever a service sends ends in a clear error, in bounded memory and time."""

import asyncio
import gzip
import itertools
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from bot.connectors import addresses
from bot.connectors.connection import Page
from bot.errors import (
    AddressForbidden,
    AuthorizationLost,
    ServiceMisbehaves,
    ServiceRefuses,
    ServiceUnreachable,
)
from tests.connectors.conftest import Connect
from tests.connectors.serving import Asked, Handler, RawServer, always, answer, raw, service

MEGABYTE = 1024 * 1024
CURSOR = {"paginator": {"type": "cursor", "cursor": "next", "param": "cursor"}}
NEXT_URL = {"paginator": {"type": "next_url", "path": "next"}}

Serve = Callable[[Handler], Any]


async def pages(connect: Connect, url: str, things: dict[str, Any], **changes: Any) -> list[Page]:
    connection = connect(service(url, things=things), **changes)
    data_type = connection.service.data_types["things"]
    return [page async for page in connection.pages(data_type)]


class Memory:
    """The most that Python allocated inside the block, in bytes."""

    def __enter__(self) -> "Memory":
        tracemalloc.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


async def test_endless_pages_end_at_the_limit(serve: Serve, connect: Connect) -> None:
    numbers = itertools.count(1)

    async def endless(asked: Asked, writer: Any) -> bytes:
        number = next(numbers)
        return answer({"data": [{"id": number}], "next": f"token-{number}"})

    server = await serve(endless)
    with pytest.raises(ServiceMisbehaves, match="more than 20 pages"):
        await pages(connect, server.url, CURSOR, max_pages=20)
    assert len(server.asked) == 20


async def test_endless_empty_pages_end_at_the_limit(serve: Serve, connect: Connect) -> None:
    numbers = itertools.count(1)

    async def endless(asked: Asked, writer: Any) -> bytes:
        return answer({"data": [], "next": next(numbers)})

    server = await serve(endless)
    with pytest.raises(ServiceMisbehaves, match="more than 20 pages"):
        await pages(connect, server.url, CURSOR, max_pages=20)


async def test_a_token_that_repeats(serve: Serve, connect: Connect) -> None:
    tokens = {"": "a", "a": "b", "b": "c", "c": "a"}

    async def circle(asked: Asked, writer: Any) -> bytes:
        return answer({"data": [{"id": 1}], "next": tokens[asked.query.get("cursor", "")]})

    server = await serve(circle)
    with pytest.raises(ServiceMisbehaves, match=r"Acme.*same page token twice"):
        await pages(connect, server.url, CURSOR)
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "paginator", [{"type": "page"}, {"type": "offset", "param": "skip"}], ids=["page", "offset"]
)
async def test_a_service_that_ignores_the_page(
    serve: Serve, connect: Connect, paginator: dict[str, Any]
) -> None:
    server = await serve(always(answer({"data": [{"id": 1}, {"id": 2}]})))
    with pytest.raises(ServiceMisbehaves, match="does not turn pages"):
        await pages(connect, server.url, {"paginator": paginator})
    assert len(server.asked) == 2


async def test_a_body_of_a_gigabyte_without_a_length(serve: Serve, connect: Connect) -> None:
    piece = b"%x\r\n%s\r\n" % (MEGABYTE, b"7" * MEGABYTE)

    async def flood(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        await server.pour(writer, piece, 1024)

    server: RawServer = await serve(flood)
    with Memory() as memory, pytest.raises(ServiceMisbehaves, match="more than 4,194,304 bytes"):
        await pages(connect, server.url, CURSOR, max_page_bytes=4 * MEGABYTE)
    assert memory.peak < 24 * MEGABYTE
    assert server.sent < 64 * MEGABYTE


async def test_a_body_that_announces_a_gigabyte(serve: Serve, connect: Connect) -> None:
    async def boast(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")
        await server.pour(writer, b"7" * MEGABYTE, 1024)

    server: RawServer = await serve(boast)
    with pytest.raises(ServiceMisbehaves, match="more than 4,194,304 bytes"):
        await pages(connect, server.url, CURSOR, max_page_bytes=4 * MEGABYTE)
    assert server.sent < 16 * MEGABYTE


def packed(encoding: str, size: int) -> bytes:
    if encoding == "gzip":
        return gzip.compress(b"0" * size)
    return zlib.compress(b"0" * size)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_small_body_that_unpacks_to_a_lot(
    serve: Serve, connect: Connect, encoding: str
) -> None:
    bomb = packed(encoding, 200 * MEGABYTE)
    assert len(bomb) < MEGABYTE
    server = await serve(always(raw(bomb, content_encoding=encoding)))
    with Memory() as memory, pytest.raises(ServiceMisbehaves, match="more than 4,194,304 bytes"):
        await pages(connect, server.url, CURSOR, max_page_bytes=4 * MEGABYTE)
    assert memory.peak < 24 * MEGABYTE


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "compress", "x" * 300])
async def test_packed_in_a_way_that_was_not_asked_for(
    serve: Serve, connect: Connect, encoding: str
) -> None:
    server = await serve(always(raw(b"{}", content_encoding=encoding)))
    with pytest.raises(ServiceMisbehaves, match="was not asked for"):
        await pages(connect, server.url, CURSOR)


async def test_packed_data_that_is_broken(serve: Serve, connect: Connect) -> None:
    server = await serve(always(raw(b"\x1f\x8b no gzip", content_encoding="gzip")))
    with pytest.raises(ServiceMisbehaves, match="not the gzip it says"):
        await pages(connect, server.url, CURSOR)


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        ('{"data": [{"id": "é"}]}'.encode("latin-1"), "application/json", "not valid JSON"),
        (b"{}", "application/json; charset=punycode", "unknown charset"),
        (b"{}", "application/json; charset=klingon", "unknown charset"),
        (b"\xff\xfe{\x00", "application/json", "not valid JSON"),
        (b"\xff", "application/json; charset=utf-16", "not valid JSON"),
    ],
)
async def test_a_wrong_charset(
    serve: Serve, connect: Connect, body: bytes, content_type: str, told: str
) -> None:
    server = await serve(always(raw(body, content_type=content_type)))
    with pytest.raises(ServiceMisbehaves, match=told):
        await pages(connect, server.url, CURSOR)


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        (b"<!doctype html><title>Sign in</title>", "text/html", "a web page instead of data"),
        (b"  <html>", "application/json", "a web page instead of data"),
        (b"", "application/json", "an empty answer"),
        (b"{\"data\": [1, 2", "application/json", "not valid JSON"),
        (b"{\"data\": [NaN]}", "application/json", "not valid JSON"),
        (b"{\"data\": [1e999999999]}", "application/json", "not valid JSON"),
        (b"[" * 1_000_000, "application/json", "nested too deeply|not valid JSON"),
        (b"{\"a\":" * 200_000, "application/json", "nested too deeply|not valid JSON"),
        (b"[]", "application/json", "no list of records at “data”"),
        (b"{\"data\": {}, \"items\": []}", "application/json", "lists at “items”"),
        (b"\"text\"", "application/json", "no list of records"),
    ],
)  # fmt: skip
async def test_something_else_than_json_records(
    serve: Serve, connect: Connect, body: bytes, content_type: str, told: str
) -> None:
    server = await serve(always(raw(body, content_type=content_type)))
    with pytest.raises(ServiceMisbehaves, match=told):
        await pages(connect, server.url, CURSOR)


async def test_drip_by_drip(serve: Serve, connect: Connect) -> None:
    async def drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not writer.is_closing():
            await server.pour(writer, b" ", 1)
            await asyncio.sleep(0.02)

    server: RawServer = await serve(drip)
    started = time.monotonic()
    with pytest.raises(ServiceUnreachable, match=r"did not answer within 0\.3 seconds"):
        await pages(connect, server.url, CURSOR, request_timeout=0.3, request_attempts=2)
    assert time.monotonic() - started < 3
    assert len(server.asked) == 2


async def test_headers_without_end(serve: Serve, connect: Connect) -> None:
    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await server.pour(writer, b"x-more: " + b"x" * 10_000 + b"\r\n", 10_000)

    server: RawServer = await serve(endless)
    with pytest.raises(ServiceUnreachable, match="connection failed"):
        await pages(connect, server.url, CURSOR, request_attempts=1)
    assert server.sent < 16 * MEGABYTE


async def test_no_http_at_all(serve: Serve, connect: Connect) -> None:
    server = await serve(always(b"220 smtp.example.com ESMTP\r\n\r\n"))
    with pytest.raises(ServiceUnreachable, match="could not be reached"):
        await pages(connect, server.url, CURSOR, request_attempts=1)


# ---- where requests may go


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "0.0.0.0", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::7f00:1]", "[fe80::1]", "[fc00::1]", "[fd12::1]",
    "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "2130706433",
    "0x7f.1", "127.1",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_private_address(connect: Connect, host: str) -> None:
    with pytest.raises(AddressForbidden, match="private network"):
        await pages(connect, f"http://{host}:1/", CURSOR, allow_private_networks=False)


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


async def test_no_cookies_are_kept(serve: Serve, connect: Connect) -> None:
    async def sweet(asked: Asked, writer: Any) -> bytes:
        following = None if "cursor" in asked.query else "b"
        return answer({"data": [], "next": following}, set_cookie="who=me")

    server = await serve(sweet)
    await pages(connect, server.url, CURSOR)
    assert len(server.asked) == 2
    assert "cookie" not in server.asked[1].headers


async def test_an_explanation_with_the_key_in_it_is_not_passed_on(
    serve: Serve, connect: Connect
) -> None:
    server = await serve(always(answer({"error": "unknown key sesame"}, 401)))
    with pytest.raises(AuthorizationLost) as caught:
        await pages(connect, server.url, CURSOR)
    assert "sesame" not in caught.value.sentence
