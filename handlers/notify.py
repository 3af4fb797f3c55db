"""Delivers the outbox's Slack messages: posts, replies and edits, each once."""

from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.alerts.facts import AlertFacts, SummaryFacts
from bot.alerts.sending import Hopeless, RetryLater, Sent, Undeliverable
from bot.engine import Engine
from handlers.looking import find, metadata
from handlers.outgoing import UNDELIVERABLE, ClientFor, Outgoing, SlackRefused
from handlers.progress import turn_to_write
from handlers.views.alerts import channel_message, direct_message
from handlers.views.messages import Message
from handlers.views.progress import summary_message
from store import deliveries
from store.models import Delivery, Run
from store.vocabulary import Level, Way

log = structlog.get_logger(__name__)

EVENT_TYPE = "patchbay_delivery"  # in a message's metadata, to find it by
# The message that we would edit is gone or closed: a new one takes its place.
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
# Blocks that Slack does not take, for all our checks: the text alone still says it.
_UNSHOWABLE = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}
)


class SlackSender:
    def __init__(self, engine: Engine, client_for: ClientFor) -> None:
        self._engine = engine
        self._out = Outgoing(engine, client_for)
        self._dms: dict[tuple[str, str], str] = {}

    async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
        try:
            if delivery.level is Level.SUMMARY:
                return await self._summary(delivery, maybe_sent=maybe_sent)
            facts = AlertFacts.model_validate(delivery.facts)
            if delivery.way is Way.CHANNEL:
                return await self._to_channel(delivery, facts, maybe_sent=maybe_sent)
            channel = await self._dm(delivery)
            shown = direct_message(facts)
            return await self._post(delivery, shown, channel, maybe_sent=maybe_sent)
        except SlackRefused as error:  # a code we do not know may pass
            raise RetryLater(error.code) from error

    async def _to_channel(self, delivery: Delivery, facts: AlertFacts, *, maybe_sent: bool) -> Sent:
        shown = channel_message(facts)
        async with self._engine.database.read() as session:
            parent = await deliveries.parent_of(session, delivery)
        if parent is None and (facts.part == "thread" or delivery.level not in deliveries.ALERTS):
            raise Undeliverable("the alert that it belongs to is not there.")
        if parent is None or parent.message_channel is None or parent.message_ts is None:
            return await self._post(delivery, shown, delivery.address, maybe_sent=maybe_sent)
        channel, ts = parent.message_channel, parent.message_ts
        if facts.part == "thread":
            return await self._post(delivery, shown, channel, maybe_sent=maybe_sent, thread=ts)
        if await self._edit(delivery.workspace_id, channel, ts, shown):
            return Sent(channel, ts)
        if delivery.level not in deliveries.ALERTS:
            raise Undeliverable("the alert was deleted.")
        return await self._post(delivery, shown, channel, maybe_sent=maybe_sent)

    async def _summary(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
        """Takes the place of the progress message, where there is one."""
        facts = SummaryFacts.model_validate(delivery.facts)
        shown = summary_message(facts)
        async with turn_to_write(delivery.workspace_id, facts.run_id):
            async with self._engine.database.read() as session:
                run = await session.get(Run, facts.run_id)
            if run is not None and run.progress_channel and run.progress_ts:
                channel, ts = run.progress_channel, run.progress_ts
                if await self._edit(delivery.workspace_id, channel, ts, shown):
                    return Sent(channel, ts)
            channel = await self._dm(delivery)
            return await self._post(delivery, shown, channel, maybe_sent=maybe_sent)

    async def _dm(self, delivery: Delivery) -> str:
        key = (delivery.workspace_id, delivery.address)
        if key not in self._dms:
            opened = await self._out.ask(
                delivery.workspace_id,
                "conversations.open",
                lambda client: client.conversations_open(users=delivery.address),
            )
            self._dms[key] = str(opened["channel"]["id"])
        return self._dms[key]

    async def _post(
        self,
        delivery: Delivery,
        shown: Message,
        channel: str,
        *,
        maybe_sent: bool,
        thread: str | None = None,
    ) -> Sent:
        if maybe_sent:
            found = await find(
                self._out, delivery.workspace_id, channel, _metadata(delivery), thread
            )
            if found is not None:
                log.info("notify.was_there", key=delivery.key)
                return Sent(channel, found)
        try:
            posted = await self._post_once(delivery, shown, channel, thread)
        except SlackRefused as error:
            if error.code in _UNSHOWABLE:
                log.error("notify.blocks_refused", key=delivery.key, code=error.code)
                posted = await self._post_once(delivery, Message(shown.text, []), channel, thread)
            elif error.code == "thread_not_found":
                raise Undeliverable("the alert that it belongs to was deleted.") from error
            else:
                raise
        return Sent(str(posted["channel"]), str(posted["ts"]))

    async def _post_once(
        self, delivery: Delivery, shown: Message, channel: str, thread: str | None
    ) -> AsyncSlackResponse:
        """Joins a public channel where Patchbay is not yet."""

        async def post(client: AsyncWebClient) -> AsyncSlackResponse:
            return await client.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                text=shown.text,
                blocks=shown.blocks or None,
                metadata=_metadata(delivery),
                unfurl_links=False,
            )

        try:
            return await self._out.ask(delivery.workspace_id, "chat.postMessage", post)
        except Undeliverable as error:
            if error.reason != UNDELIVERABLE["not_in_channel"] or delivery.way is not Way.CHANNEL:
                raise
        await self._join(delivery.workspace_id, channel)
        return await self._out.ask(delivery.workspace_id, "chat.postMessage", post)

    async def _join(self, workspace_id: str, channel: str) -> None:
        try:
            await self._out.ask(
                workspace_id,
                "conversations.join",
                lambda client: client.conversations_join(channel=channel),
            )
        except (SlackRefused, Hopeless) as error:  # private, or the scope is missing
            raise Undeliverable(UNDELIVERABLE["not_in_channel"]) from error

    async def _edit(self, workspace_id: str, channel: str, ts: str, shown: Message) -> bool:
        """False where that message cannot be edited any more."""
        try:
            await self._out.ask(
                workspace_id,
                "chat.update",
                lambda client: client.chat_update(
                    channel=channel, ts=ts, text=shown.text, blocks=shown.blocks
                ),
            )
        except SlackRefused as error:
            if error.code in _GONE:
                return False
            raise
        return True


def _metadata(delivery: Delivery) -> dict[str, Any]:
    return metadata(EVENT_TYPE, delivery_id=delivery.id)
