"""Slack's side of Socket Mode: connections that the bot opened, and answers over them.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import secrets
import socket
from typing import Any

from aiohttp import WSMsgType, web


class Sockets:
    def __init__(self) -> None:
        self.url = ""  # where the bot connects to, once it is served
        self.opened = 0  # connections so far
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}  # for an answer, by envelope
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(self._runner, listening).start()
        self.url = f"ws://127.0.0.1:{listening.getsockname()[1]}/link"

    async def stop(self) -> None:
        for one in list(self._open):
            await one.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def connections(self) -> int:
        return len(self._open)

    async def send(self, kind: str, payload: dict[str, Any], **more: Any) -> Any:
        """One envelope over the newest connection. What the bot answers; "" for nothing.

        `kind`: slash_commands, interactive or events_api. Raises ConnectionError.
        """
        if not self._open:
            raise ConnectionError("the bot has no connection open")
        envelope_id = secrets.token_hex(8)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload, **more}
        envelope["accepts_response_payload"] = kind != "events_api"
        try:
            await self._open[-1].send_json(envelope)
            return await answer
        finally:
            del self._waiting[envelope_id]

    async def refresh(self) -> None:
        """Asks for a new connection in place of the open ones, as Slack does now and then."""
        for one in list(self._open):
            await one.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self.opened += 1
        self._open.append(connection)
        try:
            await connection.send_json({"type": "hello", "num_connections": len(self._open)})
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._take(json.loads(message.data))
        finally:
            self._open.remove(connection)
        return connection

    def _take(self, answer: dict[str, Any]) -> None:
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload") or "")
