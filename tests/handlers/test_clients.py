"""Whose token a request speaks with: the settings' one, or the workspace's own installation."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from sqlalchemy import select, text

from bot import app
from bot.clock import ShiftedClock
from bot.errors import NotFound
from bot.playground.slack import SlackServer, payloads
from bot.playground.slack.deliveries import Parcel
from bot.playground.slack.state import Workspace as SlackWorkspace
from bot.scopes import SCOPES
from bot.settings import Settings
from bot.web.serving import Serving, free_port
from handlers.clients import FRESH, Clients
from store.models import Workspace

TOKEN = "xoxb-test"
KEPT = """
SELECT bot_token FROM slack_bots UNION ALL SELECT bot_token FROM slack_installations
"""


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    server = SlackServer(signing_secret="signing-secret", bot_token=TOKEN)
    await server.start()
    yield server
    await server.stop()


class TestOneToken:
    @pytest.fixture
    def clock(self) -> ShiftedClock:
        return ShiftedClock()

    @pytest.fixture
    def clients(self, slack: SlackServer, clock: ShiftedClock) -> Clients:
        settings = Settings(
            _env_file=None, slack_bot_token=SecretStr(TOKEN), slack_api_url=slack.api_url
        )
        return Clients(settings, clock, None)

    def asked(self, slack: SlackServer) -> int:
        return sum(call.method == "auth.test" for call in slack.calls)

    async def test_slack_is_asked_once_a_minute(
        self, slack: SlackServer, clients: Clients, clock: ShiftedClock
    ) -> None:
        for _ in range(5):
            found = await clients(team_id="T1")
            assert found is not None
            assert (found.team_id, found.bot_user_id, found.bot_token) == ("T1", "UBOT", TOKEN)
        assert self.asked(slack) == 1
        clock.skip(timedelta(seconds=FRESH + 1))
        await clients(team_id="T1")
        assert self.asked(slack) == 2

    async def test_what_is_forgotten_is_asked_again(
        self, slack: SlackServer, clients: Clients
    ) -> None:
        await clients(team_id="T1")
        clients.forget("T1")
        clients.forget("T_UNKNOWN")
        await clients(team_id="T1")
        assert self.asked(slack) == 2

    async def test_another_workspace_is_not_served(self, clients: Clients) -> None:
        assert await clients(team_id="T2") is None
        assert await clients(team_id=None) is None
        with pytest.raises(NotFound, match="not installed"):
            await clients.for_workspace("T2")

    async def test_a_dead_token_still_lets_the_removal_through(
        self, slack: SlackServer, clients: Clients
    ) -> None:
        slack.slack.revoke(TOKEN)
        found = await clients(team_id="T1")
        assert found is not None
        assert found.team_id == "T1"
        slack.slack.install(slack.workspace, TOKEN)
        again = await clients(team_id="T1")
        assert again is not None
        assert again.bot_user_id == "UBOT"  # the answer to a dead token was not remembered

    async def test_trouble_at_slacks_is_not_taken_for_a_dead_token(
        self, slack: SlackServer, clients: Clients
    ) -> None:
        slack.trouble.fail("auth.test", "fatal_error")
        with pytest.raises(SlackApiError):
            await clients(team_id="T1")

    async def test_the_outbox_client_repeats_nothing_by_itself(
        self, slack: SlackServer, clients: Clients
    ) -> None:
        slack.add_member("U1", "Alice")
        client = await clients.for_workspace("T1")
        slack.trouble.rate_limit("chat.postMessage", retry_after=1)
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="U1", text="once")
        slack.trouble.drop_answer("chat.postMessage")
        with pytest.raises(Exception, match=r"[Dd]isconnected|[Rr]eset|closed"):
            await client.chat_postMessage(channel="U1", text="once")
        posted = slack.workspace.dm("U1").messages
        assert [message.text for message in posted] == ["once"]

    async def test_a_listeners_client_waits_once_for_a_rate_limit(
        self, slack: SlackServer, clients: Clients
    ) -> None:
        slack.trouble.rate_limit("auth.test", retry_after=1)
        assert await clients(team_id="T1") is not None
        assert self.asked(slack) == 2


@dataclass(frozen=True)
class Hosted:
    """The whole bot, to be installed in any workspace."""

    patchbay: app.Patchbay
    slack: SlackServer
    web: Serving

    async def installs(self, workspace: SlackWorkspace, **changed: str) -> httpx.Response:
        """What an admin's browser does: our page, Slack's, and back."""
        async with httpx.AsyncClient(trust_env=False) as browser:
            page = await browser.get(f"{self.web.url}/slack/install")
            assert page.status_code == 200
            found = re.search(r'href="([^"]+authorize[^"]+)"', page.text)
            assert found is not None
            consent = unescape(found[1])
            assert set(parse_qs(urlsplit(consent).query)["scope"][0].split(",")) == set(SCOPES)
            back = await browser.get(f"{consent}&team={workspace.id}")
            assert back.status_code == 302
            # it is for https only, where the browser would send it by itself
            cookie = page.headers["set-cookie"].split(";")[0]
            assert "secure" in page.headers["set-cookie"].lower()
            where = httpx.URL(back.headers["location"])
            for name, value in changed.items():
                where = where.copy_set_param(name, value)
            return await browser.get(where, headers={"cookie": cookie})

    async def tokens(self) -> list[str]:
        """As they stand in the database."""
        async with self.patchbay.engine.database.read() as session:
            found = await session.execute(text(KEPT))
            return [row[0] for row in found]

    async def uninstalled(self, workspace_id: str) -> bool | None:
        async with self.patchbay.engine.database.read() as session:
            found = await session.scalar(select(Workspace).where(Workspace.id == workspace_id))
            return None if found is None else found.uninstalled_at is not None


@pytest.fixture
async def hosted(settings: Settings, slack: SlackServer) -> AsyncIterator[Hosted]:
    port = free_port()
    many = settings.model_copy(
        update={
            "slack_bot_token": None,
            "slack_client_id": "playground-client",
            "slack_client_secret": SecretStr("playground-client-secret"),
            "slack_api_url": slack.api_url,
            "slack_authorize_url": slack.authorize_url,
            "public_url": f"http://127.0.0.1:{port}",
            "port": port,
        }
    )
    patchbay = app.build(many)
    web = Serving(patchbay.asgi, port)
    await web.start()
    await patchbay.start()
    slack.events_url = f"{web.url}/slack/events"
    slack.slack.tokens.clear()  # nobody has it yet
    yield Hosted(patchbay, slack, web)
    await web.stop()
    await patchbay.stop()


# slack_sdk signs the exchange of a code with it
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
class TestManyWorkspaces:
    async def test_each_has_its_own_token_sealed(self, hosted: Hosted) -> None:
        acme, beta = hosted.slack.workspace, hosted.slack.slack.add_workspace("T2", "Beta")
        for workspace in (acme, beta):
            done = await hosted.installs(workspace)
            assert done.status_code == 200
            assert "Thank you" in done.text or "success" in done.text.lower()
        issued = {token: each.workspace.id for token, each in hosted.slack.slack.tokens.items()}
        assert sorted(issued.values()) == ["T1", "T2"]
        kept = await hosted.tokens()
        assert len(kept) == 4
        assert not set(issued) & set(kept)
        for workspace_id in ("T1", "T2"):
            found = await hosted.patchbay.clients(team_id=workspace_id)
            assert found is not None
            assert issued[str(found.bot_token)] == workspace_id
            client = await hosted.patchbay.clients.for_workspace(workspace_id)
            assert (await client.auth_test())["team_id"] == workspace_id

    async def test_it_answers_in_each_and_goes_from_one(self, hosted: Hosted) -> None:
        acme, beta = hosted.slack.workspace, hosted.slack.slack.add_workspace("T2", "Beta")
        people = []
        for workspace in (acme, beta):
            await hosted.installs(workspace)
            workspace.add_member("U1", f"Alice of {workspace.name}")
            people.append(hosted.slack.member("U1", workspace))
        for alice in people:
            await alice.runs("/patchbay help")
            await alice.sees("Brings data from third-party services")

        hosted.slack.slack.revoke_all(acme)
        await hosted.slack.send_event({"type": "app_uninstalled"})
        await until(hosted, "T1", gone=True)
        assert len(await hosted.tokens()) == 2
        with pytest.raises(NotFound):
            await hosted.patchbay.clients.for_workspace("T1")
        assert await hosted.uninstalled("T2") is False
        await people[1].runs("/patchbay sources")
        await people[1].sees("Integration Source Configurations")

    async def test_it_comes_back(self, hosted: Hosted) -> None:
        acme = hosted.slack.workspace
        await hosted.installs(acme)
        acme.add_member("U1", "Alice")
        alice = hosted.slack.member("U1", acme)
        await alice.runs("/patchbay help")
        await alice.sees("Patchbay")
        await hosted.slack.send_event({"type": "app_uninstalled"})
        await until(hosted, "T1", gone=True)

        await hosted.installs(acme)
        assert await hosted.uninstalled("T1") is False
        await alice.runs("/patchbay sources")
        await alice.sees("Integration Source Configurations")

    async def test_an_event_of_the_time_before_does_not_take_it_away_again(
        self, hosted: Hosted
    ) -> None:
        acme = hosted.slack.workspace
        await hosted.installs(acme)
        acme.add_member("U1", "Alice")
        await hosted.slack.member("U1", acme).runs("/patchbay help")
        late = payloads.event(acme, {"type": "app_uninstalled"})
        late["event_time"] -= 86_400
        parcel = Parcel("event", "app_uninstalled", json.dumps(late).encode(), "application/json")
        assert (await hosted.slack.deliveries.send(parcel)).status == 200
        await asyncio.sleep(0.3)
        assert await hosted.uninstalled("T1") is False
        assert len(await hosted.tokens()) == 2

    async def test_somebody_elses_state_installs_nothing(self, hosted: Hosted) -> None:
        refused = await hosted.installs(hosted.slack.workspace, state="forged")
        assert refused.status_code >= 400
        assert await hosted.tokens() == []

    async def test_a_code_that_is_none_installs_nothing(self, hosted: Hosted) -> None:
        refused = await hosted.installs(hosted.slack.workspace, code="forged")
        assert refused.status_code >= 400
        assert await hosted.tokens() == []

    async def test_a_workspace_without_it_gets_no_answer(self, hosted: Hosted) -> None:
        hosted.slack.workspace.add_member("U1", "Alice")
        await hosted.slack.member("U1").runs("/patchbay help")
        assert hosted.slack.log[-1].status == 200
        assert await hosted.uninstalled("T1") is None


async def until(hosted: Hosted, workspace_id: str, *, gone: bool) -> None:
    """Events are acknowledged before they are taken in."""
    for _ in range(100):
        if await hosted.uninstalled(workspace_id) is gone:
            break
        await asyncio.sleep(0.05)
    assert await hosted.uninstalled(workspace_id) is gone
    await asyncio.sleep(0.1)  # the tokens go after the rest
