"""Transfers: adding a data type to a source, activating it, taking it away again."""

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.incidents import resolve_for_transfer
from bot.connectors.catalog import DataType, Service, data_type_of
from bot.engine import Engine
from bot.errors import NotFound, Refused
from bot.setup.actor import Actor
from bot.setup.projects import ensure_default
from store import changes, transfers
from store.models import Source, Transfer
from store.vocabulary import TransferState

log = structlog.get_logger(__name__)

MAX_TRANSFERS = 40  # of one source: its page shows them all, and Slack takes 100 blocks


async def find(
    session: AsyncSession, actor: Actor, transfer_id: int, *, lock: bool = False
) -> tuple[Transfer, Source]:
    """The transfer (with its pairs) and its source. Raises NotFound."""
    transfer = await transfers.get(session, actor.workspace_id, transfer_id, lock=lock)
    if transfer is None:
        raise NotFound("This data transfer does not exist any more: somebody removed it.")
    return transfer, await transfers.source_of(session, transfer)


async def find_to_edit(
    session: AsyncSession, actor: Actor, transfer_id: int
) -> tuple[Transfer, Source]:
    """As `find`, locked. Raises NotAllowed unless the actor may change its source."""
    transfer, source = await find(session, actor, transfer_id, lock=True)
    actor.must_edit(source.created_by, source.name)
    return transfer, source


def data_type_for(engine: Engine, source: Source, transfer: Transfer) -> DataType:
    """Raises NotFound where the service's file no longer has it."""
    return data_type_of(engine.catalog.get(source.service), transfer)


async def add(engine: Engine, actor: Actor, source_id: int, data_type_id: str) -> Transfer:
    """Adds a data type of the source's service. Pressing twice adds it once."""
    async with engine.database.begin() as session:
        source = await _source_to_edit(session, actor, source_id)
        service = engine.catalog.get(source.service)
        if data_type_id not in service.data_types:
            raise Refused("Choose the type of data to transfer from the drop-down list first.")
        return await _added(engine, session, actor, source, service.data_types[data_type_id], None)


async def add_custom(engine: Engine, actor: Actor, source_id: int, data_type: DataType) -> Transfer:
    """Adds a data type that a member defined, for a service such as Custom REST API."""
    async with engine.database.begin() as session:
        source = await _source_to_edit(session, actor, source_id)
        _must_be_custom(engine.catalog.get(source.service))
        definition = data_type.model_dump(mode="json", exclude_none=True)
        return await _added(engine, session, actor, source, data_type, definition)


async def may_add(engine: Engine, actor: Actor, source_id: int) -> Source:
    """The source, if the actor may add data types to it."""
    async with engine.database.read() as session:
        return await _source_to_edit(session, actor, source_id)


async def _source_to_edit(session: AsyncSession, actor: Actor, source_id: int) -> Source:
    source = await transfers.get_source(session, actor.workspace_id, source_id)
    if source is None:
        raise NotFound("This integration source does not exist any more: somebody deleted it.")
    actor.must_edit(source.created_by, source.name)
    return source


def _must_be_custom(service: Service) -> None:
    if not service.custom:
        raise Refused(f"{service.name} has its own types of data: pick one from the list.")


async def _added(
    engine: Engine,
    session: AsyncSession,
    actor: Actor,
    source: Source,
    data_type: DataType,
    definition: dict[str, object] | None,
) -> Transfer:
    existing = await transfers.of_source(session, actor.workspace_id, source.id)
    for transfer in existing:
        if transfer.data_type == data_type.id and transfer.definition == definition:
            return transfer
        if transfer.data_type == data_type.id:
            raise Refused(
                f"This source has a type of data named “{data_type.name}” already. "
                "Choose another name.",
                "name",
            )
    if len(existing) >= MAX_TRANSFERS:
        raise Refused(
            f"This source has {MAX_TRANSFERS} data transfers, which is as many as it can hold. "
            "Create another source for more."
        )
    now = engine.clock.now()
    project = await ensure_default(session, actor.workspace_id, actor.member_id, now)
    transfer = Transfer(
        workspace_id=actor.workspace_id,
        source_id=source.id,
        data_type=data_type.id,
        definition=definition,
        project_id=project.id,
        created_by=actor.member_id,
        created_at=now,
        pairs=[],
    )
    try:
        async with session.begin_nested():
            session.add(transfer)
    except IntegrityError:  # added by another press at the same moment
        existing = await transfers.of_source(session, actor.workspace_id, source.id)
        return next(each for each in existing if each.data_type == data_type.id)
    log.info("transfer.added", transfer_id=transfer.id, data_type=data_type.id)
    return transfer


async def activate(engine: Engine, actor: Actor, transfer_id: int) -> Transfer:
    """Raises Refused with what is missing before it can be activated."""
    async with engine.database.begin() as session:
        transfer, source = await find_to_edit(session, actor, transfer_id)
        name = data_type_for(engine, source, transfer).name
        missing = missing_for_activation(transfer)
        if missing:
            raise Refused(
                f"“{name}” cannot be activated yet: {missing}. "
                "Open Mapping in its gear menu to complete it."
            )
        _set_state(engine, session, actor, transfer, TransferState.ACTIVE, "activated it")
    return transfer


def missing_for_activation(transfer: Transfer) -> str | None:
    """What is missing, to follow a colon; None where nothing is."""
    if transfer.state is TransferState.DRIFTED:
        return "mapped fields changed, and its mapping has to be looked over"
    if transfer.table_name is None or not transfer.pairs:
        return "no fields are mapped"
    if not any(pair.is_primary_key for pair in transfer.pairs):
        return "no primary key is mapped"
    return None


async def deactivate(engine: Engine, actor: Actor, transfer_id: int) -> Transfer:
    """Its integrations go on with their other data types."""
    async with engine.database.begin() as session:
        transfer, _ = await find_to_edit(session, actor, transfer_id)
        if transfer.state is TransferState.ACTIVE:
            _set_state(engine, session, actor, transfer, TransferState.INACTIVE, "deactivated it")
    return transfer


def _set_state(
    engine: Engine,
    session: AsyncSession,
    actor: Actor,
    transfer: Transfer,
    state: TransferState,
    what: str,
) -> None:
    if transfer.state is state:
        return
    transfer.state = state
    transfer.version += 1
    changes.record(
        session,
        workspace_id=actor.workspace_id,
        subject=f"transfer:{transfer.id}",
        version=transfer.version,
        member_id=actor.member_id,
        what=[what],
        at=engine.clock.now(),
    )
    log.info("transfer.state", transfer_id=transfer.id, state=state.value)


async def remove(engine: Engine, actor: Actor, transfer_id: int) -> None:
    """Removes the transfer and its mapping. The project's table stays.

    Raises Refused while an active integration syncs it. Removing twice is no error.
    """
    async with engine.database.begin() as session:
        if await transfers.get(session, actor.workspace_id, transfer_id) is None:
            return
        transfer, source = await find_to_edit(session, actor, transfer_id)
        busy = await transfers.busy_integration(session, transfer)
        if busy is not None:
            raise Refused(
                f"The integration “{busy}” is syncing this data. "
                "Pause it, or take this data type out of it; then remove it here."
            )
        await resolve_for_transfer(
            session,
            engine,
            transfer,
            by=actor.member_id,
            resolution="The data transfer was removed.",
        )
        await session.delete(transfer)
    log.info("transfer.removed", transfer_id=transfer_id, source_id=source.id)
