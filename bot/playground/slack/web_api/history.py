"""conversations.history and conversations.replies."""

from typing import Any

from bot.playground.slack.errors import SlackError
from bot.playground.slack.messages import Message
from bot.playground.slack.state import Channel
from bot.playground.slack.web_api.call import Answer, Call, method, page_of
from bot.playground.slack.web_api.conversations import channel_of

_HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


@method("conversations.history")
def conversations_history(call: Call) -> Answer:
    """Newest first; replies are left out unless they were broadcast."""
    channel = _readable(call)
    shown = [m for m in reversed(channel.messages) if not m.is_reply or m.broadcast]
    return _page(call, channel, [m for m in shown if _within(call, m)])


@method("conversations.replies")
def conversations_replies(call: Call) -> Answer:
    """The parent, then its replies, oldest first."""
    channel = _readable(call)
    thread = channel.thread(call.args.required("ts"))
    if not thread:
        raise SlackError("thread_not_found")
    return _page(call, channel, [m for m in thread if not m.is_reply or _within(call, m)])


def _readable(call: Call) -> Channel:
    channel = channel_of(call)
    call.needs(_HISTORY[channel.kind])
    if call.workspace.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _page(call: Call, channel: Channel, messages: list[Message]) -> Answer:
    page, cursor = page_of(messages, call.args, most=999)
    answer: Answer = {
        "messages": [_shown(call, channel, message) for message in page],
        "has_more": bool(cursor),
        "pin_count": 0,
    }
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


def _shown(call: Call, channel: Channel, message: Message) -> dict[str, Any]:
    replies = [] if message.is_reply else channel.thread(message.ts)[1:]
    return message.as_json(
        call.workspace.id,
        replies=replies,
        with_metadata=call.args.flag("include_all_metadata"),
    )


def _within(call: Call, message: Message) -> bool:
    """`oldest`, `latest`, `inclusive`."""
    oldest, latest = call.args.optional("oldest"), call.args.optional("latest")
    inclusive = call.args.flag("inclusive")
    ts = _seconds(message.ts)
    if oldest and (ts < _seconds(oldest) or (not inclusive and ts == _seconds(oldest))):
        return False
    return not (latest and (ts > _seconds(latest) or (not inclusive and ts == _seconds(latest))))


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        raise SlackError("invalid_arguments") from None
