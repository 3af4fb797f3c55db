"""The buttons of alerts. After a press the message is drawn anew, whatever came of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts import incidents
from bot.alerts.facts import AlertFacts
from bot.engine import Engine
from bot.errors import NotFound
from bot.setup import lifecycle
from bot.sync import deletions
from handlers.click import Click, click_of
from handlers.views import alerts as views
from handlers.views.common import number
from store import deliveries
from store import incidents as kept
from store.models import Delivery, Incident
from store.vocabulary import IncidentState, Level, Way

log = structlog.get_logger(__name__)


async def acknowledge(click: Click, incident_id: int) -> None:
    await incidents.acknowledge(click.engine, click.actor, incident_id)


async def snooze(click: Click, incident_id: int) -> None:
    span = timedelta(hours=views.SNOOZE_HOURS)
    await incidents.snooze(click.engine, click.actor, incident_id, span)


async def reactivate(click: Click, integration_id: int) -> None:
    run = await lifecycle.activate(click.engine, click.actor, integration_id)
    if run is None:
        await click.tell("It is active already, so there was nothing to do.")
        return
    await click.tell(
        "It is active again and syncing. Its progress shows in your direct messages with Patchbay."
    )


async def delete_rows(click: Click, integration_id: int) -> None:
    await deletions.confirm_deletions(click.engine, click.actor, integration_id)
    await click.tell(
        "The rows are being deleted. The result shows in your direct messages with Patchbay."
    )


async def keep_rows(click: Click, integration_id: int) -> None:
    count = await deletions.drop_deletions(click.engine, click.actor, integration_id)
    await click.tell(f"{number(count)} rows are kept.")


async def redraw(click: Click) -> None:
    """Brings the message that was pressed in up to date. Nothing happens where it is gone."""
    channel = (click.body.get("channel") or {}).get("id")
    ts = (click.body.get("message") or {}).get("ts")
    if not channel or not ts:
        return
    workspace_id = click.actor.workspace_id
    async with click.engine.database.begin() as session:
        delivery = await deliveries.of_message(session, workspace_id, channel, ts)
        if delivery is None or delivery.incident_id is None:
            return
        incident = await kept.get(session, workspace_id, delivery.incident_id)
    if incident is None:
        return
    facts = _as_it_stands(incident, delivery)
    build = views.channel_message if delivery.way is Way.CHANNEL else views.direct_message
    shown = build(facts)
    try:
        await click.client.chat_update(channel=channel, ts=ts, text=shown.text, blocks=shown.blocks)
    except SlackApiError as error:
        log.info("alerts.not_redrawn", error=error.response.get("error"))


def _as_it_stands(incident: Incident, delivery: Delivery) -> AlertFacts:
    """A channel's message follows its incident; a DM keeps its facts until that is resolved."""
    now = AlertFacts.model_validate(incident.facts)
    if incident.state is IncidentState.RESOLVED or delivery.way is Way.CHANNEL:
        return now
    said = AlertFacts.model_validate(delivery.facts)
    if said.level is Level.RESOLVED:
        return said
    return said.model_copy(
        update={
            "acknowledged_by": incident.acknowledged_by,
            "snoozed_until": incident.snoozed_until,
        }
    )


def register(app: AsyncApp, engine: Engine) -> None:
    """View errors, Re-authorize and Open the source are listened to by their own nouns."""
    for action_id, do in {
        views.ACKNOWLEDGE: acknowledge,
        views.SNOOZE: snooze,
        views.REACTIVATE: reactivate,
        views.DELETE_ROWS: delete_rows,
        views.KEEP_ROWS: keep_rows,
    }.items():
        _on(app, engine, action_id, do)


def _on(
    app: AsyncApp, engine: Engine, action_id: str, do: Callable[[Click, int], Awaitable[None]]
) -> None:
    @app.action(action_id)
    async def pressed(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = await click_of(engine, client, body)
        if not click.value.isdigit():
            raise NotFound("This alert is not known any more, so there is nothing to do.")
        try:
            await do(click, int(click.value))
        finally:  # also where it was refused: the button may not apply any more
            await redraw(click)
