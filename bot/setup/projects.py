"""Projects: the default one, and those that admins add, rename and remove."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.errors import NotFound, ProjectError, Refused
from bot.setup.actor import Actor, as_actor
from bot.setup.names import checked_name, free_name, name_key
from bot.signals import ProjectAdded
from store import drafts, members, projects, transfers
from store.models import Draft, Project

log = structlog.get_logger(__name__)

DEFAULT_NAME = "Default project"
LINK_VALID = timedelta(minutes=30)
NAME = "name"  # the field that refusals are about
_DRAFT = "project"


class PendingProject(BaseModel):
    """A project whose database URL is still to be typed on its one-time page."""

    model_config = ConfigDict(frozen=True)

    name: str
    token_hash: str
    expires_at: datetime
    view_id: str | None = None  # the modal that waits for it


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link as its page finds it again."""

    draft_id: int
    workspace_id: str
    member_id: str
    name: str
    view_id: str | None


async def ensure_default(
    session: AsyncSession, workspace_id: str, member_id: str, now: datetime
) -> Project:
    """The workspace's default project, made when it is first needed."""
    project = await projects.default(session, workspace_id)
    if project is None:
        taken = [each.name_key for each in await projects.listed(session, workspace_id)]
        name = free_name(DEFAULT_NAME, taken)
        project = Project(
            workspace_id=workspace_id,
            name=name,
            name_key=name_key(name),
            url=None,
            created_by=member_id,
            created_at=now,
        )
        try:
            async with session.begin_nested():
                session.add(project)
        except IntegrityError:  # made by another click at the same moment
            found = await projects.default(session, workspace_id)
            assert found is not None
            return found
    return project


async def find(session: AsyncSession, workspace_id: str, project_id: int) -> Project:
    """Raises NotFound where it was removed meanwhile."""
    project = await projects.get(session, workspace_id, project_id)
    if project is None:
        raise NotFound("This project does not exist any more. Choose another one.")
    return project


async def prepare(engine: Engine, actor: Actor) -> None:
    """Sees to it that the workspace has its default project."""
    async with engine.database.begin() as session:
        await ensure_default(session, actor.workspace_id, actor.member_id, engine.clock.now())


async def invite(engine: Engine, actor: Actor, name: str, view_id: str | None = None) -> str:
    """Begins adding a project: the one-time link where its URL is typed.

    `view_id`: the modal that is told when the link was used.
    """
    actor.must_administer("add projects")
    name = checked_name(name, NAME)
    token = secrets.token_urlsafe(32)
    now = engine.clock.now()
    async with engine.database.begin() as session:
        await _must_be_free(session, actor.workspace_id, name)
        pending = PendingProject(
            name=name, token_hash=_hash(token), expires_at=now + LINK_VALID, view_id=view_id
        )
        draft = await drafts.start(
            session,
            workspace_id=actor.workspace_id,
            member_id=actor.member_id,
            kind=_DRAFT,
            now=now,
            data=pending.model_dump(mode="json"),
        )
    return f"{engine.settings.public_url.rstrip('/')}/project/{draft.id}/{token}"


async def open_link(engine: Engine, draft_id: int, token: str) -> Link:
    """Raises NotFound where the link is wrong, used, or too old."""
    async with engine.database.read() as session:
        draft = await session.get(Draft, draft_id)
        return _checked(draft, token, engine.clock.now())


def _checked(draft: Draft | None, token: str, now: datetime) -> Link:
    if draft is None or draft.kind != _DRAFT or draft.saved_as is not None:
        raise _used_up()
    pending = PendingProject.model_validate(draft.data)
    if pending.expires_at < now or not hmac.compare_digest(pending.token_hash, _hash(token)):
        raise _used_up()
    return Link(draft.id, draft.workspace_id, draft.member_id, pending.name, pending.view_id)


def _used_up() -> NotFound:
    return NotFound(
        "This link was used already, or it is too old. "
        "Type “/patchbay projects” in Slack and add the project again."
    )


async def add(engine: Engine, draft_id: int, token: str, url: str) -> Project:
    """Adds the project that the link is for, if its database answers; tells who waits.

    Raises ProjectError with what the database said, NotFound for a link that is used up.
    """
    link = await open_link(engine, draft_id, token)
    try:
        await engine.projects.probe(url.strip())
        project = await _keep(engine, draft_id, token, url.strip())
    except ProjectError as error:
        await _tell(engine, link, error.sentence)
        raise
    log.info("project.added", workspace_id=link.workspace_id, project_id=project.id)
    await _tell(engine, link, None)
    return project


async def _keep(engine: Engine, draft_id: int, token: str, url: str) -> Project:
    async with engine.database.begin() as session:
        draft = await session.get(Draft, draft_id, with_for_update=True)
        link = _checked(draft, token, engine.clock.now())  # somebody may have been faster
        assert draft is not None
        member = await members.get(session, link.workspace_id, link.member_id)
        if member is None:
            raise _used_up()
        as_actor(member).must_administer("add projects")  # the role may have changed since
        await _must_be_free(session, link.workspace_id, link.name)
        project = Project(
            workspace_id=link.workspace_id,
            name=link.name,
            name_key=name_key(link.name),
            url=engine.vault.seal(url),
            created_by=link.member_id,
            created_at=engine.clock.now(),
        )
        session.add(project)
        await session.flush()
        draft.saved_as = project.id
    return project


async def _tell(engine: Engine, link: Link, problem: str | None) -> None:
    await engine.signals.send(
        ProjectAdded(link.workspace_id, link.member_id, link.name, link.view_id, problem)
    )


async def rename(engine: Engine, actor: Actor, project_id: int, name: str) -> Project:
    actor.must_administer("rename projects")
    name = checked_name(name, NAME)
    try:
        async with engine.database.begin() as session:
            project = await find(session, actor.workspace_id, project_id)
            if name_key(name) != project.name_key:
                await _must_be_free(session, actor.workspace_id, name)
            project.name, project.name_key = name, name_key(name)
    except IntegrityError as error:
        raise _taken(name) from error
    return project


async def remove(engine: Engine, actor: Actor, project_id: int) -> None:
    """Forgets the project and its URL; its database stays as it is."""
    actor.must_administer("remove projects")
    async with engine.database.begin() as session:
        project = await find(session, actor.workspace_id, project_id)
        if project.url is None:
            raise Refused("The default project belongs to Patchbay itself and cannot be removed.")
        used = (await transfers.count_by_project(session, actor.workspace_id)).get(project.id, 0)
        if used:
            what = "1 data transfer goes" if used == 1 else f"{used} data transfers go"
            raise Refused(
                f"{what} to “{project.name}”, so it cannot be removed yet. "
                "Remove them, or choose another project in their mapping; then try again."
            )
        await session.delete(project)
    log.info("project.removed", workspace_id=actor.workspace_id, project_id=project_id)


async def _must_be_free(session: AsyncSession, workspace_id: str, name: str) -> None:
    if await projects.by_key(session, workspace_id, name_key(name)) is not None:
        raise _taken(name)


def _taken(name: str) -> Refused:
    return Refused(f"There is a project named “{name}” already. Choose another name.", NAME)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
