"""The log of who changed what."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Change


def record(
    session: AsyncSession,
    *,
    workspace_id: str,
    subject: str,
    version: int,
    member_id: str,
    what: list[str],
    at: datetime,
) -> None:
    """`subject` like "integration:12"; `what` in sentences a member reads."""
    session.add(
        Change(
            workspace_id=workspace_id,
            subject=subject,
            version=version,
            member_id=member_id,
            what=what,
            at=at,
        )
    )


async def since(
    session: AsyncSession, workspace_id: str, subject: str, version: int
) -> Sequence[Change]:
    """Changes that made a version later than `version`, oldest first."""
    found = await session.scalars(
        select(Change)
        .where(
            Change.workspace_id == workspace_id,
            Change.subject == subject,
            Change.version > version,
        )
        .order_by(Change.id)
    )
    return found.all()
