"""The integration form's draft: begun, taken up again, and kept up with what the form holds."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFound
from bot.setup import integrations
from bot.setup.wanted import proposal, wanted_of
from handlers.click import Click
from handlers.forms import values_of
from handlers.read import integration_form as read
from handlers.read.integration_form import FormDraft, IntegrationForm
from handlers.views.integration_form import FormMetadata
from store import drafts
from store.models import Draft
from store.vocabulary import IntegrationState

Amend = Callable[[FormDraft, str], FormDraft]  # the draft and what was pressed or picked


async def begun(
    session: AsyncSession, click: Click, source_id: int | None
) -> tuple[Draft, FormDraft]:
    """A new integration's draft: the one left behind, if it is about the same source."""
    actor = click.actor
    row = await drafts.unfinished(session, actor.workspace_id, actor.member_id, read.KIND)
    left = FormDraft.model_validate(row.data) if row else FormDraft()
    if row and left.touched and source_id in (None, left.wanted.source_id):
        draft = left.model_copy(update={"resumed": True})
    else:
        wanted = await proposal(session, click.engine, actor, source_id)
        draft = FormDraft(wanted=wanted, suggested=wanted.name)
        if row is None or left.touched:
            row = await _start(session, click, 0)
    read.keep(row, draft, click.engine.clock.now())
    return row, draft


async def edited(
    session: AsyncSession, click: Click, integration_id: int
) -> tuple[Draft, FormDraft]:
    actor = click.actor
    integration = await integrations.get(session, actor.workspace_id, integration_id)
    actor.must_edit(integration.created_by, integration.name)
    row = await drafts.unfinished(
        session, actor.workspace_id, actor.member_id, read.KIND, integration_id
    )
    left = FormDraft.model_validate(row.data) if row else FormDraft()
    if row and left.touched:
        draft = left.model_copy(update={"resumed": True})
    else:
        draft = FormDraft(wanted=wanted_of(integration), version=integration.version)
        row = row or await _start(session, click, integration_id)
    read.keep(row, draft, click.engine.clock.now())
    return row, draft


async def _start(session: AsyncSession, click: Click, subject_id: int) -> Draft:
    return await drafts.start(
        session,
        workspace_id=click.actor.workspace_id,
        member_id=click.actor.member_id,
        kind=read.KIND,
        subject_id=subject_id,
        now=click.engine.clock.now(),
    )


async def form_of(
    session: AsyncSession, click: Click, row: Draft, draft: FormDraft
) -> IntegrationForm:
    editing, can_activate = None, True
    if row.subject_id:
        edited = await integrations.get(session, click.actor.workspace_id, row.subject_id)
        editing, can_activate = edited.name, edited.state is not IntegrationState.ACTIVE
    return await read.load_form(
        session,
        click.engine,
        click.actor,
        row.id,
        draft,
        editing=editing,
        can_activate=can_activate,
    )


async def taken_in(
    session: AsyncSession, click: Click, amend: Amend | None = None
) -> tuple[Draft, FormDraft]:
    """Keeps all that the form holds. Raises NotFound where its draft is gone."""
    metadata = FormMetadata.of(click.view)
    taken = await read.take_in(
        session, click.engine, click.actor, metadata.draft, values_of(click.view)
    )
    if taken is None:
        raise NotFound("This form is too old. Close it and open it anew, please.")
    row, draft = taken
    if amend is not None:
        draft = amend(draft, click.value)
        read.keep(row, draft, click.engine.clock.now())
    return row, draft


async def begun_anew(session: AsyncSession, click: Click) -> tuple[Draft, FormDraft]:
    """As the form was when it was opened for the first time; a source that was chosen stays."""
    row, left = await taken_in(session, click)
    if row.subject_id:
        integration = await integrations.get(session, click.actor.workspace_id, row.subject_id)
        draft = FormDraft(wanted=wanted_of(integration), version=integration.version)
    else:
        wanted = await proposal(session, click.engine, click.actor, left.wanted.source_id)
        draft = FormDraft(wanted=wanted, suggested=wanted.name)
    draft = draft.model_copy(update={"fresh_starts": left.fresh_starts + 1})
    read.keep(row, draft, click.engine.clock.now())
    return row, draft


async def caught_up(session: AsyncSession, click: Click, draft_id: int) -> None:
    """The member was told what another one changed: their next save may go through."""
    actor = click.actor
    row = await drafts.get(session, actor.workspace_id, actor.member_id, draft_id)
    if row is None:
        return
    integration = await integrations.get(session, actor.workspace_id, row.subject_id)
    draft = FormDraft.model_validate(row.data)
    newer = draft.model_copy(update={"version": integration.version})
    read.keep(row, newer, click.engine.clock.now())
