"""One thing a member did (a command, a button, a form), with what a listener needs to answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from bot.setup.actor import Actor
from handlers.actor import actor_of

STACK = 3  # views that Slack lets lie on each other


@dataclass(frozen=True, slots=True)
class Click:
    engine: Engine
    client: AsyncWebClient
    body: dict[str, Any]
    actor: Actor

    @property
    def view(self) -> dict[str, Any]:
        """The modal it happened in; empty for a command, a message or the Home."""
        view: dict[str, Any] = self.body.get("view") or {}
        return view if view.get("type") == "modal" else {}

    @property
    def action(self) -> dict[str, Any]:
        actions: list[dict[str, Any]] = self.body.get("actions") or [{}]
        return actions[0]

    @property
    def value(self) -> str:
        """What was pressed or picked: a button's value, an option's value, a typed text."""
        action = self.action
        picked = action.get("selected_option") or {}
        return str(picked.get("value") or action.get("value") or "")

    async def show(self, view: View) -> str:
        """Opens a modal, or lays the view on the open one (in its place where three lie already).

        Returns the view's id, for `update`.
        """
        if not self.view:
            answer = await self.client.views_open(trigger_id=self.body["trigger_id"], view=view)
        elif depth(self.view) < STACK:
            answer = await self.client.views_push(trigger_id=self.body["trigger_id"], view=view)
        else:
            return await self.update(view)
        shown: str = answer["view"]["id"]
        return shown

    async def update(self, view: View | dict[str, Any], view_id: str | None = None) -> str:
        """Redraws the view that was clicked in, or the one with that id.

        A view that was closed meanwhile is no error: what it showed is in the database.
        """
        shown = view_id or str(self.view["id"])
        try:
            await self.client.views_update(view_id=shown, view=view)
        except SlackApiError as error:
            if error.response.get("error") != "not_found":
                raise
        return shown

    async def redraw_below(self, view: View) -> None:
        """Redraws the view under the one that was clicked in, so that going back shows news."""
        below = self.view.get("previous_view_id")
        if below:
            await self.update(view, below)

    async def tell(self, text: str, blocks: Sequence[Block] | None = None) -> None:
        """Says it to this member alone: where they are, else in their DM. `text` is mrkdwn."""
        channel = self.body.get("channel_id") or (self.body.get("channel") or {}).get("id")
        user = self.actor.member_id
        if channel:
            try:
                await self.client.chat_postEphemeral(
                    channel=channel, user=user, text=text, blocks=blocks
                )
                return
            except SlackApiError as error:
                if error.response.get("error") not in _NOT_THERE:
                    raise
        opened = await self.client.conversations_open(users=user)
        await self.client.chat_postMessage(
            channel=opened["channel"]["id"], text=text, blocks=blocks
        )


# the bot is not in that channel, or it is a DM between others
_NOT_THERE = {"channel_not_found", "not_in_channel", "is_archived", "user_not_in_channel"}


def depth(view: dict[str, Any]) -> int:
    """How many views lie on each other up to this one: 1 to 3."""
    below = view.get("previous_view_id")
    if not below:
        return 1
    return 2 if below == view.get("root_view_id") else 3


async def click_of(engine: Engine, client: AsyncWebClient, body: dict[str, Any]) -> Click:
    """Looks up who it was. May call `users.info` (a new or stale member): acknowledge first."""
    return Click(engine, client, body, await actor_of(engine, client, body))
