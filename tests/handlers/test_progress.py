"""A run that somebody watches, over the real protocol against the stand-in for Slack."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.outbox import Outbox
from bot.clock import ShiftedClock
from bot.engine import Engine
from bot.playground.slack import SlackServer
from bot.playground.slack.messages import Message
from bot.signals import RunMoved
from bot.sync.policy import judge
from handlers import progress
from handlers.notify import SlackSender
from store.models import Checkpoint, Integration, Run
from store.vocabulary import RunState, Trigger, Way
from tests.alerts.parts import a_transfer, an_integration, until


@dataclass
class Watched:
    engine: Engine
    slack: SlackServer
    outbox: Outbox

    @property
    def dm(self) -> list[Message]:
        return self.slack.workspace.dm("U_EDITOR").messages

    def calls(self, method: str) -> list[float]:
        """When each was made, in epoch seconds."""
        return [call.at for call in self.slack.calls if call.method == method]

    async def start(self) -> int:
        """A run of an integration with one data type; returns its id."""
        async with self.engine.database.begin() as session:
            integration = await an_integration(session, self.engine)
            transfer = await a_transfer(session, self.engine, integration)
            now = self.engine.clock.now()
            run = Run(
                workspace_id="T1",
                integration_id=integration.id,
                trigger=Trigger.BACKFILL,
                state=RunState.RUNNING,
                queued_at=now,
                started_at=now,
                watcher_id="U_EDITOR",
            )
            session.add(run)
            await session.flush()
            session.add(Checkpoint(run_id=run.id, transfer_id=transfer.id))
            return run.id

    async def moves(self, run_id: int, created: int) -> None:
        async with self.engine.database.begin() as session:
            checkpoint = await session.get_one(Checkpoint, (run_id, 1))
            checkpoint.created = created
        await self.engine.signals.send(RunMoved("T1", run_id))

    async def ends(self, run_id: int) -> None:
        async with self.engine.database.begin() as session:
            run = await session.get_one(Run, run_id)
            run.state, run.finished_at = RunState.SUCCEEDED, self.engine.clock.now()
            run.created = 900
            integration = await session.get_one(Integration, run.integration_id)
            await judge(session, self.engine, integration, run)
        await self.outbox.sweep()


@pytest.fixture
async def watched(engine: Engine) -> AsyncIterator[Watched]:
    slack = SlackServer(bot_token="xoxb-test")
    await slack.start()
    slack.add_member("U_EDITOR", "Editor")

    async def client_for(workspace_id: str) -> AsyncWebClient:
        return AsyncWebClient(token="xoxb-test", base_url=slack.api_url)

    progress.register(engine, client_for)
    outbox = Outbox(engine, {Way.DM: SlackSender(engine, client_for)})
    yield Watched(engine, slack, outbox)
    await engine.background.end()
    await slack.stop()


async def test_one_message_that_is_edited_and_ends_in_the_summary(watched: Watched) -> None:
    run_id = await watched.start()
    await watched.moves(run_id, 100)
    await until(lambda: len(watched.dm) == 1)
    assert "Customers: 100 records" in str(watched.dm[0].blocks)
    for created in range(200, 900, 10):
        await watched.moves(run_id, created)
    await until(lambda: "890 records" in str(watched.dm[0].blocks))
    await watched.ends(run_id)

    [message] = watched.dm
    assert "900 created" in message.text
    written = sorted(watched.calls("chat.postMessage") + watched.calls("chat.update"))
    assert min(later - earlier for earlier, later in pairwise(written)) >= 0.9


async def test_a_run_over_at_once_leaves_only_its_summary(watched: Watched) -> None:
    run_id = await watched.start()
    watched.slack.trouble.slow("chat.postMessage", 0.3)
    await watched.moves(run_id, 1)  # its post is under way when the run ends
    await watched.ends(run_id)

    [message] = watched.dm
    assert "900 created" in message.text


async def test_a_run_taken_up_again_keeps_its_message(watched: Watched) -> None:
    run_id = await watched.start()
    await watched.moves(run_id, 1)
    await until(lambda: len(watched.dm) == 1)
    async with watched.engine.database.begin() as session:  # as if the process died here
        run = await session.get_one(Run, run_id)
        run.progress_channel = run.progress_ts = None
    assert isinstance(watched.engine.clock, ShiftedClock)
    watched.engine.clock.skip(timedelta(minutes=1))
    await watched.moves(run_id, 777)
    await asyncio.sleep(1.2)
    await watched.moves(run_id, 778)
    await until(lambda: "778 records" in str(watched.dm[0].blocks))

    assert len(watched.dm) == 1


async def test_trouble_with_slack_is_none_of_the_runs(watched: Watched) -> None:
    run_id = await watched.start()
    watched.slack.trouble.fail("chat.postMessage", "channel_not_found")
    await watched.moves(run_id, 1)
    await until(lambda: len(watched.calls("chat.postMessage")) == 1)
    await watched.ends(run_id)

    [message] = watched.dm
    assert "900 created" in message.text


async def test_a_run_that_nobody_watches_is_not_shown(watched: Watched) -> None:
    run_id = await watched.start()
    async with watched.engine.database.begin() as session:
        (await session.get_one(Run, run_id)).watcher_id = None
    await watched.moves(run_id, 1)
    await watched.ends(run_id)

    assert watched.dm == []
