"""Records that do not fit: kept with their reason, retried, dropped, or mended by a later sync."""

import json

import pytest
from sqlalchemy import delete

from bot.errors import NotAllowed, NotFound, Refused
from bot.setup.actor import Actor
from bot.sync.rejected import RejectGroup, drop, grouped, retry
from bot.sync.worker import Worker
from store import rejects
from store.models import MappingPair, Reject
from store.rejects import Rejected
from store.vocabulary import Role, RunState, Trigger
from tests.sync.counting import statements
from tests.sync.world import EDITOR, VIEWER, WORKSPACE, World, figures


async def groups(world: World) -> list[RejectGroup]:
    async with world.engine.database.read() as session:
        return await grouped(session, WORKSPACE, world.integration_id)


async def with_rejects(world: World) -> RejectGroup:
    """An integration a tenth of whose customers have words for an amount."""
    await world.set_up("customers")
    world.shop.bad_records(0.1)
    run = await world.sync()
    assert run.state is RunState.SUCCEEDED
    assert run.created + run.rejected == 1200
    assert 90 <= run.rejected <= 150
    [group] = await groups(world)
    assert group.count == run.rejected
    return group


async def test_many_are_kept_in_few_statements_and_renewed(world: World) -> None:
    """Beside a sync that computes, each statement waits for its turn."""
    await world.set_up("customers")
    run = await world.sync()
    for reason in ("is not a number", "is too long"):
        rejected = [Rejected(f"[{n}]", f'{{"id":{n}}}', "id", reason) for n in range(1200)]
        with statements() as made:
            async with world.engine.database.begin() as session:
                await rejects.keep(
                    session,
                    workspace_id=WORKSPACE,
                    integration_id=world.integration_id,
                    transfer_id=world.transfers["customers"],
                    run_id=run.id,
                    rejected=rejected,
                    at=world.engine.clock.now(),
                )
        assert len(made) == 2
        [group] = await groups(world)
        assert (group.count, group.reason) == (1200, reason)


async def do_retry(world: World, group: RejectGroup) -> dict[str, int]:
    run = await retry(world.engine, EDITOR, world.integration_id, group.transfer_id, group.reason)
    assert run.trigger is Trigger.RETRY
    assert await Worker(world.engine).run_one()
    return figures(await world.run(run.id))


async def test_bad_records_stop_nobody_and_are_grouped_by_reason(world: World) -> None:
    group = await with_rejects(world)

    assert group.field == "total_spent"
    assert "total_spent" in group.reason
    assert group.data_type == "customers"
    sample = json.loads(group.sample_payload)
    assert sample["total_spent"] == "twelve"
    assert group.sample_key == json.dumps([sample["id"]])
    assert len(await world.table()) == 1200 - group.count


async def test_the_same_bad_record_is_kept_once(world: World) -> None:
    group = await with_rejects(world)

    await world.sync(Trigger.BACKFILL)

    assert await world.count(Reject) == group.count


async def test_a_record_that_loads_later_is_no_reject_any_more(world: World) -> None:
    await with_rejects(world)
    world.shop.works_again()

    await world.sync(Trigger.BACKFILL)

    assert await world.count(Reject) == 0
    assert await world.emails() == world.emails_in_shop()


async def test_a_retry_that_still_does_not_fit_keeps_them(world: World) -> None:
    group = await with_rejects(world)

    assert await do_retry(world, group) == {"rejected": group.count}

    assert await world.count(Reject) == group.count


async def test_a_retry_after_the_mapping_was_mended_loads_them(world: World) -> None:
    group = await with_rejects(world)
    world.shop.requests.clear()
    await _unmap_total_spent(world, group.transfer_id)

    assert await do_retry(world, group) == {"created": group.count}

    assert not world.shop.requests  # the service was not asked
    assert await world.count(Reject) == 0
    assert len(await world.table()) == 1200


async def test_a_retry_counts_neither_for_nor_against_the_integration(world: World) -> None:
    group = await with_rejects(world)
    before = await world.integration()

    await do_retry(world, group)

    after = await world.integration()
    assert after.last_success_at == before.last_success_at
    assert after.state is before.state
    assert await world.cursor("customers") is not None


async def test_rejects_that_are_gone_cannot_be_retried(world: World) -> None:
    group = await with_rejects(world)
    whose = (world.integration_id, group.transfer_id, group.reason)

    assert await drop(world.engine, EDITOR, *whose) == group.count

    assert await drop(world.engine, EDITOR, *whose) == 0
    assert await groups(world) == []
    with pytest.raises(Refused, match="not waiting any more"):
        await retry(world.engine, EDITOR, *whose)


async def test_a_retry_waits_for_a_sync_under_way(world: World) -> None:
    group = await with_rejects(world)
    await world.queue()

    with pytest.raises(Refused, match="syncing already"):
        await retry(world.engine, EDITOR, world.integration_id, group.transfer_id, group.reason)


async def test_others_may_look_but_not_touch(world: World) -> None:
    group = await with_rejects(world)
    whose = (world.integration_id, group.transfer_id, group.reason)

    with pytest.raises(NotAllowed):
        await retry(world.engine, VIEWER, *whose)
    with pytest.raises(NotAllowed):
        await drop(world.engine, VIEWER, *whose)
    stranger = Actor("T2", "U_EDITOR", Role.ADMIN)
    with pytest.raises(NotFound):
        await drop(world.engine, stranger, *whose)
    async with world.engine.database.read() as session:
        assert await grouped(session, "T2", world.integration_id) == []


async def test_a_row_that_the_table_refuses_is_a_reject(world: World) -> None:
    await world.set_up("customers")
    await world.sql("CREATE UNIQUE INDEX one_email ON customers (email)")
    world.shop.change("customers", [7, 9], email="same@example.com")

    run = await world.sync()

    assert (run.created, run.rejected) == (1199, 1)
    [group] = await groups(world)
    assert json.loads(group.sample_payload)["email"] == "same@example.com"


async def _unmap_total_spent(world: World, transfer_id: int) -> None:
    async with world.engine.database.begin() as session:
        await session.execute(
            delete(MappingPair).where(
                MappingPair.transfer_id == transfer_id,
                MappingPair.project_field == "total_spent",
            )
        )
