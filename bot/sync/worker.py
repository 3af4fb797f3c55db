"""Does queued runs, many at a time, and takes up those whose worker died.

The runs table is the queue; any number of processes may work on it. Most runs wait for a service
most of their time. So that those of one account do not keep all the places while they wait for
each other's requests, each account has only a few of the places.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.connectors.grammar import CONCURRENT
from bot.engine import Engine
from bot.errors import NotFound
from bot.sync.run import execute
from bot.sync.workers import BEAT_SECONDS, is_alive, new_name
from store import runs
from store.runs import Waiting

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0  # between two looks for runs that another process queued
GATHER_SECONDS = 0.05  # in which runs end together, so that as many are claimed at once
LOOKED_AT = 500  # queued runs, for some of accounts that have places left
TRIES = 3
STOP_SECONDS = 8.0  # for pages in hand, before they are let go


class Worker:
    def __init__(self, engine: Engine) -> None:
        self.name = new_name()
        self._engine = engine
        self._stopping = asyncio.Event()
        self._taken: dict[int, Waiting] = {}  # runs that it does or is about to claim
        self._tasks: dict[int, asyncio.Task[None]] = {}  # by the run that each does

    @property
    def held(self) -> frozenset[int]:
        """Ids of the runs that it is doing."""
        return frozenset(self._taken)

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
            await asyncio.wait({filling}, timeout=IDLE_SECONDS)  # what it claims is given back
            await self._let_go()
            await filling
            done.set()
            await beating
            log.info("worker.stopped", worker=self.name)

    async def run_one(self) -> bool:
        """Claims a run and does it to its end; False where none is queued."""
        for run in await self._claim(1):
            await self._start(run)
            return True
        return False

    async def _fill(self) -> None:
        """Claims as much as may run at once, then waits for news."""
        while (claimed := await self._claim(self._room())) and not self._stopping.is_set():
            for run in claimed:
                self._start(run)
        if not self._stopping.is_set():
            await self._engine.queue.wait(IDLE_SECONDS)
        if self._tasks:
            await asyncio.sleep(GATHER_SECONDS)

    def _room(self) -> int:
        most = self._engine.settings.concurrent_runs
        return 0 if self._stopping.is_set() else most - len(self._taken)

    async def _claim(self, most: int) -> list[Waiting]:
        """The oldest queued runs that may be done now; tries again where others were faster."""
        for _ in range(TRIES if most > 0 else 0):
            wanted = await self._wanted(most)
            if not wanted:
                break
            if won := await self._win(wanted):
                return won
            await asyncio.sleep(GATHER_SECONDS)
        return []

    async def _wanted(self, most: int) -> dict[int, Waiting]:
        taken = Counter((run.authorization_id, run.service) for run in self._taken.values())
        full = [id for (id, service), count in taken.items() if count >= self._places(service)]
        async with self._engine.database.read() as session:  # without SQLite's write lock
            found = await runs.waiting(session, LOOKED_AT, full)
        return {run.run_id: run for run in islice(self._in_turn(found, taken), most)}

    async def _win(self, wanted: dict[int, Waiting]) -> list[Waiting]:
        """Claims them all by one statement, and returns those that it got."""
        self._taken |= wanted  # from before the commit on: a heartbeat must not find them orphaned
        won: set[int] = set()
        try:
            async with self._engine.database.begin() as session:
                claimed = await runs.claim(session, self.name, wanted, self._engine.clock.now())
            won = claimed
        finally:
            for run_id in wanted.keys() - won:
                del self._taken[run_id]
        return [run for run in wanted.values() if run.run_id in won]

    def _in_turn(
        self, found: Sequence[Waiting], taken: Counter[tuple[int, str]]
    ) -> Iterator[Waiting]:
        """Those for which their account has a place left."""
        for run in found:
            account = (run.authorization_id, run.service)
            if taken[account] < self._places(run.service):
                taken[account] += 1
                yield run

    def _places(self, service_id: str) -> int:
        """Runs of one account at a time: a long one does not hold up the others of its account."""
        try:
            limit = self._engine.catalog.get(service_id).rate_limit
        except NotFound:  # it left the catalog: the run will say so
            limit = None
        return max(limit.concurrent if limit else 0, CONCURRENT)

    def _start(self, run: Waiting) -> asyncio.Task[None]:
        task = asyncio.create_task(self._do(run.run_id))
        self._tasks[run.run_id] = task
        return task

    async def _do(self, run_id: int) -> None:
        try:
            await execute(self._engine, run_id, self.name, self._stopping)
        except Exception:  # our own database failed: without a heartbeat the run is taken up again
            log.exception("worker.run_failed", run_id=run_id)
        finally:
            del self._tasks[run_id], self._taken[run_id]
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
