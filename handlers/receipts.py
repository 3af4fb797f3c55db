"""Takes each of Slack's deliveries in once; a repeated one is acknowledged and ignored."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.listener.async_listener_start_handler import AsyncCustomListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.engine import Engine
from store import receipts


class Repeated(Exception):
    """Slack delivered it before, so there is nothing to do and nothing to say."""


def register(app: AsyncApp, engine: Engine) -> None:
    async def is_first(body: dict[str, Any]) -> bool:
        key = key_of(body)
        if key is None:
            return True
        async with engine.database.begin() as session:
            return await receipts.claim(session, key, engine.clock.now())

    @app.middleware
    async def once(
        req: AsyncBoltRequest,
        body: dict[str, Any],
        next_: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse | None:
        """Forms are answered after the work, and events only where we have them: Slack repeats
        an event that is not acknowledged."""
        if not is_acknowledged_first(body) and not await is_first(body):
            return BoltResponse(status=200, body="")
        await next_()
        return None

    async def begun(body: dict[str, Any], ack: AsyncAck) -> None:
        """Before each listener: no database stands between a click and its acknowledgement.

        The listener's own comes after it, and changes nothing.
        """
        if is_acknowledged_first(body):
            await ack()
            if not await is_first(body):
                raise Repeated

    app.listener_runner.listener_start_handler = AsyncCustomListenerStartHandler(app.logger, begun)


def is_acknowledged_first(body: dict[str, Any]) -> bool:
    """Commands, and what is pressed or picked: they have no other answer."""
    return "command" in body or body.get("type") == "block_actions"


def key_of(body: dict[str, Any]) -> str | None:
    """What names a delivery: an event's id, else the trigger id of the click or the command.

    Options requests carry neither and change nothing, so they need no receipt.
    """
    if "event_id" in body:
        return f"event:{body['event_id']}"
    if body.get("trigger_id") and body.get("type") != "block_suggestion":
        kind = body.get("type") or "command"
        action = (body.get("actions") or [{}])[0].get("action_ts", "")
        return f"{kind}:{body['trigger_id']}:{action}"
    return None
