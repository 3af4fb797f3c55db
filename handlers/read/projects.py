"""The list of projects, as it is shown."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.errors import ProjectError
from bot.setup.actor import Actor
from store import projects, transfers
from store.models import Project
from store.vocabulary import Role


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """`tables` None: its database does not answer; `problem` then says why."""

    id: int
    name: str
    is_default: bool
    transfers: int
    tables: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectList:
    rows: tuple[ProjectRow, ...]
    may_administer: bool
    notice: str | None = None


async def load_list(engine: Engine, actor: Actor, notice: str | None = None) -> ProjectList:
    """Asks every project's database for its tables, so it may take a while."""
    async with engine.database.read() as session:
        found = await projects.listed(session, actor.workspace_id)
        used = await transfers.count_by_project(session, actor.workspace_id)
    return ProjectList(
        rows=tuple([await _row(engine, each, used.get(each.id, 0)) for each in found]),
        may_administer=actor.role is Role.ADMIN,
        notice=notice,
    )


async def load_row(session: AsyncSession, project: Project) -> ProjectRow:
    """Without asking its database."""
    used = await transfers.count_by_project(session, project.workspace_id)
    return ProjectRow(project.id, project.name, project.url is None, used.get(project.id, 0))


async def _row(engine: Engine, project: Project, used: int) -> ProjectRow:
    tables, problem = None, None
    try:
        database = await engine.projects.get(project)
        tables = len(await database.tables())
    except ProjectError as error:
        problem = error.sentence
    return ProjectRow(project.id, project.name, project.url is None, used, tables, problem)
