"""The programmable person against a real Bolt app."""

import asyncio
from typing import Any

import pytest

from bot.playground.member import NotSeen
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
    with pytest.raises(NotSeen, match="No modal is open"):
        await room.alice.presses("Save")


async def test_people_and_channels_are_called_by_name(room: Room) -> None:
    told: list[str] = []

    @room.app.action("role")
    async def role(ack: Any, action: Json) -> None:
        await ack()
        told.append(f"{action['block_id']} {action['selected_option']['value']}")

    def row(member_id: str) -> Json:
        menu = {"type": "static_select", "action_id": "role", "options": [option("Viewer")]}
        return section(f"<@{member_id}> of <#C1>", accessory=menu, block_id=member_id)

    await room.client.chat_postMessage(channel="C1", text="Roles", blocks=[row("U1"), row("U2")])
    await room.alice.sees("@Boris Lindqvist of #general")
    await room.alice.picks("@Boris", "Viewer")
    assert told == ["U2 viewer"]


async def test_one_of_several_alike_is_named_by_what_stands_near(room: Room) -> None:
    pressed: list[str] = []

    @room.app.action("open")
    async def opened(ack: Any, action: Json) -> None:
        await ack()
        pressed.append(action["value"])

    def shop(name: str) -> list[Json]:
        return [section(f"*{name}*"), actions(button("Open", "open", value=name), block_id=name)]

    await room.client.chat_postMessage(
        channel="U1", text="Shops", blocks=[*shop("Paris"), *shop("Tokyo")]
    )
    await room.client.chat_postMessage(
        channel="U1", text="More", blocks=[section("More"), *shop("Lima")]
    )
    await room.alice.presses("Open", within="Tokyo")
    await room.alice.presses("Open", within="More")
    await room.alice.presses("Open", within=room.alice.dm()[0])
    await room.alice.presses("Open")
    assert pressed == ["Tokyo", "Lima", "Paris", "Lima"]


async def test_an_open_modal_hides_what_is_behind(room: Room) -> None:
    @room.app.action("open")
    async def opened(ack: Any, body: Json, client: Any) -> None:
        await ack()
        view = modal("Sure", section("Really?"), submit=plain("Yes"), close=plain("No"))
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    await room.client.chat_postMessage(
        channel="U1", text="Press", blocks=[actions(button("Open", "open"))]
    )
    await room.alice.presses("Open")
    room.alice.patience = 0.1
    with pytest.raises(NotSeen, match=r"“Open”.*\nSure"):
        await room.alice.presses("Open")
    await room.alice.presses("No")
    assert room.alice.modal is None
    assert room.alice.clicks == 2


async def test_what_comes_later_is_waited_for(room: Room) -> None:
    @room.app.command("/patchbay")
    async def command(ack: Any, body: Json, client: Any) -> None:
        await ack()
        loading = modal("Shop", section("Loading…"))
        shown = await client.views_open(trigger_id=body["trigger_id"], view=loading)
        await asyncio.sleep(0.3)
        form = modal("Shop", text_input("Name", "name"))
        await client.views_update(view_id=shown["view"]["id"], view=form)

    await room.alice.runs("/patchbay")
    assert room.alice.modal
    assert "Loading" in room.alice.modal.text
    await room.alice.fills("Name", "Shop")
    assert room.alice.modal.value("Name") == "Shop"
    with pytest.raises(NotSeen, match="does not see “Loading”"):
        await room.alice.sees("Loading", timeout=0.05)
