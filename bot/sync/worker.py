"""Does queued runs, a few at a time, and takes up those whose worker died.

The runs table is the queue; any number of processes may work on it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.engine import Engine
from bot.sync.run import execute
from bot.sync.workers import BEAT_SECONDS, is_alive, new_name
from store import runs
from store.models import Run

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0  # between two looks for runs that another process queued
STOP_SECONDS = 8.0  # for pages in hand, before they are let go


class Worker:
    def __init__(self, engine: Engine) -> None:
        self.name = new_name()
        self._engine = engine
        self._stopping = asyncio.Event()
        self._tasks: dict[int, asyncio.Task[None]] = {}  # by the run that each does

    @property
    def held(self) -> frozenset[int]:
        """Ids of the runs that it is doing."""
        return frozenset(self._tasks)

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then ends within 10 s; what is unfinished is queued again."""
        log.info("worker.started", worker=self.name)
        done = asyncio.Event()  # what uses the database ends by itself: cut off, it would leak
        beating = asyncio.create_task(self._every(BEAT_SECONDS, self.beat, done))
        filling = asyncio.create_task(self._every(0, self._fill, self._stopping))
        try:
            await stop.wait()
        finally:
            self._stopping.set()
            self._engine.queue.wake()
            await self._let_go()
            await filling
            done.set()
            await beating
            log.info("worker.stopped", worker=self.name)

    async def run_one(self) -> bool:
        """Claims a run and does it to its end; False where none is queued."""
        run = await self._claim()
        if run is None:
            return False
        await self._start(run.id)
        return True

    async def _fill(self) -> None:
        """Claims as much as may run at once, then waits for news."""
        while self._has_room():
            run = await self._claim()
            if run is None:
                break
            self._start(run.id)
        if not self._stopping.is_set():
            await self._engine.queue.wait(IDLE_SECONDS)

    def _has_room(self) -> bool:
        most = self._engine.settings.concurrent_runs
        return len(self._tasks) < most and not self._stopping.is_set()

    async def _claim(self) -> Run | None:
        async with self._engine.database.read() as session:
            if not await runs.waiting(session):
                return None  # the usual case: without SQLite's write lock
        async with self._engine.database.begin() as session:
            return await runs.claim(session, self.name, self._engine.clock.now())

    def _start(self, run_id: int) -> asyncio.Task[None]:
        task = asyncio.create_task(self._do(run_id))
        self._tasks[run_id] = task
        return task

    async def _do(self, run_id: int) -> None:
        try:
            await execute(self._engine, run_id, self.name, self._stopping)
        except Exception:  # our own database failed: without a heartbeat the run is taken up again
            log.exception("worker.run_failed", run_id=run_id)
        finally:
            del self._tasks[run_id]
            self._engine.queue.wake()  # there is room for another

    async def beat(self) -> None:
        """Says which runs are being done, and queues those that nobody does any more."""
        now = self._engine.clock.now()
        async with self._engine.database.read() as session:
            dead = [
                run
                for run in await runs.running(session)
                if not is_alive(run, self.name, self.held, now)
            ]
        if not self._tasks and not dead:
            return
        async with self._engine.database.begin() as session:
            if self._tasks:
                await runs.beat(session, self.name, self.held, now)
            for run in dead:
                if await runs.give_back(session, run.id, run.worker):
                    log.warning("worker.took_up", run_id=run.id, worker=run.worker)
        if dead:
            self._engine.queue.wake()

    async def _let_go(self) -> None:
        """Ends what is being done: after the page in hand, or without it when that takes long."""
        if self._tasks:
            _done, late = await asyncio.wait(list(self._tasks.values()), timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            async with self._engine.database.begin() as session:
                await runs.give_back_all(session, self.name)
        except SQLAlchemyError:  # the database is away: the runs are taken up again all the same
            log.exception("worker.could_not_give_back", worker=self.name)

    async def _every(
        self, seconds: float, work: Callable[[], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Repeats it until `stop` is set, whatever happens meanwhile."""
        while not stop.is_set():
            pause = seconds
            try:
                await work()
            except Exception:  # most likely our own database: the next round may find it back
                log.exception("worker.round_failed")
                pause += IDLE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()
