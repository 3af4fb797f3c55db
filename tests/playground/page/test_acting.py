"""What a browser does in a member's name reaches the bot as from Slack."""

from typing import Any

import pytest

from tests.playground.conftest import Room
from tests.playground.page.conftest import Tab
from tests.playground.views import (
    Json,
    actions,
    button,
    field,
    modal,
    option,
    section,
    text_input,
)


def view_surface(view: Any) -> Json:
    return {"kind": "view", "id": view.id}


def entered(name: str, value: str, kind: str = "plain_text_input") -> Json:
    return {name: {name: {"type": kind, "value": value}}}


async def test_a_command_reaches_the_bot(room: Room, alice: Tab) -> None:
    heard: list[dict[str, Any]] = []

    @room.app.command("/patchbay")
    async def command(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        await ack("Here is what I can do.")

    answer = await alice.does("command", channel="C1", words="/patchbay source  new ")
    assert answer == {"problem": None}
    assert heard[0]["text"] == "source  new"
    assert heard[0]["user_id"] == "U1"
    assert await alice.words("C1") == ["Here is what I can do."]


async def test_a_command_that_no_app_has(room: Room, alice: Tab, boris: Tab) -> None:
    await alice.does("command", channel="C1", words="/patch<bay> now")
    [told] = (await alice.get("/api/messages", channel="C1"))["messages"]
    assert told["ephemeral"]
    assert "`/patch&lt;bay&gt;` is not a valid command" in told["text"]
    assert await boris.words("C1") == []
    assert room.slack.log == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<!channel> <@U2>", "&lt;!channel&gt; &lt;@U2&gt;"),
        ("see https://example.com/a?b=1&c=2.", "see <https://example.com/a?b=1&amp;c=2>."),
        ("(http://example.com)", "(<http://example.com>)"),
        ("  two\nlines  ", "two\nlines"),
    ],
)
async def test_what_is_written_is_kept_as_slack_keeps_it(
    alice: Tab, written: str, kept: str
) -> None:
    await alice.does("write", channel="C1", text=written)
    assert await alice.words("C1") == [kept]


async def test_what_cannot_be_written(room: Room, alice: Tab) -> None:
    assert await alice.refused("write", channel="C1", text="  ") == (
        400,
        "There is nothing to send.",
    )
    assert (await alice.refused("write", channel="C1", text="x" * 4001))[0] == 400
    assert (await alice.refused("write", channel="C1", text="Hi", thread="1.2"))[0] == 404
    room.slack.workspace.channels["C1"].archived = True
    assert (await alice.refused("write", channel="C1", text="Hi"))[1].endswith("is archived.")


async def test_a_button_of_a_message(room: Room, alice: Tab) -> None:
    pressed: list[dict[str, Any]] = []

    @room.app.action("go")
    async def go(ack: Any, body: dict[str, Any], respond: Any) -> None:
        pressed.append(body)
        await ack()
        await respond("Gone", replace_original=True)

    blocks = [section("Ready?"), actions(button("Go", "go", value="7"))]
    posted = await room.client.chat_postMessage(channel="C1", text="Ready?", blocks=blocks)
    surface = {"kind": "message", "channel": "C1", "ts": posted["ts"]}
    answer = await alice.does("act", surface=surface, block_id="buttons", action_id="go")
    assert answer == {"problem": None, "notice": ""}
    assert pressed[0]["actions"][0]["value"] == "7"
    assert pressed[0]["user"]["id"] == "U1"
    assert await alice.words("C1") == ["Gone"]
    gone = await alice.refused("act", surface=surface, block_id="buttons", action_id="go")
    assert gone == (404, "That is no longer on the screen.")


async def test_a_bot_that_does_not_listen_is_told_in_slacks_words(room: Room, alice: Tab) -> None:
    view = room.slack.workspace.views.open("U1", modal("A", actions(button("Go", "go"))))
    answer = await alice.does("act", surface=view_surface(view), block_id="buttons", action_id="go")
    assert answer["problem"] == "http_error"
    assert answer["notice"].startswith("We had some trouble connecting")


async def test_the_bot_hears_of_all_that_was_entered(room: Room, alice: Tab) -> None:
    heard: list[Json] = []

    @room.app.action("kind")
    async def kind(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        await ack()

    menu = {"type": "static_select", "options": [option("Shop"), option("Bank")]}
    blocks = [
        text_input("Name", "name"),
        field("Kind", "kind", menu, dispatch_action=True),
    ]
    view = room.slack.workspace.views.open("U1", modal("New", *blocks))
    chosen = {"selected_option": option("Bank")}
    values = entered("name", "Ours") | {"kind": {"kind": {"type": "static_select", **chosen}}}
    await alice.does(
        "act",
        surface=view_surface(view),
        block_id="kind",
        action_id="kind",
        values=values,
        chosen=chosen,
    )
    assert heard[0]["view"]["state"]["values"] == values
    assert heard[0]["actions"][0]["selected_option"]["value"] == "bank"


async def test_what_does_not_belong_there_is_not_kept(room: Room, alice: Tab) -> None:
    view = room.slack.workspace.views.open("U1", modal("New", text_input("Name", "name")))
    before = {"name": {"name": {"type": "plain_text_input", "value": None}}}
    for strange in (
        entered("other", "x"),
        entered("name", "2026-01-01", "datepicker"),
        {"name": "x"},
        {"name": {"name": "x"}},
    ):
        await alice.does("keep", surface=view_surface(view), values=strange)
        assert view.values == before
    await alice.does("keep", surface=view_surface(view), values=entered("name", "Ours"))
    assert view.values == entered("name", "Ours")


async def test_a_menu_that_asks_the_bot(room: Room, alice: Tab) -> None:
    @room.app.options("service")
    async def service(ack: Any, body: dict[str, Any]) -> None:
        await ack(options=[option(f"{body['value']} shop")])

    menu = {"type": "external_select", "min_query_length": 0}
    view = room.slack.workspace.views.open("U1", modal("New", field("Service", "service", menu)))
    answer = await alice.does(
        "suggest",
        surface=view_surface(view),
        block_id="service",
        action_id="service",
        query="Demo",
    )
    assert [one["text"]["text"] for one in answer["options"]] == ["Demo shop"]


async def test_a_form_is_checked_before_the_bot_hears_of_it(room: Room, alice: Tab) -> None:
    view = room.slack.workspace.views.open(
        "U1", modal("New", text_input("Name", "name"), callback_id="new")
    )
    answer = await alice.does("submit", view=view.id)
    assert answer["errors"] == {"name": "Please complete this required field."}
    assert room.slack.log == []
    await alice.does("keep", surface=view_surface(view), values=entered("name", "Ours"))
    assert (await alice.get("/api/sight"))["views"][0]["errors"] == {}


async def test_a_form_is_submitted(room: Room, alice: Tab) -> None:
    @room.app.view("new")
    async def new(ack: Any, body: dict[str, Any]) -> None:
        name = body["view"]["state"]["values"]["name"]["name"]["value"]
        if name == "Ours":
            await ack()
        else:
            await ack(response_action="errors", errors={"name": f"There is a {name} already."})

    view = room.slack.workspace.views.open(
        "U1", modal("New", text_input("Name", "name"), callback_id="new")
    )
    answer = await alice.does("submit", view=view.id, values=entered("name", "Shop"))
    assert answer["errors"] == {"name": "There is a Shop already."}
    answer = await alice.does("submit", view=view.id, values=entered("name", "Ours"))
    assert answer == {"errors": {}, "notice": ""}
    assert (await alice.get("/api/sight"))["views"] == []
    assert (await alice.refused("submit", view=view.id))[0] == 404


async def test_windows_are_closed_one_by_one_or_all(room: Room, alice: Tab) -> None:
    closed: list[tuple[str, bool]] = []

    @room.app.view_closed("told")
    async def told(ack: Any, body: dict[str, Any]) -> None:
        closed.append((body["view"]["title"]["text"], body["is_cleared"]))
        await ack()

    views = room.slack.workspace.views
    told_view: Json = {"notify_on_close": True, "callback_id": "told"}
    first = views.open("U1", modal("First", **told_view))
    second = views.push("U1", modal("Second", **told_view))
    await alice.does("close", view=second.id)
    assert [one["title"]["text"] for one in (await alice.get("/api/sight"))["views"]] == ["First"]
    views.push("U1", modal("Third"))
    await alice.does("close", view=first.id, everything=True)
    assert (await alice.get("/api/sight"))["views"] == []
    assert closed == [("Second", False), ("First", True)]


async def test_the_home_is_asked_for(room: Room, alice: Tab) -> None:
    @room.app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        home = {"type": "home", "blocks": [section("Welcome")]}
        await room.client.views_publish(user_id=event["user"], view=home)

    await alice.does("open-home")
    while "U1" not in room.slack.workspace.views.homes:
        assert await room.slack.slack.changes.another(2)
    home = (await alice.get("/api/sight"))["home"]
    assert home["blocks"][0]["text"]["text"] == "Welcome"
    assert (await alice.refused("submit", view=home["id"]))[0] == 400
