"""A workspace: its people, channels, messages and views. Nothing here speaks HTTP."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.playground.slack.changes import Changes
from bot.playground.slack.errors import SlackError
from bot.playground.slack.messages import Message
from bot.playground.slack.views import Views


@dataclass(slots=True)
class Person:
    id: str
    name: str
    email: str | None = None
    tz: str = "Europe/Paris"
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False

    @property
    def handle(self) -> str:
        return self.name.lower().replace(" ", ".")

    @property
    def utc_offset(self) -> int:
        """Seconds east of UTC, today."""
        offset = datetime.now(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: str  # public, private, im
    members: list[str] = field(default_factory=list)
    archived: bool = False
    created: int = field(default_factory=lambda: int(time.time()))
    messages: list[Message] = field(default_factory=list)  # oldest first, replies among them

    def message(self, ts: object) -> Message | None:
        return next((message for message in self.messages if message.ts == str(ts)), None)

    def thread(self, ts: str) -> list[Message]:
        """The parent and its replies, oldest first."""
        return [m for m in self.messages if ts in (m.ts, m.thread_ts)]

    def other(self, person_id: str) -> str:
        """In a DM: who is at the other end."""
        return next((member for member in self.members if member != person_id), person_id)


class Workspace:
    def __init__(self, team_id: str, name: str, changes: Changes) -> None:
        self.id = team_id
        self.name = name
        self.domain = name.lower().replace(" ", "-")
        self.changes = changes
        self.bot = Person("UBOT" if team_id == "T1" else f"UBOT{team_id}", "Patchbay", is_bot=True)
        self.bot_id = f"B{self.bot.id[1:]}"
        self.people: dict[str, Person] = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: dict[str, list[Message]] = {}  # by the member who sees them
        self.views = Views(self.id, self.bot_id, self.changes)
        self._last_ts = 0

    # people and places

    def add_member(
        self,
        id: str,
        name: str,
        email: str | None = None,
        tz: str = "Europe/Paris",
        is_admin: bool = False,
    ) -> Person:
        person = Person(id, name, email or f"{id.lower()}@example.com", tz, is_admin)
        self.people[id] = person
        self.changes.add("member.added", self.id, member=id)
        return person

    def add_channel(
        self,
        id: str,
        name: str,
        members: list[str] | tuple[str, ...] = (),
        *,
        private: bool = False,
        with_bot: bool = True,
    ) -> Channel:
        """A channel of these members, the bot among them unless `with_bot` is false."""
        joined = [*members, self.bot.id] if with_bot else list(members)
        channel = Channel(id, name, "private" if private else "public", list(dict.fromkeys(joined)))
        self.channels[id] = channel
        self.changes.add("channel.added", self.id, channel=id)
        return channel

    def dm(self, person_id: str) -> Channel:
        """The bot's DM with a member; made when first asked for."""
        channel_id = f"D{person_id}"
        if channel_id not in self.channels:
            members = [person_id, self.bot.id]
            self.channels[channel_id] = Channel(channel_id, "directmessage", "im", members)
        return self.channels[channel_id]

    def person(self, person_id: object) -> Person:
        person = self.people.get(str(person_id))
        if person is None:
            raise SlackError("user_not_found")
        return person

    def channel(self, channel_id: object, seen_by: str | None = None) -> Channel:
        """Raises channel_not_found, also where it is private and `seen_by` is not in it."""
        channel = self.channels.get(str(channel_id))
        hidden = channel and channel.kind != "public" and seen_by and seen_by not in channel.members
        if channel is None or hidden:
            raise SlackError("channel_not_found")
        return channel

    # messages

    def new_ts(self) -> str:
        """Unique and increasing, as Slack's: seconds and microseconds."""
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(self, channel: Channel, message: Message) -> Message:
        channel.messages.append(message)
        self.changes.add("message.posted", self.id, channel=channel.id, ts=message.ts)
        return message

    def whisper(self, person_id: str, message: Message) -> Message:
        """Shows an ephemeral message to one member."""
        self.ephemerals.setdefault(person_id, []).append(message)
        self.changes.add("message.whispered", self.id, member=person_id, ts=message.ts)
        return message

    def permalink(self, channel: Channel, message: Message) -> str:
        stamp = message.ts.replace(".", "")
        return f"https://{self.domain}.slack.com/archives/{channel.id}/p{stamp}"


def new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(5).upper()
