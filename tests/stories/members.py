"""What stories of members share."""

from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.playground.host import Playground
from bot.playground.member import Member, Post
from bot.playground.walk import until
from store import models
from store.database import async_url

# For stories in which no SQL matters: they are told on SQLite alone.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# For those in which it matters more there, and which take long.
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def count(ground: Playground, model: type[Any]) -> int:
    """How many rows of a kind there are."""
    async with ground.patchbay.engine.database.read() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def one(ground: Playground, model: type[Any]) -> Any:
    """The only row of its kind."""
    async with ground.patchbay.engine.database.read() as session:
        return (await session.scalars(select(model))).one()


async def another_authorization(ground: Playground, name: str) -> int:
    """The same permission once more, under another name. Returns its id."""
    async with ground.patchbay.engine.database.begin() as session:
        first = (await session.scalars(select(models.Authorization).limit(1))).one()
        other = models.Authorization(
            workspace_id=first.workspace_id,
            service=first.service,
            name=name,
            name_key=name.casefold(),
            kind=first.kind,
            params=first.params,
            secret=first.secret,
            created_by=first.created_by,
            created_at=first.created_at,
        )
        session.add(other)
    return other.id


async def project_sql(ground: Playground, statement: str) -> list[tuple[Any, ...]]:
    """Runs SQL in the default project, as its owner would; the rows of a SELECT."""
    engine = create_async_engine(async_url(ground.settings.project_url.get_secret_value()))
    try:
        async with engine.begin() as connection:
            result = await connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        await engine.dispose()


async def answer_to(member: Member, command: str) -> Post:
    """Types a command and waits for the answer, which this member alone sees."""
    before = len(member.ephemerals)
    await member.runs(command)
    await until(lambda: len(member.ephemerals) > before, f"an answer to {command}")
    return member.ephemerals[-1]
