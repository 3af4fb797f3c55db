"""An integration's runs, newest first."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.setup import integrations
from handlers.read.integrations import RunLine, run_line
from store.models import Run

PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class History:
    integration_id: int
    name: str
    runs: tuple[RunLine, ...]
    older: int | None  # older runs have ids below this; None: there are none
    is_newest: bool


async def load_history(
    session: AsyncSession, workspace_id: str, integration_id: int, before: int | None = None
) -> History:
    """A page of runs, those with ids below `before`. Raises NotFound."""
    integration = await integrations.get(session, workspace_id, integration_id)
    query = (
        select(Run)
        .where(Run.integration_id == integration_id)
        .order_by(Run.id.desc())
        .limit(PER_PAGE + 1)
    )
    if before is not None:
        query = query.where(Run.id < before)
    found = (await session.scalars(query)).all()
    shown = found[:PER_PAGE]
    return History(
        integration_id=integration_id,
        name=integration.name,
        runs=tuple(run_line(run) for run in shown),
        older=shown[-1].id if len(found) > PER_PAGE else None,
        is_newest=before is None,
    )
