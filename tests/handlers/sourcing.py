"""The bot's part about sources between Slack's stand-in, Demo Store and a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette

from bot.engine import Engine
from bot.playground.browser import Browser
from bot.playground.member import Member
from bot.playground.slack import SlackServer
from bot.playground.store import DemoStore
from bot.web import authorize
from bot.web import slack as slack_web
from bot.web.metrics import Metrics
from bot.web.serving import Serving
from handlers import authorizations, authorized, errors, mapping, receipts, sources, transfers
from handlers.click import Click, click_of
from handlers.clients import Clients
from handlers.views.common import button, section
from handlers.views.sources import SOURCE_LIST, SOURCE_NEW

PEOPLE = {"U_ADMIN": "Admin", "U_EDITOR": "Editor", "U_VIEWER": "Viewer"}


@dataclass(frozen=True)
class Sourcing:
    engine: Engine
    slack: SlackServer
    store: DemoStore
    clients: Clients
    admin: Member
    editor: Member
    viewer: Member

    async def greet(self, member: Member) -> None:
        """A message with the ways in, as the help has."""
        client = await self.clients.for_workspace("T1")
        opened = await client.conversations_open(users=member.id)
        await client.chat_postMessage(
            channel=opened["channel"]["id"],
            text="Hello",
            blocks=[
                section("New", accessory=button("Create a new Integration Source", SOURCE_NEW)),
                section("All", accessory=button("Integration Sources", SOURCE_LIST)),
            ],
        )

    async def create(self, member: Member, name: str | None = None) -> None:
        """Fills in a source with a new authorization, and saves it."""
        await self.greet(member)
        await member.presses("Create a new Integration Source")
        await member.picks("Integration source", "Demo Store")
        if name:
            await member.fills("Name", name)
        await member.presses("See third-party service authorizations")
        await self.authorize(member)
        await member.sees("Save")
        await member.submits()
        await member.sees("Data transfer")

    async def authorize(self, member: Member, answer: str = "Allow") -> str:
        """From the form "Create an authorization" to the last page in the browser."""
        await member.sees("Create an authorization")
        await member.fills("Shop URL", self.store.url)
        await member.submits()
        await member.sees("Open Demo Store")
        return await self.consent(member, answer)

    async def consent(self, member: Member, answer: str = "Allow") -> str:
        async with Browser() as browser:
            await browser.opens(await member.opens_link("Open Demo Store"))
            return await browser.presses(answer)


@asynccontextmanager
async def sourcing(engine: Engine) -> AsyncIterator[Sourcing]:
    slack = SlackServer(signing_secret="signing-secret", bot_token="xoxb-test")
    await slack.start()
    for member_id, name in PEOPLE.items():
        slack.add_member(member_id, name, f"{name.lower()}@example.com")
    store = DemoStore(clock=engine.clock, customers=20, orders=5, products=5)
    await store.start()
    web = Serving(_nobody)  # takes a port, so that the public URL can be told
    await web.start()
    await web.stop()
    settings = engine.settings.model_copy(
        update={"slack_api_url": slack.api_url, "public_url": web.url}
    )
    engine = replace(engine, settings=settings)
    clients = Clients(settings, engine.clock, None)
    clients.base.session = aiohttp.ClientSession()
    app = AsyncApp(signing_secret="signing-secret", client=clients.base, authorize=clients)
    errors.register(app)
    receipts.register(app, engine)
    for noun in (sources, authorizations, transfers, mapping):
        noun.register(app, engine)
    authorized.register(engine, clients.for_workspace)

    @app.command("/patchbay")
    async def reauthorize(ack, body, client) -> None:  # type: ignore[no-untyped-def]
        await ack()
        click: Click = await click_of(engine, client, body)
        await authorizations.reauthorize(click, int(body["text"]))

    routes = [*slack_web.routes(app, Metrics()), *authorize.routes(engine)]
    web = Serving(Starlette(routes=routes), port=web.port)
    await web.start()
    slack.events_url = f"{web.url}/slack/events"
    members = [slack.member(member_id) for member_id in PEOPLE]
    try:
        yield Sourcing(engine, slack, store, clients, *members)
    finally:
        await web.stop()
        await slack.stop()
        await store.stop()
        await clients.base.session.close()


async def _nobody(_scope: object, _receive: object, _send: object) -> None:
    """No app yet."""
