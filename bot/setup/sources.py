"""Sources: saving one with an authorization that works, changing it, deleting it."""

from dataclasses import dataclass

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.incidents import cause_of, resolve, resolve_for_authorization
from bot.engine import Engine
from bot.errors import ChangedMeanwhile, NotFound, Refused
from bot.setup import authorizations
from bot.setup.actor import Actor
from bot.setup.names import checked_name, name_key
from bot.setup.source_draft import KIND, SourceDraft
from bot.setup.versions import check_version
from store import changes, drafts, incidents, sources
from store.models import Authorization, Draft, Source
from store.vocabulary import AuthorizationState, IncidentKind

log = structlog.get_logger(__name__)

SERVICE, NAME = "service", "name"  # fields that Refused may name


@dataclass(frozen=True, slots=True)
class Saved:
    source_id: int
    page_view: str | None  # the modal with its page, where editing began there
    on_list: bool = False  # the list of sources lies under that page


async def find(
    session: AsyncSession, actor: Actor, source_id: int, *, lock: bool = False
) -> Source:
    """Raises NotFound."""
    source = await sources.get(session, actor.workspace_id, source_id, lock=lock)
    if source is None:
        raise NotFound("This integration source does not exist any more: somebody deleted it.")
    return source


async def find_draft(session: AsyncSession, actor: Actor, draft_id: int) -> Draft:
    """The member's own, locked. Raises NotFound."""
    draft = await drafts.get(session, actor.workspace_id, actor.member_id, draft_id)
    if draft is None or draft.kind != KIND:
        raise NotFound(
            "What you were filling in is not there any more: it was kept for a while only. "
            "Close this window and start again."
        )
    return draft


async def must_ask_service(engine: Engine, actor: Actor, draft_id: int) -> bool:
    """Whether saving this draft asks the service first, which may take seconds."""
    async with engine.database.read() as session:
        draft = await find_draft(session, actor, draft_id)
        filled = SourceDraft.model_validate(draft.data)
        if draft.saved_as is not None or filled.authorization is None:
            return False
        if await _keeps_authorization(session, actor, draft):
            return False
        authorization = await authorizations.find(session, actor.workspace_id, filled.authorization)
    is_ok = authorization.state is AuthorizationState.OK
    return is_ok and not authorizations.is_fresh(authorization, engine.clock.now())


async def _keeps_authorization(session: AsyncSession, actor: Actor, draft: Draft) -> bool:
    """Whether it changes a source's name alone, which any state of the service allows."""
    if not draft.subject_id:
        return False
    source = await find(session, actor, draft.subject_id)
    return SourceDraft.model_validate(draft.data).authorization == source.authorization_id


async def save(engine: Engine, actor: Actor, draft_id: int) -> Saved:
    """Saves the draft as a new source, or as the change that it is.

    The service is asked first where the authorization was not checked lately. Saving twice ends
    at the same source. Raises Refused (fields: service, name), ChangedMeanwhile, NotAllowed,
    ServiceError kinds.
    """
    if await must_ask_service(engine, actor, draft_id):
        async with engine.database.read() as session:
            draft = await find_draft(session, actor, draft_id)
        wanted = SourceDraft.model_validate(draft.data).authorization
        assert wanted is not None
        await authorizations.check(engine, actor, wanted)
    name = None
    try:
        async with engine.database.begin() as session:
            draft = await find_draft(session, actor, draft_id)
            filled = SourceDraft.model_validate(draft.data)
            if draft.saved_as is not None:
                return Saved(draft.saved_as, filled.page_view, filled.on_list)
            name = checked_name(filled.name or "", NAME)
            authorization = await _authorization(session, engine, actor, draft)
            if draft.subject_id:
                source = await _change(session, engine, actor, draft, name, authorization)
            else:
                source = await _create(session, engine, actor, name, authorization)
            draft.saved_as = source.id
    except IntegrityError as error:  # taken at the same moment
        raise _taken(name or "") from error
    except ChangedMeanwhile:
        await _take_note_of_version(engine, actor, draft_id)
        raise
    log.info("source.saved", workspace_id=actor.workspace_id, source_id=source.id)
    return Saved(source.id, filled.page_view, filled.on_list)


async def _authorization(
    session: AsyncSession, engine: Engine, actor: Actor, draft: Draft
) -> Authorization:
    """The one that was chosen, if it fits and works."""
    filled = SourceDraft.model_validate(draft.data)
    if filled.service is None:
        raise Refused("Choose an integration source first.", SERVICE)
    service = engine.catalog.get(filled.service)
    if filled.authorization is None:
        raise Refused(
            f"{service.name} has to allow Patchbay to read from it. "
            "Press “See third-party service authorizations” and choose or create one; then save."
        )
    authorization = await authorizations.find(session, actor.workspace_id, filled.authorization)
    if authorization.service != service.id:
        raise Refused(f"“{authorization.name}” is not for {service.name}. Choose another one.")
    is_ok = authorization.state is AuthorizationState.OK
    if not is_ok and not await _keeps_authorization(session, actor, draft):
        raise Refused(
            f"{service.name} does not accept the authorization “{authorization.name}” any more. "
            "Press “See third-party service authorizations” and authorize it again."
        )
    return authorization


async def _create(
    session: AsyncSession, engine: Engine, actor: Actor, name: str, authorization: Authorization
) -> Source:
    actor.must_create("integration sources")
    if await sources.by_key(session, actor.workspace_id, name_key(name)) is not None:
        raise _taken(name)
    source = Source(
        workspace_id=actor.workspace_id,
        service=authorization.service,
        name=name,
        name_key=name_key(name),
        authorization_id=authorization.id,
        created_by=actor.member_id,
        created_at=engine.clock.now(),
    )
    session.add(source)
    await session.flush()
    return source


async def _change(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    draft: Draft,
    name: str,
    authorization: Authorization,
) -> Source:
    source = await find(session, actor, draft.subject_id, lock=True)
    actor.must_edit(source.created_by, source.name)
    version = SourceDraft.model_validate(draft.data).version
    await check_version(session, actor, "source", source, version)
    if authorization.service != source.service:
        raise Refused("This authorization is for another service. Choose another one.")
    what = []
    if name != source.name:
        other = await sources.by_key(session, actor.workspace_id, name_key(name))
        if other is not None and other.id != source.id:
            raise _taken(name)
        source.name, source.name_key = name, name_key(name)
        what.append(f"renamed it to “{name}”")
    if authorization.id != source.authorization_id:
        await _reconnect(session, engine, actor, source, authorization)
        what.append(f"chose the authorization “{authorization.name}”")
    if what:
        source.version += 1
        changes.record(
            session,
            workspace_id=actor.workspace_id,
            subject=f"source:{source.id}",
            version=source.version,
            member_id=actor.member_id,
            what=what,
            at=engine.clock.now(),
        )
    return source


async def _reconnect(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    source: Source,
    authorization: Authorization,
) -> None:
    """Integrations that waited for an authorization go on with the new one."""
    before = source.authorization_id
    source.authorization_id = authorization.id
    await session.flush()
    resolution = f"the source “{source.name}” uses the authorization “{authorization.name}” now"
    await resolve_for_authorization(
        session, engine, authorization, by=actor.member_id, resolution=resolution
    )
    if not await sources.names_using(session, actor.workspace_id, before):
        cause = cause_of(IncidentKind.AUTHORIZATION, before)
        incident = await incidents.open_with_cause(session, actor.workspace_id, cause)
        if incident is not None:
            now = engine.clock.now()
            await resolve(session, incident, resolution=resolution, by=actor.member_id, now=now)


async def _take_note_of_version(engine: Engine, actor: Actor, draft_id: int) -> None:
    """After the member was told what changed, saving again goes through."""
    async with engine.database.begin() as session:
        draft = await find_draft(session, actor, draft_id)
        source = await find(session, actor, draft.subject_id)
        filled = SourceDraft.model_validate(draft.data)
        draft.data = filled.model_copy(update={"version": source.version}).dump()


async def delete(engine: Engine, actor: Actor, source_id: int) -> None:
    """Deletes it with its transfers; the project's tables stay. Twice is no error.

    Raises Refused, naming them, while integrations use it.
    """
    async with engine.database.begin() as session:
        source = await sources.get(session, actor.workspace_id, source_id, lock=True)
        if source is None:
            return
        actor.must_edit(source.created_by, source.name)
        using = await sources.integration_names(session, actor.workspace_id, source.id)
        if using:
            raise Refused(_in_use(source.name, list(using)))
        await drafts.forget(session, actor.workspace_id, KIND, source.id)
        await session.delete(source)
    log.info("source.deleted", workspace_id=actor.workspace_id, source_id=source_id)


def _in_use(name: str, using: list[str]) -> str:
    if len(using) == 1:
        return (
            f"“{name}” cannot be deleted: the integration “{using[0]}” uses it. "
            "Delete that integration first."
        )
    shown = ", ".join(f"“{each}”" for each in using[:5])
    more = f" and {len(using) - 5} more" if len(using) > 5 else ""
    return (
        f"“{name}” cannot be deleted: {len(using)} integrations use it ({shown}{more}). "
        "Delete those first."
    )


def _taken(name: str) -> Refused:
    return Refused(f"There is a source named “{name}” already. Choose another name.", NAME)
