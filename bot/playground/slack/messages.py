"""A message, and its JSON in the Web API's answers and in payloads."""

from dataclasses import dataclass, field
from typing import Any

from bot.playground.slack.inputs import Values, values_of

APP_ID = "APATCHBAY"


@dataclass(slots=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False  # a reply that is shown in the channel too
    metadata: dict[str, Any] | None = None
    bot_id: str | None = None  # None: a person wrote it
    edited: str | None = None  # ts of the last edit
    ephemeral_for: str | None = None
    values: Values = field(default_factory=dict)  # what was chosen in it
    notice: str = ""  # Slack's own words about trouble with the bot

    def __post_init__(self) -> None:
        self.values = values_of(self.blocks)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def edit(self, text: str, blocks: list[dict[str, Any]]) -> None:
        """New content; what was chosen in it stays where the ids stay."""
        self.text, self.blocks, self.notice = text, blocks, ""
        self.values = values_of(blocks, self.values)

    def as_json(
        self,
        team_id: str,
        *,
        replies: "list[Message] | None" = None,
        with_metadata: bool = False,
    ) -> dict[str, Any]:
        """`replies`: those of a parent, for its counts."""
        shown: dict[str, Any] = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text,
            "team": team_id,
        }
        if self.bot_id:
            shown |= {"bot_id": self.bot_id, "app_id": APP_ID}
        if self.blocks:
            shown["blocks"] = self.blocks
        if self.attachments:
            shown["attachments"] = self.attachments
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.edited}
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if self.broadcast:
            shown["subtype"] = "thread_broadcast"
        if with_metadata and self.metadata:
            shown["metadata"] = self.metadata
        if replies:
            shown |= {
                "thread_ts": self.ts,
                "reply_count": len(replies),
                "reply_users": sorted({reply.user for reply in replies}),
                "latest_reply": replies[-1].ts,
            }
        return shown
