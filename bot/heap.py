"""What Python's collector looks at, again and again."""

import gc


def freeze_heap() -> None:
    """Takes what stands after the start (some hundred thousand objects) out of later collections.

    A full collection would otherwise look through all of it, and hold up everybody for about
    100 ms each time. For a process that is the bot and nothing else.
    """
    gc.collect()
    gc.freeze()
