"""An outside e-mail address says by a link that it wants an integration's alerts."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.errors import NotFound
from bot.settings import Settings
from store.models import Integration, Recipient


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the link's page says."""

    address: str
    integration_name: str
    confirmed: bool


def confirm_url(settings: Settings, token: str) -> str:
    return f"{settings.public_url.rstrip('/')}/confirm-email/{token}"


def hash_of(token: str) -> str:
    """Only this is kept; who reads the database cannot confirm for others."""
    return hashlib.sha256(token.encode()).hexdigest()


async def look_up(engine: Engine, token: str) -> Confirmation:
    """What the link is about; changes nothing, since mail scanners follow links. NotFound."""
    async with engine.database.read() as session:
        recipient, name = await _find(session, token)
    return Confirmation(recipient.address, name, recipient.confirmed_at is not None)


async def confirm(engine: Engine, token: str) -> Confirmation:
    """From now on alerts go to that address; a second time changes nothing. Raises NotFound."""
    async with engine.database.begin() as session:
        recipient, name = await _find(session, token)
        recipient.confirmed_at = recipient.confirmed_at or engine.clock.now()
    return Confirmation(recipient.address, name, True)


async def _find(session: AsyncSession, token: str) -> tuple[Recipient, str]:
    found = await session.execute(
        select(Recipient, Integration.name)
        .join(Integration, Integration.id == Recipient.integration_id)
        .where(Recipient.confirm_token_hash == hash_of(token))
    )
    row = found.first()
    if row is None:
        raise NotFound(
            "This link is not valid (any more): the address may have been taken off the list. "
            "Ask the person who added you to add you again."
        )
    return row[0], row[1]
