"""Filling in a source: where one left off, what follows from the service, starting over."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.setup import authorizations
from bot.setup.actor import Actor
from bot.setup.names import free_name
from bot.setup.source_draft import KIND, SourceDraft, WantedAuthorization
from bot.setup.sources import find, find_draft
from store import drafts, sources
from store.models import Source


async def start_editing(
    engine: Engine,
    actor: Actor,
    source_id: int,
    page_view: str | None,
    *,
    on_list: bool = False,
) -> tuple[int, bool]:
    """The draft of a change, and whether it was left behind half-way. Raises NotAllowed."""
    async with engine.database.begin() as session:
        source = await find(session, actor, source_id)
        actor.must_edit(source.created_by, source.name)
        draft = await drafts.unfinished(
            session, actor.workspace_id, actor.member_id, KIND, source.id
        )
        if draft is None:
            draft = await drafts.start(
                session,
                workspace_id=actor.workspace_id,
                member_id=actor.member_id,
                kind=KIND,
                subject_id=source.id,
                now=engine.clock.now(),
                data=_as_saved(source).dump(),
            )
        filled = SourceDraft.model_validate(draft.data)
        is_changed = (filled.name, filled.authorization) != (source.name, source.authorization_id)
        if not is_changed:  # nothing of the member's is in it: it follows what is saved
            filled = _as_saved(source)
        page = {"page_view": page_view, "on_list": on_list}
        draft.data = filled.model_copy(update=page).dump()
    return draft.id, is_changed


async def start_new(engine: Engine, actor: Actor) -> tuple[int, bool]:
    """The draft of a new source, and whether it was left behind half-way. Raises NotAllowed."""
    actor.must_create("integration sources")
    async with engine.database.begin() as session:
        draft = await drafts.unfinished(session, actor.workspace_id, actor.member_id, KIND)
        if draft is not None:
            return draft.id, SourceDraft.model_validate(draft.data).is_begun
        draft = await drafts.start(
            session,
            workspace_id=actor.workspace_id,
            member_id=actor.member_id,
            kind=KIND,
            now=engine.clock.now(),
        )
    return draft.id, False


async def start_over(engine: Engine, actor: Actor, draft_id: int) -> None:
    """Empties the draft; one of a change goes back to what is saved."""
    async with engine.database.begin() as session:
        draft = await find_draft(session, actor, draft_id)
        source = await sources.get(session, actor.workspace_id, draft.subject_id)
        before = SourceDraft.model_validate(draft.data)
        filled = (_as_saved(source) if source else SourceDraft()).model_copy(
            update={
                "form_view": before.form_view,
                "page_view": before.page_view,
                "on_list": before.on_list,
                "round": before.round + 1,
            }
        )
        draft.data, draft.updated_at = filled.dump(), engine.clock.now()


async def choose_service(engine: Engine, actor: Actor, draft_id: int, service_id: str) -> None:
    """Fills in what follows from it: a name, and the authorization where there is just one."""
    service = engine.catalog.get(service_id)
    async with engine.database.begin() as session:
        draft = await find_draft(session, actor, draft_id)
        filled = SourceDraft.model_validate(draft.data)
        news: dict[str, object] = {"service": service.id}
        if not filled.name or filled.name == filled.suggested:
            name = await suggested_name(session, actor.workspace_id, service.name)
            news |= {"name": name, "suggested": name}
        usable = await authorizations.usable(session, actor.workspace_id, service.id)
        if filled.authorization not in {each.id for each in usable}:
            only = usable[0].id if len(usable) == 1 else None
            news |= {"authorization": only, "wanted": WantedAuthorization()}
        draft.data = filled.model_copy(update=news).dump()
        draft.updated_at = engine.clock.now()


def _as_saved(source: Source) -> SourceDraft:
    return SourceDraft(
        service=source.service,
        name=source.name,
        authorization=source.authorization_id,
        version=source.version,
    )


async def suggested_name(session: AsyncSession, workspace_id: str, service_name: str) -> str:
    """The service's name, or the first of “… 2”, “… 3” that is free."""
    return free_name(service_name, await sources.name_keys(session, workspace_id))
