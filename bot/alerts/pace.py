"""Gives every place in Slack a pause between two messages."""

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta


class Pace:
    def __init__(self, pause: timedelta) -> None:
        self._pause = pause
        self._free_at: dict[Hashable, datetime] = {}

    def turns(self, places: Sequence[Hashable], now: datetime) -> list[datetime]:
        """When a message to each of these may go out; None is a place that needs no pause.

        Those whose turn is `now` are taken to go out; the others should ask again at their turn.
        """
        self._free_at = {place: at for place, at in self._free_at.items() if at > now}
        planned = dict(self._free_at)
        turns: list[datetime] = []
        for place in places:
            turn = planned.get(place, now)
            turns.append(turn)
            if place is not None:
                planned[place] = turn + self._pause
                if turn == now:
                    self._free_at[place] = turn + self._pause
        return turns
