"""`python -m tests.benchmarks.sync.engine`: one sync by the real engine, in one process.

As production has it: a row is written into the table of runs, a worker claims it, and the row is
finished when the clock stops. Settings come from the environment; the logs are written as always.
What it is to do comes as JSON on standard input.
"""

import asyncio
import json
import sys
from typing import Any

from bot import logs
from bot.engine import Engine, make_engine
from bot.heap import freeze_heap
from bot.settings import Settings
from bot.sync.requests import request_run
from bot.sync.worker import Worker
from store import integrations
from store.models import Run
from store.vocabulary import Trigger
from tests.benchmarks.sync.stopwatch import Stopwatch


async def _sync(engine: Engine, spec: dict[str, Any], watch: Stopwatch) -> Run:
    worker = Worker(engine)
    freeze_heap()
    with watch:
        async with engine.database.begin() as session:
            integration = await integrations.get(
                session, spec["workspace_id"], spec["integration_id"]
            )
            assert integration is not None
            now = engine.clock.now()
            run = await request_run(session, integration, Trigger(spec["trigger"]), now=now)
        await worker.run_one()
    async with engine.database.read() as session:
        return await session.get_one(Run, run.id)


async def _main() -> None:
    spec = json.load(sys.stdin)
    settings = Settings(_env_file=None)
    logs.configure(settings.log_format)
    engine = make_engine(settings)
    watch = Stopwatch(spec["spawned"])
    run = await _sync(engine, spec, watch)
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
