"""Trigger ids: proof that a member just did something; good for one modal within 3 seconds."""

import secrets
import time
from dataclasses import dataclass

from bot.playground.slack.errors import SlackError

LIFETIME = 3.0  # seconds


@dataclass(slots=True)
class _Trigger:
    member_id: str
    made: float  # monotonic seconds
    exchanged: bool = False


class Triggers:
    def __init__(self) -> None:
        self._made: dict[str, _Trigger] = {}

    def new(self, member_id: str) -> str:
        now = time.monotonic()
        self._made = {
            key: trigger
            for key, trigger in self._made.items()
            if now - trigger.made < 10 * LIFETIME
        }
        trigger_id = (
            f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        )
        self._made[trigger_id] = _Trigger(member_id, now)
        return trigger_id

    def exchange(self, trigger_id: object) -> str:
        """Whose it is. Raises expired_trigger_id, exchanged_trigger_id, invalid_trigger_id."""
        trigger = self._made.get(str(trigger_id))
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if time.monotonic() - trigger.made > LIFETIME:
            raise SlackError("expired_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        trigger.exchanged = True
        return trigger.member_id
