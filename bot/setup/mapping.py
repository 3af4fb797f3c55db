"""The mapping of a transfer: its form is opened, changed step by step, and saved."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.facts import AlertFacts
from bot.alerts.incidents import cause_of
from bot.connectors.catalog import DataType
from bot.engine import Engine
from bot.errors import NotFound, ProjectError, Refused, SchemaDrift
from bot.projects.database import ProjectDatabase
from bot.projects.shape import TableShape, proposed_table
from bot.setup import pairing
from bot.setup.actor import Actor
from bot.setup.mapping_draft import MappingDraft, pairs_of
from bot.setup.projects import find as find_project
from bot.setup.transfers import data_type_for, find
from bot.sync.plan import compile_plan
from store import drafts, incidents
from store.models import Draft, Source, Transfer
from store.vocabulary import IncidentKind, TransferState

log = structlog.get_logger(__name__)

KIND = "mapping"

Step = Callable[[MappingDraft, DataType], MappingDraft]


@dataclass(frozen=True, slots=True)
class Form:
    """A mapping's form as it stands. `refusal`: why the last step was not taken, if so."""

    draft_id: int
    draft: MappingDraft
    data_type: DataType
    transfer: Transfer
    source: Source
    is_resumed: bool = False
    refusal: Refused | None = None


async def open_form(
    engine: Engine, actor: Actor, transfer_id: int, *, start_over: bool = False
) -> Form:
    """The form: as it was left unsaved, else from the saved mapping, else with suggestions.

    Raises NotAllowed, NotFound, and ProjectError where the project's database does not answer.
    """
    async with engine.database.read() as session:
        transfer, source = await find(session, actor, transfer_id)
        actor.must_edit(source.created_by, source.name)
        data_type = data_type_for(engine, source, transfer)
        left = await drafts.unfinished(
            session, actor.workspace_id, actor.member_id, KIND, transfer.id
        )
    if left is not None and not start_over:
        draft = MappingDraft.model_validate(left.data)
        if draft.is_touched:
            return Form(left.id, draft, data_type, transfer, source, is_resumed=True)
    fresh = await _fresh(engine, actor, transfer, source, data_type)
    draft_id = await _keep(engine, actor, transfer.id, left, fresh)
    return Form(draft_id, fresh, data_type, transfer, source)


async def _fresh(
    engine: Engine, actor: Actor, transfer: Transfer, source: Source, data_type: DataType
) -> MappingDraft:
    draft = MappingDraft(
        version=transfer.version,
        project_id=transfer.project_id,
        table=transfer.table_name,
        pairs=pairs_of(transfer.pairs),
        activate=transfer.state is not TransferState.INACTIVE or not transfer.pairs,
    )
    database = await project_of(engine, actor, draft)
    if transfer.table_name is None:
        return await _with_new_table(database, draft, source, data_type)
    try:
        shape = await database.table(transfer.table_name)
    except ProjectError:
        if transfer.table_name in await database.tables():
            raise
        shape = TableShape(name=transfer.table_name, columns=())  # dropped: every pair is broken
    changes = await _drift(engine, transfer) or _changes(data_type, transfer, shape)
    draft = draft.model_copy(update={"drift": tuple(changes)})
    return pairing.refreshed(draft, data_type, shape).with_row_empty()


async def _drift(engine: Engine, transfer: Transfer) -> list[str]:
    """What a sync found changed, where one did."""
    async with engine.database.read() as session:
        cause = cause_of(IncidentKind.DRIFT, transfer.id)
        incident = await incidents.open_with_cause(session, transfer.workspace_id, cause)
    return AlertFacts.model_validate(incident.facts).details if incident else []


def _changes(data_type: DataType, transfer: Transfer, shape: TableShape) -> list[str]:
    """What is seen to have changed by looking, before any sync has met it."""
    try:
        compile_plan(data_type, transfer.pairs, shape)
    except SchemaDrift as drift:
        return drift.changes
    except Refused:  # no primary key: nothing was ever synced with it
        pass
    return []


async def _with_new_table(
    database: ProjectDatabase, draft: MappingDraft, source: Source, data_type: DataType
) -> MappingDraft:
    name, columns = proposed_table(source.service, data_type, await database.tables())
    return pairing.for_new_table(draft, data_type, name, columns)


async def _keep(
    engine: Engine, actor: Actor, transfer_id: int, left: Draft | None, fresh: MappingDraft
) -> int:
    """Puts the fresh form where an untouched (or given up) one lay, or into a new draft."""
    async with engine.database.begin() as session:
        held = (
            await drafts.get(session, actor.workspace_id, actor.member_id, left.id)
            if left is not None
            else None
        )
        if held is None or held.saved_as is not None:
            held = await drafts.start(
                session,
                workspace_id=actor.workspace_id,
                member_id=actor.member_id,
                kind=KIND,
                subject_id=transfer_id,
                now=engine.clock.now(),
            )
        held.data = fresh.model_dump(mode="json")
        held.updated_at = engine.clock.now()
        return held.id


async def step(engine: Engine, actor: Actor, draft_id: int, *steps: Step) -> Form:
    """Takes the steps in turn. One that is refused is not taken; those before it are kept."""
    async with engine.database.begin() as session:
        form = await load_form(engine, session, actor, draft_id)
        held = await held_draft(session, actor, draft_id)
        draft, refusal = form.draft, None
        try:
            for each in steps:
                draft = each(draft, form.data_type)
        except Refused as error:
            refusal = error
        if held.saved_as is None:
            if draft != form.draft:
                draft = draft.model_copy(update={"is_touched": True})
            held.data = draft.model_dump(mode="json")
            held.updated_at = engine.clock.now()
    return Form(draft_id, draft, form.data_type, form.transfer, form.source, refusal=refusal)


async def load_form(engine: Engine, session: AsyncSession, actor: Actor, draft_id: int) -> Form:
    """The member's own form. Raises NotFound, NotAllowed."""
    held = await held_draft(session, actor, draft_id)
    transfer, source = await find(session, actor, held.subject_id)
    actor.must_edit(source.created_by, source.name)
    data_type = data_type_for(engine, source, transfer)
    return Form(draft_id, MappingDraft.model_validate(held.data), data_type, transfer, source)


async def held_draft(session: AsyncSession, actor: Actor, draft_id: int) -> Draft:
    held = await drafts.get(session, actor.workspace_id, actor.member_id, draft_id)
    if held is None:
        raise NotFound(
            "What you were filling in is not there any more: it was kept for a while only. "
            "Close this window and open Mapping again."
        )
    return held


async def choose_table(engine: Engine, actor: Actor, draft_id: int, table: str | None) -> Form:
    """Goes on with that table of the project, or (None) with one to be made."""
    async with engine.database.read() as session:
        form = await load_form(engine, session, actor, draft_id)
    database = await project_of(engine, actor, form.draft)
    return await _with_table(engine, actor, form, form.draft, database, table)


async def choose_project(engine: Engine, actor: Actor, draft_id: int, project_id: int) -> Form:
    """Goes on in another project, with a table to be made there."""
    async with engine.database.read() as session:
        form = await load_form(engine, session, actor, draft_id)
    draft = form.draft.model_copy(update={"project_id": project_id})
    database = await project_of(engine, actor, draft)
    return await _with_table(engine, actor, form, draft, database, None)


async def _with_table(
    engine: Engine,
    actor: Actor,
    form: Form,
    draft: MappingDraft,
    database: ProjectDatabase,
    table: str | None,
) -> Form:
    if table is None:
        chosen = await _with_new_table(database, draft, form.source, form.data_type)
    elif table == form.transfer.table_name and draft.project_id == form.transfer.project_id:
        chosen = await _fresh(engine, actor, form.transfer, form.source, form.data_type)
    else:
        chosen = pairing.for_table(draft, form.data_type, await database.table(table))
    kept = {"activate": draft.activate, "version": draft.version, "round": draft.round + 1}
    return await step(engine, actor, form.draft_id, lambda *_: chosen.model_copy(update=kept))


async def project_of(engine: Engine, actor: Actor, draft: MappingDraft) -> ProjectDatabase:
    async with engine.database.read() as session:
        project = await find_project(session, actor.workspace_id, draft.project_id)
    return await engine.projects.get(project)
