"""Two workspaces share one bot, and neither knows anything of the other."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.playground import journey
from bot.playground.host import Playground, playground
from bot.playground.member import Member
from bot.playground.slack.server import CLIENT_SECRET
from bot.playground.slack.signing import signed_headers
from bot.playground.walk import until
from bot.web.serving import free_port
from handlers.views import alerts as alert_views
from handlers.views import integrations as views
from handlers.views.source_page import SOURCE_DELETE, SOURCE_EDIT
from handlers.views.sources import SOURCE_OPEN
from handlers.views.transfers import TRANSFER_MENU
from handlers.views.transfers import Choice as TransferChoice
from store.models import Base
from store.vocabulary import IntegrationState
from tests.stories.members import ON_POSTGRESQL, ON_SQLITE, answer_to
from tests.stories.shop import opens, scene_of, sees_once

# slack_sdk's own way of sending the app's secret, on which aiohttp remarks
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

CLIENT = "playground-client"
ID = "U_ALICE"  # the same in both workspaces, so that nothing but the workspace tells them apart


@pytest.fixture
async def shared(database_url: str, project_url: str, tmp_path: Path) -> AsyncIterator[Playground]:
    """A bot that was installed into two workspaces from its own page."""
    port = free_port()
    async with playground(
        tmp_path,
        slack_port=port,
        database_url=SecretStr(database_url),
        project_url=SecretStr(project_url),
        slack_client_id=CLIENT,
        slack_client_secret=SecretStr(CLIENT_SECRET),
        slack_authorize_url=f"http://127.0.0.1:{port}/oauth/v2/authorize",
    ) as ground:
        other = ground.slack.slack.add_workspace("T2", "Globex")
        other.add_member(ID, "Dora Weiss", "dora@globex.example", "Europe/Berlin", True)
        now = ground.clock.now()
        ground.clock.skip(timedelta(minutes=(70 - now.minute) % 60))  # no hour strikes meanwhile
        for team in ("T1", "T2"):
            await installs(ground, team)
        yield ground


@pytest.fixture
def alice(shared: Playground) -> Member:
    return shared.slack.member(ID)


@pytest.fixture
def dora(shared: Playground) -> Member:
    return shared.slack.member(ID, shared.slack.slack.workspaces["T2"])


async def installs(ground: Playground, team: str) -> None:
    """Somebody presses “Add to Slack” on the bot's page, and allows it in their workspace."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(f"{ground.web.url}/slack/install")
        cookie = page.headers["set-cookie"].split(";")[0]  # secure, which loopback is as well
        found = re.search(r'href="([^"]+/oauth/v2/authorize[^"]+)"', page.text)
        assert found is not None, page.text
        allowed = await browser.get(f"{html.unescape(found[1])}&team={team}")
        done = await browser.get(allowed.headers["location"], headers={"cookie": cookie})
        assert done.status_code == 200, done.text


async def everything_of(ground: Playground, workspace_id: str) -> dict[str, list[Any]]:
    """Every row of a workspace, and those of the tables below."""
    found: dict[str, list[Any]] = {}
    async with ground.patchbay.engine.database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = [row._asdict() for row in await session.execute(select(table))]
            mine = [row for row in rows if row.get("workspace_id", workspace_id) == workspace_id]
            if table.name not in ("receipts", "bots", "installations", "oauth_states"):
                found[table.name] = mine
    return found


def heard(member: Member) -> str:
    """All that the bot has shown in the member's workspace."""
    shown = [member.modal.text if member.modal else ""]
    shown += [member.home.text] if member.home else []
    shown += [post.text for post in [*member.ephemerals, *member.dm()]]
    return "\n".join(shown)


@ON_SQLITE
async def test_one_sees_nothing_of_the_other(
    shared: Playground, alice: Member, dora: Member
) -> None:
    shop = await opens(shared.patchbay.engine, shared.slack, shared.store)
    await shop.connects("Secret customers")
    await scene_of(shared, shop).quiet()

    await dora.opens_home()
    home = await dora.sees("None yet: this is where to begin.")
    assert "Secret" not in home.text
    await dora.runs("/patchbay sources")
    await dora.sees("No integration source yet.")
    await dora.closes()
    await dora.runs("/patchbay integrations")
    await dora.sees("There is no integration yet.")
    assert await dora.options("Find by name", "secret") == []
    await dora.closes()
    for word in ("status", "sync", "pause", "activate", "errors", "history"):
        answer = await answer_to(dora, f"/patchbay {word} secret customers")
        assert "There is no integration called “secret customers”." in answer.text
        assert dora.modal is None
    await dora.runs("/patchbay projects")
    listed = await dora.sees("Default project (default)")
    assert "0 tables" in listed.text
    assert listed.text.count("data transfer") == 1
    await dora.closes()
    await dora.runs("/patchbay integration new")
    assert await dora.options("Integration configuration") == []
    await dora.presses("Add", within="Email alert")
    assert await dora.options("E-mail address") == ["dora@globex.example"]
    await dora.closes()
    await dora.runs("/patchbay source new")
    await dora.picks("Integration source", "Demo Store")
    assert dora.modal is not None
    assert dora.modal.value("Name") == "Demo Store"  # which is taken in the other workspace
    await dora.presses("See third-party service authorizations")
    await dora.sees_modal("Create an authorization")  # there is none to select
    await dora.closes(everything=True)
    await dora.runs("/patchbay")
    await dora.presses("Members and roles")
    members = await dora.sees("Dora Weiss")
    assert "Boris" not in members.text
    assert "Secret" not in heard(dora)


@ON_POSTGRESQL
async def test_both_sync_the_same_shop(shared: Playground, alice: Member, dora: Member) -> None:
    for member in (alice, dora):
        await journey.connects(member, shared.store.url)
        await member.closes(everything=True)
    for member in (alice, dora):
        await sees_once(member, "its first sync is done")
        await member.runs("/patchbay projects")
        await member.sees("1 table ")
        await member.closes()
    assert len(dora.dm()) == 1
    assert len(alice.dm()) == 1

    await shared.slack.send_event(
        {"type": "app_uninstalled"}, workspace=shared.slack.slack.workspaces["T2"]
    )
    await alice.runs("/patchbay sync demo")
    await alice.sees("“Demo Store sync” is syncing.")
    await until(lambda: len(alice.dm()) == 2, "the summary")


@ON_SQLITE
async def test_ids_of_the_other_workspace_lead_nowhere(
    shared: Playground, alice: Member, dora: Member
) -> None:
    shop = await opens(shared.patchbay.engine, shared.slack, shared.store)
    integration_id = await shop.connects("Secret customers")
    await scene_of(shared, shop).quiet()
    await dora.runs("/patchbay")
    began = len(shared.slack.log)
    await looks_at_everything(alice)
    replies = [exchange.sent for exchange in shared.slack.log[began:]]
    before = await everything_of(shared, "T1")

    payloads = []
    for parcel in replies:
        assert parcel is not None
        fields = parse_qs(parcel.body.decode())
        if "payload" in fields:
            payloads.append(json.loads(fields["payload"][0]))
    kinds = {payload["type"] for payload in payloads}
    assert kinds == {"block_actions", "view_submission", "block_suggestion"}
    payloads += pressing(payloads, shop.transfer_id, shop.source_id, integration_id)
    answers = [await sends(shared, dora, payload) for payload in payloads]
    await asyncio.sleep(1)  # what was acknowledged goes on for a while
    assert await everything_of(shared, "T1") == before
    told = heard(dora) + str(answers)
    assert [secret for secret in SECRETS if secret in told] == []
    theirs = await everything_of(shared, "T2")
    for table in ("sources", "authorizations", "transfers", "integrations", "runs", "incidents"):
        assert theirs[table] == []

    [pause] = [p for p in payloads if _action(p) == views.INTEGRATION_PAUSE]
    await sends(shared, alice, pause)  # the very same does something where it belongs
    for _ in range(50):
        await asyncio.sleep(0.1)
        [integration] = (await everything_of(shared, "T1"))["integrations"]
        if integration["state"] is IntegrationState.PAUSED:
            break
    assert integration["state"] is IntegrationState.PAUSED


def _action(payload: dict[str, Any]) -> str:
    return str((payload.get("actions") or [{}])[0].get("action_id", ""))


async def looks_at_everything(alice: Member) -> None:
    """Presses and fills in all kinds of things, and leaves all as it was."""
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.presses("Edit")
    await alice.sees_modal("Edit source")
    await alice.presses("See third-party service authorizations")
    await alice.picks("Authorization", "Demo Store")
    await alice.submits()
    await alice.sees_modal("Edit source")
    await alice.submits()
    await alice.sees_modal("Integration Source")
    await alice.picks("Customers", "Mapping")
    await alice.sees("Mapped fields (9)")
    await alice.options("Table")
    await alice.options("Source field")
    await alice.picks("Source field", "phone")
    await alice.picks("Project field", "phone")
    await alice.presses("Add pair")
    await alice.sees("phone → phone")
    await alice.picks("phone → phone", "Remove")
    await alice.submits()
    await alice.sees("9 fields mapped", timeout=10)
    await alice.closes(everything=True)
    await alice.runs("/patchbay integrations")
    await alice.options("Find by name", "secret")
    await alice.presses("Open", within="Secret customers")
    await alice.presses("Edit")
    await alice.sees("Types of updates")
    await alice.picks("Schedule", "Every day")
    await alice.picks("Schedule", "Every hour")
    await alice.submits()
    await alice.sees("Saved.")
    await alice.presses("History")
    await alice.closes()
    await alice.presses("Errors")
    await alice.closes(everything=True)
    await alice.runs("/patchbay projects")
    await alice.picks("Default project", "Rename")
    await alice.submits()
    await alice.sees("has its new name")
    await alice.closes(everything=True)
    await alice.runs("/patchbay")
    await alice.presses("Members and roles")
    await alice.picks("@Boris Lindqvist", "By Slack")
    await alice.closes(everything=True)


def pressing(
    payloads: list[dict[str, Any]], transfer_id: int, source_id: int, integration_id: int
) -> list[dict[str, Any]]:
    """Buttons that Alice has not pressed, with ids of hers."""
    [like] = [
        payload
        for payload in payloads
        if payload["type"] == "block_actions"
        and payload["actions"][0]["action_id"] == views.INTEGRATION_HISTORY
    ]
    presses = [
        *((action, integration_id) for action in INTEGRATION_BUTTONS),
        *((action, source_id) for action in (SOURCE_OPEN, SOURCE_EDIT, SOURCE_DELETE)),
        *((action, 1) for action in (alert_views.ACKNOWLEDGE, alert_views.SNOOZE)),
        ("authorization_reauthorize", 1),
        (views.INTEGRATION_NEW, source_id),
    ]
    made = []
    for action_id, value in presses:
        action = like["actions"][0] | {"action_id": action_id, "value": str(value)}
        made.append(like | {"actions": [action]})
    for do in ("mapping", "activate", "deactivate", "preview", "remove"):
        chosen = TransferChoice(transfer=transfer_id, do=do).model_dump_json()
        option = {"text": {"type": "plain_text", "text": do}, "value": chosen}
        action = {"type": "overflow", "action_id": TRANSFER_MENU, "selected_option": option}
        made.append(like | {"actions": [like["actions"][0] | action]})
    return made


SECRETS = ("Secret", "Acme Demo Store", "demo_store_customers", "alice@example.com")
INTEGRATION_BUTTONS = (
    views.INTEGRATION_OPEN,
    views.INTEGRATION_EDIT,
    views.INTEGRATION_SYNC,
    views.INTEGRATION_PAUSE,
    views.INTEGRATION_ACTIVATE,
    views.INTEGRATION_DELETE,
    views.INTEGRATION_HISTORY,
    views.INTEGRATION_ERRORS,
    alert_views.REACTIVATE,
    alert_views.DELETE_ROWS,
    alert_views.KEEP_ROWS,
)


async def sends(ground: Playground, member: Member, payload: dict[str, Any]) -> Any:
    """The same with all its ids, out of this member's workspace. Returns the bot's answer."""
    team = member.workspace.id
    text = json.dumps(payload).replace('"T1"', f'"{team}"')
    for secret in SECRETS:  # the bot may show again what it is sent
        text = text.replace(secret, "forged")
    forged = json.loads(text)
    forged["trigger_id"] = ground.slack.slack.triggers.new(member.id)
    body = urlencode({"payload": json.dumps(forged)}).encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        **signed_headers(ground.slack.deliveries.signing_secret, body),
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{ground.web.url}/slack/events", content=body, headers=headers)
    assert answer.status_code == 200
    return answer.text
