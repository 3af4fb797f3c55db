"""The page's own server on loopback: static files, JSON, the stream; the panels' routes too."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from mimetypes import add_type
from pathlib import Path
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.playground.page import acting, commands
from bot.playground.page.answers import Refused, answer, refused
from bot.playground.page.guard import LOOPBACK, Guard
from bot.playground.page.session import PAGE, Session
from bot.playground.page.stream import PANEL, Streams
from bot.playground.slack import SlackServer
from bot.web.serving import Serving

STATIC = Path(__file__).parent / "static"
CHECKED = {"Cache-Control": "no-cache"}  # kept by the browser, but asked for each time

LOOK = 0.5  # seconds between looks at what lies beside Slack, while somebody listens

Roles = Callable[[], Awaitable[dict[str, str]]]

add_type("text/javascript", ".js")  # systems may know it by another name, or not at all


class Beside(Protocol):
    """What the page shows beside Slack: routes, and marks that differ once something changed."""

    def routes(self) -> Sequence[BaseRoute]: ...

    async def marks(self) -> dict[str, str]: ...

    async def close(self) -> None: ...


class Page:
    """`beside`: the panels next to Slack; `roles`: what each member may do, for the sidebar.

    `host` is a loopback address: whoever reaches the page may act as anybody.
    """

    def __init__(
        self,
        slack: SlackServer,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        beside: Beside | None = None,
        roles: Roles | None = None,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError(f"the page does not listen on {host}")
        self.session = Session(slack)
        self.streams = Streams(self.session)
        self._beside = beside
        self._roles = roles
        self._looking: asyncio.Task[None] | None = None
        self._serving = Serving(self._app(beside.routes() if beside else ()), port, host)

    @property
    def url(self) -> str:
        return self._serving.url

    @property
    def port(self) -> int:
        return self._serving.port

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        await self._serving.start()
        if self._beside is not None:
            self._looking = asyncio.create_task(self._look(self._beside))

    async def stop(self) -> None:
        self.streams.close()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await self._serving.stop()
        if self._beside is not None:
            await self._beside.close()

    async def _look(self, beside: Beside) -> None:
        """Tells the browsers when something beside Slack has changed."""
        before = await beside.marks()
        changes = self.session.slack.slack.changes
        while True:
            await asyncio.sleep(LOOK)
            if not self.streams.open.total():
                continue
            marks = await beside.marks()
            for kind, mark in marks.items():
                if mark != before.get(kind):
                    changes.add(f"{PANEL}{kind}", self.session.workspace.id)
            before = marks

    def _app(self, panels: Sequence[BaseRoute]) -> ASGIApp:
        return Guard(
            Starlette(
                routes=[
                    Route("/", self._index),
                    Route("/api/members", self._members),
                    Route("/api/sight", self._sight),
                    Route("/api/messages", self._messages),
                    Route("/api/stream", self.streams.endpoint),
                    *acting.routes(self.session),
                    *panels,
                    Mount("/static", _Files(directory=STATIC)),
                ],
                exception_handlers={Refused: refused},
            )
        )

    async def _index(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=CHECKED)

    async def _members(self, request: Request) -> Response:
        roles = await self._roles() if self._roles else {}
        members = [
            {"id": one.id, "name": one.name, "tz": one.tz, "role": roles.get(one.id, "")}
            for one in self.session.members()
        ]
        return answer({"members": members, "workspace": self.session.workspace.name})

    async def _sight(self, request: Request) -> Response:
        person = self.session.member(request.query_params.get("as", ""))
        command = commands.read().as_json()
        sight = self.session.sight(person)
        return answer({**sight, "command": command, "born": self.streams.born})

    async def _messages(self, request: Request) -> Response:
        query = request.query_params
        person = self.session.member(query.get("as", ""))
        channel = self.session.channel(person, query.get("channel", ""))
        if thread := query.get("thread"):
            return answer(self.session.thread(person, channel, thread))
        limit = query.get("limit", str(PAGE))
        if not limit.isdecimal():
            raise Refused("“limit” has to be a number.")
        return answer(self.session.page(person, channel, query.get("before"), int(limit)))


class _Files(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(CHECKED)
        return response
