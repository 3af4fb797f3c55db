"""Who pressed it: the member's row, refreshed from Slack when it is new or old."""

from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.setup.actor import Actor, as_actor
from store import members
from store.models import Member
from store.vocabulary import Role

FRESH = timedelta(hours=12)


def workspace_of(body: dict[str, Any]) -> str:
    team = body.get("team") or {}
    return str(team.get("id") or body.get("team_id") or body["user"]["team_id"])


def member_of(body: dict[str, Any]) -> str:
    user = body.get("user") or {}
    if isinstance(user, dict) and "id" in user:
        return str(user["id"])
    return str(body.get("user_id") or body["event"]["user"])


async def actor_of(engine: Engine, client: AsyncWebClient, body: dict[str, Any]) -> Actor:
    """The actor behind a command, an interaction, an options request or an event.

    May call `users.info` (a new or stale member), so acknowledge first where that can be.
    """
    return await load_actor(engine, client, workspace_of(body), member_of(body))


async def load_actor(
    engine: Engine, client: AsyncWebClient, workspace_id: str, member_id: str
) -> Actor:
    async with engine.database.read() as session:
        member = await members.get(session, workspace_id, member_id)
    if member is None or engine.clock.now() - member.refreshed_at > FRESH:
        member = await refresh(engine, client, workspace_id, member_id) or member
    if member is None:
        return Actor(workspace_id, member_id, Role.VIEWER)
    return as_actor(member)


async def refresh(
    engine: Engine, client: AsyncWebClient, workspace_id: str, member_id: str
) -> Member | None:
    """Asks Slack who that is and keeps the answer. None where Slack does not know or answer."""
    try:
        answer = await client.users_info(user=member_id)
    except SlackApiError:
        return None
    user: dict[str, Any] = answer["user"]
    async with engine.database.begin() as session:
        await members.ensure_workspace(session, workspace_id, engine.clock.now())
        await members.is_installed(session, workspace_id)  # or Slack would not have answered
        member = await members.ensure(session, workspace_id, member_id, engine.clock.now())
        fill(member, user)
        member.refreshed_at = engine.clock.now()
    return member


def fill(member: Member, user: dict[str, Any]) -> None:
    """Copies what we use of Slack's user object (https://docs.slack.dev/reference/objects/user-object)."""
    profile = user.get("profile") or {}
    member.name = profile.get("display_name") or user.get("real_name") or user.get("name") or ""
    member.email = profile.get("email")
    member.timezone = user.get("tz") or "UTC"
    member.is_workspace_admin = bool(user.get("is_admin") or user.get("is_owner"))
    member.is_gone = bool(user.get("deleted") or user.get("is_bot"))
