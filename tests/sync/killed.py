"""A process that makes workers: each a fork of it, so that none of them has anything to import.

It reads a line for each: {"database_url", "project_url", "secret_key"}. It writes the worker's
process id when it has begun, and how it ended when it has: 0 when it did a run to its end, 1 when
there was none to do, -9 when it was killed.
"""

import asyncio
import json
import logging
import os
import sys

from bot import logs
from bot.settings import Settings
from bot.sync.worker import Worker
from tests.sync.scripted import close_engine, make_engine, quick_settings

LOOKS = 100


def main() -> None:
    logs.configure("console", logging.ERROR)
    for line in sys.stdin:
        given = json.loads(line)
        settings = quick_settings(**given)
        process_id = os.fork()
        if not process_id:
            os._exit(asyncio.run(_work(settings)))
        print(process_id, flush=True)
        _, status = os.waitpid(process_id, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


async def _work(settings: Settings) -> int:
    """As a worker does that has just begun: takes up what a dead one left, and does it."""
    engine = make_engine(settings)
    worker = Worker(engine)
    try:
        for _ in range(LOOKS):  # a database may still be busy with the dead one's last words
            await worker.beat()
            if await worker.run_one():
                return 0
            await asyncio.sleep(0.05)
        return 1
    finally:
        await close_engine(engine)


if __name__ == "__main__":
    main()
