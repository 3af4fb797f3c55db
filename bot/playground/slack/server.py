"""Slack on loopback: the Web API, response URLs and OAuth's page, served by uvicorn."""

import asyncio
import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.playground.slack.core import SCOPES, Slack, Token
from bot.playground.slack.deliveries import Deliveries, Exchange
from bot.playground.slack.errors import RateLimited, SlackError
from bot.playground.slack.interactions import Interactions
from bot.playground.slack.member import Member
from bot.playground.slack.serving import BreakableServing
from bot.playground.slack.state import Channel, Person, Workspace
from bot.playground.slack.web_api import METHODS, Arguments, Call
from bot.scopes import EVENTS

# Known to everybody; the stand-in listens on loopback only.
SIGNING_SECRET = "signing-secret"
BOT_TOKEN = "xoxb-playground"
CLIENT_SECRET = "playground-client-secret"
APP_TOKEN = "xapp-playground"

# The events that the app subscribed to; `send_event` sends any.
SUBSCRIPTIONS = frozenset(EVENTS)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of the Web API by the bot."""

    method: str
    args: dict[str, Any]
    at: float  # epoch seconds
    status: int
    answer: dict[str, Any]


class SlackServer:
    def __init__(
        self,
        *,
        signing_secret: str = SIGNING_SECRET,
        bot_token: str = BOT_TOKEN,
        events_url: str | None = None,
        client_id: str = "playground-client",
        client_secret: str = CLIENT_SECRET,
        scopes: Sequence[str] = SCOPES,
    ) -> None:
        self.slack = Slack(client_id=client_id, client_secret=client_secret, app_token=APP_TOKEN)
        self.workspace = self.slack.add_workspace("T1", "Acme")
        self.slack.install(self.workspace, bot_token, tuple(scopes))
        self.slack.emit = self._emit
        self.deliveries = Deliveries(signing_secret, self.slack.sockets)
        self.deliveries.events_url = events_url
        self.interactions = Interactions(self.slack, self.deliveries)
        self.trouble = self.slack.trouble
        self.subscriptions = set(SUBSCRIPTIONS)
        self.calls: list[ApiCall] = []
        self._members: dict[tuple[str, str], Member] = {}
        self._events: set[asyncio.Task[Exchange]] = set()
        self._serving = BreakableServing(
            Starlette(
                routes=[
                    Route("/api/{method}", self._web_api, methods=["GET", "POST"]),
                    Route("/response/{key}", self._response_url, methods=["POST"]),
                    Route("/oauth/v2/authorize", self._authorize),
                ]
            )
        )

    async def start(self, port: int = 0) -> None:
        self._serving.port = port
        await self._serving.start()
        await self.slack.sockets.start()
        self.slack.response_urls.root = f"{self.url}/response/"

    async def stop(self) -> None:
        for task in list(self._events):
            task.cancel()
        await asyncio.gather(*self._events, return_exceptions=True)
        await self.deliveries.close()
        await self.slack.sockets.stop()
        await self._serving.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._serving.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def authorize_url(self) -> str:
        """The page where somebody allows the app into a workspace (it allows at once)."""
        return f"{self.url}/oauth/v2/authorize"

    @property
    def events_url(self) -> str | None:
        return self.deliveries.events_url

    @events_url.setter
    def events_url(self, url: str) -> None:
        self.deliveries.events_url = url

    @property
    def log(self) -> list[Exchange]:
        """What was sent to the bot, oldest first."""
        return self.deliveries.log

    # who is there

    def add_workspace(self, team_id: str, name: str, bot_token: str) -> Workspace:
        """One more workspace with the app in it."""
        workspace = self.slack.add_workspace(team_id, name)
        self.slack.install(workspace, bot_token)
        return workspace

    def add_member(
        self,
        id: str,
        name: str,
        email: str | None = None,
        tz: str = "Europe/Paris",
        is_admin: bool = False,
    ) -> Person:
        return self.workspace.add_member(id, name, email, tz, is_admin)

    def add_channel(
        self,
        id: str,
        name: str,
        members: Sequence[str] = (),
        *,
        private: bool = False,
        with_bot: bool = True,
    ) -> Channel:
        return self.workspace.add_channel(
            id, name, list(members), private=private, with_bot=with_bot
        )

    def member(self, member_id: str, workspace: Workspace | None = None) -> Member:
        """The programmable person; the same one each time."""
        where = workspace or self.workspace
        key = (where.id, member_id)
        if key not in self._members:
            self._members[key] = Member(where, member_id, self.interactions)
        return self._members[key]

    # events

    async def send_event(
        self,
        event: dict[str, Any],
        *,
        event_id: str | None = None,
        workspace: Workspace | None = None,
    ) -> Exchange:
        return await self.interactions.event(workspace or self.workspace, event, event_id)

    async def redeliver_last(self) -> Exchange:
        """Sends the last request to the bot again, as Slack does when it saw no answer."""
        return await self.deliveries.again()

    def _emit(self, workspace: Workspace, event: dict[str, Any]) -> None:
        if event["type"] in self.subscriptions:
            task = asyncio.create_task(self.interactions.event(workspace, event))
            self._events.add(task)
            task.add_done_callback(self._events.discard)

    # HTTP

    async def _web_api(self, request: Request) -> Response:
        name = request.path_params["method"]
        given = _authorization(request) | await _arguments(request)
        token = str(given.pop("token", ""))
        slack = self.slack
        slack.calls_under_way += 1
        try:
            await asyncio.sleep(self.trouble.pause(name))
            response, answer = self._answer(name, Arguments(given), token)
            self.calls.append(ApiCall(name, given, time.time(), response.status_code, answer))
            if self.trouble.drops(name) and request.client:
                await self._serving.abort((request.client.host, request.client.port))
            return response
        finally:
            slack.calls_under_way -= 1
            slack.last_call = time.monotonic()

    def _answer(self, name: str, args: Arguments, token: str) -> tuple[Response, dict[str, Any]]:
        headers: dict[str, str] = {}
        try:
            answer = self._call(name, args, token, headers)
        except RateLimited as limited:
            answer = {"ok": False, "error": "ratelimited"}
            headers["Retry-After"] = str(limited.retry_after)
            return JSONResponse(answer, status_code=429, headers=headers), answer
        except SlackError as error:
            answer = {"ok": False, "error": error.code, **error.answer}
        return JSONResponse(answer, headers=headers), answer

    def _call(
        self, name: str, args: Arguments, token: str, headers: dict[str, str]
    ) -> dict[str, Any]:
        self.trouble.strike(name, args.text("channel"))
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        known: Token | None = None
        if not method.open:
            known = self.slack.authorize(token)
            headers["x-oauth-scopes"] = ",".join(sorted(known.scopes))
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        call = Call(self.slack, args, token, known)
        if method.scopes:
            call.needs(*method.scopes)
        return {"ok": True, **method.work(call)}

    async def _response_url(self, request: Request) -> Response:
        try:
            answer = json.loads(await request.body())
            self.slack.response_urls.use(request.path_params["key"], answer)
        except ValueError:
            return PlainTextResponse("invalid_payload", status_code=400)
        except SlackError as error:
            answer = {"ok": False, "error": error.code, **error.answer}
            return JSONResponse(answer, status_code=404 if "url" in error.code else 400)
        return PlainTextResponse("ok")

    async def _authorize(self, request: Request) -> Response:
        query = request.query_params
        if query.get("client_id") != self.slack.client_id:
            return PlainTextResponse("invalid_client_id", status_code=400)
        workspace = self.slack.workspaces.get(query.get("team", ""), self.workspace)
        back = {"code": self.slack.new_code(workspace), "state": query.get("state", "")}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", status_code=302)


async def _arguments(request: Request) -> dict[str, Any]:
    """Of the query, and of the body: a form, or JSON."""
    given: dict[str, Any] = dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        body = await request.body()
        parsed = json.loads(body) if body else {}
        return given | (parsed if isinstance(parsed, dict) else {})
    async with request.form() as form:
        return given | dict(form)


def _authorization(request: Request) -> dict[str, str]:
    """What the header says: a token, or (oauth.v2.access) the app's client id and secret."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
        return {"client_id": client_id, "client_secret": secret}
    return {"token": value} if scheme.lower() == "bearer" else {}
