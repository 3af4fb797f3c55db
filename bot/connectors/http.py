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
_ALWAYS = {"User-Agent": USER_AGENT, "Accept-Encoding": ENCODINGS}

# Adds credentials to a request's headers and query. Called for the first request and for
# redirects within its origin (scheme, host, port); never for any other place.
Sign = Callable[[dict[str, str], dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
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
        await self.transport.close()

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
            sent = addresses.written(url)
            return (await self._once("POST", sent, headers, body=body.encode()))[0]

    async def _followed(
        self, url: str, query: dict[str, str], headers: dict[str, str], sign: Sign | None
    ) -> Answer:
        home = addresses.origin(url)
        astray = False
        for _ in range(_MOST_REDIRECTS + 1):
            sent, asked = dict(headers), dict(query)
            if sign is not None and not astray:
                sign(sent, asked)
            address = _with_query(addresses.written(url), asked)
            answer, target = await self._once("GET", address, sent, astray=astray)
            if target is None:
                return answer
            if url.startswith("https:") and not target.startswith("https:"):
                raise BadBody("a redirect to an address without encryption")
            # once away, for good: a way back home would carry what the stranger wrote into it
            astray = astray or addresses.origin(target) != home
            url, query = target, {}
        raise BadBody(f"more than {_MOST_REDIRECTS} redirects in a row")

    async def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        astray: bool = False,
    ) -> tuple[Answer, str | None]:
        """The answer of one request, and where it redirects to, if it does.

        Single steps have no time limit: the request as a whole has.
        """
        incoming = await self.transport.send(method, url, {**_ALWAYS, **headers}, body)
        target = None
        try:
            if incoming.status in _REDIRECTS and method == "GET":
                target = incoming.headers.get("location")
            received = b"" if target else await incoming.read()
        finally:
            incoming.close()
        answer = Answer(incoming.status, incoming.headers, received, url, astray)
        return answer, addresses.joined(url, target) if target else None


def _with_query(url: str, query: Mapping[str, str]) -> str:
    """With these parameters, in place of those of the same name that it has."""
    if not query:
        return url
    if "?" in url or "#" in url:
        return str(httpx.URL(url).copy_merge_params(dict(query)))
    return f"{url}?{urlencode(query)}"
