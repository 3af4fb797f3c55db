"""What happens comes to each member's browser as it happens, and to nobody else's."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bot.playground.page.app import Page
from tests.playground.conftest import Room
from tests.playground.page.conftest import Tab
from tests.playground.views import actions, button, modal, text_input

Told = tuple[str, Any]


class Stream:
    """The server-sent events of one connection."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self.last = ""  # id of the last event
        self._lines = lines

    async def next(self, kind: str) -> Any:
        """The data of the next event of that kind."""
        async with asyncio.timeout(5):
            while True:
                heard, data = await self._event()
                if heard == kind:
                    return data

    async def _event(self) -> Told:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line and "data" in fields:
                self.last = fields.get("id", self.last)
                return fields["event"], json.loads(fields["data"])
            name, _, value = line.partition(": ")
            fields[name] = value
        raise EOFError


@asynccontextmanager
async def listening(tab: Tab, **headers: str) -> AsyncIterator[Stream]:
    params = {"as": tab.member}
    async with tab.client.stream("GET", "/api/stream", params=params, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = Stream(answer.aiter_lines())
        await stream.next("hello")
        yield stream


async def test_messages_are_told_to_those_who_see_them(room: Room, alice: Tab, boris: Tab) -> None:
    async with listening(alice) as to_alice, listening(boris) as to_boris:
        await room.client.chat_postEphemeral(channel="C1", user="U1", text="For Alice")
        await room.client.chat_postMessage(channel="U1", text="Hers too")
        await room.client.chat_postMessage(channel="C1", text="For all")
        heard = [(await to_alice.next("message"))["message"]["text"] for _ in range(3)]
        assert heard == ["For Alice", "Hers too", "For all"]
        assert (await to_boris.next("message"))["message"]["text"] == "For all"


async def test_edits_and_removals_are_told(room: Room, alice: Tab, boris: Tab) -> None:
    posted = await room.client.chat_postMessage(channel="C1", text="One")
    own = await room.client.chat_postMessage(channel="U1", text="Hers")
    async with listening(alice) as to_alice, listening(boris) as to_boris:
        await room.client.chat_update(channel=own["channel"], ts=own["ts"], text="Hers alone")
        assert (await to_alice.next("message"))["what"] == "edited"
        await room.client.chat_delete(channel=own["channel"], ts=own["ts"])
        assert (await to_alice.next("message"))["what"] == "deleted"
        await room.client.chat_update(channel="C1", ts=posted["ts"], text="Two")
        told = await to_boris.next("message")
        assert (told["what"], told["message"]["text"]) == ("edited", "Two")


async def test_a_reply_brings_its_parents_new_count(room: Room, alice: Tab, boris: Tab) -> None:
    parent = (await alice.does("write", channel="C1", text="Who?"))["ts"]
    async with listening(boris) as stream:
        await alice.does("write", channel="C1", text="I", thread=parent)
        assert (await stream.next("message"))["message"]["is_reply"]
        again = await stream.next("message")
        assert (again["message"]["ts"], again["message"]["reply_count"]) == (parent, 1)


async def test_windows_are_told_whole_and_to_their_member(
    room: Room, alice: Tab, boris: Tab
) -> None:
    views = room.slack.workspace.views
    async with listening(alice) as to_alice, listening(boris) as to_boris:
        first = views.open("U1", modal("First", text_input("Name", "name")))
        views.push("U1", modal("Second"))
        shown = (await to_alice.next("views"))["views"]
        assert [one["title"]["text"] for one in shown] == ["First", "Second"]
        views.close(first)
        assert (await to_alice.next("views"))["views"] == []
        await alice.does("write", channel="C1", text="Done")
        told = await to_boris.next("message")  # nothing of the windows came before
        assert told["message"]["text"] == "Done"
        assert int(to_boris.last) == len(room.slack.slack.changes.entries)


async def test_unread_counts_are_told_in_every_tab(room: Room, alice: Tab, boris: Tab) -> None:
    async with listening(boris) as one_tab, listening(boris) as other_tab:
        written = await alice.does("write", channel="C1", text="Hello")
        for stream in (one_tab, other_tab):
            assert (await stream.next("sight"))["channels"][0]["unread"] == 1
        await boris.does("read", channel="C1", ts=written["ts"])
        for stream in (one_tab, other_tab):
            assert (await stream.next("sight"))["channels"][0]["unread"] == 0


async def test_takes_up_where_a_connection_broke(room: Room, alice: Tab) -> None:
    async with listening(alice) as stream:
        await alice.does("write", channel="C1", text="Before")
        await stream.next("message")
        await stream.next("sight")
        last = stream.last
    await alice.does("write", channel="C1", text="Meanwhile")
    async with listening(alice, **{"Last-Event-ID": last}) as stream:
        assert (await stream.next("message"))["message"]["text"] == "Meanwhile"


async def test_trouble_with_the_bot_is_told(room: Room, alice: Tab) -> None:
    blocks = [actions(button("Go", "go"))]
    posted = await room.client.chat_postMessage(channel="C1", text="Go?", blocks=blocks)
    async with listening(alice) as stream:
        surface = {"kind": "message", "channel": "C1", "ts": posted["ts"]}
        await alice.does("act", surface=surface, block_id="buttons", action_id="go")
        told = await stream.next("message")
        assert told["what"] == "touched"
        assert told["message"]["notice"].startswith("We had some trouble")


async def test_connections_are_let_go(page: Page, alice: Tab) -> None:
    async with listening(alice), listening(alice):
        assert page.streams.open["U1"] == 2
    for _ in range(100):
        if page.streams.open["U1"] == 0:
            break
        await asyncio.sleep(0.02)
    assert page.streams.open["U1"] == 0


async def test_open_streams_do_not_hold_up_the_end(page: Page, alice: Tab) -> None:
    async with listening(alice):
        async with asyncio.timeout(1.5):  # the server itself would wait for two seconds
            await page.stop()
    await page.start()


class Panels:
    """Something beside Slack that changes when told to."""

    def __init__(self) -> None:
        self.mark = "1"
        self.closed = False

    def routes(self) -> list[Any]:
        return []

    async def marks(self) -> dict[str, str]:
        return {"store": self.mark, "mail": "same"}

    async def close(self) -> None:
        self.closed = True


async def test_what_lies_beside_slack_tells_when_it_changed(room: Room) -> None:
    panels = Panels()
    page = Page(room.slack, beside=panels)
    await page.start()
    async with (
        httpx.AsyncClient(base_url=page.url, trust_env=False) as client,
        listening(Tab(page, client, "U1")) as stream,
    ):
        panels.mark = "2"
        assert await stream.next("store") == {}
    await page.stop()
    assert panels.closed


async def test_a_number_that_is_none_is_refused(alice: Tab) -> None:
    params = {"as": "U1", "after": "soon"}
    assert (await alice.client.get("/api/stream", params=params)).status_code == 400
