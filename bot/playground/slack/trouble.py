"""Switches that make Slack misbehave on purpose."""

import math
import time
from collections import defaultdict
from dataclasses import dataclass, field

from bot.playground.slack.errors import RateLimited, SlackError


@dataclass(slots=True)
class _Planned:
    """What is to happen to the next calls of one method."""

    rate_limits: list[int] = field(default_factory=list)  # seconds, one a call
    failures: list[str] = field(default_factory=list)  # error codes, one a call
    dropped: int = 0


class Trouble:
    """Each switch is for one method, or for every method with "*", and for so many calls."""

    def __init__(self) -> None:
        self._planned: dict[str, _Planned] = defaultdict(_Planned)
        self._pauses: dict[str, float] = {}
        self._paces: dict[str, float] = {}
        self._last: dict[tuple[str, str], float] = {}  # by method and channel, monotonic seconds

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """HTTP 429 with `Retry-After`."""
        self._planned[method].rate_limits += [retry_after] * times

    def fail(self, method: str, error: str, times: int = 1) -> None:
        """Answers `error` without doing anything."""
        self._planned[method].failures += [error] * times

    def drop_answer(self, method: str, times: int = 1) -> None:
        """Does what is asked, then breaks the connection instead of answering."""
        self._planned[method].dropped += times

    def slow(self, method: str, seconds: float) -> None:
        """Waits before the work; 0 ends it."""
        self._pauses[method] = seconds

    def pace(self, method: str, seconds: float) -> None:
        """HTTP 429 for who calls again within so many seconds in one channel; 0 ends it."""
        self._paces[method] = seconds

    def clear(self) -> None:
        self._planned.clear()
        self._pauses.clear()
        self._paces.clear()

    # what the server asks

    def pause(self, method: str) -> float:
        return self._pauses.get(method, self._pauses.get("*", 0.0))

    def strike(self, method: str, channel: str = "") -> None:
        """Raises what is planned for this call."""
        self._keep_pace(method, channel)
        for planned in self._of(method):
            if planned.rate_limits:
                raise RateLimited(planned.rate_limits.pop(0))
            if planned.failures:
                raise SlackError(planned.failures.pop(0))

    def _keep_pace(self, method: str, channel: str) -> None:
        pace = self._paces.get(method, 0.0)
        now = time.monotonic()
        wait = self._last.get((method, channel), -pace) + pace - now
        if pace and wait > 0:
            raise RateLimited(math.ceil(wait))
        self._last[method, channel] = now

    def drops(self, method: str) -> bool:
        """Whether this call's answer is lost."""
        for planned in self._of(method):
            if planned.dropped:
                planned.dropped -= 1
                return True
        return False

    def _of(self, method: str) -> list[_Planned]:
        return [self._planned[name] for name in (method, "*") if name in self._planned]
