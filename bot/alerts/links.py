"""Where a link from outside leads into Slack, by what is known of the workspace."""

from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store import deliveries
from store.models import slack_bots


async def slack_link(session: AsyncSession, workspace_id: str, incident_id: int | None) -> str:
    """The incident's channel, else the bot's own page, else the workspace."""
    message = await deliveries.slack_message_of(session, incident_id) if incident_id else None
    if message is not None:
        return _redirect(channel=message[0], team=workspace_id)
    app_id = await _app_id(session, workspace_id)
    if app_id is not None:
        return _redirect(app=app_id, team=workspace_id)
    return f"https://app.slack.com/client/{workspace_id}"


async def _app_id(session: AsyncSession, workspace_id: str) -> str | None:
    """Known where the bot was installed by OAuth."""
    found: str | None = await session.scalar(
        select(slack_bots.c.app_id)
        .where(slack_bots.c.team_id == workspace_id, slack_bots.c.app_id.is_not(None))
        .order_by(slack_bots.c.installed_at.desc())
        .limit(1)
    )
    return found


def _redirect(**where: str) -> str:
    """https://docs.slack.dev/interactivity/deep-linking"""
    return f"https://slack.com/app_redirect?{urlencode(where)}"
