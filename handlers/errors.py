"""The one place that turns what went wrong into Slack, for every listener.

Listeners raise; nothing here is called by hand. A form not yet acknowledged gets the sentence
beside its field, or as a banner on top; an open modal gets the banner; a command or a message
button gets an ephemeral message. A member never sees an exception.
"""

import asyncio
import json
import secrets
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChangedMeanwhile, PatchbayError, Refused, SchemaDrift
from handlers.receipts import Repeated
from handlers.views.errors import apology, banner_on, explanation

log = structlog.get_logger(__name__)

NOTICED = 0.03  # seconds until Bolt has seen an acknowledgement
DRAWN = 0.5  # seconds until Slack has drawn the view in an acknowledgement

_TOO_LATE = (
    "Slack waited too long for our answer and did not open the window. Nothing was changed; "
    "please press again, or type the command again."
)
_BUSY = "Slack takes no more from us at the moment. Wait a minute, then please try again."
# Slack's error codes that a member can do something about.
_OF_SLACK = {
    "expired_trigger_id": _TOO_LATE,
    "exchanged_trigger_id": _TOO_LATE,
    "ratelimited": _BUSY,
    "service_unavailable": _BUSY,
}


def register(app: AsyncApp) -> None:
    @app.error
    async def answer(
        error: Exception,
        body: dict[str, Any],
        client: AsyncWebClient,
        response: BoltResponse | None,
        ack: AsyncAck,
    ) -> BoltResponse | None:
        if isinstance(error, Repeated):
            await _noticed()
            return None
        sentence, details = _in_words(error, body)
        if response is not None:  # not acknowledged yet: the answer can still be the ack
            return _as_response(error, sentence, details, body) or await _after(
                sentence, details, body, client
            )
        if body.get("type") == "view_submission":
            body = await _beside_form(body, ack)
        await _after(sentence, details, body, client)
        await _noticed()
        return None  # it takes no second answer


async def _noticed() -> None:
    """Bolt looks every 10 ms whether a listener has acknowledged, and forgets that it has when its
    error is dealt with: one that fails at once would seem never to have answered."""
    await asyncio.sleep(NOTICED)


async def _beside_form(body: dict[str, Any], ack: AsyncAck) -> dict[str, Any]:
    """What is left to answer once a form is acknowledged: its modal only where it stays open.

    The acknowledgement travels by itself; a redraw that overtakes it would not be seen.
    """
    drawn = str(ack.response.body) if ack.response is not None else ""
    if '"update"' in drawn or '"push"' in drawn:
        await asyncio.sleep(DRAWN)
        return body
    return {key: value for key, value in body.items() if key != "view"}


def _in_words(error: Exception, body: dict[str, Any]) -> tuple[str, list[str]]:
    if isinstance(error, PatchbayError):
        log.info("listener.refused", kind=type(error).__name__, sentence=error.sentence)
        told = error.changes if isinstance(error, ChangedMeanwhile | SchemaDrift) else []
        return error.sentence, told
    if isinstance(error, SlackApiError) and error.response.get("error") in _OF_SLACK:
        code = error.response["error"]
        log.warning("listener.slack_refused", code=code, type=body.get("type"))
        return _OF_SLACK[code], []
    reference = secrets.token_hex(4)
    log.error("listener.failed", reference=reference, type=body.get("type"), exc_info=error)
    return apology(reference), []


def _as_response(
    error: Exception, sentence: str, details: list[str], body: dict[str, Any]
) -> BoltResponse | None:
    """The answer to a form that has not been acknowledged."""
    if body.get("type") != "view_submission":
        return None
    field = error.field if isinstance(error, Refused) else None
    blocks = {block.get("block_id") for block in body["view"]["blocks"]}
    if field is not None and field in blocks:
        return _json({"response_action": "errors", "errors": {field: sentence}})
    view = banner_on(body["view"], sentence, details)
    return _json({"response_action": "update", "view": view})


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": "application/json"}
    )


async def _after(
    sentence: str, details: list[str], body: dict[str, Any], client: AsyncWebClient
) -> BoltResponse:
    """Says it beside the acknowledgement: on the modal, else to that member alone."""
    try:
        if not await _on_modal(sentence, details, body, client):
            await _tell(sentence, details, body, client)
    except SlackApiError as problem:
        log.warning("listener.could_not_explain", error=problem.response.get("error"))
    return BoltResponse(status=200, body="")


async def _on_modal(
    sentence: str, details: list[str], body: dict[str, Any], client: AsyncWebClient
) -> bool:
    """False where there is no modal (any more)."""
    view = body.get("view")
    if not view or view.get("type") != "modal":
        return False
    try:
        await client.views_update(view_id=view["id"], view=banner_on(view, sentence, details))
    except SlackApiError as problem:  # the member closed it meanwhile
        log.info("listener.modal_is_gone", error=problem.response.get("error"))
        return False
    return True


async def _tell(
    sentence: str, details: list[str], body: dict[str, Any], client: AsyncWebClient
) -> None:
    user = body.get("user_id") or (body.get("user") or {}).get("id")
    if user is None:  # an event: nobody to answer
        return
    channel = body.get("channel_id") or (body.get("channel") or {}).get("id")
    blocks = explanation(sentence, details)
    if channel:
        try:
            await client.chat_postEphemeral(
                channel=channel, user=user, text=sentence, blocks=blocks
            )
            return
        except SlackApiError:  # the bot is not in that channel: say it in the DM
            pass
    opened = await client.conversations_open(users=user)
    await client.chat_postMessage(channel=opened["channel"]["id"], text=sentence, blocks=blocks)
