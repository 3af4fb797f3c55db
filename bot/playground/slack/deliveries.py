"""Brings requests to the bot, signed or over its own connection; keeps what came of each."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from bot.playground.slack.signing import signed_headers
from bot.playground.slack.sockets import Sockets

DEADLINE = 3.0  # seconds in which the bot must acknowledge


@dataclass(slots=True)
class Exchange:
    """One request to the bot and its answer."""

    kind: str  # command, block_actions, view_submission, view_closed, block_suggestion, event
    what: str  # the command, action_id, callback_id or event's type
    at: float  # epoch seconds
    ack_ms: float | None = None  # None: not acknowledged (yet)
    status: int | None = None
    answer: Any = None  # JSON, or text
    problem: str | None = None  # operation_timeout, http_error, connection_failed, a reason
    sent: "Parcel | None" = None  # the request, word for word


@dataclass(frozen=True, slots=True)
class Parcel:
    kind: str
    what: str
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


class Deliveries:
    def __init__(self, signing_secret: str, sockets: Sockets) -> None:
        self.signing_secret = signing_secret
        self._sockets = sockets
        self.events_url: str | None = None  # the bot's /slack/events
        self.deadline = DEADLINE
        self.log: list[Exchange] = []
        self._last: Parcel | None = None
        self._client: httpx.AsyncClient | None = None
        self._late: set[asyncio.Task[None]] = set()

    async def form(self, kind: str, what: str, fields: dict[str, str]) -> Exchange:
        body = urlencode(fields).encode()
        return await self.send(Parcel(kind, what, body, "application/x-www-form-urlencoded"))

    async def send(self, parcel: Parcel) -> Exchange:
        """Waits for the acknowledgement, at most the deadline; a later one is still recorded."""
        self._last = parcel
        exchange = Exchange(parcel.kind, parcel.what, time.time(), sent=parcel)
        self.log.append(exchange)
        sending = asyncio.create_task(self._send(parcel, exchange))
        done, _ = await asyncio.wait({sending}, timeout=self.deadline)
        if not done:
            exchange.problem = "operation_timeout"
            self._late.add(sending)
            sending.add_done_callback(self._late.discard)
        return exchange

    async def again(self, retry: int = 1, reason: str = "http_timeout") -> Exchange:
        """The last request once more, word for word, as Slack does when it saw no answer."""
        if self._last is None:
            raise LookupError("nothing was sent to the bot yet")
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        last = self._last
        return await self.send(Parcel(last.kind, last.what, last.body, last.content_type, headers))

    async def close(self) -> None:
        for sending in list(self._late):
            sending.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _send(self, parcel: Parcel, exchange: Exchange) -> None:
        """Over the bot's connection (Socket Mode) where it has one."""
        way = self._send_by_socket if self._sockets.connections else self._send_by_http
        await way(parcel, exchange)

    async def _send_by_socket(self, parcel: Parcel, exchange: Exchange) -> None:
        kind, payload = _enveloped(parcel)
        retry = parcel.headers.get("X-Slack-Retry-Num")
        more = {} if retry is None else {"retry_attempt": int(retry)}
        started = time.perf_counter()
        try:
            exchange.answer = await self._sockets.send(kind, payload, **more)
        except ConnectionError:
            exchange.problem = exchange.problem or "connection_failed"
            return
        exchange.ack_ms = (time.perf_counter() - started) * 1000
        exchange.status = 200

    async def _send_by_http(self, parcel: Parcel, exchange: Exchange) -> None:
        if self.events_url is None:
            exchange.problem = "connection_failed"
            return
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, timeout=60.0)
        started = time.perf_counter()
        try:
            response = await self._client.post(
                self.events_url,
                content=parcel.body,
                headers={
                    "Content-Type": parcel.content_type,
                    "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
                    **signed_headers(self.signing_secret, parcel.body),
                    **parcel.headers,
                },
            )
        except httpx.HTTPError:
            exchange.problem = exchange.problem or "connection_failed"
            return
        exchange.ack_ms = (time.perf_counter() - started) * 1000
        exchange.status = response.status_code
        exchange.answer = _read(response)
        if response.status_code != 200:
            exchange.problem = exchange.problem or "http_error"


def _enveloped(parcel: Parcel) -> tuple[str, dict[str, Any]]:
    """The envelope's type, and what is in it."""
    if parcel.content_type == "application/json":
        return "events_api", json.loads(parcel.body)
    fields = dict(parse_qsl(parcel.body.decode(), keep_blank_values=True))
    if "payload" in fields:
        return "interactive", json.loads(fields["payload"])
    return "slash_commands", fields


def _read(response: httpx.Response) -> Any:
    if "json" in response.headers.get("content-type", ""):
        try:
            return response.json()
        except ValueError:
            return response.text
    return response.text
