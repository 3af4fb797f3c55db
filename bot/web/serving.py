"""uvicorn inside a loop that belongs to somebody else: no signal handlers, any free port."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


class _Guest(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the host's business


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free now, for an address that has to be told before it is served."""
    with socket.create_server((host, 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether one could listen there now; 0 is always free."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return False
    return True


class Serving:
    """An ASGI app on a socket; after a stop it can start again on the same port."""

    def __init__(
        self,
        app: ASGIApp,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        protocol: type[asyncio.Protocol] | None = None,
    ) -> None:
        self.port = port  # 0: the first start picks a free one
        self._app = app
        self._protocol = protocol or "auto"
        self._host = host
        self._server: _Guest | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    async def start(self) -> None:
        """Returns once connections are accepted. Raises OSError where the port is taken."""
        listening = socket.create_server((self._host, self.port), backlog=2048)
        # asyncio does this for sockets it makes itself; without it an answer that has a body waits
        # 40 ms for the other side's delayed acknowledgement of its headers
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            http=self._protocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        self._server = _Guest(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        await self._server.up.wait()

    async def stop(self) -> None:
        """Answers what is under way (2 s at most), then closes."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._server = self._task = None
