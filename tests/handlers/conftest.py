"""The bot's Slack face behind the stand-in for Slack: real requests both ways, no sync running."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette

from bot.engine import Engine
from bot.playground.member import Member
from bot.playground.slack import SlackServer
from bot.web import slack as slack_web
from bot.web.metrics import Metrics
from bot.web.serving import Serving
from handlers import registry
from handlers.clients import Clients

PEOPLE = {"U_ADMIN": "Admin", "U_EDITOR": "Editor", "U_VIEWER": "Viewer"}


@dataclass(frozen=True)
class Face:
    engine: Engine
    slack: SlackServer
    clients: Clients
    admin: Member
    editor: Member
    viewer: Member


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """SQLite alone: what depends on the database is tested below, and by the stories on both."""
    path = tmp_path / "patchbay.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(autouse=True)
def patient_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests is no reason for a trigger to expire."""
    monkeypatch.setattr("bot.playground.slack.triggers.LIFETIME", 15.0)


@pytest.fixture
async def face(engine: Engine) -> AsyncIterator[Face]:
    """The members of the `engine` fixture in Slack, and every listener answering them."""
    slack = SlackServer(signing_secret="signing-secret", bot_token="xoxb-test")
    await slack.start()
    for member_id, name in PEOPLE.items():
        email = f"{name.lower()}@example.com"
        slack.add_member(member_id, name, email, is_admin=member_id == "U_ADMIN")
    slack.add_channel("C_ALERTS", "alerts", list(PEOPLE))
    settings = engine.settings.model_copy(update={"slack_api_url": slack.api_url})
    clients = Clients(settings, engine.clock, None)
    clients.base.session = aiohttp.ClientSession()
    app = AsyncApp(signing_secret="signing-secret", client=clients.base, authorize=clients)
    registry.register(app, engine, clients)
    web = Serving(Starlette(routes=slack_web.routes(app, Metrics())))
    await web.start()
    slack.events_url = f"{web.url}/slack/events"
    yield Face(
        engine,
        slack,
        clients,
        slack.member("U_ADMIN"),
        slack.member("U_EDITOR"),
        slack.member("U_VIEWER"),
    )
    await slack.stop()
    await web.stop()
    await clients.base.session.close()
