"""A workspace removed the bot: its syncs stop and its secrets go at once, the rest later."""

from datetime import UTC, datetime

import structlog
from sqlalchemy import delete, select, update

from bot.engine import Engine
from store.models import (
    Authorization,
    AuthorizationRequest,
    Integration,
    Member,
    Project,
    Run,
    Workspace,
)
from store.vocabulary import AuthorizationState, IntegrationState, RunState

log = structlog.get_logger(__name__)


async def uninstall(engine: Engine, workspace_id: str) -> None:
    """Safe to repeat: `app_uninstalled` and `tokens_revoked` come in any order, or twice.

    What remains (names, mappings, histories) is removed by housekeeping after
    `PATCHBAY_KEEP_UNINSTALLED_DAYS`. Rows in the projects are the team's own and stay.
    """
    now = engine.clock.now()
    nothing = engine.vault.seal({})
    async with engine.database.begin() as session:
        workspace = await session.get(Workspace, workspace_id)
        if workspace is None or workspace.uninstalled_at is not None:
            return
        workspace.uninstalled_at = now
        await session.execute(
            update(Integration)
            .where(
                Integration.workspace_id == workspace_id,
                Integration.state == IntegrationState.ACTIVE,
            )
            .values(state=IntegrationState.PAUSED, next_run_at=None)
        )
        # a running one looks at its integration with every page, and stops there
        await session.execute(
            update(Run)
            .where(Run.workspace_id == workspace_id, Run.state == RunState.QUEUED)
            .values(state=RunState.CANCELLED, finished_at=now)
        )
        await session.execute(
            update(Authorization)
            .where(Authorization.workspace_id == workspace_id)
            .values(secret=nothing, state=AuthorizationState.LOST)
        )
        await session.execute(
            delete(AuthorizationRequest).where(AuthorizationRequest.workspace_id == workspace_id)
        )
        # who comes back is asked after at once, and shows that the bot is there again
        await session.execute(
            update(Member)
            .where(Member.workspace_id == workspace_id)
            .values(refreshed_at=datetime.fromtimestamp(0, UTC))
        )
        for project in await session.scalars(
            select(Project).where(Project.workspace_id == workspace_id, Project.url.is_not(None))
        ):
            project.url = nothing
    log.info("workspace.uninstalled", workspace_id=workspace_id)
