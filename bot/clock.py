"""What time it is. Injected, so that a story can live through a day in a second."""

from datetime import UTC, datetime, timedelta


class Clock:
    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


class ShiftedClock(Clock):
    """The real time plus what was skipped; the demo and the tests use it."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return super().now() + self.shift

    def skip(self, span: timedelta) -> None:
        self.shift += span
