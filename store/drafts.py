"""Drafts: what a member typed and has not saved yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Draft


async def get(
    session: AsyncSession, workspace_id: str, member_id: str, draft_id: int
) -> Draft | None:
    """The member's own draft; nobody sees another's."""
    draft = await session.get(Draft, draft_id, with_for_update=True)
    if draft is None or (draft.workspace_id, draft.member_id) != (workspace_id, member_id):
        return None
    return draft


async def unfinished(
    session: AsyncSession, workspace_id: str, member_id: str, kind: str, subject_id: int = 0
) -> Draft | None:
    """The latest draft of that kind that was not saved."""
    return (
        await session.scalars(
            select(Draft)
            .where(
                Draft.workspace_id == workspace_id,
                Draft.member_id == member_id,
                Draft.kind == kind,
                Draft.subject_id == subject_id,
                Draft.saved_as.is_(None),
            )
            .order_by(Draft.updated_at.desc(), Draft.id.desc())
            .limit(1)
        )
    ).first()


async def start(
    session: AsyncSession,
    *,
    workspace_id: str,
    member_id: str,
    kind: str,
    now: datetime,
    subject_id: int = 0,
    data: dict[str, Any] | None = None,
) -> Draft:
    draft = Draft(
        workspace_id=workspace_id,
        member_id=member_id,
        kind=kind,
        subject_id=subject_id,
        data=data or {},
        updated_at=now,
    )
    session.add(draft)
    await session.flush()
    return draft


async def forget(session: AsyncSession, workspace_id: str, kind: str, subject_id: int) -> None:
    """Everybody's drafts about a row that is deleted: its id may be given again."""
    await session.execute(
        delete(Draft).where(
            Draft.workspace_id == workspace_id,
            Draft.kind == kind,
            Draft.subject_id == subject_id,
        )
    )
