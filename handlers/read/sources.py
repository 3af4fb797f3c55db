"""Sources as they are shown: rows of a list, a form, and one's page. Names are unescaped text."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.errors import NotFound
from bot.setup import sources as setup
from bot.setup.actor import Actor
from bot.setup.source_draft import SourceDraft
from handlers.read.authorizations import AuthorizationLine, as_line
from handlers.read.transfers import TransferPart, load_part
from store import authorizations, sources
from store.vocabulary import AuthorizationState, TransferState


@dataclass(frozen=True, slots=True)
class SourceRow:
    id: int
    name: str
    service: str
    authorization: str
    is_authorized: bool
    active: int  # transfers by state
    inactive: int
    drifted: int


@dataclass(frozen=True, slots=True)
class SourceList:
    """Some of the workspace's sources, and how many there are."""

    rows: tuple[SourceRow, ...]
    total: int
    first: int = 0  # how many come before
    may_create: bool = True


@dataclass(frozen=True, slots=True)
class SourceForm:
    """A source being made or changed, as far as it is filled in."""

    draft_id: int
    is_new: bool
    service: tuple[str, str] | None  # id and name
    name: str
    authorization: AuthorizationLine | None
    round: int  # one more whenever the member starts over
    left_at: datetime | None = None  # it was left half-way then, and is offered again
    twin: str = ""  # a second modal with the same form


@dataclass(frozen=True, slots=True)
class SourcePage:
    id: int
    name: str
    service: str
    authorization: AuthorizationLine
    created_by: str  # a user id
    created_at: datetime
    may_edit: bool
    may_create: bool
    part: TransferPart
    integrations: tuple[str, ...]  # names of those that use it

    @property
    def is_active(self) -> bool:
        return any(row.state is TransferState.ACTIVE for row in self.part.rows)


def service_name(engine: Engine, service_id: str) -> str:
    """Its id where the catalog no longer has it."""
    try:
        return engine.catalog.get(service_id).name
    except NotFound:
        return service_id


async def load_list(
    session: AsyncSession, engine: Engine, actor: Actor, first: int, limit: int
) -> SourceList:
    total = await sources.count(session, actor.workspace_id)
    first = max(0, min(first, (total - 1) // limit * limit)) if total else 0
    found = await sources.listed(session, actor.workspace_id, offset=first, limit=limit)
    states = await sources.transfer_states(session, [source.id for source, _ in found])
    rows = []
    for source, authorization in found:
        counts = states.get(source.id, {})
        rows.append(
            SourceRow(
                id=source.id,
                name=source.name,
                service=service_name(engine, source.service),
                authorization=authorization.name,
                is_authorized=authorization.state is AuthorizationState.OK,
                active=counts.get(TransferState.ACTIVE, 0),
                inactive=counts.get(TransferState.INACTIVE, 0),
                drifted=counts.get(TransferState.DRIFTED, 0),
            )
        )
    return SourceList(tuple(rows), total, first, actor.may_create())


async def load_form(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    draft_id: int,
    *,
    is_resumed: bool = False,
    twin: str = "",
) -> SourceForm:
    """Raises NotFound where the draft is gone."""
    draft = await setup.find_draft(session, actor, draft_id)
    filled = SourceDraft.model_validate(draft.data)
    chosen = None
    if filled.authorization is not None:
        chosen = await authorizations.get(session, actor.workspace_id, filled.authorization)
    service = filled.service
    return SourceForm(
        draft_id=draft.id,
        is_new=draft.subject_id == 0,
        service=(service, service_name(engine, service)) if service else None,
        name=filled.name or "",
        authorization=as_line(chosen, actor) if chosen else None,
        round=filled.round,
        left_at=draft.updated_at if is_resumed else None,
        twin=twin,
    )


async def load_page(
    session: AsyncSession, engine: Engine, actor: Actor, source_id: int
) -> SourcePage:
    """Raises NotFound."""
    source = await setup.find(session, actor, source_id)
    authorization = await authorizations.get(session, actor.workspace_id, source.authorization_id)
    assert authorization is not None  # a foreign key says so
    return SourcePage(
        id=source.id,
        name=source.name,
        service=service_name(engine, source.service),
        authorization=as_line(authorization, actor),
        created_by=source.created_by,
        created_at=source.created_at,
        may_edit=actor.may_edit(source.created_by),
        may_create=actor.may_create(),
        part=await load_part(session, engine.catalog, source, actor),
        integrations=tuple(await sources.integration_names(session, actor.workspace_id, source.id)),
    )
