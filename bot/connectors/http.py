"""Requests to services: guarded, bounded in bytes and time, redirects looked at one by one."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from bot.connectors import addresses
from bot.connectors.bodies import ENCODINGS, BadBody
from bot.connectors.transport import GuardedTransport
from bot.settings import Settings

USER_AGENT = "Patchbay/0.1"

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_CONNECT_SECONDS = 10.0

# Adds credentials to a request's headers and query. Called for the first request and for
# redirects within its origin (scheme, host, port); never for any other place.
Sign = Callable[[dict[str, str], dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes
    url: str  # where it came from in the end, without its query
    astray: bool = False  # a redirect led to another origin: no credentials were sent there

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


class HttpPool:
    """One pool of connections for all services; keeps no cookies, follows no proxy."""

    def __init__(self, settings: Settings) -> None:
        self.timeout = settings.request_timeout
        self.transport = GuardedTransport(
            allow_private=settings.allow_private_networks, max_bytes=settings.max_page_bytes
        )

    async def close(self) -> None:
        await self.transport.aclose()

    async def get(
        self,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
    ) -> Answer:
        """One GET with its redirects, all within `request_timeout` seconds.

        Raises TimeoutError, httpx.TransportError, BadUrl, AddressForbidden, BadBody.
        """
        async with asyncio.timeout(self.timeout):
            return await self._followed(url, dict(query or {}), dict(headers or {}), sign)

    async def _followed(
        self, url: str, query: dict[str, str], headers: dict[str, str], sign: Sign | None
    ) -> Answer:
        home = addresses.origin(url)
        astray = False
        for _ in range(_MOST_REDIRECTS + 1):
            sent, asked = dict(headers), dict(query)
            if sign is not None and not astray:
                sign(sent, asked)
            answer, target = await self._once(url, asked, sent, astray)
            if target is None:
                return answer
            if url.startswith("https:") and not target.startswith("https:"):
                raise BadBody("a redirect to an address without encryption")
            # once away, for good: a way back home would carry what the stranger wrote into it
            astray = astray or addresses.origin(target) != home
            url, query = target, {}
        raise BadBody(f"more than {_MOST_REDIRECTS} redirects in a row")

    async def _once(
        self, url: str, query: dict[str, str], headers: dict[str, str], astray: bool
    ) -> tuple[Answer, str | None]:
        """The answer of one request, and where it redirects to, if it does."""
        request = httpx.Request(
            "GET",
            httpx.URL(url).copy_merge_params(query) if query else url,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": ENCODINGS} | headers,
            extensions={"timeout": self.timeouts().as_dict()},
        )
        response = await self.transport.handle_async_request(request)
        try:
            location = response.headers.get("location")
            if response.status_code in _REDIRECTS and location:
                body, target = b"", urljoin(str(request.url), location)
            else:
                body, target = b"".join([piece async for piece in response.aiter_raw()]), None
        finally:
            await response.aclose()
        plain = str(request.url.copy_with(query=None))
        return Answer(response.status_code, response.headers, body, plain, astray), target

    def timeouts(self) -> httpx.Timeout:
        """Of single steps; what counts is the time of the whole request."""
        return httpx.Timeout(self.timeout, connect=min(self.timeout, _CONNECT_SECONDS))
