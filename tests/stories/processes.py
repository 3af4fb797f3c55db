"""The bot as it really runs, `python -m bot run` in a process of its own, between its stand-ins."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

from bot.engine import Engine, make_engine
from bot.playground.host import BOT_TOKEN, CHANNELS, PEOPLE, SIGNING_SECRET, make_settings
from bot.playground.mailbox import Mailbox
from bot.playground.slack import SlackServer
from bot.playground.store import DemoStore
from bot.settings import Settings

STARTING = 30.0  # seconds until it answers


@dataclass
class World:
    """What is outside the process, and an engine on the same databases to look into them."""

    slack: SlackServer
    store: DemoStore
    mailbox: Mailbox
    engine: Engine
    folder: Path
    process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        """What it has written so far, over all its lives."""
        return (self.folder / "bot.log").read_text()

    async def starts(self) -> None:
        """Returns once /health says that all is well."""
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=self.folder,
                env=_environment(self.engine.settings),
                stdout=log,
                stderr=log,
            )
        url = f"{self.engine.settings.public_url}/health"
        deadline = time.monotonic() + STARTING
        async with httpx.AsyncClient(trust_env=False) as client:
            while not await _answers(client, url):
                assert self.process.returncode is None, self.log
                assert time.monotonic() < deadline, self.log
                await asyncio.sleep(0.05)

    async def is_killed(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()
        self.process = None

    async def is_stopped(self) -> tuple[int, float]:
        """SIGTERM; returns its exit code, and how many seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        code = await self.process.wait()
        self.process = None
        return code, time.monotonic() - began


@asynccontextmanager
async def outside(
    folder: Path, database_url: str, project_url: str, *, customers: int = 250
) -> AsyncIterator[World]:
    """The stand-ins, started; the bot is not. `database_url`: a database with the schema."""
    async with AsyncExitStack() as stack:
        mailbox = Mailbox()
        mailbox.start()
        stack.callback(mailbox.stop)
        store = await stack.enter_async_context(DemoStore(customers=customers))
        slack = SlackServer(signing_secret=SIGNING_SECRET, bot_token=BOT_TOKEN)
        await slack.start()
        stack.push_async_callback(slack.stop)
        for member_id, name, email, zone, is_admin in PEOPLE:
            slack.add_member(member_id, name, email, tz=zone, is_admin=is_admin)
        for channel_id, name in CHANNELS:
            slack.add_channel(channel_id, name, [person[0] for person in PEOPLE])
        port = _free_port()
        settings = make_settings(
            folder,
            database_url=SecretStr(database_url),
            project_url=SecretStr(project_url),
            slack_api_url=slack.api_url,
            smtp_url=SecretStr(mailbox.url),
            port=port,
            public_url=f"http://127.0.0.1:{port}",
        )
        slack.events_url = f"{settings.public_url}/slack/events"
        engine = make_engine(settings)
        stack.push_async_callback(engine.database.close)
        stack.push_async_callback(engine.projects.close)
        stack.push_async_callback(engine.http.close)
        world = World(slack, store, mailbox, engine, folder)
        try:
            yield world
        finally:
            if world.process is not None:
                await world.is_stopped()


def _environment(settings: Settings) -> dict[str, str]:
    """The settings as whoever runs the bot writes them."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "PATCHBAY_")) and not name.upper().endswith("_PROXY")
    }
    assert settings.slack_bot_token is not None
    assert settings.smtp_url is not None
    return inherited | {
        "SLACK_BOT_TOKEN": settings.slack_bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": settings.slack_signing_secret.get_secret_value(),
        "SLACK_API_URL": settings.slack_api_url,
        "PATCHBAY_DATABASE_URL": settings.database_url.get_secret_value(),
        "PATCHBAY_PROJECT_URL": settings.project_url.get_secret_value(),
        "PATCHBAY_SECRET_KEYS": settings.secret_keys[0].get_secret_value(),
        "PATCHBAY_PUBLIC_URL": settings.public_url,
        "PATCHBAY_PORT": str(settings.port),
        "PATCHBAY_SMTP_URL": settings.smtp_url.get_secret_value(),
        "PATCHBAY_EMAIL_FROM": settings.email_from,
        "PATCHBAY_ALLOW_PRIVATE_NETWORKS": "true",
        "PATCHBAY_REQUEST_ATTEMPTS": "2",
        "PATCHBAY_RETRY_BASE_DELAY": str(settings.retry_base_delay),
        "PATCHBAY_RETRY_MAX_DELAY": str(settings.retry_max_delay),
        "PATCHBAY_TICK_SECONDS": str(settings.tick_seconds),
        "PATCHBAY_LOG_FORMAT": "json",
    }


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
