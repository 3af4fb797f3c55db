"""Whoever answers Slack goes first: a sync that computes waits a moment where somebody does."""

import asyncio
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.1  # seconds in which a request should be answered; nobody waits longer for it

_in_hand = 0  # requests
_came = -math.inf  # when the last of them did (time.monotonic)
_waiting: set[asyncio.Future[None]] = set()


@contextmanager
def answering() -> Iterator[None]:
    """A request of Slack's is in hand, until the end of the block."""
    global _in_hand, _came
    _in_hand += 1
    _came = time.monotonic()
    try:
        yield
    finally:
        _in_hand -= 1
        if not _in_hand:
            for future in _waiting:
                if not future.done():
                    future.set_result(None)
            _waiting.clear()


async def answered() -> None:
    """Before each piece of work of a millisecond or so. Returns at once where nobody waits.

    However much is asked, and however long an answer takes, a sync goes on: a piece waits for no
    longer than PATIENCE.
    """
    patience = _came + PATIENCE - time.monotonic()
    if not _in_hand or patience <= 0:
        return
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    _waiting.add(future)
    try:
        await asyncio.wait({future}, timeout=patience)
    finally:
        _waiting.discard(future)
