"""Work for the processor, off the event loop's thread, so that acknowledgements do not wait for it.

It has one thread: Python computes one thing at a time anyway, and with more of them the loop would
wait for each in turn before it gets to run.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Result = TypeVar("Result")
Given = ParamSpec("Given")

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="computing")


async def computed(
    work: Callable[Given, Result], *arguments: Given.args, **named: Given.kwargs
) -> Result:
    """What `work` returns or raises."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_thread, lambda: work(*arguments, **named))
