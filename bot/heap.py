"""How Python's collector and its threads behave in a process that is the bot and nothing else."""

import gc
import sys

_TURN = 0.001  # seconds
_SELDOM = (20_000, 20, 20)  # new objects before a collection; such before a larger one, and a full


def freeze_heap() -> None:
    """Takes what stands after the start (some hundred thousand objects) out of later collections.

    A full collection would otherwise look through all of it, and hold up everybody for about
    100 ms each time. And a sync makes many thousand rows that live for a moment: the collector
    looks for rings among them less often, since there are none. The loop gets its turn back from a
    thread that computes sooner than after the usual 5 ms: whoever waits for Slack waits for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    sys.setswitchinterval(_TURN)
