"""uvicorn inside a loop that belongs to somebody else: no signal handlers, any free port."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


class _Guest(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the host's business


class Serving:
    """An ASGI app on a socket, from `start()` to `stop()`."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = app
        self._host = host
        self._wanted = port
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    async def start(self) -> None:
        """Returns once connections are accepted. Raises OSError where the port is taken."""
        bound = socket.create_server((self._host, self._wanted), backlog=2048)
        self.port: int = bound.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        self._server = _Guest(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[bound]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise OSError("the web server did not start")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Answers what is under way (2 s at most), then closes."""
        if self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._task = None
