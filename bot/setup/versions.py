"""Two people editing the same thing: the later save is told what changed."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ChangedMeanwhile
from bot.setup.actor import Actor
from store import changes, members


class Versioned(Protocol):
    id: int
    version: int


async def check_version(
    session: AsyncSession, actor: Actor, subject: str, row: Versioned, expected: int
) -> None:
    """Raises ChangedMeanwhile where `row` is no longer at the `expected` version.

    `subject`: "source", "transfer", "integration". The row must be locked (`FOR UPDATE`) or the
    transaction a writing one on SQLite, so that nobody slips in between.
    """
    if row.version == expected:
        return
    later = await changes.since(session, actor.workspace_id, f"{subject}:{row.id}", expected)
    told: list[str] = []
    for change in later:
        member = await members.get(session, actor.workspace_id, change.member_id)
        who = member.name if member and member.name else "Somebody"
        told += [f"{who}: {sentence}" for sentence in change.what]
    raise ChangedMeanwhile(
        "Somebody saved this while you were editing it, so nothing of yours was saved yet. "
        "Look at what changed, then save again if yours should stand.",
        told,
    )
