"""The bot between its stand-ins: Slack, a demo store and a mailbox, all on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot.app import Patchbay, build
from bot.clock import ShiftedClock
from bot.playground.mailbox import Mailbox
from bot.playground.slack import SlackServer
from bot.playground.store import DemoStore
from bot.settings import OAuthClient, Settings
from bot.web.serving import Serving, free_port
from store import migrate
from store.vault import Vault

SIGNING_SECRET = "playground-signing-secret"
BOT_TOKEN = "xoxb-playground"
DEMO_CLIENT = OAuthClient(client_id="patchbay-demo")

# Who is there: an admin, an editor and a viewer (made one by the admin).
PEOPLE = (
    ("U_ALICE", "Alice Moreau", "alice@example.com", "Europe/Paris", True),
    ("U_BORIS", "Boris Lindqvist", "boris@example.com", "Europe/Stockholm", False),
    ("U_CHIARA", "Chiara Ogawa", "chiara@example.com", "Asia/Tokyo", False),
)
CHANNELS = (("C_GENERAL", "general"), ("C_ALERTS", "data-alerts"))


@dataclass(slots=True)
class Playground:
    slack: SlackServer
    store: DemoStore
    mailbox: Mailbox
    clock: ShiftedClock
    settings: Settings
    patchbay: Patchbay
    web: Serving

    async def metrics(self) -> str:
        """What the bot's /metrics says."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{self.web.url}/metrics")).text

    async def restart(self) -> None:
        """Stops the bot and starts a new one on the same databases and port."""
        await self.web.stop()
        await self.patchbay.stop()
        self.patchbay = build(self.settings, self.clock)
        self.web = Serving(self.patchbay.asgi, self.settings.port)
        await self.web.start()
        await self.patchbay.start()


def make_settings(folder: Path, **overrides: Any) -> Settings:
    """Settings for a bot on loopback with SQLite in `folder`; the environment is not asked."""
    chosen: dict[str, Any] = {
        "slack_bot_token": SecretStr(BOT_TOKEN),
        "slack_signing_secret": SecretStr(SIGNING_SECRET),
        "slack_app_token": None,
        "slack_client_id": None,
        "slack_client_secret": None,
        "database_url": SecretStr(f"sqlite:///{folder / 'patchbay.db'}"),
        "project_url": SecretStr(f"sqlite:///{folder / 'project.db'}"),
        "secret_keys": [SecretStr(_kept_key(folder / "secret.key"))],
        "email_from": "Patchbay <patchbay@example.com>",
        "oauth_clients": {"demo_store": DEMO_CLIENT},
        "allow_private_networks": True,
        "retry_base_delay": 0.02,
        "retry_max_delay": 0.2,
        "request_attempts": 3,
        "request_timeout": 10.0,
        "tick_seconds": 0.2,
    }
    return Settings(_env_file=None, **(chosen | overrides))


def _kept_key(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(Vault.new_key())
    return path.read_text()


@asynccontextmanager
async def playground(
    folder: Path,
    *,
    port: int = 0,
    slack_port: int = 0,
    store: DemoStore | None = None,
    clock: ShiftedClock | None = None,
    prepare: Callable[[SlackServer, Mailbox], None] | None = None,
    **overrides: Any,
) -> AsyncIterator[Playground]:
    """Everything started, on free ports; stopped in the order that loses nothing.

    `prepare` sets the stand-ins up before the bot sees them.
    """
    shifted = clock or ShiftedClock()
    async with AsyncExitStack() as stack:
        mailbox = Mailbox()
        mailbox.start()
        stack.callback(mailbox.stop)
        shop = store or DemoStore(clock=shifted)
        await shop.start()
        stack.push_async_callback(shop.stop)
        slack = SlackServer(signing_secret=SIGNING_SECRET, bot_token=BOT_TOKEN)
        await slack.start(slack_port)
        stack.push_async_callback(slack.stop)
        _people(slack)
        if prepare is not None:
            prepare(slack, mailbox)

        port = port or free_port()
        settings = make_settings(
            folder,
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            slack_api_url=slack.api_url,
            smtp_url=SecretStr(mailbox.url),
            **overrides,
        )
        await asyncio.to_thread(migrate.upgrade, settings.database_url.get_secret_value())
        patchbay = build(settings, shifted)
        web = Serving(patchbay.asgi, settings.port)
        await web.start()
        await patchbay.start()
        slack.events_url = f"{web.url}/slack/events"
        ground = Playground(slack, shop, mailbox, shifted, settings, patchbay, web)
        try:
            yield ground
        finally:
            await ground.web.stop()
            await ground.patchbay.stop()


def _people(slack: SlackServer) -> None:
    for member_id, name, email, zone, is_admin in PEOPLE:
        slack.add_member(member_id, name, email, tz=zone, is_admin=is_admin)
    for channel_id, name in CHANNELS:
        slack.add_channel(channel_id, name, [person[0] for person in PEOPLE])
