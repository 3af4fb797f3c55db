"""Switching an integration on and off, and syncing it out of turn."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts import incidents
from bot.connectors.accounts import connect
from bot.engine import Engine
from bot.errors import Refused
from bot.schedule import next_time
from bot.setup.actor import Actor
from bot.sync.job import chosen
from bot.sync.requests import editable, request_run
from store import changes, runs
from store.models import Authorization, Integration, Run, Source, Transfer
from store.vocabulary import AuthorizationState, IntegrationState, TransferState, Trigger

# States in which it was stopped for a reason: the service is asked whether that is over.
_STOPPED = frozenset({IntegrationState.DISABLED, IntegrationState.NEEDS_AUTHORIZATION})


async def activate(engine: Engine, actor: Actor, integration_id: int) -> Run | None:
    """Switches it on and starts a sync that the actor watches.

    The first sync reads everything; a later one goes on where the last one stopped. Returns None
    where it was active already. Raises NotFound, NotAllowed, Refused with what is missing, and
    the ServiceError of a service that still does not work.
    """
    async with engine.database.read() as session:
        integration = await editable(session, actor, integration_id)
        if integration.state is IntegrationState.ACTIVE:
            return None
        await _check_complete(session, integration)
        source = await session.get_one(Source, integration.source_id)
    if integration.state in _STOPPED:
        await (await connect(engine, source.authorization_id)).check()
    async with engine.database.begin() as session:
        integration = await editable(session, actor, integration_id)
        if integration.state is IntegrationState.ACTIVE:
            return None
        await _check_complete(session, integration)
        run = await _switch_on(session, engine, actor, integration)
    engine.queue.wake()
    return run


async def pause(engine: Engine, actor: Actor, integration_id: int) -> None:
    """Switches it off. A sync under way ends at its next page; what it loaded stays.

    Nothing happens where it stands still already. Raises NotFound and NotAllowed.
    """
    now = engine.clock.now()
    async with engine.database.begin() as session:
        integration = await editable(session, actor, integration_id)
        if integration.state not in (IntegrationState.ACTIVE, IntegrationState.NEEDS_AUTHORIZATION):
            return
        integration.state = IntegrationState.PAUSED
        integration.next_run_at = None
        await runs.cancel_queued(session, integration.id, now)
        _record(session, actor, integration, "paused it", now)


async def sync_now(engine: Engine, actor: Actor, integration_id: int) -> Run:
    """Starts a sync that the actor watches.

    Raises NotFound, NotAllowed, and Refused where it is not active or syncing already.
    """
    async with engine.database.begin() as session:
        integration = await editable(session, actor, integration_id)
        if integration.state is not IntegrationState.ACTIVE:
            raise Refused(_not_active(integration))
        await _check_complete(session, integration)
        run = await request_run(
            session,
            integration,
            Trigger.MANUAL,
            now=engine.clock.now(),
            watcher_id=actor.member_id,
        )
    engine.queue.wake()
    return run


async def _switch_on(
    session: AsyncSession, engine: Engine, actor: Actor, integration: Integration
) -> Run | None:
    now = engine.clock.now()
    first = integration.activated_at is None
    was_stopped = integration.state in _STOPPED
    integration.state = IntegrationState.ACTIVE
    integration.activated_at = now
    integration.next_run_at = next_time(integration.cron, integration.timezone, now)
    integration.failures_in_a_row, integration.failing_since = 0, None
    _record(session, actor, integration, "activated it", now)
    await incidents.resolve_for_integration(
        session,
        engine,
        integration,
        by=actor.member_id,
        resolution="It was activated again; the service answers."
        if was_stopped
        else "It was activated again.",
    )
    run = await runs.add(
        session,
        workspace_id=integration.workspace_id,
        integration_id=integration.id,
        trigger=Trigger.BACKFILL if first else Trigger.MANUAL,
        now=now,
        watcher_id=actor.member_id,
    )
    # One that a pause was about to end goes on instead.
    return run or await runs.unfinished(session, integration.id)


async def _check_complete(session: AsyncSession, integration: Integration) -> None:
    """Raises Refused with what is missing before it could sync anything."""
    source = await session.get_one(Source, integration.source_id)
    authorization = await session.get_one(Authorization, source.authorization_id)
    if authorization.state is AuthorizationState.LOST:
        raise Refused(
            f"The authorization “{authorization.name}” does not work any more, so "
            f"“{integration.name}” cannot sync. Press Re-authorize, then activate it again."
        )
    ticked = {choice.transfer_id for choice in integration.updates if chosen(choice)}
    if not ticked:
        raise Refused(
            f"“{integration.name}” has no types of updates yet. Edit it, choose a data type, and "
            "tick created, updated or deleted."
        )
    states = set(await session.scalars(select(Transfer.state).where(Transfer.id.in_(ticked))))
    if TransferState.ACTIVE not in states:
        raise Refused(_no_transfer(integration.name, source.name, states))


def _no_transfer(name: str, source: str, states: set[TransferState]) -> str:
    if TransferState.DRIFTED in states:
        return (
            f"Mapped fields of “{source}” changed, so “{name}” has nothing to sync. Open the "
            "source, look at the Mapping, and activate the data transfer again."
        )
    return (
        f"No data transfer of “{source}” is active, so “{name}” has nothing to sync. Open the "
        "source, map the data type’s primary key and fields, and activate its data transfer."
    )


def _not_active(integration: Integration) -> str:
    if integration.state is IntegrationState.NEEDS_AUTHORIZATION:
        return (
            f"“{integration.name}” needs authorization before it can sync. Press Re-authorize; it "
            "goes on from where it stopped."
        )
    if integration.state is IntegrationState.DISABLED:
        return (
            f"“{integration.name}” is disabled because of errors. Look at its errors, then "
            "re-activate it: that starts a sync, too."
        )
    return f"“{integration.name}” is not active. Activate it: that starts a sync, too."


def _record(
    session: AsyncSession, actor: Actor, integration: Integration, what: str, now: datetime
) -> None:
    """For its history. The version stays: being switched on is no edit that could clash."""
    changes.record(
        session,
        workspace_id=integration.workspace_id,
        subject=f"integration:{integration.id}",
        version=integration.version,
        member_id=actor.member_id,
        what=[what],
        at=now,
    )
