"""What Slack already delivered once."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Receipt


async def claim(session: AsyncSession, key: str, now: datetime) -> bool:
    """True for the first caller with this key, False for every later one."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    claimed = await session.scalar(  # RETURNING, since psycopg counts no rows of such an insert
        insert(Receipt)
        .values(key=key[:255], at=now)
        .on_conflict_do_nothing()
        .returning(Receipt.key)
    )
    return claimed is not None


async def sweep(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(Receipt).where(Receipt.at < before))
