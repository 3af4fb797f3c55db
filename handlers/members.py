"""Members: their roles, and keeping what is known of them fresh."""

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.setup.roles import set_role
from handlers.actor import FRESH, fill
from handlers.click import Click, click_of
from handlers.read.members import load_members
from handlers.views.members import (
    MEMBER_FIND,
    MEMBER_LIST,
    MEMBER_ROLE,
    MEMBER_TURN,
    MembersMetadata,
    RoleChoice,
    members_view,
)
from store import members, receipts

log = structlog.get_logger(__name__)

PAGE = 200  # members in one answer of users.list, as Slack recommends


async def show_members(click: Click) -> None:
    click.actor.must_administer("change roles")
    async with click.engine.database.read() as session:
        listed = await load_members(session, click.actor.workspace_id)
    await click.show(members_view(listed))
    refresh_soon(click.engine, click.client, click.actor.workspace_id)


async def _redraw(click: Click, *, first: int = 0, found: str | None = None) -> None:
    click.actor.must_administer("change roles")
    async with click.engine.database.read() as session:
        listed = await load_members(session, click.actor.workspace_id, first=first, found=found)
    await click.update(members_view(listed))


async def _choose_role(click: Click) -> None:
    choice = RoleChoice.model_validate_json(click.value)
    await set_role(click.engine, click.actor, choice.member, choice.role)
    metadata = MembersMetadata.of(click.view)
    await _redraw(click, first=metadata.first, found=metadata.found)


def refresh_soon(engine: Engine, client: AsyncWebClient, workspace_id: str) -> None:
    """Asks Slack in the background for the workspace's members, if that was long ago."""
    engine.background.start(refresh_stale(engine, client, workspace_id))


async def refresh_stale(engine: Engine, client: AsyncWebClient, workspace_id: str) -> None:
    """Reads users.list once in twelve hours, whichever process comes first."""
    now = engine.clock.now()
    turn = int(now.timestamp() // FRESH.total_seconds())
    async with engine.database.begin() as session:
        if not await receipts.claim(session, f"members:{workspace_id}:{turn}", now):
            return
    try:
        count = await refresh_all(engine, client, workspace_id)
    except Exception as error:  # nobody waits for this: what is known stays, later again
        log.warning("members.not_refreshed", workspace_id=workspace_id, error=repr(error))
    else:
        log.info("members.refreshed", workspace_id=workspace_id, members=count)


async def refresh_all(engine: Engine, client: AsyncWebClient, workspace_id: str) -> int:
    """Takes in everybody, page by page. Returns how many. Raises SlackApiError."""
    count, cursor = 0, ""
    while True:
        answer = await client.users_list(limit=PAGE, cursor=cursor or None)
        users: list[dict[str, Any]] = answer["members"]
        async with engine.database.begin() as session:
            for user in users:
                await take_in(session, engine, workspace_id, user)
        count += len(users)
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return count


async def take_in(
    session: AsyncSession, engine: Engine, workspace_id: str, user: dict[str, Any]
) -> None:
    """Keeps what Slack says of one user; those who left or are bots only where known already."""
    now = engine.clock.now()
    member = await members.get(session, workspace_id, user["id"])
    if member is None:
        if user.get("deleted") or user.get("is_bot") or user["id"] == "USLACKBOT":
            return
        member = await members.ensure(session, workspace_id, user["id"], now)
    fill(member, user)
    member.refreshed_at = now


def register(app: AsyncApp, engine: Engine) -> None:
    @app.action(MEMBER_LIST)
    async def opened(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await show_members(await click_of(engine, client, body))

    @app.action(re.compile(rf"^{MEMBER_TURN}:"))
    async def turned(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await _redraw(click, first=int(click.value or 0))

    @app.action(MEMBER_FIND)
    async def looked_for(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        await _redraw(click, found=click.action.get("selected_user"))

    @app.action(MEMBER_ROLE)
    async def chosen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await _choose_role(await click_of(engine, client, body))

    @app.event("user_change")
    @app.event("team_join")
    async def changed(body: dict[str, Any], event: dict[str, Any]) -> None:
        workspace_id = str(body["team_id"])
        async with engine.database.begin() as session:
            await members.ensure_workspace(session, workspace_id, engine.clock.now())
            await take_in(session, engine, workspace_id, event["user"])
