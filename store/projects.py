"""Projects: the databases that data goes to."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Project


async def get(
    session: AsyncSession, workspace_id: str, project_id: int, *, lock: bool = False
) -> Project | None:
    project = await session.get(Project, project_id, with_for_update=lock or None)
    return project if project is not None and project.workspace_id == workspace_id else None


async def default(session: AsyncSession, workspace_id: str) -> Project | None:
    """The project whose database is the setting's own."""
    return (
        await session.scalars(
            select(Project)
            .where(Project.workspace_id == workspace_id, Project.url.is_(None))
            .order_by(Project.id)
            .limit(1)
        )
    ).first()


async def listed(session: AsyncSession, workspace_id: str) -> Sequence[Project]:
    """The default project first, then the others by name."""
    found = await session.scalars(
        select(Project)
        .where(Project.workspace_id == workspace_id)
        .order_by(Project.url.is_not(None), Project.name_key)
    )
    return found.all()


async def by_key(session: AsyncSession, workspace_id: str, name_key: str) -> Project | None:
    return (
        await session.scalars(
            select(Project).where(
                Project.workspace_id == workspace_id, Project.name_key == name_key
            )
        )
    ).one_or_none()
