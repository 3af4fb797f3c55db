"""The one place that turns what went wrong into Slack, for every listener.

Listeners raise; nothing here is called by hand. A form not yet acknowledged gets the sentence
beside its field, or as a banner on top; an open modal gets the banner; a command or a message
button gets an ephemeral message. A member never sees an exception.
"""

import json
import secrets
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChangedMeanwhile, PatchbayError, Refused
from handlers.views.errors import apology, banner_on, explanation

log = structlog.get_logger(__name__)


def register(app: AsyncApp) -> None:
    @app.error
    async def answer(
        error: Exception,
        body: dict[str, Any],
        client: AsyncWebClient,
        response: BoltResponse | None,
    ) -> BoltResponse | None:
        sentence, details = _in_words(error, body)
        if response is not None:  # not acknowledged yet: the answer can still be the ack
            return _as_response(error, sentence, details, body) or await _after(
                sentence, details, body, client
            )
        await _after(sentence, details, body, client)
        return None  # Bolt takes no second answer


def _in_words(error: Exception, body: dict[str, Any]) -> tuple[str, list[str]]:
    if isinstance(error, PatchbayError):
        log.info("listener.refused", kind=type(error).__name__, sentence=error.sentence)
        return error.sentence, error.changes if isinstance(error, ChangedMeanwhile) else []
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
        view = body.get("view")
        if view and view.get("type") == "modal":
            await client.views_update(view_id=view["id"], view=banner_on(view, sentence, details))
        else:
            await _tell(sentence, details, body, client)
    except SlackApiError as problem:
        log.warning("listener.could_not_explain", error=problem.response.get("error"))
    return BoltResponse(status=200, body="")


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
