"""Takes each of Slack's deliveries in once; a repeated one is acknowledged and ignored."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.engine import Engine
from store import receipts


def register(app: AsyncApp, engine: Engine) -> None:
    @app.middleware
    async def once(
        req: AsyncBoltRequest,
        body: dict[str, Any],
        next_: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse | None:
        key = key_of(body)
        if key is not None:
            async with engine.database.begin() as session:
                if not await receipts.claim(session, key, engine.clock.now()):
                    return BoltResponse(status=200, body="")
        await next_()
        return None


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
