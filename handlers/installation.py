"""The bot is removed from a workspace."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.engine import Engine
from bot.setup.uninstall import uninstall
from handlers.clients import Clients

log = structlog.get_logger(__name__)


def register(
    app: AsyncApp, engine: Engine, clients: Clients, installations: AsyncInstallationStore | None
) -> None:
    async def gone(body: dict[str, Any]) -> None:
        workspace_id = str(body["team_id"])
        if await is_late(body):
            log.info("installation.late_event", workspace_id=workspace_id)
            return
        await uninstall(engine, workspace_id)
        clients.forget(workspace_id)
        if installations is not None:
            await installations.async_delete_all(
                enterprise_id=body.get("enterprise_id"), team_id=workspace_id
            )

    async def is_late(body: dict[str, Any]) -> bool:
        """Whether it tells of an installation that has been followed by another since."""
        if installations is None or "event_time" not in body:
            return False
        bot = await installations.async_find_bot(
            enterprise_id=body.get("enterprise_id"), team_id=str(body["team_id"])
        )
        # events are timed in whole seconds
        return bot is not None and float(body["event_time"]) + 1 <= bot.installed_at

    @app.event("app_uninstalled")
    async def app_uninstalled(body: dict[str, Any]) -> None:
        await gone(body)

    @app.event("tokens_revoked")
    async def tokens_revoked(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tokens", {}).get("bot"):  # a member's own token is none of ours
            await gone(body)
