"""`python -m tests.benchmarks.sync.engine`: one sync by the real engine, in one process.

As production has it: a row is written into the table of runs, a worker claims it, and the row is
finished when the clock stops. Settings come from the environment; the logs are written as always.
What it is to do comes as JSON on standard input.
"""

import asyncio
import json
import sys

from bot import logs
from bot.engine import make_engine
from bot.heap import freeze_heap
from bot.settings import Settings
from store.vocabulary import Trigger
from tests.benchmarks.sync.rehearsal import rehearse, synced
from tests.benchmarks.sync.stopwatch import Stopwatch


async def _main() -> None:
    spec = json.load(sys.stdin)
    settings = Settings(_env_file=None)
    logs.configure(settings.log_format)
    engine = make_engine(settings)
    await rehearse(engine, spec)
    freeze_heap()
    watch = Stopwatch(spec["spawned"])
    trigger = Trigger(spec["trigger"])
    with watch:
        run = await synced(engine, spec["workspace_id"], spec["integration_id"], trigger)
    watch.report(
        state=run.state,
        error=run.error,
        counts={
            name: getattr(run, name)
            for name in ("created", "updated", "deleted", "unchanged", "rejected")
        },
    )
    await engine.http.close()
    await engine.projects.close()
    await engine.database.close()


if __name__ == "__main__":
    asyncio.run(_main())
