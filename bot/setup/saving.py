"""Saving a mapping: its table and new fields are made, its pairs kept, its transfer activated."""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.incidents import resolve_for_transfer
from bot.engine import Engine
from bot.errors import ChangedMeanwhile, ProjectError, Refused
from bot.projects.database import ProjectDatabase
from bot.projects.shape import NewColumn, TableShape
from bot.setup import pairing
from bot.setup.actor import Actor
from bot.setup.mapping import KIND, Form, held_draft, load_form, project_of
from bot.setup.mapping_draft import MappingDraft, Pair, pairs_of
from bot.setup.transfers import find_to_edit
from bot.setup.versions import check_version
from store import changes, transfers
from store.models import Draft, MappingPair, Transfer
from store.vocabulary import TransferState

log = structlog.get_logger(__name__)

MAX_TOLD = 20  # changed pairs named one by one; the rest is counted


@dataclass(frozen=True, slots=True)
class Saved:
    transfer_id: int
    source_id: int
    state: TransferState


async def check(engine: Engine, actor: Actor, draft_id: int) -> None:
    """Raises Refused where the form cannot be saved as it stands; asks no project's database."""
    async with engine.database.read() as session:
        form = await load_form(engine, session, actor, draft_id)
    pairing.checked(form.draft, form.data_type)


async def save(engine: Engine, actor: Actor, draft_id: int) -> Saved:
    """Saves the form. Saving the same form twice ends at the same mapping.

    Raises Refused, NotAllowed, ProjectError, and ChangedMeanwhile where somebody else saved
    first: the next save then goes through.
    """
    async with engine.database.read() as session:
        held = await held_draft(session, actor, draft_id)
        form = await load_form(engine, session, actor, draft_id)
        if held.saved_as is not None:
            return Saved(form.transfer.id, form.source.id, form.transfer.state)
    draft = pairing.checked(form.draft, form.data_type)
    try:
        async with engine.database.read() as session:
            await check_version(session, actor, "transfer", form.transfer, draft.version)
        database = await project_of(engine, actor, draft)
        shape = await _made(engine, actor, form, draft, database)
        draft = pairing.refreshed(draft, form.data_type, shape)
        pairing.must_work(draft, form.data_type)
        return await _kept(engine, actor, draft_id, draft, shape)
    except ChangedMeanwhile:
        await _catch_up(engine, actor, draft_id)
        raise


async def _made(
    engine: Engine, actor: Actor, form: Form, draft: MappingDraft, database: ProjectDatabase
) -> TableShape:
    """The table as it is once what the form proposes has been made. Making it twice is no error."""
    mapped = {pair.project_field: pair for pair in draft.pairs}
    columns = [
        NewColumn(field.name, field.type, primary_key=mapped[field.name].is_primary_key)
        for field in draft.fields
        if field.is_new and field.name in mapped
    ]
    if draft.table is None:
        await _make_table(engine, actor, form.draft_id, draft, database, columns)
        return await database.table(draft.new_table)
    shape = await database.table(draft.table)
    for column in columns:
        if shape.column(column.name) is None:
            await database.add_column(draft.table, column)
    return await database.table(draft.table) if columns else shape


async def _make_table(
    engine: Engine,
    actor: Actor,
    draft_id: int,
    draft: MappingDraft,
    database: ProjectDatabase,
    columns: list[NewColumn],
) -> None:
    name = draft.new_table
    if name in await database.tables():
        if await _is_ours(engine, actor, draft_id, name):
            return
        raise Refused(
            f"The project has a table named “{name}” already. "
            "Choose it from the list, or enter another name.",
            pairing.NEW_TABLE,
        )
    async with engine.database.begin() as session:
        held = await held_draft(session, actor, draft_id)
        held.data = held.data | {"made": name}
    try:
        await database.create_table(name, columns)
    except ProjectError:
        if name not in await database.tables():  # the same form sent twice, at the same moment
            raise


async def _is_ours(engine: Engine, actor: Actor, draft_id: int, table: str) -> bool:
    """Whether this very form made the table: sent twice, or broken off half-way."""
    async with engine.database.read() as session:
        held = await held_draft(session, actor, draft_id)
        return held.saved_as is not None or MappingDraft.model_validate(held.data).made == table


async def _kept(
    engine: Engine, actor: Actor, draft_id: int, draft: MappingDraft, shape: TableShape
) -> Saved:
    async with engine.database.begin() as session:
        held = await held_draft(session, actor, draft_id)
        transfer, source = await find_to_edit(session, actor, held.subject_id)
        if held.saved_as is not None:  # sent twice; the other one was faster
            return Saved(transfer.id, source.id, transfer.state)
        await check_version(session, actor, "transfer", transfer, draft.version)
        told = _told(transfer, draft, shape.name)
        was_drifted = transfer.state is TransferState.DRIFTED
        if _reads_more(transfer, draft, shape.name):
            await transfers.read_from_the_start(session, transfer)
        await _replace(session, transfer, draft, shape.name)
        transfer.state = TransferState.ACTIVE if draft.activate else TransferState.INACTIVE
        transfer.version += 1
        changes.record(
            session,
            workspace_id=actor.workspace_id,
            subject=f"transfer:{transfer.id}",
            version=transfer.version,
            member_id=actor.member_id,
            what=told,
            at=engine.clock.now(),
        )
        if was_drifted:
            await resolve_for_transfer(
                session,
                engine,
                transfer,
                by=actor.member_id,
                resolution="The mapping was brought up to date.",
            )
        _mark_saved(held, transfer, draft, shape)
    log.info("mapping.saved", transfer_id=transfer.id, pairs=len(draft.pairs))
    return Saved(transfer.id, source.id, transfer.state)


async def _replace(
    session: AsyncSession, transfer: Transfer, draft: MappingDraft, table: str
) -> None:
    transfer.project_id, transfer.table_name = draft.project_id, table
    transfer.pairs.clear()
    await session.flush()  # the old pairs go first: a project field is filled by one pair only
    transfer.pairs.extend(_rows(draft.pairs))


def _rows(pairs: Iterable[Pair]) -> list[MappingPair]:
    return [
        MappingPair(
            source_field=pair.source_field,
            source_type=pair.source_type,
            project_field=pair.project_field,
            project_type=pair.project_type,
            transform=pair.transform,
            is_primary_key=pair.is_primary_key,
            position=position,
        )
        for position, pair in enumerate(pairs)
    ]


def _mark_saved(held: Draft, transfer: Transfer, draft: MappingDraft, shape: TableShape) -> None:
    assert held.kind == KIND
    held.data = draft.model_copy(update={"table": shape.name}).model_dump(mode="json")
    held.saved_as = transfer.id


def _reads_more(transfer: Transfer, draft: MappingDraft, table: str) -> bool:
    """Whether rows loaded before lack something that the mapping gives from now on."""
    if (transfer.project_id, transfer.table_name) != (draft.project_id, table):
        return True
    before = {_essence(pair) for pair in pairs_of(transfer.pairs)}
    return any(_essence(pair) not in before for pair in draft.pairs)


def _essence(pair: Pair) -> tuple[str, str, str | None, bool]:
    return pair.source_field, pair.project_field, pair.transform, pair.is_primary_key


def _told(transfer: Transfer, draft: MappingDraft, table: str) -> list[str]:
    """What this save changes, for whoever saves later: a sentence each."""
    before = {_essence(pair) for pair in pairs_of(transfer.pairs)}
    after = {_essence(pair) for pair in draft.pairs}
    told = [f"removed {_named(pair)}" for pair in sorted(before - after, key=str)]
    told += [f"added {_named(pair)}" for pair in sorted(after - before, key=str)]
    if len(told) > MAX_TOLD:
        told = [*told[:MAX_TOLD], f"changed {len(told) - MAX_TOLD} more pairs"]
    if (transfer.project_id, transfer.table_name) != (draft.project_id, table):
        told.insert(0, f"chose the table “{table}”")
    if (transfer.state is TransferState.ACTIVE) != draft.activate:
        told.append("activated it" if draft.activate else "deactivated it")
    return told or ["saved the mapping without changing it"]


def _named(pair: tuple[str, str, str | None, bool]) -> str:
    source_field, project_field, transform, is_key = pair
    more = f" ({transform})" if transform else ""
    return f"“{source_field} → {project_field}”{more}{', primary key' if is_key else ''}"


async def _catch_up(engine: Engine, actor: Actor, draft_id: int) -> None:
    """The member has been told what the other one changed: their next save may go through."""
    async with engine.database.begin() as session:
        form = await load_form(engine, session, actor, draft_id)
        held = await held_draft(session, actor, draft_id)
        held.data = held.data | {"version": form.transfer.version, "is_touched": True}
