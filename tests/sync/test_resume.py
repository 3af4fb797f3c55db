"""A run whose worker died goes on from its checkpoint, and ends as if nothing had happened."""

import asyncio
import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.sync import checkpoints
from bot.sync.checkpoints import Step
from bot.sync.job import Job
from bot.sync.run import execute
from bot.sync.worker import Worker
from bot.sync.workers import SILENCE, is_alive, new_name
from store import runs
from store.models import Checkpoint, Run
from store.vocabulary import RunState, Trigger, UpdateType
from tests.sync.world import World, figures

pytestmark = pytest.mark.usefixtures("page_by_page")


async def crash(world: World, monkeypatch: pytest.MonkeyPatch, page: int, *, written: bool) -> int:
    """Ends a backfill's worker without a word when `page` is in the table; returns the run's id.

    `written`: after the page's checkpoint; else between the load and the checkpoint.
    """
    write = checkpoints.write
    reached = asyncio.Event()

    async def stall() -> None:
        reached.set()
        await asyncio.Event().wait()

    async def stalling(
        session: AsyncSession, job: Job, transfer_id: int, step: Step, now: datetime
    ) -> bool:
        if step.position.pages == page and not written:
            await stall()
        if step.position.pages == page + 1 and written:
            await stall()
        return await write(session, job, transfer_id, step, now)

    run_id = await world.queue(Trigger.BACKFILL)
    with monkeypatch.context() as patched:
        patched.setattr(checkpoints, "write", stalling)
        task = asyncio.create_task(Worker(world.engine).run_one())
        await asyncio.wait_for(reached.wait(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (await world.run(run_id)).state is RunState.RUNNING
    return run_id


async def take_up(world: World) -> None:
    """A later worker finds out that the heart of the run's worker stopped, and does the run."""
    world.engine.clock.skip(SILENCE + timedelta(seconds=1))  # type: ignore[attr-defined]
    worker = Worker(world.engine)
    await worker.beat()
    assert await worker.run_one()


async def checksum(world: World) -> str:
    rows = await world.sql("SELECT id, email, orders_count FROM customers ORDER BY id")
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def checksum_of_shop(world: World) -> str:
    rows = [
        (each["id"], each["email"], each["orders_count"])
        for each in world.shop.records("customers")
        if each["deleted_at"] is None
    ]
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()


@pytest.mark.parametrize("page", [1, 2])
async def test_a_run_goes_on_after_its_last_page(
    world: World, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    await world.set_up("customers")
    run_id = await crash(world, monkeypatch, page, written=True)
    world.shop.requests.clear()

    await take_up(world)

    run = await world.run(run_id)
    assert run.state is RunState.SUCCEEDED
    assert world.shop.requests["/v1/customers"] == 3 - page
    assert sum(figures(run).values()) == 1200
    assert await checksum(world) == checksum_of_shop(world)
    assert await world.cursor("customers") is not None


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_page_loaded_twice_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    await world.set_up("customers")
    run_id = await crash(world, monkeypatch, page, written=False)
    assert len(await world.table()) == min(page * 500, 1200)

    await take_up(world)

    run = await world.run(run_id)
    assert run.state is RunState.SUCCEEDED
    assert figures(run)["unchanged"] == min(page * 500, 1200) - (page - 1) * 500
    assert sum(figures(run).values()) == 1200
    assert await checksum(world) == checksum_of_shop(world)


async def test_deletions_survive_a_crash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.set_up("customers", updates=frozenset(UpdateType))
    await world.sync()
    world.shop.delete("customers", range(1, 31))
    run_id = await crash(world, monkeypatch, 3, written=False)

    await take_up(world)

    assert (await world.run(run_id)).deleted == 30
    assert await checksum(world) == checksum_of_shop(world)


async def test_a_resumed_run_leaves_finished_transfers_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.set_up("products", "customers")
    await crash(world, monkeypatch, 2, written=False)  # of the customers: products have one page
    world.shop.requests.clear()

    await take_up(world)

    assert world.shop.requests["/v1/products"] == 0
    assert len(await world.table("products")) == 40
    assert await checksum(world) == checksum_of_shop(world)


async def test_nobody_takes_up_a_run_whose_worker_lives(world: World) -> None:
    now = world.engine.clock.now()
    mine, other = new_name(), new_name()
    run = Run(id=1, worker=mine, heartbeat_at=now)

    assert is_alive(run, mine, {1}, now + timedelta(days=1))
    assert not is_alive(run, mine, {2}, now)
    assert is_alive(run, other, set(), now + SILENCE)
    assert not is_alive(run, other, set(), now + SILENCE + timedelta(seconds=1))


async def test_a_process_that_is_gone_from_this_machine_is_dead_at_once(world: World) -> None:
    child = await asyncio.create_subprocess_exec("true")
    await child.wait()
    now = world.engine.clock.now()
    machine, _, word = new_name().rsplit(":", 2)

    run = Run(id=1, worker=f"{machine}:{child.pid}:{word}", heartbeat_at=now)
    assert not is_alive(run, new_name(), set(), now)
    elsewhere = Run(id=1, worker=f"elsewhere/0:{child.pid}:{word}", heartbeat_at=now)
    assert is_alive(elsewhere, new_name(), set(), now)


async def test_a_worker_that_was_given_up_on_writes_nothing_more(world: World) -> None:
    """It may only have been slow: what it still does must not count."""
    await world.set_up("customers")
    run_id = await world.queue()
    async with world.engine.database.begin() as session:
        assert await runs.claim(session, "slow", [run_id], world.engine.clock.now())
    async with world.engine.database.begin() as session:
        assert await runs.give_back(session, run_id, "slow")
    assert await Worker(world.engine).run_one()
    before = await world.run(run_id)

    await execute(world.engine, run_id, "slow", asyncio.Event())

    after = await world.run(run_id)
    assert (after.state, after.finished_at) == (RunState.SUCCEEDED, before.finished_at)
    assert figures(after) == {"created": 1200}


async def test_a_run_taken_from_its_worker_midway_is_left_to_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.set_up("customers")
    run_id = await world.queue()
    write = checkpoints.write

    async def taken_after_one(
        session: AsyncSession, job: Job, transfer_id: int, step: Step, now: datetime
    ) -> bool:
        go_on = await write(session, job, transfer_id, step, now)
        (await session.get_one(Run, run_id)).worker = "another"
        return go_on

    monkeypatch.setattr(checkpoints, "write", taken_after_one)

    assert await Worker(world.engine).run_one()

    run = await world.run(run_id)
    assert (run.state, run.worker) == (RunState.RUNNING, "another")
    async with world.engine.database.read() as session:
        checkpoint = await session.get_one(Checkpoint, (run_id, world.transfers["customers"]))
    assert (checkpoint.pages, checkpoint.done) == (1, False)
