"""Activating, pausing and syncing out of turn: who may, what is missing, what happens twice."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from bot.engine import Engine
from bot.errors import AuthorizationLost, NotAllowed, NotFound, Refused, ServiceUnreachable
from bot.playground.store import DemoStore
from bot.setup.actor import Actor
from bot.setup.lifecycle import activate, pause, sync_now
from bot.sync.worker import Worker
from store import changes
from store.models import Authorization, Incident, IntegrationTransfer, Run
from store.vocabulary import (
    AuthorizationState,
    IncidentState,
    IntegrationState,
    Role,
    RunState,
    TransferState,
    Trigger,
)
from tests.sync.world import EDITOR, VIEWER, WORKSPACE, World, figures


@pytest.fixture
async def world(engine: Engine) -> AsyncIterator[World]:
    """An integration that was saved and never activated."""
    async with DemoStore(customers=30, orders=1, products=1) as shop:
        world = World(engine, shop)
        await world.set_up("customers")
        await world.change(state=IntegrationState.INACTIVE, activated_at=None)
        yield world


async def runs_of(world: World) -> list[Run]:
    async with world.engine.database.read() as session:
        return list((await session.scalars(select(Run).order_by(Run.id))).all())


async def activated(world: World) -> Run | None:
    return await activate(world.engine, EDITOR, world.integration_id)


async def test_activating_starts_the_first_sync_for_its_watcher(world: World) -> None:
    run = await activated(world)

    assert run is not None
    assert (run.trigger, run.watcher_id) == (Trigger.BACKFILL, "U_EDITOR")
    integration = await world.integration()
    assert integration.state is IntegrationState.ACTIVE
    assert integration.next_run_at is not None
    assert integration.next_run_at > world.engine.clock.now()
    assert await Worker(world.engine).run_one()
    assert figures(await world.run(run.id)) == {"created": 30}


async def test_activating_twice_is_once(world: World) -> None:
    await activated(world)

    assert await activated(world) is None

    assert len(await runs_of(world)) == 1


async def test_a_pause_stops_the_schedule_and_a_waiting_run(world: World) -> None:
    await activated(world)

    await pause(world.engine, EDITOR, world.integration_id)
    await pause(world.engine, EDITOR, world.integration_id)

    integration = await world.integration()
    assert integration.state is IntegrationState.PAUSED
    assert integration.next_run_at is None
    assert [run.state for run in await runs_of(world)] == [RunState.CANCELLED]


async def test_activating_again_goes_on_where_it_stopped(world: World) -> None:
    await activated(world)
    assert await Worker(world.engine).run_one()
    await pause(world.engine, EDITOR, world.integration_id)

    run = await activated(world)

    assert run is not None
    assert run.trigger is Trigger.MANUAL
    assert await world.cursor("customers") is not None


async def test_both_are_written_down(world: World) -> None:
    await activated(world)
    await pause(world.engine, EDITOR, world.integration_id)

    async with world.engine.database.read() as session:
        told = await changes.since(session, WORKSPACE, f"integration:{world.integration_id}", 0)
    assert [(each.member_id, each.what) for each in told] == [
        ("U_EDITOR", ["activated it"]),
        ("U_EDITOR", ["paused it"]),
    ]


async def test_syncing_now_needs_an_active_integration(world: World) -> None:
    with pytest.raises(Refused, match="not active"):
        await sync_now(world.engine, EDITOR, world.integration_id)
    await world.change(state=IntegrationState.DISABLED)
    with pytest.raises(Refused, match="disabled"):
        await sync_now(world.engine, EDITOR, world.integration_id)
    await world.change(state=IntegrationState.NEEDS_AUTHORIZATION)
    with pytest.raises(Refused, match="Re-authorize"):
        await sync_now(world.engine, EDITOR, world.integration_id)


async def test_syncing_now_waits_for_a_sync_under_way(world: World) -> None:
    await activated(world)

    with pytest.raises(Refused, match="syncing already"):
        await sync_now(world.engine, EDITOR, world.integration_id)

    assert await Worker(world.engine).run_one()
    run = await sync_now(world.engine, EDITOR, world.integration_id)
    assert (run.trigger, run.watcher_id) == (Trigger.MANUAL, "U_EDITOR")


async def test_without_types_of_updates_it_says_so(world: World) -> None:
    async with world.engine.database.begin() as session:
        await session.execute(
            update(IntegrationTransfer).values(created=False, updated=False, deleted=False)
        )

    with pytest.raises(Refused, match="no types of updates"):
        await activated(world)


async def test_without_an_active_transfer_it_says_so(world: World) -> None:
    await world.set_transfer("customers", TransferState.INACTIVE)
    with pytest.raises(Refused, match="No data transfer of “Shop” is active"):
        await activated(world)

    await world.set_transfer("customers", TransferState.DRIFTED)
    with pytest.raises(Refused, match="Mapped fields of “Shop” changed"):
        await activated(world)
    assert await runs_of(world) == []


async def test_with_a_lost_authorization_it_says_so(world: World) -> None:
    async with world.engine.database.begin() as session:
        await session.execute(update(Authorization).values(state=AuthorizationState.LOST))

    with pytest.raises(Refused, match="authorization “Shop” does not work"):
        await activated(world)


@pytest.mark.parametrize("act", [activate, pause, sync_now])
async def test_only_who_may_edit_may_act(world: World, act) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotAllowed):
        await act(world.engine, VIEWER, world.integration_id)
    with pytest.raises(NotAllowed):
        await act(world.engine, Actor(WORKSPACE, "U_OTHER", Role.EDITOR), world.integration_id)
    with pytest.raises(NotFound):
        await act(world.engine, Actor("T2", "U_EDITOR", Role.ADMIN), world.integration_id)
    assert (await world.integration()).state is IntegrationState.INACTIVE


async def disabled(world: World) -> None:
    """Disabled by the policy, after failures over more than a day."""
    await activated(world)
    await world.change(
        failures_in_a_row=9,
        failing_since=None,
        policy={"disable_hours": 0},
    )
    world.shop.answers_500()
    assert await Worker(world.engine).run_one()
    assert (await world.integration()).state is IntegrationState.DISABLED


async def incident(world: World) -> Incident:
    async with world.engine.database.read() as session:
        return (await session.scalars(select(Incident))).one()


async def test_reactivating_asks_the_service_first(world: World) -> None:
    await disabled(world)

    with pytest.raises(ServiceUnreachable):
        await activated(world)
    assert (await world.integration()).state is IntegrationState.DISABLED
    world.shop.works_again()
    world.shop.requests.clear()

    run = await activated(world)

    assert world.shop.requests["/v1/me"] == 1
    assert run is not None
    integration = await world.integration()
    assert integration.state is IntegrationState.ACTIVE
    assert (integration.failures_in_a_row, integration.failing_since) == (0, None)
    solved = await incident(world)
    assert (solved.state, solved.resolved_by) == (IncidentState.RESOLVED, "U_EDITOR")


async def test_reactivating_with_a_revoked_key_says_so(world: World) -> None:
    await disabled(world)
    world.shop.works_again()
    world.shop.revokes_token()

    with pytest.raises(AuthorizationLost):
        await activated(world)

    assert (await world.integration()).state is IntegrationState.DISABLED
