"""What each member sees, and what nobody else does."""

from bot.playground.slack.state import Workspace
from tests.playground.conftest import Room
from tests.playground.page.conftest import Tab
from tests.playground.views import modal


async def test_a_tab_begins_with_all_of_it(room: Room, alice: Tab) -> None:
    sight = await alice.get("/api/sight")
    assert sight["me"]["name"] == "Alice"
    assert [channel["name"] for channel in sight["channels"]] == ["general", "Patchbay"]
    assert sight["home"] is None
    assert sight["after"] == len(room.slack.slack.changes.entries)
    assert sight["command"]["name"] == "/patchbay"


async def test_whispers_are_for_one_member(room: Room, alice: Tab, boris: Tab) -> None:
    await room.client.chat_postEphemeral(channel="C1", user="U1", text="For Alice")
    await room.client.chat_postMessage(channel="C1", text="For all")
    assert await alice.words("C1") == ["For Alice", "For all"]
    assert await boris.words("C1") == ["For all"]


async def test_direct_messages_are_for_their_member(room: Room, alice: Tab, boris: Tab) -> None:
    posted = await room.client.chat_postMessage(channel="U1", text="For Alice")
    channel = posted["channel"]
    assert await alice.words(channel) == ["For Alice"]
    params = {"as": "U2", "channel": channel}
    assert (await boris.client.get("/api/messages", params=params)).status_code == 404
    assert (await boris.refused("read", channel=channel, ts="1"))[0] == 404
    assert (await boris.refused("write", channel=channel, text="Hello"))[0] == 404
    listed = (await boris.get("/api/sight"))["channels"]
    assert channel not in [one["id"] for one in listed]


async def test_private_channels_are_for_their_members(room: Room, alice: Tab, boris: Tab) -> None:
    room.slack.add_channel("C2", "secret", ["U1"], private=True)
    assert await alice.words("C2") == []
    params = {"as": "U2", "channel": "C2"}
    assert (await boris.client.get("/api/messages", params=params)).status_code == 404


async def test_windows_are_on_one_screen(room: Room, alice: Tab, boris: Tab) -> None:
    view = room.slack.workspace.views.open("U1", modal(title="Mine"))
    assert [one["title"]["text"] for one in (await alice.get("/api/sight"))["views"]] == ["Mine"]
    assert (await boris.get("/api/sight"))["views"] == []
    assert (await boris.refused("submit", view=view.id))[0] == 404
    surface = {"kind": "view", "id": view.id}
    assert (await boris.refused("keep", surface=surface, values={}))[0] == 404


async def test_messages_come_in_pages(room: Room, alice: Tab) -> None:
    for number in range(7):
        await alice.does("write", channel="C1", text=f"Message {number}")
    latest = await alice.get("/api/messages", channel="C1", limit=3)
    assert [one["text"] for one in latest["messages"]] == ["Message 4", "Message 5", "Message 6"]
    assert latest["more"]
    before = latest["messages"][0]["ts"]
    rest = await alice.get("/api/messages", channel="C1", limit=10, before=before)
    assert len(rest["messages"]) == 4
    assert not rest["more"]


async def test_replies_are_counted_and_shown_in_their_thread(room: Room, alice: Tab) -> None:
    parent = (await alice.does("write", channel="C1", text="Who?"))["ts"]
    await room.client.chat_postMessage(channel="C1", thread_ts=parent, text="I")
    await room.client.chat_postMessage(
        channel="C1", thread_ts=parent, text="Aloud", reply_broadcast=True
    )
    shown = (await alice.get("/api/messages", channel="C1"))["messages"]
    assert [one["text"] for one in shown] == ["Who?", "Aloud"]
    assert shown[0]["reply_count"] == 2
    assert await alice.words("C1", thread=parent) == ["Who?", "I", "Aloud"]


async def test_unread_until_it_was_seen(room: Room, alice: Tab, boris: Tab) -> None:
    written = await alice.does("write", channel="C1", text="Hello")
    await room.client.chat_postEphemeral(channel="C1", user="U2", text="Psst")
    assert await unread(alice) == 0  # her own
    assert await unread(boris) == 2
    await boris.does("read", channel="C1", ts=written["ts"])
    assert await unread(boris) == 1
    await boris.does("read", channel="C1", ts="1")  # never back
    assert await unread(boris) == 1


async def unread(tab: Tab) -> int:
    channels = (await tab.get("/api/sight"))["channels"]
    return next(one["unread"] for one in channels if one["id"] == "C1")


async def test_an_edited_message_says_so(room: Room, alice: Tab) -> None:
    posted = await room.client.chat_postMessage(channel="C1", text="Ninety")
    await room.client.chat_update(channel="C1", ts=posted["ts"], text="Ninety-one")
    [shown] = (await alice.get("/api/messages", channel="C1"))["messages"]
    assert shown["text"] == "Ninety-one"
    assert float(shown["edited"]["ts"]) > float(shown["ts"])


async def test_members_who_left_are_no_longer_there(room: Room, boris: Tab) -> None:
    workspace: Workspace = room.slack.workspace
    workspace.people["U2"].deleted = True
    assert (await boris.client.get("/api/sight", params={"as": "U2"})).status_code == 404
