"""The way out: every connection to an address that was looked at, every body under a cap."""

import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import httpcore
import httpx

from bot.connectors import addresses
from bot.connectors.bodies import TooLarge, unpacked
from bot.connectors.streams import connected
from bot.errors import AddressForbidden


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves names itself and connects to what it looked at: no name changes in between."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await addresses.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        allowed = [ip for ip in found if self._allow_private or addresses.is_public(ip)]
        if not allowed:
            raise AddressForbidden(
                f"{host} leads to a private network, and Patchbay may not connect to those. "
                "Use a public address, or ask whoever runs Patchbay to allow private networks."
            )
        for ip in allowed[:-1]:
            try:
                return await connected(ip, port, timeout, local_address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await connected(allowed[-1], port, timeout, local_address)


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's way out, on httpcore's pool over the guarded network.

    Answers come unpacked; one of more than `max_bytes` raises bodies.TooLarge while it is read.
    Raises AddressForbidden, bodies.BadBody, addresses.BadUrl, and httpx's own transport errors.
    """

    def __init__(self, *, allow_private: bool, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=100,
            max_keepalive_connections=100,
            keepalive_expiry=30,
            http2=True,
            network_backend=GuardedNetwork(allow_private),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        addresses.split(str(request.url))
        with _httpx_errors():
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        headers = httpx.Headers(answer.headers)
        encoding = headers.pop("content-encoding", "")
        size = headers.pop("content-length", "")
        stream = _Unpacked(answer, encoding, self._max_bytes)
        if size.isdecimal() and len(size) < 20 and int(size) > self._max_bytes:
            await stream.aclose()
            raise TooLarge(f"more than {self._max_bytes:,} bytes in one answer")
        return httpx.Response(
            status_code=answer.status,
            headers=headers,
            stream=stream,
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Unpacked(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, encoding: str, limit: int) -> None:
        self._answer = answer
        self._encoding = encoding
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors():
            async for piece in unpacked(self._answer.aiter_stream(), self._encoding, self._limit):
                yield piece

    async def aclose(self) -> None:
        with _httpx_errors():
            await self._answer.aclose()


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """httpcore's errors as httpx's, which bear the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        httpcore.ProxyError,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()
