"""One-time links under which members authorize. Only the SHA-256 of a link's token is known."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import AuthorizationRequest


async def get(
    session: AsyncSession, token_hash: str, *, lock: bool = False
) -> AuthorizationRequest | None:
    return await session.get(AuthorizationRequest, token_hash, with_for_update=lock or None)


async def latest_for_view(
    session: AsyncSession, workspace_id: str, member_id: str, view_id: str
) -> AuthorizationRequest | None:
    """The member's last request that this modal waits for."""
    return (
        await session.scalars(
            select(AuthorizationRequest)
            .where(
                AuthorizationRequest.workspace_id == workspace_id,
                AuthorizationRequest.member_id == member_id,
                AuthorizationRequest.view_id == view_id,
            )
            .order_by(AuthorizationRequest.created_at.desc())
            .limit(1)
        )
    ).first()
