"""Requests to services: guarded, bounded in bytes and time, redirects looked at one by one."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from bot.connectors import addresses
from bot.connectors.bodies import ENCODINGS, BadBody
from bot.connectors.transport import GuardedTransport
from bot.connectors.turns import Turns
from bot.settings import Settings

USER_AGENT = "Patchbay/0.1"

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5

# Adds credentials to a request's headers and query. Called for the first request and for
# redirects within its origin (scheme, host, port); never for any other place.
Sign = Callable[[dict[str, str], dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes
    url: str  # where it came from in the end
    astray: bool = False  # a redirect led to another origin: no credentials were sent there

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


class HttpPool:
    """One pool of connections for all services; keeps no cookies, follows no proxy."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.timeout = settings.request_timeout
        self.turns = Turns()
        self.transport = GuardedTransport(
            allow_private=settings.allow_private_networks, max_bytes=settings.max_page_bytes
        )

    async def close(self) -> None:
        await self.turns.close()
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

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        """One POST, within `request_timeout` seconds; a redirect is an answer like others.

        Raises what `get` does.
        """
        async with asyncio.timeout(self.timeout):
            request = self._request("POST", url, dict(headers), body=body.encode())
            return (await self._once(request, astray=False))[0]

    async def _followed(
        self, url: str, query: dict[str, str], headers: dict[str, str], sign: Sign | None
    ) -> Answer:
        home = addresses.origin(url)
        astray = False
        for _ in range(_MOST_REDIRECTS + 1):
            sent, asked = dict(headers), dict(query)
            if sign is not None and not astray:
                sign(sent, asked)
            answer, target = await self._once(self._request("GET", url, sent, asked), astray)
            if target is None:
                return answer
            if url.startswith("https:") and not target.startswith("https:"):
                raise BadBody("a redirect to an address without encryption")
            # once away, for good: a way back home would carry what the stranger wrote into it
            astray = astray or addresses.origin(target) != home
            url, query = target, {}
        raise BadBody(f"more than {_MOST_REDIRECTS} redirects in a row")

    def _request(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> httpx.Request:
        """Single steps have no time limit: the request as a whole has."""
        addresses.split(url)
        try:
            return httpx.Request(
                method,
                _with_query(url, query) if query else url,
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": ENCODINGS} | headers,
                content=body,
            )
        except httpx.InvalidURL as error:
            raise addresses.BadUrl("is not a valid address") from error

    async def _once(self, request: httpx.Request, astray: bool) -> tuple[Answer, str | None]:
        """The answer of one request, and where it redirects to, if it does."""
        response = await self.transport.handle_async_request(request)
        target, stream = None, response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        try:
            if response.status_code in _REDIRECTS and request.method == "GET":
                target = response.headers.get("location")
            pieces = [] if target else [piece async for piece in stream]
        finally:
            await stream.aclose()
        url = str(request.url)
        answer = Answer(response.status_code, response.headers, b"".join(pieces), url, astray)
        return answer, addresses.joined(url, target) if target else None


def _with_query(url: str, query: Mapping[str, str]) -> str:
    """With these parameters, in place of those of the same name that it has."""
    if "?" in url or "#" in url:
        return str(httpx.URL(url).copy_merge_params(dict(query)))
    return f"{url}?{urlencode(query)}"
