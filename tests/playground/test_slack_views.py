"""Modals over the protocol: the stack, hashes, what is kept and what is told."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.triggers import LIFETIME
from tests.playground.conftest import Room
from tests.playground.views import (
    Json,
    actions,
    button,
    field,
    modal,
    option,
    plain,
    section,
    text_input,
)


def trigger(room: Room) -> str:
    return room.slack.slack.triggers.new("U1")


async def refused(call: Any) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value


async def opened(room: Room, view: Json) -> Json:
    answer = await room.client.views_open(trigger_id=trigger(room), view=view)
    view_shown: Json = answer["view"]
    return view_shown


async def test_open_answers_with_the_view_as_slack_completes_it(room: Room) -> None:
    view = await opened(room, modal("Hello", section("Hi"), private_metadata="{}"))
    assert view["id"] == view["root_view_id"]
    assert view["previous_view_id"] is None
    assert view["blocks"][0]["block_id"]
    assert view["title"] == {"type": "plain_text", "text": "Hello", "emoji": True}
    assert view["state"] == {"values": {}}
    assert view["app_installed_team_id"] == "T1"


async def test_a_trigger_id_is_good_once_and_for_three_seconds(room: Room) -> None:
    used = trigger(room)
    await room.client.views_open(trigger_id=used, view=modal("A", section("a")))
    error = await refused(room.client.views_open(trigger_id=used, view=modal("B", section("b"))))
    assert error.response["error"] == "exchanged_trigger_id"

    old = trigger(room)
    room.slack.slack.triggers._made[old].made -= LIFETIME + 0.1
    error = await refused(room.client.views_open(trigger_id=old, view=modal("B", section("b"))))
    assert error.response["error"] == "expired_trigger_id"

    error = await refused(room.client.views_open(trigger_id="1.2.3", view=modal("B", section("b"))))
    assert error.response["error"] == "invalid_trigger_id"
    assert room.alice.modal
    assert room.alice.modal.title == "A"


async def test_three_views_lie_on_each_other_and_no_more(room: Room) -> None:
    first = await opened(room, modal("One", section("1")))
    second = await room.client.views_push(trigger_id=trigger(room), view=modal("Two", section("2")))
    third = await room.client.views_push(trigger_id=trigger(room), view=modal("3", section("3")))
    assert third["view"]["root_view_id"] == first["id"]
    assert third["view"]["previous_view_id"] == second["view"]["id"]
    error = await refused(
        room.client.views_push(trigger_id=trigger(room), view=modal("4", section("4")))
    )
    assert error.response["error"] == "push_limit_reached"

    await room.alice.closes()
    assert room.alice.modal
    assert room.alice.modal.title == "Two"


async def test_update_keeps_what_was_typed_only_where_both_ids_stay(room: Room) -> None:
    view = await opened(room, modal("Form", text_input("Name", "a"), text_input("Note", "b")))
    await room.alice.fills("Name", "Shop")
    await room.alice.fills("Note", "hello")

    renamed = text_input("Note", "c", initial_value="new")
    changed = modal("Form", text_input("Name", "a", initial_value="ignored"), renamed)
    await room.client.views_update(view_id=view["id"], view=changed)
    assert room.alice.modal
    assert room.alice.modal.value("Name") == "Shop"
    assert room.alice.modal.value("Note") == "new"


async def test_a_choice_that_is_no_longer_offered_is_dropped(room: Room) -> None:
    def form(*names: str) -> Json:
        menu = {"type": "static_select", "options": [option(name) for name in names]}
        return modal("Form", field("Fruit", "fruit", menu))

    view = await opened(room, form("Apple", "Pear"))
    await room.alice.picks("Fruit", "Pear")
    await room.client.views_update(view_id=view["id"], view=form("Apple", "Plum"))
    assert room.alice.modal
    assert room.alice.modal.value("Fruit") == ""


async def test_an_old_hash_loses(room: Room) -> None:
    view = await opened(room, modal("One", section("1")))
    newer = modal("Two", section("2"))
    await room.client.views_update(view_id=view["id"], view=newer, hash=view["hash"])
    error = await refused(
        room.client.views_update(view_id=view["id"], view=newer, hash=view["hash"])
    )
    assert error.response["error"] == "hash_conflict"


async def test_a_closed_view_is_not_found(room: Room) -> None:
    view = await opened(room, modal("One", section("1")))
    await room.alice.closes()
    error = await refused(
        room.client.views_update(view_id=view["id"], view=modal("Two", section("2")))
    )
    assert error.response["error"] == "not_found"
    assert room.alice.modal is None


async def test_a_view_is_found_by_its_external_id_which_is_taken_once(room: Room) -> None:
    view = modal("One", section("1"), external_id="mine")
    await opened(room, view)
    await room.client.views_update(external_id="mine", view={**view, "title": plain("Two")})
    assert room.alice.modal
    assert room.alice.modal.title == "Two"
    error = await refused(room.client.views_open(trigger_id=trigger(room), view=view))
    assert error.response["error"] == "duplicate_external_id"


async def test_closing_is_told_with_an_empty_state_where_it_was_asked_for(room: Room) -> None:
    told: list[Json] = []

    @room.app.view_closed("form")
    async def closed(ack: Any, body: Json) -> None:
        await ack()
        told.append(body)

    form = modal("Form", text_input("Name", "a"), callback_id="form", notify_on_close=True)
    await opened(room, form)
    await room.alice.fills("Name", "Shop")
    await room.alice.closes()
    assert told[0]["view"]["state"] == {"values": {}}
    assert told[0]["is_cleared"] is False

    await opened(room, {**form, "clear_on_close": True})
    pushed = modal("Top", section("t"), clear_on_close=True)
    await room.client.views_push(trigger_id=trigger(room), view=pushed)
    await room.alice.closes()
    assert room.alice.modal is None
    assert told[1]["is_cleared"] is True


async def test_answers_to_a_form_update_push_refuse_and_clear(room: Room) -> None:
    answers: list[Json] = []

    @room.app.view("form")
    async def submitted(ack: Any) -> None:
        await ack(**answers.pop(0))

    form = modal("Form", text_input("Name", "name"), callback_id="form")
    await opened(room, form)
    await room.alice.fills("Name", "Shop")

    answers.append({"response_action": "errors", "errors": {"name": "Taken already."}})
    await room.alice.submits()
    assert room.alice.modal
    assert room.alice.modal.errors == {"Name": "Taken already."}

    answers.append({"response_action": "update", "view": {**form, "title": plain("Again")}})
    await room.alice.submits()
    assert room.alice.modal.title == "Again"
    assert room.alice.modal.errors == {}
    assert room.alice.modal.value("Name") == "Shop"

    answers.append({"response_action": "push", "view": {**form, "title": plain("On top")}})
    await room.alice.submits()
    assert room.alice.modal.title == "On top"

    await room.alice.fills("Name", "x")
    answers.append({"response_action": "clear"})
    assert await room.alice.submits() is None


async def test_an_answer_that_slack_refuses_shows_trouble_and_closes_nothing(room: Room) -> None:
    @room.app.view("form")
    async def submitted(ack: Any) -> None:
        too_long = modal("T" * 25, section("x"))
        await ack(response_action="update", view=too_long)

    await opened(room, modal("Form", section("s"), callback_id="form", submit=plain("Go")))
    await room.alice.submits()
    assert room.alice.modal
    assert "We had some trouble connecting" in room.alice.modal.text
    assert room.slack.log[-1].problem == "invalid_arguments"


async def test_errors_for_what_is_no_input_are_refused(room: Room) -> None:
    @room.app.view("form")
    async def submitted(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "No."})

    await opened(room, modal("Form", section("s"), callback_id="form", submit=plain("Go")))
    await room.alice.submits()
    assert room.slack.log[-1].problem == "invalid_errors"


@pytest.mark.parametrize(
    ("element", "typed", "message"),
    [
        ({"type": "plain_text_input"}, "", "Please complete this required field."),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3 characters"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "no more than 3 characters"),
        ({"type": "email_text_input"}, "nobody", "valid email"),
        ({"type": "url_text_input"}, "shop.example.com", "valid URL"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True}, "x", "valid number"),
        (
            {"type": "number_input", "is_decimal_allowed": True, "max_value": "9"},
            "10",
            "at most 9",
        ),
    ],
)
async def test_slack_checks_a_form_before_the_bot_hears_of_it(
    room: Room, element: Json, typed: str, message: str
) -> None:
    await opened(room, modal("Form", field("Field", "field", element), callback_id="form"))
    await room.alice.fills("Field", typed)
    await room.alice.submits()
    assert room.alice.modal
    assert message in room.alice.modal.errors["Field"]
    assert room.slack.log == []


async def test_optional_fields_may_stay_empty(room: Room) -> None:
    @room.app.view("form")
    async def submitted(ack: Any) -> None:
        await ack()

    element = {"type": "plain_text_input"}
    await opened(
        room, modal("Form", field("Field", "field", element, optional=True), callback_id="form")
    )
    assert await room.alice.submits() is None


async def test_a_double_click_sends_the_form_twice(room: Room) -> None:
    got: list[str] = []

    @room.app.view("form")
    async def submitted(ack: Any, body: Json) -> None:
        got.append(body["trigger_id"])
        await ack()

    await opened(room, modal("Form", section("s"), callback_id="form", submit=plain("Go")))
    assert await room.alice.submits(times=2) is None
    assert len(set(got)) == 2
    await room.slack.redeliver_last()
    assert len(got) == 3
    assert len(set(got)) == 2


async def test_a_home_is_each_members_own(room: Room) -> None:
    @room.app.event("app_home_opened")
    async def home(event: Json, client: Any) -> None:
        row = actions(button("Go", "go"))
        view = {"type": "home", "blocks": [section(f"Hello <@{event['user']}>"), row]}
        await client.views_publish(user_id=event["user"], view=view)

    pressed = asyncio.Event()

    @room.app.action("go")
    async def go(ack: Any) -> None:
        await ack()
        pressed.set()

    await room.alice.opens_home()
    await room.alice.sees("Hello @Alice")
    assert room.boris.home is None
    await room.alice.presses("Go")
    assert pressed.is_set()
