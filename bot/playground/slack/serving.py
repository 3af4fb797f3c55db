"""Serves the stand-in like any app of ours; can break a connection on purpose."""

import asyncio
from typing import Any

from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.web.serving import Serving

Open = dict[tuple[str, int], asyncio.Transport]


class BreakableServing(Serving):
    def __init__(self, app: ASGIApp) -> None:
        self._open: Open = {}
        super().__init__(app, protocol=_remembering(self._open))

    async def abort(self, client: tuple[str, int]) -> None:
        """Breaks the connection to that client; what is answered after this is lost."""
        transport = self._open.get(client)
        if transport is not None:
            transport.abort()
            await asyncio.sleep(0)  # uvicorn hears of it now


def _remembering(open_: Open) -> type[H11Protocol]:
    """uvicorn's own protocol, made to remember its connections by the client's address."""

    class Remembering(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            open_[_address(transport)] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            open_.pop(_address(self.transport), None)
            super().connection_lost(exc)

    return Remembering


def _address(transport: Any) -> tuple[str, int]:
    host, port = (transport.get_extra_info("peername") or ("", 0))[:2]
    return host, port
