"""The way out: every connection to an address that was looked at, every body under a cap.

The words (errors, addresses, encryption) are httpx's; aiohttp carries them, since its parser is
compiled: a page costs a third of the time that it takes on httpx's own connections.
https://docs.aiohttp.org/en/stable/client_advanced.html#custom-socket-creation
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
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

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[str, ...]]


class _Forbidden(OSError):
    """The same words for each address of a host, so that it comes through where all are such."""

    def __init__(self) -> None:
        super().__init__("a private network")


class Incoming:
    """An answer whose body is still to come: `read` it, then `close` it."""

    def __init__(self, answer: aiohttp.ClientResponse, limit: int) -> None:
        self.status = answer.status
        self.headers = _headers(answer)
        self._answer = answer
        self._limit = limit

    async def read(self) -> bytes:
        """The body, unpacked. Raises bodies.TooLarge, bodies.BadBody, httpx.TransportError."""
        size = self.headers.get("content-length", "")
        is_told = size.isdecimal() and len(size) < 20
        if is_told and int(size) > self._limit:
            raise TooLarge(f"more than {self._limit:,} bytes in one answer")
        encoding = self.headers.get("content-encoding", "")
        content = self._answer.content
        with _httpx_errors(self._answer.url.raw_host or ""):
            if is_told and not encoding:
                return await content.read()
            pieces = unpacked(content.iter_any(), encoding, self._limit)
            return b"".join([piece async for piece in pieces])

    def close(self) -> None:
        """One that was read to its end leaves its connection to others."""
        self._answer.close()


class GuardedTransport:
    """Names may change between a look and a connection, so each socket is guarded."""

    def __init__(self, *, allow_private: bool, max_bytes: int) -> None:
        """`max_bytes`: of an answer's body."""
        self._max_bytes = max_bytes
        self._allow_private = allow_private
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Incoming:
        """`url`: as it goes over the wire (see `addresses.written`).

        Raises AddressForbidden, and httpx's own transport errors.
        """
        address = URL(url, encoded=True)
        with _httpx_errors(address.raw_host or ""):
            answer = await self._opened().request(
                method, address, headers=headers, data=body, allow_redirects=False
            )
        return Incoming(answer, self._max_bytes)

    async def close(self) -> None:
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


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """By their names in lower case; one that comes more than once is a list with commas.

    https://www.rfc-editor.org/rfc/rfc9110#section-5.3
    """
    found: dict[str, str] = {}
    for raw_name, raw_value in answer.raw_headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode(errors="replace")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


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
