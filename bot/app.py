"""The one place that knows everybody: wires store, engine, Slack, web and scheduler."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from starlette.applications import Starlette

from bot.alerts.email import EmailSender
from bot.alerts.outbox import Outbox
from bot.alerts.sending import Sender
from bot.clock import Clock
from bot.engine import Engine, make_engine
from bot.scheduler import Scheduler
from bot.scopes import SCOPES
from bot.settings import Settings
from bot.sync.worker import Worker
from bot.web import authorize, confirm, health, metrics, project, slack
from bot.web.socket_mode import SocketMode
from handlers import registry
from handlers.clients import Clients
from handlers.notify import SlackSender
from store.installations import SealedInstallations
from store.vocabulary import Way

log = structlog.get_logger(__name__)

STATE_SECONDS = 600  # an installation's OAuth state is good for ten minutes


@dataclass(slots=True)
class Patchbay:
    """The whole bot. `work=False` answers Slack without syncing; a worker has no web."""

    engine: Engine
    clients: Clients
    bolt: AsyncApp
    asgi: Starlette
    worker: Worker
    scheduler: Scheduler
    outbox: Outbox
    metrics: metrics.Metrics
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _socket: SocketMode | None = None

    async def start(self) -> None:
        """Starts the worker, the scheduler and the outbox, and Socket Mode where it is set."""
        self.clients.base.session = aiohttp.ClientSession()
        self._tasks = [
            asyncio.create_task(self.worker.run_forever(self._stop), name="worker"),
            asyncio.create_task(self.outbox.run_forever(self._stop), name="outbox"),
        ]
        self.scheduler.start()
        token = self.engine.settings.slack_app_token
        if token is not None:
            proxy = self.engine.settings.slack_proxy
            self._socket = SocketMode(self.bolt, token.get_secret_value(), proxy, self.metrics)
            await self._socket.connect_async()  # type: ignore[no-untyped-call]
        log.info("patchbay.started", socket_mode=token is not None)

    async def stop(self) -> None:
        """The page in hand is checkpointed, what is owed stays owed; done within seconds."""
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
        await self.scheduler.stop()
        self._stop.set()
        self.engine.queue.wake()
        self.engine.outbox.wake()
        await asyncio.gather(*self._tasks)
        await self.engine.background.end()
        if self.clients.base.session is not None:
            await self.clients.base.session.close()
        await self.engine.http.close()
        await self.engine.projects.close()
        await self.engine.database.close()
        log.info("patchbay.stopped")


def build(settings: Settings, clock: Clock | None = None) -> Patchbay:
    """Assembles the bot; nothing runs before `start()`."""
    engine = make_engine(settings, clock)
    installations = _installations(settings, engine)
    clients = Clients(settings, engine.clock, installations)
    bolt = _bolt(settings, engine, clients, installations)
    registry.register(bolt, engine, clients, installations)
    scheduler = Scheduler(engine)
    measured = metrics.Metrics()

    async def slack_answers() -> None:
        await clients.base.api_test()

    async def scheduler_ticks() -> None:
        if not scheduler.is_well():
            raise RuntimeError("the scheduler has not ticked for a while")

    checks: dict[str, health.Check] = {
        "database": engine.database.ping,
        "slack": slack_answers,
        "scheduler": scheduler_ticks,
    }
    is_signed = bool(settings.slack_signing_secret.get_secret_value())  # else Socket Mode alone
    asgi = Starlette(
        routes=[
            *slack.routes(bolt, measured, is_signed=is_signed),
            *authorize.routes(engine),
            *project.routes(engine),
            *confirm.routes(engine),
            *health.routes(checks),
            *metrics.routes(engine, measured),
        ]
    )
    to_slack = SlackSender(engine, clients.for_workspace)
    senders: dict[Way, Sender] = {
        Way.DM: to_slack,
        Way.CHANNEL: to_slack,
        Way.EMAIL: EmailSender(engine),
    }
    return Patchbay(
        engine=engine,
        clients=clients,
        bolt=bolt,
        asgi=asgi,
        worker=Worker(engine),
        scheduler=scheduler,
        outbox=Outbox(engine, senders),
        metrics=measured,
    )


def _installations(settings: Settings, engine: Engine) -> SealedInstallations | None:
    if settings.slack_client_id is None or settings.slack_client_secret is None:
        return None
    return SealedInstallations(engine.database, engine.vault, settings.slack_client_id)


def _bolt(
    settings: Settings,
    engine: Engine,
    clients: Clients,
    installations: SealedInstallations | None,
) -> AsyncApp:
    secret = settings.slack_signing_secret.get_secret_value()
    shared: dict[str, Any] = {
        "name": "patchbay",
        "signing_secret": secret,
        "client": clients.base,
        "authorize": clients,
    }
    if installations is None:
        return AsyncApp(**shared)
    assert settings.slack_client_id is not None
    assert settings.slack_client_secret is not None
    oauth = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        scopes=SCOPES,
        authorization_url=settings.slack_authorize_url,
        redirect_uri=f"{settings.public_url.rstrip('/')}/slack/oauth_redirect",
        installation_store=installations,
        installation_store_bot_only=True,
        # it reads before it writes, which SQLite refuses half-way where others write meanwhile
        state_store=AsyncSQLAlchemyOAuthStateStore(
            STATE_SECONDS, engine.database.engine.execution_options(sqlite_begin="IMMEDIATE")
        ),
        state_expiration_seconds=STATE_SECONDS,
    )
    return AsyncApp(**shared, oauth_settings=oauth)
