"""Only Slack is listened to: what is unsigned, signed by others, or old, is turned away."""

import json
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest

from bot.playground.host import SIGNING_SECRET, Playground
from bot.playground.member import Member
from bot.playground.slack.signing import signed_headers
from store.models import Integration
from store.vocabulary import IntegrationState
from tests.stories.members import ON_SQLITE, one
from tests.stories.shop import sets_up

pytestmark = ON_SQLITE

FORM = "application/x-www-form-urlencoded"


async def posts(ground: Playground, body: bytes, headers: dict[str, str]) -> int:
    """Returns the status."""
    url = f"{ground.web.url}/slack/events"
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.post(url, content=body, headers=headers)).status_code


async def test_a_forged_command_is_turned_away(
    ground: Playground, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await sets_up(ground)
    await alice.runs("/patchbay status demo")
    sent = ground.slack.log[-1].sent
    assert sent is not None
    body = sent.body.replace(b"status+demo", b"pause+demo")
    assert body != sent.body
    kind = {"Content-Type": sent.content_type}

    assert await posts(ground, body, kind) == 401  # unsigned
    assert await posts(ground, body, kind | signed_headers("another secret", body)) == 401
    genuine = signed_headers(SIGNING_SECRET, sent.body)
    assert await posts(ground, body, kind | genuine) == 401  # signed for another body
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() - 600)
    old = signed_headers(SIGNING_SECRET, body)
    monkeypatch.undo()
    assert await posts(ground, body, kind | old) == 401  # recorded ten minutes ago
    assert (await one(ground, Integration)).state is IntegrationState.ACTIVE

    assert await posts(ground, body, kind | signed_headers(SIGNING_SECRET, body)) == 200
    await scene.quiet()


async def test_forged_clicks_and_events_are_turned_away(ground: Playground) -> None:
    await sets_up(ground)
    click = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U_ALICE", "team_id": "T1"},
        "actions": [{"action_id": "integration_pause", "value": "1", "type": "button"}],
    }
    body = urlencode({"payload": json.dumps(click)}).encode()
    assert await posts(ground, body, {"Content-Type": FORM}) == 401
    event = {"type": "event_callback", "team_id": "T1", "event": {"type": "app_uninstalled"}}
    body = json.dumps(event).encode()
    assert await posts(ground, body, {"Content-Type": "application/json"}) == 401
    assert (await one(ground, Integration)).state is IntegrationState.ACTIVE


async def test_a_body_of_unknown_length_is_not_read(ground: Playground) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{ground.web.url}/slack/events", content=endless())
    assert answer.status_code == 411
