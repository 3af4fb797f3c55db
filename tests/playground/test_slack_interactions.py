"""What is told to the bot: signatures, deadlines, repeats, menus that ask, dispatched typing."""

import asyncio
from typing import Any

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from bot.playground.member import NotSeen
from bot.playground.slack.signing import signed_headers
from tests.playground.conftest import Room
from tests.playground.test_slack_views import opened
from tests.playground.views import Json, actions, button, field, modal, option, section, text_input


def test_the_signature_is_the_one_slack_sdk_expects() -> None:
    headers = signed_headers("secret", b"payload=1")
    assert SignatureVerifier("secret").is_valid_request(b"payload=1", headers)
    assert not SignatureVerifier("other").is_valid_request(b"payload=1", headers)


async def test_an_unsigned_request_is_refused_by_bolt(room: Room) -> None:
    assert room.slack.events_url
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(room.slack.events_url, data={"command": "/patchbay"})
    assert answer.status_code == 401


async def test_a_late_acknowledgement_is_a_timeout_for_the_member(room: Room) -> None:
    room.slack.deliveries.deadline = 0.1

    @room.app.command("/patchbay")
    async def command(ack: Any) -> None:
        await asyncio.sleep(0.3)
        await ack()

    await room.alice.runs("/patchbay")
    await room.alice.sees('failed with the error "operation_timeout"')
    await asyncio.sleep(0.4)
    [exchange] = room.slack.log
    assert exchange.problem == "operation_timeout"
    assert exchange.ack_ms
    assert exchange.ack_ms > 250


async def test_a_command_that_nobody_listens_to_fails_aloud(room: Room) -> None:
    await room.alice.runs("/patchbay")
    assert room.alice.ephemeral
    assert "dispatch_failed" in room.alice.ephemeral.text


async def test_a_bot_that_is_down_fails_aloud(room: Room) -> None:
    room.slack.events_url = "http://127.0.0.1:9/slack/events"
    await opened(room, modal("A", actions(button("Go", "go"))))
    await room.alice.presses("Go")
    await room.alice.sees("We had some trouble connecting")
    assert room.slack.log[-1].problem == "connection_failed"


async def test_an_event_is_repeated_until_it_is_acknowledged(room: Room) -> None:
    seen: list[str | None] = []

    @room.app.middleware
    async def count(req: Any, next_: Any) -> Any:
        seen.append((req.headers.get("x-slack-retry-num") or [None])[0])
        if len(seen) < 3:
            raise RuntimeError("not yet")
        await next_()

    @room.app.event("app_home_opened")
    async def home() -> None:
        pass

    exchange = await room.slack.send_event({"type": "app_home_opened", "user": "U1"})
    assert exchange.problem is None
    assert seen == [None, "1", "2"]


async def test_a_command_answered_in_its_acknowledgement(room: Room) -> None:
    @room.app.command("/patchbay")
    async def command(ack: Any, command: Json) -> None:
        if command["text"] == "all":
            await ack(text="For *all*", response_type="in_channel")
        else:
            await ack("For you")

    await room.alice.runs("/patchbay", channel="C1")
    assert room.alice.ephemeral
    assert room.alice.ephemeral.text == "For you"
    await room.alice.runs("/patchbay all", channel="C1")
    assert [post.text for post in room.boris.channel("C1")] == ["For all"]


async def test_a_response_url_serves_five_times(room: Room) -> None:
    urls: list[str] = []

    @room.app.command("/patchbay")
    async def command(ack: Any, command: Json) -> None:
        await ack()
        urls.append(command["response_url"])

    await room.alice.runs("/patchbay")
    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [await client.post(urls[0], json={"text": "Hi"}) for _ in range(6)]
        unknown = await client.post(urls[0] + "x", json={"text": "Hi"})
        empty = await client.post(urls[0] + "x", content=b"{")
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[-1].json()["error"] == "used_url"
    assert unknown.json()["error"] == "expired_url"
    assert empty.status_code == 400
    assert len(room.alice.ephemerals) == 5


async def test_a_button_deletes_its_own_message(room: Room) -> None:
    @room.app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    await room.client.chat_postMessage(
        channel="C1", text="Press", blocks=[section("Press"), actions(button("Go", "go"))]
    )
    await room.alice.presses("Go")
    await room.alice.sees_no_more("Press")


async def test_what_a_press_in_a_message_carries(room: Room) -> None:
    bodies: list[Json] = []

    @room.app.action("go")
    async def go(ack: Any, body: Json) -> None:
        await ack()
        bodies.append(body)

    blocks = [section("Press"), actions(button("Go", "go", value="7"))]
    posted = await room.client.chat_postMessage(channel="C1", text="Press", blocks=blocks)
    await room.client.chat_postEphemeral(channel="C1", user="U2", text="You", blocks=blocks)
    await room.alice.presses("Go")
    await room.boris.presses("Go")
    first, second = bodies
    assert first["container"]["message_ts"] == posted["ts"]
    assert first["container"]["is_ephemeral"] is False
    assert first["message"]["text"] == "Press"
    assert first["actions"][0]["value"] == "7"
    assert first["user"]["id"] == "U1"
    assert first["team"]["id"] == "T1"
    assert second["container"]["is_ephemeral"] is True
    assert "message" not in second


async def test_a_confirmation_can_be_cancelled(room: Room) -> None:
    pressed: list[int] = []

    @room.app.action("go")
    async def go(ack: Any) -> None:
        await ack()
        pressed.append(1)

    words = {"type": "plain_text", "text": "Sure?"}
    confirm = {"title": words, "text": words, "confirm": words, "deny": words}
    await opened(room, modal("A", actions(button("Go", "go", confirm=confirm))))
    await room.alice.presses("Go", accept=False)
    assert pressed == []
    await room.alice.presses("Go")
    assert pressed == [1]
    assert room.alice.clicks == 4


async def test_a_link_button_gives_its_url_and_tells_the_bot(room: Room) -> None:
    pressed: list[int] = []

    @room.app.action("go")
    async def go(ack: Any) -> None:
        await ack()
        pressed.append(1)

    link = button("Open shop", "go", url="https://example.com/?a=1&b=2")
    await opened(room, modal("A", actions(link), section("<https://example.org|the docs>")))
    assert await room.alice.opens_link("Open shop") == "https://example.com/?a=1&b=2"
    assert pressed == [1]
    assert await room.alice.opens_link("the docs") == "https://example.org"


def asking(**rest: Any) -> Json:
    return {"type": "external_select", **rest}


async def test_a_menu_that_asks_the_bot_as_one_types(room: Room) -> None:
    queries: list[str] = []
    names = ["Demo Store", "GitHub", "Stripe"]

    @room.app.options("service")
    async def options(ack: Any, payload: Json) -> None:
        queries.append(payload["value"])
        fitting = [name for name in names if payload["value"].lower() in name.lower()]
        await ack(options=[option(name) for name in fitting])

    menu = asking(min_query_length=0)
    await opened(room, modal("Form", field("Service", "service", menu)))
    assert await room.alice.options("Service") == names
    await room.alice.picks("Service", "Stripe", query="str")
    assert queries == ["", "str"]
    assert room.alice.modal
    assert room.alice.modal.value("Service") == "Stripe"
    with pytest.raises(NotSeen, match="but: GitHub"):
        await room.alice.picks("Service", "Stripe", query="git")


async def test_a_menu_shows_nothing_where_the_answer_is_too_long(room: Room) -> None:
    @room.app.options("service")
    async def options(ack: Any) -> None:
        await ack(options=[option(f"Option {number}") for number in range(101)])

    await opened(room, modal("Form", field("Service", "service", asking(min_query_length=0))))
    assert await room.alice.options("Service") == []
    assert "no more than 100 items" in str(room.slack.log[-1].problem)


async def test_a_menu_waits_for_enough_characters(room: Room) -> None:
    await opened(room, modal("Form", field("Service", "service", asking())))
    with pytest.raises(NotSeen, match="before 3 characters"):
        await room.alice.picks("Service", "Stripe", query="st")
    assert room.slack.log == []


async def test_typing_is_told_as_the_element_asks(room: Room) -> None:
    told: list[str] = []

    @room.app.action("name")
    async def typed(ack: Any, action: Json) -> None:
        await ack()
        told.append(action["value"])

    each = {"trigger_actions_on": ["on_character_entered"]}
    quiet = text_input("Quiet", "quiet")
    live = {**text_input("Name", "name", dispatch_action_config=each), "dispatch_action": True}
    await opened(room, modal("Form", quiet, live))
    await room.alice.fills("Quiet", "nothing")
    await room.alice.fills("Name", "Shop")
    assert told == ["Shop"]
    assert room.alice.typed == 2


async def test_check_boxes_and_menus_of_several(room: Room) -> None:
    told: list[Json] = []

    @room.app.action("updates")
    async def ticked(ack: Any, action: Json, body: Json) -> None:
        await ack()
        told.append(action)
        assert body["view"]["state"]["values"]["u"]["updates"]["selected_options"]

    boxes = {
        "type": "checkboxes",
        "action_id": "updates",
        "options": [option("Created"), option("Updated")],
        "initial_options": [option("Created")],
    }
    people = {"type": "multi_users_select"}
    await opened(
        room,
        modal(
            "Form",
            section("Types of updates", accessory=boxes, block_id="u"),
            field("People", "people", people),
        ),
    )
    await room.alice.ticks("Updated")
    await room.alice.unticks("Types of updates", "Created")
    await room.alice.ticks("Updated")  # it is ticked already: no click
    assert [[o["value"] for o in action["selected_options"]] for action in told] == [
        ["created", "updated"],
        ["updated"],
    ]
    await room.alice.picks("People", "Boris")
    await room.alice.picks("People", "Alice")
    await room.alice.unpicks("People", "Boris")
    assert room.alice.modal
    assert "☑ Updated" in room.alice.modal.text
    assert room.alice.modal.view.values["people"]["people"]["selected_users"] == ["U1"]
    assert room.alice.clicks == 5


async def test_an_overflow_is_found_by_its_row(room: Room) -> None:
    told: list[str] = []

    @room.app.action("gear")
    async def gear(ack: Any, action: Json, body: Json) -> None:
        await ack()
        told.append(f"{action['block_id']} {action['selected_option']['value']}")

    def row(name: str) -> Json:
        menu = {
            "type": "overflow",
            "action_id": "gear",
            "options": [option("Mapping"), option("Remove")],
        }
        return section(f"*{name}*\nInactive", accessory=menu, block_id=name)

    await opened(room, modal("Source", row("Customers"), row("Orders")))
    await room.alice.picks("Orders", "Mapping")
    assert told == ["Orders mapping"]


async def test_channels_are_picked_by_name(room: Room) -> None:
    room.slack.add_channel("C2", "secret", ["U2"], private=True)
    menu = {"type": "conversations_select", "filter": {"include": ["public", "private"]}}
    await opened(room, modal("Form", field("Channel", "channel", menu)))
    assert await room.alice.options("Channel") == ["#general"]
    await room.alice.picks("Channel", "general")
    assert room.alice.modal
    assert room.alice.modal.value("Channel") == "#general"
