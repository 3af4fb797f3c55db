"""The bot's clock: the demo's runs ahead of the real one, so that a day takes a moment."""

import asyncio
import re
from datetime import timedelta
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.host import Playground
from bot.playground.page.answers import Refused, answer
from bot.playground.page.panels import asking
from bot.playground.page.panels.asking import Asked

HOUR = timedelta(hours=1)
A_TICK = 0.6  # seconds in which the bot notices that something is due
A_LOOK = 0.1  # seconds between two looks
PATIENCE = 20.0  # seconds for the syncs of one hour

_BUSY = re.compile(
    r'^patchbay_(?:runs_kept\{state="(?:queued|running)"\}|deliveries_owed) (?!0\.0$)', re.MULTILINE
)


class Skip(Asked):
    hours: Literal[1, 24]


class TimePanel:
    def __init__(self, ground: Playground) -> None:
        self._ground = ground
        self._going: asyncio.Task[None] | None = None
        self._left = 0  # hours that are still to go by

    def routes(self) -> list[Route]:
        return [
            Route("/api/clock", self._look),
            Route("/api/clock/skip", self._skip, methods=["POST"]),
            Route("/api/clock/stop", self._stop, methods=["POST"]),
        ]

    async def close(self) -> None:
        if self._going is not None:
            self._going.cancel()
            await asyncio.gather(self._going, return_exceptions=True)

    def _state(self) -> dict[str, Any]:
        clock = self._ground.clock
        return {
            "now": clock.now().isoformat(),
            "ahead_seconds": clock.shift.total_seconds(),
            "hours_left": self._left,
        }

    async def _look(self, _: Request) -> Response:
        return answer(self._state())

    async def _skip(self, request: Request) -> Response:
        """An hour at once; a day hour by hour, so that each hour's syncs really run."""
        asked = await asking.read(request, Skip)
        if self._left:
            raise Refused("Time is being skipped already.")
        self._left = asked.hours
        self._going = asyncio.create_task(self._go())
        return answer(self._state())

    async def _stop(self, _: Request) -> Response:
        await self.close()
        self._left = 0
        return answer(self._state())

    async def _go(self) -> None:
        try:
            while self._left:
                self._ground.clock.skip(HOUR)
                await asyncio.sleep(A_TICK)
                await self._quiet()
                self._left -= 1
        finally:
            self._left = 0

    async def _quiet(self) -> None:
        """Until no sync is under way and nothing is owed, as /metrics has it."""
        for _ in range(round(PATIENCE / A_LOOK)):
            if not _BUSY.search(await self._ground.metrics()):
                return
            await asyncio.sleep(A_LOOK)
