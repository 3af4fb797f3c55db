"""Whatever a service sends ends in a clear error, in bounded memory and time."""

import asyncio
import gzip
import itertools
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from bot.connectors.connection import Page
from bot.errors import (
    AuthorizationLost,
    ServiceMisbehaves,
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
