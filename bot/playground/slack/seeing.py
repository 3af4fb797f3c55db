"""What a member has before their eyes, and waiting for it."""

import time
from collections.abc import Callable
from typing import TypeVar

from bot.playground.slack.core import Slack
from bot.playground.slack.finding import NotSeen
from bot.playground.slack.messages import Message
from bot.playground.slack.payloads import Surface
from bot.playground.slack.reading import Modal, Post
from bot.playground.slack.state import Channel, Workspace

Seen = TypeVar("Seen")
Within = str | Modal | Post | None  # words near the thing, or the modal or message it is in


class Reader:
    """The half of a member that reads."""

    def __init__(self, slack: Slack, workspace: Workspace, member_id: str) -> None:
        self.workspace = workspace
        self.person = workspace.person(member_id)
        self.patience = 5.0  # seconds to wait for what is looked for
        self._slack = slack
        self._at_home = False

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def modal(self) -> Modal | None:
        top = self.workspace.views.top(self.id)
        return Modal(self.workspace, top) if top else None

    @property
    def home(self) -> Modal | None:
        home = self.workspace.views.homes.get(self.id)
        return Modal(self.workspace, home) if home else None

    @property
    def ephemerals(self) -> list[Post]:
        """Oldest first."""
        return [self._post(message) for message in self.workspace.ephemerals.get(self.id, [])]

    @property
    def ephemeral(self) -> Post | None:
        """The latest."""
        return self.ephemerals[-1] if self.ephemerals else None

    def dm(self) -> list[Post]:
        """The messages of the DM with the bot, oldest first."""
        return self.channel(self.workspace.dm(self.id).id)

    def channel(self, channel_id: str) -> list[Post]:
        """The messages of a channel, oldest first, without replies."""
        messages = self.workspace.channel(channel_id).messages
        return [self._post(m) for m in messages if not m.is_reply or m.broadcast]

    def thread(self, parent: Post) -> list[Post]:
        """The replies to a message, oldest first."""
        replies = self.workspace.channel(parent.channel).thread(parent.ts)
        return [self._post(message) for message in replies if message.ts != parent.ts]

    async def sees(self, text: str, timeout: float | None = None) -> Modal | Post:
        """Waits until a modal, a message or the open Home shows these words; returns which."""

        def look() -> Modal | Post | None:
            return next((seen for seen in self._all() if text in seen.text), None)

        return await self._until(look, f"“{text}”", timeout)

    async def sees_modal(self, title: str, timeout: float | None = None) -> Modal:
        """Waits until the modal on top has this title."""

        def look() -> Modal | None:
            modal = self.modal
            return modal if modal and title in modal.title else None

        return await self._until(look, f"a modal “{title}”", timeout)

    async def sees_no_more(self, text: str, timeout: float | None = None) -> None:
        """Waits until nothing shows these words."""

        def look() -> bool | None:
            return None if any(text in seen.text for seen in self._all()) else True

        await self._until(look, f"“{text}” going away", timeout)

    # where to look, and how long

    def _surfaces(self, within: Within) -> list[Surface]:
        """Where one looks for things to press: what is named, the modal, else all the rest."""
        if isinstance(within, Modal):
            return [within.view]
        if isinstance(within, Post):
            return [within.message]
        modal = self.modal
        if modal:
            return [modal.view]
        home: list[Surface] = [self.home.view] if self.home else []
        messages: list[Surface] = list(self._messages())
        return [*home, *messages] if self._at_home else [*messages, *home]

    def _messages(self) -> list[Message]:
        """Every message this member can see, the newest first."""
        seen = list(self.workspace.ephemerals.get(self.id, []))
        for channel in self.workspace.channels.values():
            if self.id in channel.members:
                seen += channel.messages
        return sorted(seen, key=lambda message: message.ts, reverse=True)

    def _all(self) -> list[Modal | Post]:
        shown: list[Modal | Post] = [self.modal] if self.modal else []
        if self._at_home and self.home:
            shown.append(self.home)
        return [*shown, *(self._post(message) for message in self._messages())]

    def _modal_now(self) -> Modal:
        if self.modal is None:
            raise NotSeen(f"No modal is open. {self._screen()}")
        return self.modal

    def _place(self, channel: str | None) -> Channel:
        return self.workspace.channel(channel) if channel else self.workspace.dm(self.id)

    def _post(self, message: Message) -> Post:
        return Post(self.workspace, message)

    async def _until(
        self, look: Callable[[], Seen | None], what: str, timeout: float | None = None
    ) -> Seen:
        """Looks again at every change until `look` finds something; raises NotSeen."""
        deadline = time.monotonic() + (self.patience if timeout is None else timeout)
        while True:
            found = look()
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotSeen(f"{self.person.name} does not see {what}. {self._screen()}")
            await self._slack.changes.another(left)

    def _screen(self) -> str:
        if self.modal:
            return f"The modal on top shows:\n{self.modal.text}"
        recent = [seen.text for seen in self._all()[:3]]
        return "No modal is open; seen last:\n" + "\n———\n".join(recent)
