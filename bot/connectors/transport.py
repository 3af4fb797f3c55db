"""The way out: every connection to an address that was looked at, every body under a cap."""

import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpcore
import httpx

from bot.connectors import addresses
from bot.connectors.bodies import TooLarge, unpacked
from bot.errors import AddressForbidden

_WIDE = 1024 * 1024  # bytes read at a time, if they are there


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves names itself and connects to what it looked at: no name changes in between."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

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
                return _Wide(await self._inner.connect_tcp(ip, port, timeout, local_address))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return _Wide(await self._inner.connect_tcp(allowed[-1], port, timeout, local_address))


class _Wide(httpcore.AsyncNetworkStream):
    """Takes whatever has arrived at once: httpcore asks for 64 KB at a time, however large a page.

    A page of some hundred kilobytes costs a third of the time this way.
    """

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max(max_bytes, _WIDE), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Wide(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


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
