"""Many small syncs: what one costs that finds nothing new, and that none is in another's way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.grammar import CONCURRENT
from bot.schedule import next_time
from bot.sync.run import execute
from bot.sync.worker import Worker
from store import integrations, pending_deletions, runs
from store.models import (
    Authorization,
    Checkpoint,
    Delivery,
    Incident,
    Integration,
    IntegrationTransfer,
    Run,
    Source,
)
from store.vocabulary import AuthKind, IncidentState, IntegrationState, RunState, Trigger
from tests.sync.counting import Statement, statements
from tests.sync.world import WORKSPACE, World, figures

LATER = "2040-01-01T00:00:00.000Z"  # than anything in the shop


async def nothing_new(world: World, cursor: str = LATER) -> None:
    """As if everything that the shop has were synced already."""
    async with world.engine.database.begin() as session:
        await session.execute(update(IntegrationTransfer).values(cursor=cursor))


async def idle_world(world: World, *kinds: str) -> None:
    await world.set_up(*kinds or ("customers",))
    await nothing_new(world)
    now = world.engine.clock.now()
    await world.change(next_run_at=next_time("0 * * * *", "UTC", now))


async def done(world: World) -> list[Statement]:
    """The statements of one run, from the moment it is started."""
    run_id = await world.queue(Trigger.SCHEDULE)
    async with world.engine.database.begin() as session:
        await runs.claim(session, "w", [run_id], world.engine.clock.now())
    with statements() as found:
        await execute(world.engine, run_id, "w", asyncio.Event())
    assert (await world.run(run_id)).state is RunState.SUCCEEDED
    return found


# ---- one idle sync


async def test_an_idle_sync_costs_one_request_and_three_statements(world: World) -> None:
    await idle_world(world)

    found = await done(world)

    assert world.shop.requests == {"/v1/customers": 1}
    assert [statement.text.split()[:2] for statement in found] == [
        ["SELECT", "runs.id,"],
        ["UPDATE", "integrations"],
        ["UPDATE", "runs"],
    ]


async def test_it_costs_no_more_with_several_data_types(world: World) -> None:
    await idle_world(world, "customers", "products")

    found = await done(world)

    assert world.shop.requests == {"/v1/customers": 1, "/v1/products": 1}
    assert len(found) == 3


async def test_it_writes_no_checkpoint_and_leaves_the_table_alone(world: World) -> None:
    await idle_world(world)
    await world.sql("DROP TABLE customers")

    run = await world.sync()

    assert (run.state, run.error, figures(run)) == (RunState.SUCCEEDED, None, {})
    assert await world.cursor("customers") == LATER
    async with world.engine.database.read() as session:
        assert await session.get(Checkpoint, (run.id, world.transfers["customers"])) is None


async def test_it_ends_like_any_other(world: World) -> None:
    await idle_world(world)
    before = await world.integration()

    run = await world.sync(Trigger.SCHEDULE)

    integration = await world.integration()
    assert run.finished_at is not None
    assert integration.last_success_at == run.finished_at
    assert integration.next_run_at == before.next_run_at
    assert (run.error_code, run.error) == (None, None)


async def test_what_is_new_is_not_idle(world: World) -> None:
    await world.set_up("customers")
    await nothing_new(world, "2020-01-01T00:00:00.000Z")

    assert figures(await world.sync()) == {"created": 1200}


# ---- what an idle sync may still owe


async def test_a_success_after_failures_clears_them(world: World) -> None:
    await idle_world(world)
    await world.change(failures_in_a_row=2, failing_since=world.engine.clock.now())

    await world.sync()

    integration = await world.integration()
    assert (integration.failures_in_a_row, integration.failing_since) == (0, None)
    assert integration.last_success_at is not None


async def test_an_open_incident_is_taken_back(world: World) -> None:
    await idle_world(world)
    world.shop.answers_500()
    for _ in range(3):
        await world.sync()
    world.shop.works_again()

    await world.sync()

    async with world.engine.database.read() as session:
        [incident] = (await session.scalars(select(Incident))).all()
    assert incident.state is IncidentState.RESOLVED


async def test_who_watches_is_told_of_the_end(world: World) -> None:
    await idle_world(world)

    await world.sync(watcher="U_EDITOR")

    async with world.engine.database.read() as session:
        [delivery] = (await session.scalars(select(Delivery))).all()
    assert delivery.address == "U_EDITOR"


async def test_one_without_a_next_time_gets_it(world: World) -> None:
    await idle_world(world)
    await world.change(next_run_at=None)

    await world.sync()

    assert (await world.integration()).next_run_at is not None


async def test_one_that_was_paused_meanwhile_stays_paused(world: World) -> None:
    await idle_world(world)
    world.shop.is_slow(0.3)
    run_id = await world.queue(Trigger.SCHEDULE)
    working = asyncio.create_task(Worker(world.engine).run_one())
    async with asyncio.timeout(5):
        while not world.shop.requests:  # noqa: ASYNC110 - another task's doing
            await asyncio.sleep(0.01)

    await world.change(state=IntegrationState.PAUSED, next_run_at=None)
    await working

    integration = await world.integration()
    assert (integration.state, integration.next_run_at) == (IntegrationState.PAUSED, None)
    assert (await world.run(run_id)).state is RunState.SUCCEEDED


async def test_a_run_that_another_worker_took_over_is_not_ended(world: World) -> None:
    await idle_world(world)
    world.shop.is_slow(0.3)
    run_id = await world.queue(Trigger.SCHEDULE)
    working = asyncio.create_task(Worker(world.engine).run_one())
    async with asyncio.timeout(5):
        while not world.shop.requests:  # noqa: ASYNC110 - another task's doing
            await asyncio.sleep(0.01)

    async with world.engine.database.begin() as session:
        (await session.get_one(Run, run_id)).worker = "another"
    await working

    run = await world.run(run_id)
    assert (run.state, run.worker) == (RunState.RUNNING, "another")
    assert (await world.integration()).last_success_at is None


async def test_deletions_that_wait_are_done_though_nothing_is_new(world: World) -> None:
    await world.set_up("customers")
    await world.sync()
    await nothing_new(world)
    async with world.engine.database.begin() as session:
        await pending_deletions.set_aside(
            session, world.integration_id, world.transfers["customers"], ["[7]"]
        )

    run = await world.sync(Trigger.SCHEDULE)

    assert figures(run) == {"deleted": 1}
    assert 7 not in await world.table()


# ---- many at a time


async def accounts(world: World, sizes: list[int]) -> None:
    """So many queued idle integrations for each of several accounts of the shop."""
    now = world.engine.clock.now()
    async with world.engine.database.begin() as session:
        first = await session.get_one(Integration, world.integration_id)
        [choice] = (await session.scalars(select(IntegrationTransfer))).all()
        for number, size in enumerate(sizes):
            authorization = Authorization(
                workspace_id=WORKSPACE,
                service="demo_store",
                name=f"Shop {number}",
                name_key=f"shop {number}",
                kind=AuthKind.API_KEY,
                params={"shop_url": world.shop.url},
                secret=world.engine.vault.seal({"key": world.shop.api_key}),
                created_by="U_EDITOR",
                created_at=now,
            )
            session.add(authorization)
            await session.flush()
            source = Source(
                workspace_id=WORKSPACE,
                service="demo_store",
                name=f"Shop {number}",
                name_key=f"shop {number}",
                authorization_id=authorization.id,
                created_by="U_EDITOR",
                created_at=now,
            )
            session.add(source)
            await session.flush()
            for each in range(size):
                integration = Integration(
                    workspace_id=WORKSPACE,
                    name=f"{number}.{each}",
                    name_key=f"{number}.{each}",
                    source_id=source.id,
                    state=IntegrationState.ACTIVE,
                    schedule_kind=first.schedule_kind,
                    cron=first.cron,
                    timezone=first.timezone,
                    next_run_at=now + timedelta(hours=1),
                    policy={},
                    activated_at=now,
                    created_by="U_EDITOR",
                    created_at=now,
                    updates=[IntegrationTransfer(transfer_id=choice.transfer_id, cursor=LATER)],
                )
                session.add(integration)
                await session.flush()
                session.add(
                    Run(
                        workspace_id=WORKSPACE,
                        integration_id=integration.id,
                        trigger=Trigger.SCHEDULE,
                        queued_at=now,
                    )
                )


async def work_until_done(world: World, count: int) -> list[Run]:
    stop = asyncio.Event()
    working = asyncio.create_task(Worker(world.engine).run_forever(stop))
    async with asyncio.timeout(30):
        while True:
            async with world.engine.database.read() as session:
                found = (await session.scalars(select(Run).order_by(Run.finished_at))).all()
            if sum(run.state is RunState.SUCCEEDED for run in found) == count:
                break
            await asyncio.sleep(0.05)
    stop.set()
    await working
    return list(found)


async def test_one_accounts_queue_does_not_hold_up_the_others(world: World) -> None:
    """All the crowd's runs were queued first, and there are more of them than places."""
    await idle_world(world)
    world.engine.settings.concurrent_runs = 12
    await accounts(world, [40, 1, 1, 1])
    world.shop.is_slow(0.1)

    found = await work_until_done(world, 43)

    last = max(run.id for run in found)
    ended = [run.id for run in found]
    assert all(ended.index(last - number) < 16 for number in range(3))


async def test_runs_are_claimed_by_the_dozen(world: World) -> None:
    await idle_world(world)
    await accounts(world, [4] * 12)

    with statements() as found:
        await work_until_done(world, 48)

    claims = [each for each in found if each.text.startswith("UPDATE runs SET attempts")]
    assert len(claims) <= 4


async def test_an_account_gets_no_more_requests_at_a_time_than_its_share(world: World) -> None:
    await idle_world(world)
    await accounts(world, [24])
    world.shop.is_slow(0.05)
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            async with world.engine.database.read() as session:
                most = max(most, len(await runs.running(session)))
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    await work_until_done(world, 24)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert most == CONCURRENT


async def test_what_was_claimed_this_moment_is_not_taken_for_orphaned(world: World) -> None:
    """The heartbeat looks while the claim is being committed."""
    await idle_world(world)
    run_id = await world.queue()
    worker = Worker(world.engine)
    begin = world.engine.database.begin

    @asynccontextmanager
    async def slow_commit() -> AsyncIterator[AsyncSession]:
        async with begin() as session:
            yield session
        world.engine.database.begin = begin  # type: ignore[method-assign]
        await worker.beat()

    world.engine.database.begin = slow_commit  # type: ignore[method-assign]
    assert await worker.run_one()

    assert (await world.run(run_id)).state is RunState.SUCCEEDED
    assert world.shop.requests["/v1/customers"] == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_a_run_may_end_while_its_next_time_comes(world: World) -> None:
    """Neither waits for the other for good: a tick and an end lock in the same order."""
    await idle_world(world)
    engine, now = world.engine, world.engine.clock.now()
    await world.change(next_run_at=now)
    run_id = await world.queue(Trigger.SCHEDULE)
    async with engine.database.begin() as session:
        await runs.claim(session, "w", [run_id], now)

    async with engine.database.begin() as session:
        [due] = await integrations.due(session, now, 10)
        ending = asyncio.create_task(execute(engine, run_id, "w", asyncio.Event()))
        await asyncio.sleep(0.3)
        assert await runs.add_scheduled(session, [due.id], now) == set()
    await ending

    assert (await world.run(run_id)).state is RunState.SUCCEEDED
