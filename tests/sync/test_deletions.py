"""Deletions: applied at the end of a run, and held back where they would be very many."""

import pytest
from sqlalchemy import select

from bot.errors import NotAllowed, Refused
from bot.sync.deletions import confirm_deletions, drop_deletions
from bot.sync.worker import Worker
from store.models import Incident, PendingDeletion
from store.vocabulary import IncidentKind, IncidentState, RunState, Trigger
from tests.sync.world import EDITOR, VIEWER, World, figures


async def incidents(world: World) -> list[Incident]:
    async with world.engine.database.read() as session:
        found = await session.scalars(select(Incident).order_by(Incident.id))
        return list(found.all())


async def held(world: World, count: int = 300) -> None:
    """An integration whose last sync would have deleted that many of 1,200 rows."""
    await world.set_up("customers")
    await world.sync()
    world.shop.delete("customers", range(1, count + 1))
    run = await world.sync()
    assert run.state is RunState.SUCCEEDED
    assert run.deleted == 0
    assert len(await world.table()) == 1200


async def test_a_fifth_of_the_table_is_deleted_without_asking(world: World) -> None:
    await world.set_up("customers")
    await world.sync()
    world.shop.delete("customers", range(1, 241))

    run = await world.sync()

    assert run.deleted == 240
    assert len(await world.table()) == 960
    assert await world.count(PendingDeletion) == 0
    assert await incidents(world) == []


async def test_most_of_a_small_table_is_deleted_without_asking(world: World) -> None:
    await world.set_up("products")
    await world.sync()
    world.shop.delete("products", range(1, 40))

    assert (await world.sync()).deleted == 39


async def test_what_the_table_never_had_needs_no_deletion(world: World) -> None:
    await world.set_up("customers")
    world.shop.delete("customers", range(1, 601))

    run = await world.sync()

    assert figures(run) == {"created": 600, "unchanged": 600}
    assert await world.count(PendingDeletion) == 0


async def test_more_than_a_fifth_waits_for_a_person(world: World) -> None:
    await held(world)

    assert await world.count(PendingDeletion) == 300
    [incident] = await incidents(world)
    assert incident.kind is IncidentKind.MASS_DELETION
    assert incident.state is IncidentState.OPEN
    await world.sync()  # once more: still the same question
    assert len(await incidents(world)) == 1
    assert len(await world.table()) == 1200


async def test_a_confirmed_deletion_is_done(world: World) -> None:
    await held(world)

    run = await confirm_deletions(world.engine, EDITOR, world.integration_id)
    assert run.trigger is Trigger.CONFIRMED_DELETION
    assert await Worker(world.engine).run_one()

    assert figures(await world.run(run.id)) == {"deleted": 300}
    assert await world.emails() == world.emails_in_shop()
    [incident] = await incidents(world)
    assert (incident.state, incident.resolved_by) == (IncidentState.RESOLVED, "U_EDITOR")
    with pytest.raises(Refused, match="answered already"):
        await confirm_deletions(world.engine, EDITOR, world.integration_id)


async def test_rows_can_be_kept(world: World) -> None:
    await held(world)

    assert await drop_deletions(world.engine, EDITOR, world.integration_id) == 300

    assert len(await world.table()) == 1200
    [incident] = await incidents(world)
    assert incident.state is IncidentState.RESOLVED
    with pytest.raises(Refused, match="answered already"):
        await drop_deletions(world.engine, EDITOR, world.integration_id)


async def test_rows_that_were_kept_are_not_asked_about_again(world: World) -> None:
    await held(world)
    await drop_deletions(world.engine, EDITOR, world.integration_id)

    await world.sync()  # the overlap reads of the same deletions once more
    assert len(await world.table()) == 1200
    assert [one.state for one in await incidents(world)] == [IncidentState.RESOLVED]

    world.shop.change("customers", range(1, 11), deleted_at=None)
    await world.sync()
    world.shop.delete("customers", range(1, 11))  # gone anew: that was not decided
    assert (await world.sync()).deleted == 10
    assert len(await world.table()) == 1190


async def test_a_record_that_comes_back_is_deleted_no_more(world: World) -> None:
    await held(world)
    world.shop.change("customers", range(1, 291), deleted_at=None, email="back@example.com")

    await world.sync()

    assert len(await world.table()) == 1190  # the ten that are left are few enough
    [incident] = await incidents(world)
    assert incident.state is IncidentState.RESOLVED


async def test_who_may_not_edit_may_not_answer(world: World) -> None:
    await held(world)

    with pytest.raises(NotAllowed):
        await confirm_deletions(world.engine, VIEWER, world.integration_id)
    with pytest.raises(NotAllowed):
        await drop_deletions(world.engine, VIEWER, world.integration_id)
    assert await world.count(PendingDeletion) == 300
