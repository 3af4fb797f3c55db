"""A service on loopback, as honest or as hostile as a test wants it: bytes in, bytes out."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.connectors.catalog import Service
from bot.settings import Settings


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


# Returns the whole answer, or writes it itself, slowly or without end, and returns None.
Handler = Callable[[Asked, asyncio.StreamWriter], Awaitable[bytes | None]]


class RawServer:
    """Answers each request with what `handler` says, and keeps what it was asked."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.asked: list[Asked] = []
        self.sent = 0  # bytes written by `pour`

    async def __aenter__(self) -> "RawServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.sleep(0)

    async def pour(self, writer: asyncio.StreamWriter, piece: bytes, times: int) -> None:
        """Writes `piece` many times, as fast as the other side takes it."""
        for _ in range(times):
            writer.write(piece)
            self.sent += len(piece)
            await writer.drain()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                asked = await _read(reader)
                self.asked.append(asked)
                answer = await self.handler(asked, writer)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, headers, body)


def raw(body: bytes, status: int = 200, **headers: str) -> bytes:
    """A whole answer. Header names with underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"content-type": "application/json", "content-length": str(len(body))} | named
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + body


def answer(value: Any, status: int = 200, **headers: str) -> bytes:
    """A whole answer with JSON."""
    return raw(json.dumps(value).encode(), status, **headers)


def always(whole: bytes) -> Handler:
    async def handler(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return whole

    return handler


def by_query(param: str, answers: Mapping[str, bytes]) -> Handler:
    """The answer under the value of a query parameter, "" where it is not there."""

    async def handler(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return answers[asked.query.get(param, "")]

    return handler


def settings(**changes: Any) -> Settings:
    """Quick ones, for services on loopback."""
    quick: dict[str, Any] = {
        "allow_private_networks": True,
        "request_timeout": 5,
        "request_attempts": 3,
        "retry_base_delay": 0.001,
        "retry_max_delay": 0.01,
    }
    return Settings(_env_file=None, **quick | changes)


def service(url: str, **changes: Any) -> Service:
    """A small service with things that have an id and a time; parts of it may be changed."""
    things: dict[str, Any] = {
        "name": "Things",
        "primary_key": "id",
        "list": {"path": "/things", "records": "data"},
        "fields": {"id": "integer", "updated_at": "datetime"},
    }
    data_type = changes.pop("things", {})
    return Service.model_validate(
        {
            "id": "acme",
            "name": "Acme",
            "base_url": url,
            "auth": [{"type": "bearer", "label": "Token"}],
            "check": {"path": "/me", "account": "account"},
            "data_types": {"things": things | data_type},
        }
        | changes
    )
