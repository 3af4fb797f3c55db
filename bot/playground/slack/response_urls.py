"""response_url: answers to a command or a button without a token; 5 uses in 30 minutes."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from bot.playground.slack.errors import SlackError
from bot.playground.slack.limits import refuse_message
from bot.playground.slack.messages import Message
from bot.playground.slack.state import Workspace
from bot.playground.slack.views import filled

USES = 5
LIFETIME = 30 * 60.0  # seconds


@dataclass(slots=True)
class ResponseUrl:
    workspace: Workspace
    channel_id: str
    member_id: str
    message: Message | None  # the one whose button was pressed; None for a command
    made: float
    uses: int = 0


class ResponseUrls:
    def __init__(self) -> None:
        self.root = ""  # set when the server has an address
        self._made: dict[str, ResponseUrl] = {}

    def new(
        self, workspace: Workspace, channel_id: str, member_id: str, message: Message | None = None
    ) -> str:
        key = secrets.token_urlsafe(12)
        self._made[key] = ResponseUrl(workspace, channel_id, member_id, message, time.monotonic())
        return f"{self.root}{key}"

    def use(self, key: str, answer: dict[str, Any]) -> None:
        """Does what the answer says. Raises expired_url, used_url and the errors of messages."""
        url = self._made.get(key)
        if url is None or time.monotonic() - url.made > LIFETIME:
            raise SlackError("expired_url")
        if url.uses >= USES:
            raise SlackError("used_url")
        url.uses += 1
        answer_with(url, answer)


def answer_with(url: ResponseUrl, answer: dict[str, Any]) -> None:
    """Posts, replaces or deletes; as an answer to a command's request says it, too."""
    if answer.get("delete_original"):
        _delete(url)
        return
    text, blocks = str(answer.get("text") or ""), answer.get("blocks") or []
    refuse_message(text, blocks, answer.get("attachments"))
    blocks = filled({"blocks": blocks})["blocks"]
    if url.message is not None and answer.get("replace_original"):
        url.message.edit(text, blocks)
        _told(url, "message.edited", url.message)
        return
    workspace = url.workspace
    message = Message(
        channel=url.channel_id,
        ts=workspace.new_ts(),
        user=workspace.bot.id,
        bot_id=workspace.bot_id,
        text=text,
        blocks=blocks,
        thread_ts=answer.get("thread_ts"),
    )
    if answer.get("response_type") == "in_channel":
        workspace.post(workspace.channels[url.channel_id], message)
    else:
        message.ephemeral_for = url.member_id
        workspace.whisper(url.member_id, message)


def _delete(url: ResponseUrl) -> None:
    message = url.message
    if message is None:
        raise SlackError("message_not_found")
    for kept in (
        url.workspace.ephemerals.get(url.member_id, []),
        url.workspace.channels[url.channel_id].messages,
    ):
        if message in kept:
            kept.remove(message)
            _told(url, "message.deleted", message)


def _told(url: ResponseUrl, kind: str, message: Message) -> None:
    url.workspace.changes.add(kind, url.workspace.id, channel=message.channel, ts=message.ts)
