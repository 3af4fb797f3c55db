"""Looks at the clock: who is due, and what to sweep. APScheduler's timer does the ticking."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.engine import Engine
from bot.housekeeping import sweep
from bot.sync.requests import tick

log = structlog.get_logger(__name__)

LATE = timedelta(seconds=60)  # a tick this old means that something is wrong
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SchedulerState:
    """For /health."""

    running: bool
    ticked_at: datetime | None  # when due integrations were last looked for, with success
    healthy: bool


class Scheduler:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._timer = AsyncIOScheduler(timezone=UTC)
        self._started_at: datetime | None = None
        self._ticked_at: datetime | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Begins at once with a tick. Call it inside the running loop."""
        self._started_at = datetime.now(UTC)
        tick_seconds = self._engine.settings.tick_seconds
        self._repeat(self._tick, timedelta(seconds=tick_seconds), first=timedelta(0))
        self._repeat(self._sweep, timedelta(hours=1), first=timedelta(minutes=1))
        self._timer.start()

    async def stop(self) -> None:
        """Waits a little for a tick or a sweep under way, which APScheduler would cut off."""
        if not self._timer.running:
            return
        self._timer.pause()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_SECONDS)
        self._timer.shutdown(wait=False)
        await asyncio.sleep(0)  # it ends itself in the loop's next round

    def state(self) -> SchedulerState:
        latest = self._ticked_at or self._started_at
        late = latest is None or datetime.now(UTC) - latest > self._allowance()
        return SchedulerState(
            self._timer.running, self._ticked_at, self._timer.running and not late
        )

    def is_well(self) -> bool:
        return self.state().healthy

    def _allowance(self) -> timedelta:
        return max(LATE, 3 * timedelta(seconds=self._engine.settings.tick_seconds))

    def _repeat(
        self, work: Callable[[], Awaitable[None]], every: timedelta, *, first: timedelta
    ) -> None:
        self._timer.add_job(
            self._do,
            "interval",
            args=[work],
            seconds=every.total_seconds(),
            next_run_time=datetime.now(UTC) + first,
            max_instances=1,  # a slow one is not overtaken
            coalesce=True,
            misfire_grace_time=None,  # late is better than never
        )

    async def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await work()
        except Exception:  # most likely our own database: the next time may find it back
            log.exception("scheduler.failed", work=work.__name__)
        finally:
            self._under_way.discard(task)

    async def _tick(self) -> None:
        await tick(self._engine)
        # Real time, whatever the engine's clock says: this is about the timer.
        self._ticked_at = datetime.now(UTC)

    async def _sweep(self) -> None:
        await sweep(self._engine)
