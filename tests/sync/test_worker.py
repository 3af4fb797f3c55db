"""Workers: several at once, no run twice, and an end that comes soon."""

import asyncio
import time

import pytest

from bot.sync import worker as workers_file
from bot.sync.worker import Worker
from store.models import Integration, Run
from store.vocabulary import RunState, ScheduleKind, Trigger
from tests.sync.world import World, figures

pytestmark = pytest.mark.usefixtures("page_by_page")


async def until(world: World, run_id: int, *states: RunState) -> None:
    async with asyncio.timeout(20):
        while (await world.run(run_id)).state not in states:  # noqa: ASYNC110 - another task's row
            await asyncio.sleep(0.02)


async def until_finished(world: World, run_id: int) -> None:
    await until(world, run_id, RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


async def test_a_worker_does_what_is_queued_until_it_is_told_to_stop(world: World) -> None:
    await world.set_up("customers")
    stop = asyncio.Event()
    worker = Worker(world.engine)
    working = asyncio.create_task(worker.run_forever(stop))

    first = await world.queue()
    world.engine.queue.wake()
    await until_finished(world, first)
    second = await world.queue()  # nobody wakes it: it looks by itself
    await until_finished(world, second)
    stop.set()
    await working

    assert figures(await world.run(first)) == {"created": 1200}
    assert (await world.run(second)).state is RunState.SUCCEEDED


async def test_two_workers_do_each_run_once(world: World) -> None:
    await world.set_up("customers")
    stop = asyncio.Event()
    workers = [Worker(world.engine), Worker(world.engine)]
    working = [asyncio.create_task(worker.run_forever(stop)) for worker in workers]

    run_ids = []
    for _ in range(4):
        run_ids.append(await world.queue())
        world.engine.queue.wake()
        await until_finished(world, run_ids[-1])
    stop.set()
    await asyncio.gather(*working)

    found = [await world.run(run_id) for run_id in run_ids]
    assert [sum(figures(run).values()) >= 1 for run in found] == [True] * 4
    assert sum(run.created for run in found) == 1200


async def test_racing_for_one_run_has_one_winner(world: World) -> None:
    await world.set_up("customers")
    await world.queue()

    won = await asyncio.gather(*(Worker(world.engine).run_one() for _ in range(4)))

    assert sorted(won) == [False, False, False, True]
    assert len(await world.table()) == 1200


async def test_stopping_keeps_the_page_in_hand_and_queues_the_run_again(world: World) -> None:
    await world.set_up("customers")
    stop = asyncio.Event()

    async def stop_at_first_page(signal: object) -> None:
        if (await world.run(run_id)).created:
            stop.set()

    world.engine.signals.subscribe(stop_at_first_page)
    world.shop.is_slow(0.2)
    run_id = await world.queue(watcher="U_EDITOR")

    await asyncio.wait_for(Worker(world.engine).run_forever(stop), 10)

    run = await world.run(run_id)
    assert (run.state, run.worker) == (RunState.QUEUED, None)
    assert figures(run) == {"created": 500}
    world.shop.requests.clear()
    assert await Worker(world.engine).run_one()
    assert figures(await world.run(run_id)) == {"created": 1200}
    assert world.shop.requests["/v1/customers"] == 2


async def test_stopping_does_not_wait_for_a_service_that_hangs(world: World) -> None:
    await world.set_up("customers")
    world.shop.is_slow(4)
    run_id = await world.queue()
    stop = asyncio.Event()
    working = asyncio.create_task(Worker(world.engine).run_forever(stop))
    await until(world, run_id, RunState.RUNNING)
    began = time.monotonic()

    stop.set()
    await working

    assert time.monotonic() - began < 3
    assert (await world.run(run_id)).state is RunState.QUEUED


async def test_stopping_lets_go_of_a_page_that_takes_too_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.set_up("customers")
    monkeypatch.setattr(workers_file, "STOP_SECONDS", 0.1)
    stop = asyncio.Event()

    async def hang(signal: object) -> None:
        stop.set()
        await asyncio.Event().wait()

    world.engine.signals.subscribe(hang)
    run_id = await world.queue(watcher="U_EDITOR")

    await asyncio.wait_for(Worker(world.engine).run_forever(stop), 5)

    assert (await world.run(run_id)).state is RunState.QUEUED


async def test_no_more_runs_at_once_than_the_setting_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.set_up("customers")
    world.engine.settings.concurrent_runs = 1
    at_once: list[int] = []

    async def slow(engine: object, run_id: int, worker: str, stop: asyncio.Event) -> None:
        at_once.append(len(worker_.held))
        await asyncio.sleep(0.05)
        async with world.engine.database.begin() as session:
            (await session.get_one(Run, run_id)).state = RunState.SUCCEEDED

    monkeypatch.setattr(workers_file, "execute", slow)
    worker_ = Worker(world.engine)
    stop = asyncio.Event()
    first, second = await _two_integrations(world)
    working = asyncio.create_task(worker_.run_forever(stop))
    await until_finished(world, first)
    await until_finished(world, second)
    stop.set()
    await working

    assert at_once == [1, 1]


async def _two_integrations(world: World) -> tuple[int, int]:
    """A queued run of each of two integrations."""
    first = await world.queue()
    now = world.engine.clock.now()
    async with world.engine.database.begin() as session:
        other = Integration(
            workspace_id="T1",
            name="Other",
            name_key="other",
            source_id=world.source_id,
            schedule_kind=ScheduleKind.HOURLY,
            cron="0 * * * *",
            timezone="UTC",
            policy={},
            created_by="U_EDITOR",
            created_at=now,
        )
        session.add(other)
        await session.flush()
        run = Run(workspace_id="T1", integration_id=other.id, trigger=Trigger.MANUAL, queued_at=now)
        session.add(run)
    return first, run.id


async def test_a_run_that_kills_its_workers_is_given_up(world: World) -> None:
    await world.set_up("customers")
    run_id = await world.queue()
    async with world.engine.database.begin() as session:
        (await session.get_one(Run, run_id)).attempts = 5  # five workers died of its first page

    await Worker(world.engine).run_one()

    run = await world.run(run_id)
    assert (run.state, run.error_code) == (RunState.FAILED, "broken_off")
    assert run.error is not None
    assert "5 times" in run.error


async def test_a_run_that_gets_on_is_not_given_up(world: World) -> None:
    await world.set_up("customers")
    run_id = await world.queue()
    async with world.engine.database.begin() as session:
        (await session.get_one(Run, run_id)).attempts = 4

    await Worker(world.engine).run_one()

    run = await world.run(run_id)
    assert (run.state, run.attempts) == (RunState.SUCCEEDED, 1)
