"""The buttons of alerts, pressed by people."""

import pytest
from sqlalchemy import select

from bot.alerts import incidents
from bot.alerts.facts import AlertFacts, HeldRows
from bot.alerts.outbox import Outbox
from bot.playground.slack.messages import Message
from bot.setup import integrations
from handlers.notify import SlackSender
from store.models import Incident, Integration, PendingDeletion, Run
from store.vocabulary import (
    IncidentKind,
    IncidentState,
    IntegrationState,
    Level,
    Trigger,
    Way,
)
from tests.handlers.conftest import Face
from tests.handlers.test_commands import made
from tests.setup.integrating import WORKSPACE


async def alert(
    face: Face, level: Level = Level.WARNING, kind: IncidentKind = IncidentKind.ERRORS
) -> int:
    """The editor's integration in trouble, told to the editor and the admin by DM."""
    [integration_id] = await made(face, "Shop")
    async with face.engine.database.begin() as session:
        integration = await integrations.get(session, WORKSPACE, integration_id)
        now = face.engine.clock.now()
        facts = AlertFacts(
            incident_id=0,
            kind=kind,
            level=level,
            title=f"“{integration.name}” is in trouble",
            integration_ids=[integration_id],
            integration_names=[integration.name],
            since=now,
            happened_at=now,
            held=[HeldRows(data_type="Customers", rows=2, total=3)] if level is Level.HELD else [],
            next_step="Do something.",
        )
        await incidents.open_or_join(
            session,
            workspace_id=WORKSPACE,
            cause=incidents.cause_of(kind, integration_id),
            facts=facts,
            now=now,
            integration_id=integration_id,
        )
        if level is Level.DISABLED:
            integration.state, integration.next_run_at = IntegrationState.DISABLED, None
        if level is Level.HELD:
            transfer_id = integration.updates[0].transfer_id
            for key in ("[1]", "[2]"):
                session.add(
                    PendingDeletion(
                        integration_id=integration_id, transfer_id=transfer_id, record_key=key
                    )
                )
    await send(face)
    return integration_id


async def send(face: Face) -> None:
    sender = SlackSender(face.engine, face.clients.for_workspace)
    await Outbox(face.engine, {Way.DM: sender, Way.CHANNEL: sender}).sweep()


def in_dm(face: Face, number: int = -1) -> Message:
    return face.slack.workspace.dm("U_EDITOR").messages[number]


async def incident(face: Face) -> Incident:
    async with face.engine.database.read() as session:
        return (await session.scalars(select(Incident))).one()


async def runs(face: Face, trigger: Trigger) -> int:
    async with face.engine.database.read() as session:
        return len((await session.scalars(select(Run).where(Run.trigger == trigger))).all())


async def test_acknowledge_says_who_and_takes_the_button_away(face: Face) -> None:
    await alert(face)
    await face.editor.presses("Acknowledge", within="is in trouble")

    assert (await incident(face)).acknowledged_by == "U_EDITOR"
    assert "Acknowledged by <@U_EDITOR>" in str(in_dm(face).blocks)
    assert "alert_acknowledge" not in str(in_dm(face).blocks)


async def test_snooze(face: Face) -> None:
    await alert(face)
    await face.editor.presses("Snooze 24 h", within="is in trouble")

    assert (await incident(face)).snoozed_until is not None
    assert "No further warnings until" in str(in_dm(face).blocks)


async def test_a_button_that_came_too_late_answers_and_is_redrawn(face: Face) -> None:
    integration_id = await alert(face)
    async with face.engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        await incidents.resolve_for_integration(
            session, face.engine, integration, by="U_ADMIN", resolution="Mended."
        )
    await face.editor.presses("Acknowledge", within="is in trouble")

    await face.editor.sees("resolved already")
    assert "works again" in in_dm(face).text
    assert "alert_acknowledge" not in str(in_dm(face).blocks)


async def test_the_buttons_of_a_disablement_reach_their_nouns(face: Face) -> None:
    await alert(face, Level.DISABLED)
    await face.editor.presses("View errors", within="is in trouble")

    await face.editor.sees("Errors")


async def test_reactivate_asks_the_service_first(face: Face) -> None:
    """The service of these tests does not answer, so nothing is switched on."""
    integration_id = await alert(face, Level.DISABLED)
    await face.editor.presses("Re-activate", within="is in trouble")

    async with face.engine.database.read() as session:
        integration = await session.get_one(Integration, integration_id)
        assert integration.state is IntegrationState.DISABLED
    assert (await incident(face)).state is IncidentState.OPEN
    assert face.editor.ephemeral is not None


@pytest.mark.parametrize("button", ["Delete the rows", "Keep the rows"])
async def test_held_rows_are_decided_on(face: Face, button: str) -> None:
    await alert(face, Level.HELD, IncidentKind.MASS_DELETION)
    await face.editor.presses(button, within="is in trouble", accept=False)
    assert (await incident(face)).state is IncidentState.OPEN
    await face.editor.presses(button, within="is in trouble")

    closed = await incident(face)
    assert (closed.state, closed.resolved_by) == (IncidentState.RESOLVED, "U_EDITOR")
    assert "were decided" in in_dm(face).text
    deletes = button == "Delete the rows"
    assert await runs(face, Trigger.CONFIRMED_DELETION) == int(deletes)
    async with face.engine.database.read() as session:
        rows = (await session.scalars(select(PendingDeletion))).all()
    assert [row.kept for row in rows] == [not deletes] * 2


async def test_an_alert_is_answered_by_those_who_may(face: Face) -> None:
    await alert(face)
    message = in_dm(face)
    face.slack.workspace.channels["C_ALERTS"].messages.append(message)
    message.channel = "C_ALERTS"
    await face.viewer.presses("Acknowledge", within="is in trouble")

    await face.viewer.sees("cannot answer this alert")
    assert (await incident(face)).acknowledged_by is None
