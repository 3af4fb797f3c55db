"""The programmable person against a real Bolt app."""

from typing import Any

import pytest

from bot.playground.member import NotSeen
from tests.playground.conftest import Room
from tests.playground.views import actions, button, field, modal, option, section, text_input


async def test_a_command_opens_a_modal_that_is_filled_in_and_submitted(room: Room) -> None:
    got: dict[str, Any] = {}

    @room.app.command("/patchbay")
    async def command(ack: Any, body: Any, client: Any) -> None:
        await ack()
        got["text"] = body["text"]
        fruits = [option("Apple"), option("Pear")]
        view = modal(
            "New source",
            text_input("Name", "name"),
            field("Fruit", "fruit", {"type": "static_select", "options": fruits}),
            callback_id="form",
        )
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @room.app.view("form")
    async def submitted(ack: Any, view: Any) -> None:
        got["values"] = view["state"]["values"]
        await ack()

    await room.alice.runs("/patchbay source new")
    await room.alice.sees_modal("New source")
    await room.alice.fills("Name", "Shop")
    await room.alice.picks("Fruit", "Pear")
    assert await room.alice.submits() is None

    assert got["text"] == "source new"
    assert got["values"]["name"]["name"] == {"type": "plain_text_input", "value": "Shop"}
    assert got["values"]["fruit"]["fruit"]["selected_option"]["value"] == "pear"
    assert (room.alice.clicks, room.alice.typed) == (2, 1)


async def test_a_button_of_a_message_is_found_by_its_words(room: Room) -> None:
    pressed: list[str] = []

    @room.app.command("/patchbay")
    async def command(ack: Any, respond: Any) -> None:
        await ack()
        row = actions(button("One", "go", value="1"), button("Two", "go2", value="2"))
        await respond(text="hi", blocks=[section("Which *one*?"), row], response_type="ephemeral")

    @room.app.action("go2")
    async def action(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        pressed.append(body["actions"][0]["value"])
        await respond(text="Done", replace_original=True, response_type="ephemeral")

    await room.alice.runs("/patchbay")
    await room.alice.sees("Which one?")
    await room.alice.presses("Two", within="Which one?")
    await room.alice.sees("Done")
    assert pressed == ["2"]
    assert len(room.alice.ephemerals) == 1
    assert room.boris.ephemerals == []


async def test_what_is_not_there_is_told_with_what_is(room: Room) -> None:
    room.alice.patience = 0.05
    await room.slack.slack.workspaces["T1"].changes.another(0.001)
    with pytest.raises(NotSeen, match="No modal is open"):
        await room.alice.presses("Save")
