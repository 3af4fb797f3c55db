"""A real Bolt app behind the stand-in for Slack; each test adds its own listeners."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.member import Member
from bot.playground.slack import SlackServer
from bot.playground.slack.serving import Serving
from bot.scopes import SCOPES

BESIDE = ("channels:read", "groups:read", "im:read", "team:read")  # what the bot does not need


@dataclass(frozen=True)
class Room:
    slack: SlackServer
    app: AsyncApp
    client: AsyncWebClient
    alice: Member
    boris: Member


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    slack = SlackServer(scopes=(*SCOPES, *BESIDE))
    await slack.start()
    slack.add_member("U1", "Alice", "alice@example.com", is_admin=True)
    slack.add_member("U2", "Boris Lindqvist", "boris@example.com", tz="Asia/Tokyo")
    slack.add_channel("C1", "general", ["U1", "U2"])
    client = AsyncWebClient(token="xoxb-playground", base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret="signing-secret")
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    web = Serving(Starlette(routes=[Route("/slack/events", events, methods=["POST"])]))
    await web.start()
    slack.events_url = f"http://127.0.0.1:{web.port}/slack/events"
    slack.interactions.retry_delays = (0.0, 0.0, 0.0)
    for member_id in ("U1", "U2"):
        slack.member(member_id).patience = 2.0
    yield Room(slack, app, client, slack.member("U1"), slack.member("U2"))
    await asyncio.gather(slack.stop(), web.stop())
