"""Making, changing and deleting integrations."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.errors import NotFound, Refused
from bot.schedule import cron_of, next_time, valid_cron, valid_timezone
from bot.setup import recipients
from bot.setup.actor import Actor
from bot.setup.names import checked_name, name_key
from bot.setup.versions import check_version
from bot.setup.wanted import Wanted, checked_updates, differences, offers, own_source, wanted_of
from store import changes, drafts, integrations, runs
from store.models import Change, Draft, Integration, IntegrationTransfer
from store.vocabulary import IntegrationState, ScheduleKind, UpdateType


async def get(
    session: AsyncSession, workspace_id: str, integration_id: int, *, lock: bool = False
) -> Integration:
    """The integration with its updates and recipients. Raises NotFound."""
    found = await integrations.get(session, workspace_id, integration_id, lock=lock)
    if found is None:
        raise NotFound("This integration does not exist any more. Somebody may have deleted it.")
    return found


async def save(
    engine: Engine, actor: Actor, draft_id: int, wanted: Wanted, version: int = 0
) -> int:
    """Makes the integration of this draft, or changes the one it edits. Returns its id.

    A new one is inactive. The same draft saved twice ends at the same row. Raises NotAllowed,
    Refused (with the field) and ChangedMeanwhile.
    """
    async with engine.database.begin() as session:
        draft = await drafts.get(session, actor.workspace_id, actor.member_id, draft_id)
        if draft is None:
            raise NotFound("This form is too old to be saved. Open it anew, please.")
        if draft.saved_as is not None:
            return draft.saved_as
        integration = (
            await _edited(session, actor, draft, version)
            if draft.subject_id
            else _new(engine, actor)
        )
        before = wanted_of(integration) if draft.subject_id else None
        await _apply(session, engine, actor, integration, wanted)
        draft.saved_as = integration.id
        told = differences(before, wanted) if before else ["created it"]
        if told:
            _log_change(session, engine, actor, integration, told)
    engine.outbox.wake()
    return integration.id


async def remove(engine: Engine, actor: Actor, integration_id: int) -> str:
    """Deletes the integration with its history; rows already in the project stay.

    Returns its name. Raises NotAllowed, NotFound, and Refused while it is syncing.
    """
    async with engine.database.begin() as session:
        integration = await get(session, actor.workspace_id, integration_id, lock=True)
        actor.must_edit(integration.created_by, integration.name)
        if await runs.unfinished(session, integration_id) is not None:
            raise Refused(
                f"“{integration.name}” is syncing right now. "
                "Pause it, wait until the sync has ended, then delete it."
            )
        subject = f"integration:{integration_id}"
        await session.execute(
            delete(Change).where(
                Change.workspace_id == actor.workspace_id, Change.subject == subject
            )
        )
        await session.execute(
            delete(Draft).where(
                Draft.workspace_id == actor.workspace_id,
                Draft.kind == "integration",
                Draft.subject_id == integration_id,
            )
        )
        await session.execute(delete(Integration).where(Integration.id == integration_id))
    return integration.name


def _new(engine: Engine, actor: Actor) -> Integration:
    actor.must_create("integrations")
    return Integration(
        workspace_id=actor.workspace_id,
        state=IntegrationState.INACTIVE,
        policy={},
        version=0,
        created_by=actor.member_id,
        created_at=engine.clock.now(),
        updates=[],
        recipients=[],
    )


async def _edited(session: AsyncSession, actor: Actor, draft: Draft, version: int) -> Integration:
    integration = await get(session, actor.workspace_id, draft.subject_id, lock=True)
    actor.must_edit(integration.created_by, integration.name)
    await check_version(session, actor, "integration", integration, version)
    return integration


async def _apply(
    session: AsyncSession, engine: Engine, actor: Actor, integration: Integration, wanted: Wanted
) -> None:
    integration.name = checked_name(wanted.name)
    integration.name_key = name_key(integration.name)
    source = await own_source(session, actor.workspace_id, wanted.source_id or 0)
    if source is None:
        raise Refused("Choose the integration configuration that the data comes from.", "source")
    integration.source_id = source.id
    integration.schedule_kind = wanted.schedule
    is_cron = wanted.schedule is ScheduleKind.CRON
    integration.cron = valid_cron(wanted.cron) if is_cron else cron_of(wanted.schedule)
    integration.timezone = valid_timezone(wanted.timezone)
    if integration.state is IntegrationState.ACTIVE:
        integration.next_run_at = next_time(
            integration.cron, integration.timezone, engine.clock.now()
        )
    offered = await offers(session, engine, actor.workspace_id, source.id)
    _choose(integration, checked_updates(wanted.updates, offered))
    integration.version += 1
    session.add(integration)
    try:
        await session.flush()
    except IntegrityError as error:
        raise Refused(
            f"There is an integration called “{integration.name}” already. Choose another name.",
            "name",
        ) from error
    await recipients.settle(
        session, engine, actor, integration, wanted.emails, wanted.people, wanted.channel
    )


def _choose(integration: Integration, wanted: dict[int, list[UpdateType]]) -> None:
    """Sets the types of updates. A data type that stays keeps its cursor, unless it gets one more
    type: what that type missed so far is read again from the start.
    """
    kept = {part.transfer_id: part for part in integration.updates}
    for transfer_id, part in kept.items():
        if transfer_id not in wanted:
            integration.updates.remove(part)
    for transfer_id, types in wanted.items():
        part = kept.get(transfer_id) or IntegrationTransfer(transfer_id=transfer_id)
        if any(not getattr(part, type_.value) for type_ in types):
            part.cursor = None
        for type_ in UpdateType:
            setattr(part, type_.value, type_ in types)
        if transfer_id not in kept:
            integration.updates.append(part)


def _log_change(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    integration: Integration,
    what: list[str],
) -> None:
    changes.record(
        session,
        workspace_id=actor.workspace_id,
        subject=f"integration:{integration.id}",
        version=integration.version,
        member_id=actor.member_id,
        what=what,
        at=engine.clock.now(),
    )
