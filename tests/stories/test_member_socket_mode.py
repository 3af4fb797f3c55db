"""Socket Mode: everything that Slack sends comes over a connection that the bot opened."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr

from bot import courtesy
from bot.playground import journey
from bot.playground.host import Playground, playground
from bot.playground.member import Member
from bot.playground.slack.server import APP_TOKEN
from bot.playground.slack.signing import signed_headers
from bot.playground.walk import until
from store.models import Integration
from tests.stories.members import answer_to, count


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Playground]:
    async with playground(
        tmp_path, slack_app_token=SecretStr(APP_TOKEN), slack_signing_secret=SecretStr("")
    ) as ground:
        yield ground


async def test_from_the_first_command_to_the_first_sync(
    ground: Playground, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_hand: list[int] = []

    @contextmanager
    def answering() -> Iterator[None]:
        with courtesy.answering():
            in_hand.append(courtesy._in_hand)
            yield

    monkeypatch.setattr("bot.web.socket_mode.answering", answering)
    await journey.connects(alice, ground.store.url)
    await alice.sees(":large_green_circle: Active")
    await alice.opens_home()
    assert await count(ground, Integration) == 1
    assert {exchange.problem for exchange in ground.slack.log} == {None}
    assert {exchange.kind for exchange in ground.slack.log} >= {
        "command",
        "block_actions",
        "view_submission",
        "event",
    }
    assert len(in_hand) == len(ground.slack.log)  # syncs waited for each of them
    said = await ground.metrics()
    assert f"patchbay_slack_acknowledgement_seconds_count {float(len(in_hand))}" in said


async def test_what_slack_repeats_is_done_once(ground: Playground, alice: Member) -> None:
    await answer_to(alice, "/patchbay help")
    said = len(alice.ephemerals)
    assert (await ground.slack.redeliver_last()).problem is None
    await asyncio.sleep(0.2)
    assert len(alice.ephemerals) == said


async def test_a_connection_that_slack_renews(ground: Playground, alice: Member) -> None:
    sockets = ground.slack.slack.sockets
    first = sockets.opened
    await sockets.refresh()
    await until(lambda: sockets.opened > first and sockets.connections == 1, "a new connection")
    await answer_to(alice, "/patchbay help")


async def test_without_a_signing_secret_nothing_is_taken_by_http(ground: Playground) -> None:
    body = urlencode({"command": "/patchbay", "team_id": "T1", "user_id": "U_ALICE"}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{ground.web.url}/slack/events", content=body, headers=kind | signed_headers("", body)
        )
    assert answer.status_code == 404
