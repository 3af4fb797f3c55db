"""Processes that the benchmarks measure, or keep out of what they measure."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

READY = "ready "  # what a process prints before its URL


@asynccontextmanager
async def started(*arguments: str, **environment: str) -> AsyncIterator[str]:
    """`python ARGUMENTS` until the end of the block; yields the URL that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**_clean(), **environment},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while line := (await process.stdout.readline()).decode():
                if line.startswith(READY):
                    break
            else:
                raise RuntimeError(f"{' '.join(arguments)} did not start")
        yield line.removeprefix(READY).strip()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _clean() -> dict[str, str]:
    """Our environment without what would change what is measured."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "PATCHBAY_")) and not name.upper().endswith("_PROXY")
    }
