"""Finds a message of ours by its metadata, when the answer to posting it was lost."""

from typing import Any

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.alerts.sending import Hopeless, Undeliverable
from handlers.outgoing import Outgoing, SlackRefused

log = structlog.get_logger(__name__)

PAGE = 200  # messages read at once
PAGES = 5


def metadata(event_type: str, **payload: int) -> dict[str, Any]:
    """What a message carries so that it can be found."""
    return {"event_type": event_type, "event_payload": payload}


async def find(
    out: Outgoing,
    workspace_id: str,
    channel: str,
    wanted: dict[str, Any],
    thread: str | None = None,
) -> str | None:
    """The time stamp of the message with the metadata, among the latest of a channel or thread.

    None where it is not there, or Patchbay may not read there: said twice is better than never.
    Raises RetryLater where Slack cannot say just now.
    """
    cursor = ""
    for _ in range(PAGES):
        try:
            page = await _read(out, workspace_id, channel, thread, cursor)
        except (SlackRefused, Hopeless, Undeliverable) as error:
            log.warning("looking.cannot_look", channel=channel, reason=str(error))
            return None
        for message in page["messages"]:
            if _carries(message, wanted):
                return str(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return None
    return None


async def _read(
    out: Outgoing, workspace_id: str, channel: str, thread: str | None, cursor: str
) -> AsyncSlackResponse:
    if thread is not None:
        return await out.ask(
            workspace_id,
            "conversations.replies",
            lambda client: client.conversations_replies(
                channel=channel,
                ts=thread,
                limit=PAGE,
                cursor=cursor or None,
                include_all_metadata=True,
            ),
        )
    return await out.ask(
        workspace_id,
        "conversations.history",
        lambda client: client.conversations_history(
            channel=channel, limit=PAGE, cursor=cursor or None, include_all_metadata=True
        ),
    )


def _carries(message: dict[str, Any], wanted: dict[str, Any]) -> bool:
    found = message.get("metadata") or {}
    return all(found.get(key) == value for key, value in wanted.items())
