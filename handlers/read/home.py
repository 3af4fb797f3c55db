"""What a member's Home shows: trouble first, then integrations and sources."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.setup.actor import Actor
from handlers.read.integrations import IntegrationRow, load_list, service_name
from store.models import Source
from store.vocabulary import IntegrationState, Role

INTEGRATIONS = 20
SOURCES = 10
_TROUBLED = (IntegrationState.DISABLED, IntegrationState.NEEDS_AUTHORIZATION)


@dataclass(frozen=True, slots=True)
class SourceRow:
    id: int
    name: str
    service: str


@dataclass(frozen=True, slots=True)
class Home:
    troubled: tuple[IntegrationRow, ...]  # what needs attention
    others: tuple[IntegrationRow, ...]
    total: int  # integrations in all
    sources: tuple[SourceRow, ...]
    total_sources: int
    is_admin: bool


async def load_home(session: AsyncSession, engine: Engine, actor: Actor) -> Home:
    found = await load_list(session, actor.workspace_id, count=INTEGRATIONS, trouble_first=True)
    mine = Source.workspace_id == actor.workspace_id
    sources = await session.scalars(
        select(Source).where(mine).order_by(Source.name_key).limit(SOURCES)
    )
    total_sources = await session.scalar(select(func.count()).select_from(Source).where(mine))
    troubled = tuple(row for row in found.rows if is_troubled(row))
    return Home(
        troubled=troubled,
        others=tuple(row for row in found.rows if not is_troubled(row)),
        total=found.total,
        sources=tuple(
            SourceRow(source.id, source.name, service_name(engine, source)) for source in sources
        ),
        total_sources=total_sources or 0,
        is_admin=actor.role is Role.ADMIN,
    )


def is_troubled(row: IntegrationRow) -> bool:
    return row.trouble is not None or row.state in _TROUBLED
