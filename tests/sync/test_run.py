"""What a run does: first sync, changes, types of updates, trouble on either side."""

from itertools import combinations

import pytest
from sqlalchemy import delete, select, update

from bot.signals import RunMoved, Signal
from bot.sync.worker import Worker
from store.models import Delivery, Integration, MappingPair, Run
from store.vocabulary import (
    IntegrationState,
    Level,
    RunState,
    TransferState,
    Trigger,
    UpdateType,
)
from tests.sync.world import World, figures

CREATED, UPDATED, DELETED = UpdateType


async def test_the_first_sync_brings_every_record(world: World) -> None:
    await world.set_up("customers")

    run = await world.sync(Trigger.BACKFILL)

    assert run.state is RunState.SUCCEEDED
    assert figures(run) == {"created": 1200}
    assert await world.emails() == world.emails_in_shop()


async def test_a_second_sync_reads_only_what_changed(world: World) -> None:
    await world.set_up("customers")
    await world.sync()
    world.shop.requests.clear()
    new = world.shop.add("customers", 3)
    world.shop.change("customers", [5], email="five@example.com")
    world.shop.delete("customers", [6, 7])

    run = await world.sync(Trigger.SCHEDULE)

    counts = figures(run)
    assert (counts["created"], counts["updated"], counts["deleted"]) == (3, 1, 2)
    assert sum(counts.values()) < 20  # and a few that the overlap reads again
    assert world.shop.requests["/v1/customers"] == 1
    assert set(new) <= set(await world.emails())
    assert await world.emails() == world.emails_in_shop()


async def test_a_backfill_reads_everything_again_and_changes_nothing(world: World) -> None:
    await world.set_up("customers")
    await world.sync()

    run = await world.sync(Trigger.BACKFILL)

    assert figures(run) == {"unchanged": 1200}


CHOICES = [frozenset(some) for size in (1, 2, 3) for some in combinations(UpdateType, size)]


@pytest.mark.parametrize("updates", CHOICES, ids=lambda updates: "+".join(sorted(updates)))
async def test_the_chosen_types_of_updates_alone_are_done(
    world: World, updates: frozenset[UpdateType]
) -> None:
    await world.set_up("customers", updates=updates)
    await world.sql(
        "INSERT INTO customers (id, email) VALUES (1, 'old@example.com'), (2, 'two@example.com')"
    )
    world.shop.delete("customers", [2])

    run = await world.sync()

    there = await world.emails()
    assert (there.get(1) == "customer1@example.com") == (UPDATED in updates)
    assert (1200 in there) == (CREATED in updates)
    assert (2 not in there) == (DELETED in updates)
    assert sum(figures(run).values()) == 1200


async def test_columns_without_a_mapping_stay_untouched(world: World) -> None:
    await world.set_up("customers")
    await world.sync()
    await world.sql("ALTER TABLE customers ADD COLUMN note VARCHAR(20)")
    await world.sql("UPDATE customers SET note = 'mine' WHERE id = 5")
    world.shop.change("customers", [5], email="five@example.com")

    await world.sync()

    rows = await world.sql("SELECT email, note FROM customers WHERE id = 5")
    assert rows == [("five@example.com", "mine")]


async def test_every_transfer_of_the_integration_is_synced(world: World) -> None:
    await world.set_up("customers", "products")

    run = await world.sync()

    assert figures(run) == {"created": 1240}
    assert len(await world.table("products")) == 40


async def test_an_inactive_transfer_is_left_out(world: World) -> None:
    await world.set_up("customers", "products")
    await world.set_transfer("customers", TransferState.INACTIVE)

    assert figures(await world.sync()) == {"created": 40}


async def test_a_service_that_fails_ends_the_run_with_a_sentence(world: World) -> None:
    await world.set_up("customers")
    world.shop.answers_500()

    run = await world.sync()

    assert run.state is RunState.FAILED
    assert run.error_code == "unreachable"
    assert run.error
    assert "Demo Store" in run.error
    integration = await world.integration()
    assert integration.failures_in_a_row == 1
    assert integration.failing_since is not None
    assert integration.last_success_at is None
    assert await world.cursor("customers") is None


async def test_a_success_ends_a_row_of_failures(world: World) -> None:
    await world.set_up("customers")
    world.shop.answers_500()
    await world.sync()
    await world.sync()
    assert (await world.integration()).failures_in_a_row == 2
    world.shop.works_again()

    await world.sync()

    integration = await world.integration()
    assert integration.failures_in_a_row == 0
    assert integration.failing_since is None
    assert integration.last_success_at is not None


async def test_a_page_that_fails_once_is_read_again_within_the_run(world: World) -> None:
    await world.set_up("customers")
    world.shop.answers_500(times=2)

    run = await world.sync()

    assert run.state is RunState.SUCCEEDED
    assert figures(run) == {"created": 1200}


async def test_one_transfers_trouble_leaves_the_others_alone(world: World) -> None:
    await world.set_up("customers", "products")
    await world.sql("DROP TABLE customers")

    run = await world.sync()

    assert run.state is RunState.FAILED
    assert run.error_code == "project_missing"
    assert len(await world.table("products")) == 40
    assert await world.cursor("products") is not None


async def test_a_field_that_is_gone_pauses_its_transfer_alone(world: World) -> None:
    await world.set_up("customers", "products")
    await world.sync()
    await world.sql("ALTER TABLE customers DROP COLUMN city")
    world.shop.change("products", [1], title="Another lamp")

    run = await world.sync()

    assert run.state is RunState.SUCCEEDED
    assert await world.transfer_state("customers") is TransferState.DRIFTED
    assert (await world.table("products"))[1][0] == "Another lamp"
    assert (await world.integration()).state is IntegrationState.ACTIVE


async def test_a_field_that_the_service_drops_pauses_its_transfer(world: World) -> None:
    await world.set_up("customers", "products")
    await world.sync()
    before = await world.table()
    world.shop.change("customers", range(1, 51), orders_count=99)
    world.shop.drops_field("address.city")

    run = await world.sync()

    assert run.state is RunState.SUCCEEDED
    assert await world.transfer_state("customers") is TransferState.DRIFTED
    assert await world.transfer_state("products") is TransferState.ACTIVE
    assert await world.table() == before  # not one city was emptied


async def test_a_field_that_nobody_mapped_may_go(world: World) -> None:
    await world.set_up("customers")
    world.shop.drops_field("first_name")

    assert figures(await world.sync()) == {"created": 1200}


async def test_drift_of_the_only_transfer_is_no_failure_that_adds_up(world: World) -> None:
    await world.set_up("customers")
    await world.sql("ALTER TABLE customers DROP COLUMN city")

    run = await world.sync()

    assert (run.state, run.error_code) == (RunState.FAILED, "drift")
    assert (await world.integration()).failures_in_a_row == 0


async def test_a_mapping_without_a_primary_key_says_what_is_missing(world: World) -> None:
    await world.set_up("customers")
    async with world.engine.database.begin() as session:
        await session.execute(update(MappingPair).values(is_primary_key=False))

    run = await world.sync()

    assert (run.state, run.error_code) == (RunState.FAILED, "refused")
    assert run.error
    assert "primary key" in run.error


async def test_a_lost_authorization_stops_the_integration(world: World) -> None:
    await world.set_up("customers", "products")
    await world.sync()
    cursor = await world.cursor("customers")
    world.shop.revokes_token()

    run = await world.sync()

    assert (run.state, run.error_code) == (RunState.FAILED, "authorization")
    integration = await world.integration()
    assert integration.state is IntegrationState.NEEDS_AUTHORIZATION
    assert integration.next_run_at is None
    assert integration.failures_in_a_row == 0
    assert await world.cursor("customers") == cursor


async def test_an_error_of_ours_fails_the_run_with_an_apology(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.set_up("customers")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.sync.transfer.compile_plan", broken)

    run = await world.sync()

    assert (run.state, run.error_code) == (RunState.FAILED, "internal")
    assert run.error
    assert "ZeroDivisionError" not in run.error


@pytest.mark.usefixtures("page_by_page")
async def test_who_watches_is_told_the_end_once(world: World) -> None:
    await world.set_up("customers")
    moved: list[Signal] = []

    async def listen(signal: Signal) -> None:
        moved.append(signal)

    world.engine.signals.subscribe(listen)

    run = await world.sync(watcher="U_EDITOR")

    assert set(moved) == {RunMoved("T1", run.id)}
    assert len(moved) >= 4  # the start, and each of three pages
    async with world.engine.database.read() as session:
        owed = (await session.scalars(select(Delivery))).all()
    assert [(each.level, each.address) for each in owed] == [(Level.SUMMARY, "U_EDITOR")]
    assert owed[0].facts["created"] == 1200


async def test_a_run_that_nobody_watches_says_nothing(world: World) -> None:
    await world.set_up("customers")
    moved: list[Signal] = []

    async def listen(signal: Signal) -> None:
        moved.append(signal)

    world.engine.signals.subscribe(listen)

    await world.sync(Trigger.SCHEDULE)

    assert moved == []
    async with world.engine.database.read() as session:
        assert (await session.scalars(select(Delivery))).all() == []


@pytest.mark.usefixtures("page_by_page")
async def test_a_pause_ends_the_run_at_its_next_page(world: World) -> None:
    await world.set_up("customers")

    async def pause_at_once(signal: Signal) -> None:
        await world.change(state=IntegrationState.PAUSED)

    world.engine.signals.subscribe(pause_at_once)

    run = await world.sync(watcher="U_EDITOR")

    assert run.state is RunState.CANCELLED
    assert figures(run) == {"created": 500}
    assert await world.cursor("customers") is None
    assert (await world.integration()).failures_in_a_row == 0


async def test_a_run_that_a_pause_came_before_does_nothing(world: World) -> None:
    await world.set_up("customers")
    await world.change(state=IntegrationState.PAUSED)

    run = await world.sync()

    assert run.state is RunState.CANCELLED
    assert not world.shop.requests


async def test_a_deleted_integration_ends_its_run_without_a_trace(world: World) -> None:
    await world.set_up("customers")

    async def delete_at_once(signal: Signal) -> None:
        async with world.engine.database.begin() as session:
            await session.execute(delete(Integration))

    world.engine.signals.subscribe(delete_at_once)
    await world.queue(watcher="U_EDITOR")

    assert await Worker(world.engine).run_one()

    assert await world.count(Run) == 0
    async with world.engine.database.read() as session:
        assert (await session.scalars(select(Delivery))).all() == []
