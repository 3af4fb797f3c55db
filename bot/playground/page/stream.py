"""What happens, sent to the browser as it happens: server-sent events of one member's sight."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse

from bot.playground.page.answers import Refused
from bot.playground.page.session import Json, Session
from bot.playground.slack.changes import Change
from bot.playground.slack.messages import Message
from bot.playground.slack.state import Person

BEAT = 15.0  # seconds after which a silent connection gets a sign of life
TOGETHER = 0.004  # seconds to wait for what happens at once, so that a view is drawn once
PANEL = "panel."  # changes that the panels beside Slack announce

Told = tuple[str, Json]  # the kind of event, its data


class Streams:
    """The open streams; `close()` ends them all, or a server would wait for them."""

    def __init__(self, session: Session) -> None:
        self.open: Counter[str] = Counter()  # by member
        self.born = str(time.time_ns())  # another one: the playground was started anew
        self._session = session
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Ends them for good."""
        self._closing.set()

    def drop(self) -> None:
        """Breaks them as a network does; browsers come back."""
        self._closing.set()
        self._closing = asyncio.Event()

    async def endpoint(self, request: Request) -> StreamingResponse:
        person = self._session.member(request.query_params.get("as", ""))
        after = _number(
            request.headers.get("last-event-id") or request.query_params.get("after"),
            len(self._session.slack.slack.changes.entries),
        )
        return StreamingResponse(
            self._events(person, after),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _events(self, person: Person, after: int) -> AsyncIterator[str]:
        changes = self._session.slack.slack.changes
        self.open[person.id] += 1
        closed = self._closing
        closing = asyncio.create_task(closed.wait())
        try:
            yield f"event: hello\ndata: {json.dumps({'born': self.born})}\n\n"
            while not closed.is_set():
                if after < len(changes.entries):
                    await asyncio.sleep(TOGETHER)
                    fresh = changes.entries[after:]
                    after += len(fresh)
                    for kind, data in told(self._session, person, fresh):
                        yield _event(kind, data, after)
                    continue
                another = asyncio.create_task(changes.another(BEAT))
                await asyncio.wait({another, closing}, return_when=asyncio.FIRST_COMPLETED)
                if not another.done():
                    another.cancel()
                elif not another.result():
                    yield ": still here\n\n"
        finally:
            closing.cancel()
            self.open[person.id] -= 1


def told(session: Session, person: Person, changes: list[Change]) -> list[Told]:
    """What this member's browser has to hear of; windows, the Home and the sidebar once each."""
    events: list[Told] = []
    views = home = sidebar = False
    own_home = session.workspace.views.homes.get(person.id)
    for change in changes:
        facts = change.facts
        if change.kind.startswith(PANEL):
            events.append((change.kind.removeprefix(PANEL), facts))
        elif change.workspace_id != session.workspace.id:
            continue
        elif change.kind.startswith("view."):
            if facts["member"] == person.id:
                of_home = own_home is not None and facts["view"] == own_home.id
                home, views = home or of_home, views or not of_home
        elif change.kind.startswith("message."):
            found = _message(session, person, change)
            events += found
            sidebar = sidebar or bool(found)
        else:
            sidebar = sidebar or facts.get("member", person.id) == person.id
    if sidebar:
        events.append(("sight", {"channels": session.sidebar(person)}))
    if home and own_home is not None:
        events.append(("home", {"home": session.shown(own_home)}))
    if views:
        events.append(("views", {"views": session.stack(person)}))
    return events


def _message(session: Session, person: Person, change: Change) -> list[Told]:
    """Of a message that the member sees: itself, and the parent whose replies it counts among."""
    facts, what = change.facts, change.kind.removeprefix("message.")
    if facts.get("member", person.id) != person.id:
        return []
    channels = {channel.id for channel in session.channels(person)}
    if what == "deleted":
        gone = {"what": what, "channel": facts["channel"], "ts": facts["ts"]}
        return [("message", gone)] if facts["channel"] in channels else []
    found = _find(session, person, channels, facts)
    if found is None:
        return []
    events: list[Told] = [("message", {"what": what, "message": session.told_anew(found)})]
    if what == "posted" and found.is_reply:
        parent = session.workspace.channels[found.channel].message(found.thread_ts)
        if parent is not None:
            events.append(("message", {"what": "touched", "message": session.told_anew(parent)}))
    return events


def _find(
    session: Session, person: Person, channels: set[str], facts: dict[str, Any]
) -> Message | None:
    for whisper in session.whispers(person):
        if whisper.ts == facts["ts"]:
            return whisper
    wanted = channels if "channel" not in facts else channels & {facts["channel"]}
    for channel_id in wanted:
        channel = session.workspace.channels.get(channel_id)
        if channel is not None and (found := channel.message(facts["ts"])):
            return found
    return None


def _event(kind: str, data: Json, number: int) -> str:
    return f"event: {kind}\nid: {number}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def _number(text: str | None, otherwise: int) -> int:
    if not text:
        return otherwise
    try:
        number = int(text)
    except ValueError:
        raise Refused("“after” has to be a number.") from None
    # More than ever happened: the playground was started anew, and all is to be told.
    return number if 0 <= number <= otherwise else 0
