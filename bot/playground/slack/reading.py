"""A modal, a Home or a message, as a person sees it."""

from typing import Any

from bot.playground.slack.finding import BUTTONS, NotSeen, controls, find
from bot.playground.slack.messages import Message
from bot.playground.slack.state import Workspace
from bot.playground.slack.text import as_text, chosen_words, from_mrkdwn, named, words_of
from bot.playground.slack.views import ShownView


class Modal:
    """A view on the screen (a Home too); always as it is now."""

    def __init__(self, workspace: Workspace, view: ShownView) -> None:
        self._workspace = workspace
        self.view = view

    @property
    def id(self) -> str:
        return self.view.id

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.view.blocks

    @property
    def title(self) -> str:
        return words_of(self.view.body.get("title"))

    @property
    def submit(self) -> str:
        """The submit button's words; empty where there is none."""
        return words_of(self.view.body.get("submit"))

    @property
    def close(self) -> str:
        return words_of(self.view.body.get("close")) or "Cancel"

    @property
    def labels(self) -> list[str]:
        """What can be pressed and filled in, by name."""
        return [control.name for control in controls(self._workspace, self.view)]

    @property
    def errors(self) -> dict[str, str]:
        """What stands in red beside fields, by their label."""
        labels = {
            block["block_id"]: words_of(block["label"])
            for block in self.blocks
            if block["type"] == "input"
        }
        return {labels.get(key, key): text for key, text in self.view.errors.items()}

    @property
    def notice(self) -> str:
        """Slack's own words where the bot did not answer well."""
        return self.view.notice

    @property
    def text(self) -> str:
        """All that is to be read, from the title to the buttons below."""
        body = named(self._workspace, as_text(self.blocks, self.view.values))
        errors = [f"{label}: {text}" for label, text in self.errors.items()]
        buttons = [f"[{self.submit}]"] if self.submit else []
        return "\n".join(filter(None, [self.title, self.notice, body, *errors, *buttons]))

    def value(self, label: str) -> str:
        """What is entered or chosen in the field of that label; several are joined by commas."""
        stateful = (
            {control.type for control in controls(self._workspace, self.view)}
            - BUTTONS
            - {"overflow"}
        )
        control = find(controls(self._workspace, self.view), label, kinds=stateful)
        if control is None:
            raise NotSeen(f"No field “{label}” in:\n{self.text}")
        state = self.view.values[control.placed.block_id][control.placed.action_id]
        return named(self._workspace, ", ".join(chosen_words(state)))

    def __repr__(self) -> str:
        return f"<Modal {self.title!r}>"


class Post:
    """A message, in a channel, a DM, a thread, or shown to one member alone."""

    def __init__(self, workspace: Workspace, message: Message) -> None:
        self._workspace = workspace
        self.message = message

    @property
    def ts(self) -> str:
        return self.message.ts

    @property
    def channel(self) -> str:
        return self.message.channel

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.message.blocks

    @property
    def fallback(self) -> str:
        """The text of notifications and screen readers, where there are blocks."""
        return self.message.text

    @property
    def is_edited(self) -> bool:
        return self.message.edited is not None

    @property
    def is_ephemeral(self) -> bool:
        return self.message.ephemeral_for is not None

    @property
    def labels(self) -> list[str]:
        return [control.name for control in controls(self._workspace, self.message)]

    @property
    def text(self) -> str:
        message = self.message
        parts = [as_text(message.blocks, message.values) or from_mrkdwn(message.text)]
        for attachment in message.attachments:
            parts.append(from_mrkdwn(str(attachment.get("text", ""))))
            parts.append(as_text(attachment.get("blocks", [])))
        return named(self._workspace, "\n".join(filter(None, [*parts, message.notice])))

    def __repr__(self) -> str:
        return f"<Post {self.text.splitlines()[:1]} in {self.channel}>"
