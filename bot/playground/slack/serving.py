"""Serves an ASGI app on loopback from the running loop; can break a connection on purpose."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the business of whoever runs the loop."""
        yield


class Serving:
    def __init__(self, app: Any) -> None:
        self._app = app
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._open: dict[tuple[str, int], asyncio.Transport] = {}
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """`port` 0: any free one."""
        listening = socket.create_server(("127.0.0.1", port))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            http=self._protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:
            if self._task.done():
                self._task.result()
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
            self._server = self._task = None

    async def abort(self, client: tuple[str, int]) -> None:
        """Breaks the connection to that client; what is answered after this is lost."""
        transport = self._open.get(client)
        if transport is not None:
            transport.abort()
            await asyncio.sleep(0)  # uvicorn hears of it now

    def _protocol(self) -> type[H11Protocol]:
        """uvicorn's own, made to remember its connections by the client's address."""
        open_ = self._open

        class Remembering(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                open_[tuple(transport.get_extra_info("peername")[:2])] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                open_.pop(tuple(self.transport.get_extra_info("peername") or ("", 0))[:2], None)
                super().connection_lost(exc)

        return Remembering
