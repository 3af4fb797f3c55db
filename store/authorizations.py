"""Authorizations: permissions to talk to one account of a service, their secrets sealed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Authorization


async def get(
    session: AsyncSession, workspace_id: str, authorization_id: int, *, lock: bool = False
) -> Authorization | None:
    """The workspace's own; nobody sees another's. `lock` keeps it as it is until the end."""
    found = await session.get(Authorization, authorization_id, with_for_update=lock or None)
    return found if found is not None and found.workspace_id == workspace_id else None


async def by_id(session: AsyncSession, authorization_id: int) -> Authorization | None:
    """Of whatever workspace: for the bot's own work, which follows rows and not requests."""
    return await session.get(Authorization, authorization_id)


async def listed(
    session: AsyncSession, workspace_id: str, service: str | None = None
) -> Sequence[Authorization]:
    """The workspace's authorizations, of one service or of all, by name."""
    query = select(Authorization).where(Authorization.workspace_id == workspace_id)
    if service is not None:
        query = query.where(Authorization.service == service)
    found = await session.scalars(query.order_by(Authorization.name_key, Authorization.id))
    return found.all()


async def replace_secret(
    session: AsyncSession,
    authorization_id: int,
    *,
    old: bytes,
    new: bytes,
    expires_at: datetime | None,
) -> bool:
    """Puts a renewed secret (sealed) in place of the `old` one that it was made from.

    False, and nothing changed, where another one has been put there meanwhile.
    """
    result = await session.execute(
        update(Authorization)
        .where(Authorization.id == authorization_id, Authorization.secret == old)
        .values(secret=new, expires_at=expires_at)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
