"""What the outbox asks of a way to people, and how such a way answers."""

from dataclasses import dataclass
from typing import Protocol

from store.models import Delivery


@dataclass(frozen=True, slots=True)
class Sent:
    """It went out. A Slack message says where it stands, so that it can be edited later."""

    channel: str | None = None
    ts: str | None = None


class Sender(Protocol):
    async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
        """Sends it once. `maybe_sent`: an earlier attempt may have gone out; look before sending.

        Raises RetryLater, Undeliverable or Hopeless; anything else is tried again later.
        """
        ...


class RetryLater(Exception):
    """Not now. `seconds`: how long the other side asks us to wait; None: by our own backoff."""

    def __init__(
        self, reason: str, seconds: float | None = None, *, maybe_sent: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds
        self.maybe_sent = maybe_sent  # it may have gone out, only the answer was lost


class Undeliverable(Exception):
    """Never there: others are told instead. `reason`: a sentence for them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Hopeless(Exception):
    """Nobody can be told this way (token revoked, scope missing): dropped, and logged for us."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
