"""What a member sees, as JSON for the browser; nothing of what only others may see."""

from dataclasses import dataclass, field
from typing import Any

from bot.playground.page.answers import Refused
from bot.playground.slack import SlackServer
from bot.playground.slack.interactions import SLACKBOT
from bot.playground.slack.messages import Message
from bot.playground.slack.state import Channel, Person, Workspace
from bot.playground.slack.views import ShownView

Json = dict[str, Any]

PAGE = 100  # messages, unless the browser asks for another number
MOST = 500


@dataclass(slots=True)
class Session:
    """The workspace of the page, and how far each member has read."""

    slack: SlackServer
    read: dict[tuple[str, str], str] = field(default_factory=dict)  # (member, channel) → ts

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    def member(self, member_id: str) -> Person:
        """Raises Refused unless it is somebody one can act as."""
        person = self.workspace.people.get(member_id)
        if person is None or person.is_bot or person.deleted:
            raise Refused("There is no such member.", 404)
        return person

    def members(self) -> list[Person]:
        people = self.workspace.people.values()
        return [person for person in people if not person.is_bot and not person.deleted]

    def channel(self, person: Person, channel_id: str) -> Channel:
        """Raises Refused unless the member may look into it."""
        if channel_id == self.workspace.dm(person.id).id:
            return self.workspace.dm(person.id)
        channel = self.workspace.channels.get(channel_id)
        if channel is None or not _open_to(channel, person):
            raise Refused("There is no such channel.", 404)
        return channel

    def channels(self, person: Person) -> list[Channel]:
        """Those in the member's sidebar, the DM with the bot last."""
        own = self.workspace.dm(person.id)
        others = [
            channel
            for channel in self.workspace.channels.values()
            if channel is not own and _open_to(channel, person)
        ]
        return [*sorted(others, key=lambda channel: channel.name), own]

    def whispers(self, person: Person, channel_id: str | None = None) -> list[Message]:
        """What only this member sees, oldest first."""
        kept = self.workspace.ephemerals.get(person.id, [])
        return [one for one in kept if channel_id in (None, one.channel)]

    def message(self, person: Person, channel_id: str, ts: str) -> Message:
        """One that the member sees. Raises Refused."""
        channel = self.channel(person, channel_id)
        found = channel.message(ts)
        if found is None:
            whispers = self.whispers(person, channel_id)
            found = next((one for one in whispers if one.ts == ts), None)
        if found is None:
            raise Refused("That message is gone.", 404)
        return found

    def view(self, person: Person, view_id: str) -> ShownView:
        """One on the member's screen: of the stack, or the Home. Raises Refused."""
        home = self.workspace.views.homes.get(person.id)
        shown = [*self.workspace.views.stack(person.id), *([home] if home else [])]
        for view in shown:
            if view.id == view_id:
                return view
        raise Refused("That window is closed already.", 404)

    # as JSON

    def sight(self, person: Person) -> Json:
        """All that the browser needs to begin with."""
        workspace = self.workspace
        home = workspace.views.homes.get(person.id)
        return {
            "me": _person(person),
            "workspace": {"id": workspace.id, "name": workspace.name, "bot": workspace.bot.id},
            "people": [
                *(_person(one) for one in workspace.people.values()),
                {"id": SLACKBOT, "name": "Slackbot", "tz": "UTC", "is_bot": True},
            ],
            "channels": self.sidebar(person),
            "views": self.stack(person),
            "home": self.shown(home) if home else None,
            "after": len(self.slack.slack.changes.entries),
        }

    def sidebar(self, person: Person) -> list[Json]:
        return [self._channel(person, channel) for channel in self.channels(person)]

    def stack(self, person: Person) -> list[Json]:
        return [self.shown(view) for view in self.workspace.views.stack(person.id)]

    def shown(self, view: ShownView) -> Json:
        errors, notice = dict(view.errors), view.notice
        return {**self.workspace.views.as_json(view), "errors": errors, "notice": notice}

    def page(self, person: Person, channel: Channel, before: str | None, limit: int) -> Json:
        """The latest messages before that ts, oldest first; without replies."""
        replies = _replies(channel)
        shown = [one for one in channel.messages if not one.is_reply or one.broadcast]
        shown += [one for one in self.whispers(person, channel.id) if not one.is_reply]
        shown.sort(key=_when)
        if before is not None:
            shown = [one for one in shown if one.ts < before]
        cut = shown[-max(1, min(limit, MOST)) :]
        return {
            "messages": [self.told(one, replies.get(one.ts, [])) for one in cut],
            "more": len(cut) < len(shown),
        }

    def thread(self, person: Person, channel: Channel, ts: str) -> Json:
        """The parent, then its replies."""
        parent = self.message(person, channel.id, ts)
        replies = [one for one in channel.messages if one.is_reply and one.thread_ts == ts]
        own = [one for one in self.whispers(person, channel.id) if one.thread_ts == ts]
        rest = sorted([*replies, *(one for one in own if one.ts != ts)], key=_when)
        return {"messages": [self.told(parent, replies), *(self.told(one) for one in rest)]}

    def told(self, message: Message, replies: list[Message] | None = None) -> Json:
        """A message; for a parent with its replies' count."""
        shown = message.as_json(self.workspace.id, replies=replies)
        return {
            **shown,
            "channel": message.channel,
            "ephemeral": message.ephemeral_for is not None,
            "values": message.values,
            "notice": message.notice,
            "is_reply": message.is_reply,
        }

    def told_anew(self, message: Message) -> Json:
        """The same, its replies counted now."""
        channel = self.workspace.channels[message.channel]
        thread = [] if message.is_reply else channel.thread(message.ts)
        return self.told(message, [one for one in thread if one.is_reply])

    def mark_read(self, person: Person, channel: Channel, ts: str) -> None:
        key = (person.id, channel.id)
        if ts > self.read.get(key, ""):
            self.read[key] = ts
            self.slack.slack.changes.add(
                "page.read", self.workspace.id, member=person.id, channel=channel.id
            )

    def _channel(self, person: Person, channel: Channel) -> Json:
        last = channel.messages[-1].ts if channel.messages else None
        own = channel.kind == "im"
        name = self.workspace.people[channel.other(person.id)].name if own else channel.name
        return {
            "id": channel.id,
            "name": name,
            "kind": channel.kind,
            "archived": channel.archived,
            "members": sum(not self.workspace.people[one].is_bot for one in channel.members),
            "unread": self._unread(person, channel),
            "read": self.read.get((person.id, channel.id)),
            "last": last,
        }

    def _unread(self, person: Person, channel: Channel) -> int:
        since = self.read.get((person.id, channel.id), "")
        unread = 0
        for message in reversed(channel.messages):
            if message.ts <= since:
                break
            unread += message.user != person.id and (not message.is_reply or message.broadcast)
        return unread + sum(one.ts > since for one in self.whispers(person, channel.id))


def _when(message: Message) -> str:
    return message.ts


def _replies(channel: Channel) -> dict[str, list[Message]]:
    """By their parent's ts."""
    found: dict[str, list[Message]] = {}
    for message in channel.messages:
        if message.thread_ts is not None and message.is_reply:
            found.setdefault(message.thread_ts, []).append(message)
    return found


def _open_to(channel: Channel, person: Person) -> bool:
    return person.id in channel.members or channel.kind == "public"


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "tz": person.tz,
        "is_admin": person.is_admin,
        "is_bot": person.is_bot,
    }
