"""The way out: every connection to an address that was looked at, every body under a cap.

httpx speaks, aiohttp's connections carry: their parser is compiled, and a page costs half of the
time that it takes on httpx's own.
https://www.python-httpx.org/advanced/transports/#custom-transports
https://docs.aiohttp.org/en/stable/client_advanced.html#custom-socket-creation
"""

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cache

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from bot.connectors import addresses
from bot.connectors.bodies import TooLarge, unpacked
from bot.errors import AddressForbidden

_CONNECTIONS = 100
_KEPT = 30.0  # seconds that a connection waits for the next request
_AHEAD = 1024 * 1024  # bytes of an answer taken before somebody reads them
_LONGEST_HEADER = 64 * 1024
_OF_PACKED = (b"content-encoding", b"content-length")  # headers that say nothing of what we give

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[str, ...]]


class _Forbidden(OSError):
    """The same words for each address of a host, so that it comes through where all are such."""

    def __init__(self) -> None:
        super().__init__("a private network")


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's way out. Names may change between a look and a connection, so each socket is guarded.

    Answers come unpacked; one of more than `max_bytes` raises bodies.TooLarge while it is read.
    Raises AddressForbidden, bodies.BadBody, addresses.BadUrl, and httpx's own transport errors.
    """

    def __init__(self, *, allow_private: bool, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._allow_private = allow_private
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with _httpx_errors(request.url.host):
            answer = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
                data=request.content or None,
                allow_redirects=False,
            )
        encoding = answer.headers.get("Content-Encoding", "")
        size = answer.headers.get("Content-Length", "")
        if size.isdecimal() and len(size) < 20 and int(size) > self._max_bytes:
            answer.close()
            raise TooLarge(f"more than {self._max_bytes:,} bytes in one answer")
        headers = [each for each in answer.raw_headers if each[0].lower() not in _OF_PACKED]
        stream = _Unpacked(answer, encoding, self._max_bytes)
        return httpx.Response(answer.status, headers=headers, stream=stream)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        """Belongs to the loop that it is first used in."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=_CONNECTIONS,
                keepalive_timeout=_KEPT,
                resolver=_Names(),
                use_dns_cache=False,
                socket_factory=_guarded(self._allow_private),
                ssl=_ssl_context(),
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),  # the pool has one
                read_bufsize=_AHEAD,
                max_line_size=_LONGEST_HEADER,
                max_field_size=_LONGEST_HEADER,
            )
        return self._session


class _Unpacked(httpx.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse, encoding: str, limit: int) -> None:
        self._answer = answer
        self._encoding = encoding
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors(self._answer.url.raw_host or ""):
            pieces = self._answer.content.iter_any()
            async for piece in unpacked(pieces, self._encoding, self._limit):
                yield piece

    async def aclose(self) -> None:
        """One that was read to its end leaves its connection to others."""
        self._answer.close()


class _Names(AbstractResolver):
    """Names by our own lookup; whether its addresses may be connected to, the sockets say."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await addresses.resolve(host, port)
        except UnicodeError as error:
            raise OSError(f"{host} is not known") from error
        return [
            ResolveResult(
                hostname=host,
                host=ip,
                port=port,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for ip in found
        ]

    async def close(self) -> None: ...


def _guarded(allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """Makes sockets for addresses that we may connect to, just before each is connected."""

    def made(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not addresses.is_public(address[0]):
            raise _Forbidden
        return socket.socket(family, kind, protocol)

    return made


@contextmanager
def _httpx_errors(host: str) -> Iterator[None]:
    """aiohttp's errors as httpx's."""
    try:
        yield
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, _Forbidden):
            raise AddressForbidden(
                f"{host} leads to a private network, and Patchbay may not connect to those. "
                "Use a public address, or ask whoever runs Patchbay to allow private networks."
            ) from error
        raise httpx.ConnectError(str(error)) from error
    except aiohttp.ClientOSError as error:
        raise httpx.ReadError(str(error)) from error
    except (aiohttp.ClientError, HttpProcessingError) as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except ValueError as error:  # a header that would end before its end
        raise httpx.LocalProtocolError(str(error)) from error


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()
