"""Shows a run to the member who watches it: one DM message, edited while records come in.

Nothing here has to arrive: the summary, which does, is a delivery and edits the same message.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

import structlog

from bot.alerts.sending import Hopeless, RetryLater, Undeliverable
from bot.engine import Engine
from bot.signals import RunMoved, Signal
from handlers.looking import find, metadata
from handlers.outgoing import ClientFor, Outgoing, SlackRefused
from handlers.read.progress import RunProgress, load_progress
from handlers.views.progress import progress_message
from store.models import Run

log = structlog.get_logger(__name__)

PACE = 1.0  # seconds between two edits of a message
EVENT_TYPE = "patchbay_progress"
TAKEN_UP = timedelta(seconds=5)  # a run this old without a message may have one


class _Turn:
    """Whose turn it is to write a run's message, and when it was last written."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.written_at = 0.0


# Kept by those who use them, so that a run's turn goes when nobody writes its message any more.
_turns: WeakValueDictionary[tuple[str, int], _Turn] = WeakValueDictionary()


@asynccontextmanager
async def turn_to_write(workspace_id: str, run_id: int) -> AsyncIterator[None]:
    """Waits until the run's message may be written, at most once a second by one at a time."""
    turn = _turns.setdefault((workspace_id, run_id), _Turn())
    async with turn.lock:
        await asyncio.sleep(max(0.0, turn.written_at + PACE - time.monotonic()))
        try:
            yield
        finally:
            turn.written_at = time.monotonic()


class Progress:
    def __init__(self, engine: Engine, client_for: ClientFor) -> None:
        self._engine = engine
        self._out = Outgoing(engine, client_for)
        self._shown: set[int] = set()
        self._moved: set[int] = set()

    async def on_signal(self, signal: Signal) -> None:
        """Returns at once: a sync never waits for Slack."""
        if not isinstance(signal, RunMoved):
            return
        self._moved.add(signal.run_id)
        if signal.run_id not in self._shown:
            self._shown.add(signal.run_id)
            self._engine.background.start(self._follow(signal.workspace_id, signal.run_id))

    async def _follow(self, workspace_id: str, run_id: int) -> None:
        """Writes the message as often as it may be, for as long as the run moves on."""
        turn = _turns.setdefault((workspace_id, run_id), _Turn())
        try:
            while run_id in self._moved:
                self._moved.discard(run_id)
                async with turn_to_write(workspace_id, run_id):
                    # looked up within the turn: the summary may have been written meanwhile
                    await self._write(workspace_id, run_id)
                if await self._engine.background.pause(PACE):
                    return
        except (RetryLater, Undeliverable, Hopeless, SlackRefused) as problem:
            log.info("progress.not_shown", run_id=run_id, reason=str(problem))
        except Exception:  # a broken display must not be louder than a log line
            log.exception("progress.failed", run_id=run_id)
        finally:
            del turn
            self._shown.discard(run_id)
            self._moved.discard(run_id)

    async def _write(self, workspace_id: str, run_id: int) -> None:
        async with self._engine.database.read() as session:
            progress = await load_progress(session, self._engine, workspace_id, run_id)
        if progress is None:
            return
        shown = progress_message(progress)
        if progress.channel is None or progress.ts is None:
            await self._post(workspace_id, progress)
            return
        channel, ts = progress.channel, progress.ts
        await self._out.ask(
            workspace_id,
            "chat.update",
            lambda client: client.chat_update(
                channel=channel, ts=ts, text=shown.text, blocks=shown.blocks
            ),
        )

    async def _post(self, workspace_id: str, progress: RunProgress) -> None:
        opened = await self._out.ask(
            workspace_id,
            "conversations.open",
            lambda client: client.conversations_open(users=progress.watcher_id),
        )
        channel = str(opened["channel"]["id"])
        ts = await self._found(workspace_id, channel, progress)
        if ts is None:
            ts = await self._post_once(workspace_id, channel, progress)
        async with self._engine.database.begin() as session:
            run = await session.get_one(Run, progress.run_id)
            run.progress_channel, run.progress_ts = channel, ts

    async def _found(self, workspace_id: str, channel: str, progress: RunProgress) -> str | None:
        """The message of a run taken up again, which a process that died may have posted."""
        started = progress.started_at
        if started is None or self._engine.clock.now() - started < TAKEN_UP:
            return None
        wanted = metadata(EVENT_TYPE, run_id=progress.run_id)
        return await find(self._out, workspace_id, channel, wanted)

    async def _post_once(self, workspace_id: str, channel: str, progress: RunProgress) -> str:
        shown = progress_message(progress)
        posted = await self._out.ask(
            workspace_id,
            "chat.postMessage",
            lambda client: client.chat_postMessage(
                channel=channel,
                text=shown.text,
                blocks=shown.blocks,
                metadata=metadata(EVENT_TYPE, run_id=progress.run_id),
            ),
        )
        return str(posted["ts"])


def register(engine: Engine, client_for: ClientFor) -> Progress:
    progress = Progress(engine, client_for)
    engine.signals.subscribe(progress.on_signal)
    return progress
