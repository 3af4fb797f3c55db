"""Who is due gets a run; missed times count once; one integration never has two."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import Refused
from bot.schedule import next_time
from bot.sync.requests import request_run, tick
from store import integrations
from store.models import Run, Workspace
from store.vocabulary import IntegrationState, RunState, TransferState, Trigger
from tests.sync.world import WORKSPACE, World


async def due(world: World, ago: timedelta = timedelta(seconds=1)) -> None:
    await world.set_up("customers")
    await world.change(next_run_at=world.engine.clock.now() - ago)


async def queued(world: World) -> list[Run]:
    async with world.engine.database.read() as session:
        return list((await session.scalars(select(Run).order_by(Run.id))).all())


async def test_who_is_due_gets_a_run_and_the_next_time(world: World) -> None:
    await due(world)

    assert await tick(world.engine) == 1

    [run] = await queued(world)
    assert (run.state, run.trigger) == (RunState.QUEUED, Trigger.SCHEDULE)
    assert run.watcher_id is None
    integration = await world.integration()
    expected = next_time("0 * * * *", "Europe/Paris", world.engine.clock.now())
    assert integration.next_run_at == expected
    assert await tick(world.engine) == 0


async def test_who_is_not_due_gets_none(world: World) -> None:
    await due(world, ago=-timedelta(minutes=1))

    assert await tick(world.engine) == 0
    assert await queued(world) == []


async def test_times_that_were_missed_count_once(world: World) -> None:
    await due(world, ago=timedelta(days=3))

    assert await tick(world.engine) == 1
    assert await tick(world.engine) == 0

    integration = await world.integration()
    assert integration.next_run_at is not None
    assert integration.next_run_at > world.engine.clock.now()


async def test_several_processes_take_each_time_once(world: World) -> None:
    await due(world)

    taken = await asyncio.gather(*(tick(world.engine) for _ in range(5)))

    assert sum(taken) == 1
    assert len(await queued(world)) == 1


async def test_a_time_that_finds_the_last_run_unfinished_is_let_go(world: World) -> None:
    await due(world)
    await world.queue()

    assert await tick(world.engine) == 0

    assert len(await queued(world)) == 1
    integration = await world.integration()
    assert integration.next_run_at is not None
    assert integration.next_run_at > world.engine.clock.now()


@pytest.mark.parametrize(
    "state", [state for state in IntegrationState if state is not IntegrationState.ACTIVE]
)
async def test_only_active_ones_are_due(world: World, state: IntegrationState) -> None:
    await due(world)
    await world.change(state=state)

    assert await tick(world.engine) == 0


async def test_without_an_active_transfer_there_is_nothing_to_run(world: World) -> None:
    await due(world)
    await world.set_transfer("customers", TransferState.DRIFTED)

    assert await tick(world.engine) == 0

    integration = await world.integration()
    assert integration.next_run_at is not None
    assert integration.next_run_at > world.engine.clock.now()


async def test_a_workspace_that_removed_the_bot_is_left_alone(world: World) -> None:
    await due(world)
    async with world.engine.database.begin() as session:
        workspace = await session.get_one(Workspace, WORKSPACE)
        workspace.uninstalled_at = world.engine.clock.now()

    assert await tick(world.engine) == 0


async def test_asking_twice_is_refused_and_leaves_the_transaction_whole(world: World) -> None:
    await world.set_up("customers")
    await world.queue()

    async with world.engine.database.begin() as session:
        integration = await integrations.get(session, WORKSPACE, world.integration_id)
        assert integration is not None
        with pytest.raises(Refused, match="syncing already"):
            await request_run(session, integration, Trigger.MANUAL, now=world.engine.clock.now())
        integration.name = "Renamed"

    assert (await world.integration()).name == "Renamed"
    assert len(await queued(world)) == 1
