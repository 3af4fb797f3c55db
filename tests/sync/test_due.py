"""Very many schedules: finding the few that are due looks at those few, and so does a start."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text

from bot.alerts.outbox import Outbox
from bot.housekeeping import sweep
from bot.scheduler import Scheduler
from bot.sync import requests
from bot.sync.requests import tick
from bot.sync.worker import Worker
from store import integrations
from store.models import Integration, IntegrationTransfer, Run
from store.vocabulary import IntegrationState, ScheduleKind
from tests.sync.counting import Statement, plan, statements
from tests.sync.world import WORKSPACE, World

MANY = 5_000


async def schedule(world: World, count: int, due: int = 0) -> None:
    """So many more active integrations, all but `due` of them in the hours to come."""
    now, first = world.engine.clock.now(), world.integration_id
    same = {
        "workspace_id": WORKSPACE,
        "source_id": world.source_id,
        "state": IntegrationState.ACTIVE,
        "schedule_kind": ScheduleKind.HOURLY,
        "cron": "0 * * * *",
        "timezone": "UTC",
        "policy": {},
        "failures_in_a_row": 0,
        "version": 1,
        "created_by": "U_EDITOR",
        "created_at": now,
    }
    everything = {"created": True, "updated": True, "deleted": False}
    transfer_id = world.transfers["customers"]
    numbers = range(1, count + 1)
    async with world.engine.database.begin() as session:
        await session.execute(
            insert(Integration),
            [
                same
                | {"id": first + number, "name": f"{number}", "name_key": f"{number}"}
                | {"next_run_at": _time(number, due, now)}
                for number in numbers
            ],
        )
        await session.execute(
            insert(IntegrationTransfer),
            [
                everything | {"integration_id": first + number, "transfer_id": transfer_id}
                for number in numbers
            ],
        )
    async with world.engine.database.begin() as session:
        await session.execute(text("ANALYZE"))


def _time(number: int, due: int, now: datetime) -> datetime:
    return now + timedelta(seconds=-number if number <= due else 600 + number)


async def plans(world: World, found: Sequence[Statement]) -> dict[str, list[str]]:
    """How each single statement about integrations is answered."""
    async with world.engine.database.read() as session:
        return {
            statement.text: await plan(session, statement)
            for statement in found
            if "integrations" in statement.text and not isinstance(statement.parameters, list)
        }


def scans(steps: Sequence[str]) -> list[str]:
    """Steps that go through all integrations, or all that they sync."""
    whole = re.compile(r"(SCAN|Seq Scan on) integration(s|_transfers)\b")
    return [step for step in steps if whole.search(step)]


async def test_the_few_that_are_due_are_found_by_an_index(world: World) -> None:
    await world.set_up("customers")
    await schedule(world, MANY, due=3)

    with statements() as found:
        assert await tick(world.engine) == 3

    by_text = await plans(world, found)
    [finding] = [steps for query, steps in by_text.items() if query.startswith("SELECT")]
    assert any("ix_integrations_next_run_at" in step for step in finding), finding
    assert {query: scans(steps) for query, steps in by_text.items() if scans(steps)} == {}


async def test_a_tick_is_three_statements_however_many_are_due(world: World) -> None:
    await world.set_up("customers")
    await schedule(world, 300, due=200)

    with statements() as found:
        assert await tick(world.engine) == 200

    kinds = [statement.text.split()[0] for statement in found]
    assert kinds == ["SELECT", "INSERT", "UPDATE"]


async def test_a_tick_without_anybody_due_is_one(world: World) -> None:
    await world.set_up("customers")
    await schedule(world, 300)

    with statements() as found:
        assert await tick(world.engine) == 0

    assert len(found) == 1


async def test_more_than_go_into_one_transaction_are_all_queued(world: World) -> None:
    await world.set_up("customers")
    await schedule(world, 2 * requests.AT_ONCE + 1, due=2 * requests.AT_ONCE + 1)

    assert await tick(world.engine) == 2 * requests.AT_ONCE + 1

    now = world.engine.clock.now()
    async with world.engine.database.read() as session:
        assert await session.scalar(select(func.count(Run.integration_id.distinct()))) == 1001
        assert await session.scalar(select(func.min(Integration.next_run_at))) > now
    assert await tick(world.engine) == 0


async def test_those_without_work_move_on_beside_those_with(world: World) -> None:
    await world.set_up("customers")
    await schedule(world, 10, due=10)
    await world.change(next_run_at=world.engine.clock.now())
    async with world.engine.database.begin() as session:
        [choice] = await session.scalars(
            select(IntegrationTransfer).where(
                IntegrationTransfer.integration_id == world.integration_id
            )
        )
        choice.created = choice.updated = choice.deleted = False

    assert await tick(world.engine) == 10

    assert await tick(world.engine) == 0
    integration = await world.integration()
    assert integration.next_run_at is not None
    assert integration.next_run_at > world.engine.clock.now()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite locks it all
async def test_one_that_a_member_is_changing_is_left_for_the_next_tick(world: World) -> None:
    await world.set_up("customers")
    await schedule(world, 2, due=2)

    async with world.engine.database.begin() as session:
        await integrations.get(session, WORKSPACE, world.integration_id + 1, lock=True)
        assert await tick(world.engine) == 1

    assert await tick(world.engine) == 1


async def test_a_start_does_not_look_through_them(world: World) -> None:
    await world.set_up("customers")
    await schedule(world, MANY, due=1)
    stop = asyncio.Event()
    scheduler = Scheduler(world.engine)

    with statements() as found:
        working = [
            asyncio.create_task(Worker(world.engine).run_forever(stop)),
            asyncio.create_task(Outbox(world.engine, {}).run_forever(stop)),
        ]
        scheduler.start()
        await asyncio.sleep(1)
        await sweep(world.engine)
        stop.set()
        await scheduler.stop()
        await asyncio.gather(*working)

    assert await world.count(Run) == 1
    by_text = await plans(world, found)
    assert len(by_text) > 5
    assert {query: scans(steps) for query, steps in by_text.items() if scans(steps)} == {}
