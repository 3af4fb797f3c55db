"""Each way in which what goes wrong becomes a sentence for the member."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot.errors import ChangedMeanwhile, NotAllowed, Refused
from bot.playground.member import Member
from bot.playground.slack import SlackServer
from bot.playground.slack.reading import Modal
from bot.web import slack as slack_web
from bot.web.metrics import Metrics
from bot.web.serving import Serving
from handlers import errors
from handlers.views.common import button, loading, modal, plain, section

SENTENCE = "Only admins may do that. Ask Alice & <Co>."


@dataclass
class Trouble:
    """What the listeners of the room raise, and whether they acknowledge before."""

    error: Exception
    acks_first: bool = False
    answer: str | dict[str, Any] = ""


@dataclass(frozen=True)
class Room:
    slack: SlackServer
    alice: Member
    trouble: Trouble


def form() -> View:
    name = PlainTextInputElement(action_id="name", initial_value="Shop")
    blocks = [
        section("A form", accessory=button("Press", "press")),
        InputBlock(block_id="name", label=plain("Name"), element=name),
    ]
    return modal("Form", blocks, callback_id="form", submit="Save")


def modal_of(room: Room) -> Modal:
    assert room.alice.modal is not None
    return room.alice.modal


def whispered(room: Room) -> str:
    assert room.alice.ephemeral is not None
    return room.alice.ephemeral.text


def register(app: AsyncApp, trouble: Trouble) -> None:
    @app.command("/form")
    async def opened(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @app.view("form")
    @app.action("press")
    @app.command("/fail")
    async def failing(ack: AsyncAck) -> None:
        if trouble.acks_first:
            await ack(trouble.answer)
        raise trouble.error

    @app.event("app_home_opened")
    async def visited() -> None:
        raise trouble.error


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    slack = SlackServer()
    await slack.start()
    slack.add_member("U1", "Alice")
    slack.add_channel("C1", "general", ["U1"])
    slack.add_channel("C2", "without the bot", ["U1"], with_bot=False)
    trouble = Trouble(NotAllowed(SENTENCE))
    session = aiohttp.ClientSession()
    client = AsyncWebClient(token="xoxb-playground", base_url=slack.api_url, session=session)
    app = AsyncApp(client=client, signing_secret="signing-secret")
    errors.register(app)
    register(app, trouble)
    web = Serving(Starlette(routes=slack_web.routes(app, Metrics())))
    await web.start()
    slack.events_url = f"{web.url}/slack/events"
    alice = slack.member("U1")
    alice.patience = 2.0
    yield Room(slack, alice, trouble)
    await slack.stop()
    await web.stop()
    await session.close()


async def test_a_form_gets_it_beside_the_field(room: Room) -> None:
    room.trouble.error = Refused("There is a source of that name.", "name")
    await room.alice.runs("/form")
    await room.alice.submits()
    assert modal_of(room).errors == {"Name": "There is a source of that name."}
    assert modal_of(room).title == "Form"


async def test_a_form_gets_it_as_a_banner_where_no_field_is_to_blame(room: Room) -> None:
    await room.alice.runs("/form")
    await room.alice.fills("Name", "Shop, Europe")
    await room.alice.submits()
    await room.alice.sees("Only admins may do that. Ask Alice & <Co>.")
    assert modal_of(room).value("Name") == "Shop, Europe"


async def test_a_field_that_the_form_does_not_have(room: Room) -> None:
    room.trouble.error = Refused("That schedule does not exist.", "cron")
    await room.alice.runs("/form")
    await room.alice.submits()
    await room.alice.sees("That schedule does not exist.")


async def test_an_acknowledged_form_is_gone_so_it_is_told_in_the_dm(room: Room) -> None:
    room.trouble.acks_first = True
    await room.alice.runs("/form")
    await room.alice.submits()
    await room.alice.sees("Only admins may do that.")
    assert room.alice.dm()[-1].text.endswith(SENTENCE)
    assert room.slack.log[-1].problem is None


async def test_a_form_whose_acknowledgement_drew_another_view_gets_the_banner(room: Room) -> None:
    room.trouble.acks_first = True
    update = {"response_action": "update", "view": loading("Form").to_dict()}
    room.trouble.answer = update
    await room.alice.runs("/form")
    await room.alice.submits()
    await room.alice.sees("Only admins may do that.")
    assert modal_of(room).submit == "Save"


async def test_a_modal_that_was_closed_meanwhile_is_answered_in_the_dm(room: Room) -> None:
    room.slack.trouble.fail("views.update", "not_found")
    await room.alice.runs("/form")
    await room.alice.presses("Press")
    await room.alice.sees("Only admins may do that.")
    assert room.alice.dm()[-1].text.endswith(SENTENCE)


async def test_an_acknowledgement_is_not_lost_when_a_listener_fails_at_once(room: Room) -> None:
    room.trouble.acks_first = True
    exchange = await room.slack.send_event({"type": "app_home_opened", "user": "U1", "tab": "home"})
    assert (exchange.status, exchange.problem) == (200, None)
    assert exchange.ack_ms is not None
    assert exchange.ack_ms < 1000


@pytest.mark.parametrize("acks_first", [True, False])
async def test_a_button_of_a_modal_gets_a_banner_on_it(room: Room, acks_first: bool) -> None:
    room.trouble.acks_first = acks_first
    await room.alice.runs("/form")
    await room.alice.fills("Name", "Shop, Europe")
    await room.alice.presses("Press")
    await room.alice.sees("Only admins may do that.")
    assert modal_of(room).title == "Form"
    assert modal_of(room).value("Name") == "Shop, Europe"
    room.trouble.error = NotAllowed("Something else.")
    await room.alice.presses("Press")
    await room.alice.sees("Something else.")
    assert "Only admins" not in modal_of(room).text


@pytest.mark.parametrize("acks_first", [True, False])
async def test_a_command_gets_it_where_nobody_else_reads(room: Room, acks_first: bool) -> None:
    room.trouble.acks_first = acks_first
    await room.alice.runs("/fail", "C1")
    await room.alice.sees("Only admins may do that.")
    assert room.slack.workspace.channels["C1"].messages == []
    assert room.slack.log[-1].problem is None


async def test_where_the_bot_is_not_it_is_told_in_the_dm(room: Room) -> None:
    await room.alice.runs("/fail", "C2")
    await room.alice.sees("Only admins may do that.")
    assert room.alice.dm()[-1].text.endswith(SENTENCE)


async def test_what_others_changed_is_listed(room: Room) -> None:
    room.trouble.error = ChangedMeanwhile("Boris saved first.", ["renamed it", "paused it"])
    await room.alice.runs("/form")
    await room.alice.submits()
    await room.alice.sees("Boris saved first.")
    assert "renamed it" in modal_of(room).text
    assert "paused it" in modal_of(room).text


async def test_an_error_of_ours_is_an_apology_with_a_number_that_the_log_has(room: Room) -> None:
    room.trouble.error = KeyError("not for members")
    with capture_logs() as logged:
        await room.alice.runs("/fail", "C1")
        await room.alice.sees("Something went wrong on our side")
    [entry] = [entry for entry in logged if entry["event"] == "listener.failed"]
    assert entry["reference"] in whispered(room)
    assert "not for members" not in whispered(room)


async def test_a_trigger_that_expired_asks_to_press_again(room: Room) -> None:
    room.slack.trouble.fail("views.open", "expired_trigger_id")
    with capture_logs() as logged:
        await room.alice.runs("/form", "C1")
        await room.alice.sees("Slack waited too long")
    assert "press again" in whispered(room)
    assert "Something went wrong" not in whispered(room)
    assert "listener.failed" not in [entry["event"] for entry in logged]


async def test_slack_that_is_busy_asks_to_wait(room: Room) -> None:
    room.slack.trouble.fail("views.open", "ratelimited")
    await room.alice.runs("/form", "C1")
    await room.alice.sees("Wait a minute")


async def test_another_error_of_slacks_is_an_apology(room: Room) -> None:
    room.slack.trouble.fail("views.open", "invalid_arguments")
    await room.alice.runs("/form", "C1")
    await room.alice.sees("Something went wrong on our side")


async def test_slack_takes_no_explanation_either(room: Room) -> None:
    """The command is acknowledged, and only the log knows."""
    for method in ("chat.postEphemeral", "conversations.open"):
        room.slack.trouble.fail(method, "fatal_error")
    with capture_logs() as logged:
        await room.alice.runs("/fail", "C1")
    assert room.slack.log[-1].status == 200
    assert "listener.could_not_explain" in [entry["event"] for entry in logged]


async def test_an_event_has_nobody_to_answer(room: Room) -> None:
    exchange = await room.slack.send_event({"type": "app_home_opened", "user": "U1", "tab": "home"})
    assert exchange.status == 200
    assert {call.method for call in room.slack.calls} <= {"auth.test"}
