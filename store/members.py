"""Workspaces and members."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Member, Workspace


async def ensure_workspace(
    session: AsyncSession, workspace_id: str, now: datetime, name: str = ""
) -> Workspace:
    """The workspace's row, made on its first sign of life."""
    workspace = await session.get(Workspace, workspace_id)
    if workspace is None:
        workspace = Workspace(id=workspace_id, name=name, created_at=now)
        session.add(workspace)
        await session.flush()
    return workspace


async def is_installed(session: AsyncSession, workspace_id: str) -> None:
    """The bot is there (again): nothing of the workspace is removed as left behind."""
    await session.execute(
        update(Workspace)
        .where(Workspace.id == workspace_id, Workspace.uninstalled_at.is_not(None))
        .values(uninstalled_at=None)
    )


async def get(session: AsyncSession, workspace_id: str, member_id: str) -> Member | None:
    return await session.get(Member, (workspace_id, member_id))


async def ensure(session: AsyncSession, workspace_id: str, member_id: str, now: datetime) -> Member:
    """The member's row; made on their first sign of life, also where two signs come at once."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    await session.execute(
        insert(Member)
        .values(
            workspace_id=workspace_id,
            id=member_id,
            name="",
            timezone="UTC",
            is_workspace_admin=False,
            is_gone=False,
            refreshed_at=now,
        )
        .on_conflict_do_nothing()
    )
    return await session.get_one(Member, (workspace_id, member_id))


async def listed(session: AsyncSession, workspace_id: str) -> Sequence[Member]:
    """Members who are still there, by name."""
    found = await session.scalars(
        select(Member)
        .where(Member.workspace_id == workspace_id, Member.is_gone.is_(False))
        .order_by(Member.name, Member.id)
    )
    return found.all()
