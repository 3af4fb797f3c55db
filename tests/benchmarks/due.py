"""A hundred thousand integrations scheduled, a handful due: how long finding them takes.

    python -m tests.benchmarks due [--json FILE] [--integrations N]

The tick is the engine's own, in this process; starts are those of a whole bot in a process of its
own, until it has looked for who is due for the first time. On each database.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import update

from bot import logs
from bot.engine import Engine, make_engine
from bot.settings import Settings
from bot.sync.requests import tick
from store import migrate, runs
from store.models import Integration
from store.vault import Vault
from tests.benchmarks.filling import fill
from tests.benchmarks.many import MODULE, environment
from tests.benchmarks.processes import started
from tests.benchmarks.sync.databases import opened
from tests.sync.counting import plan, statements

INTEGRATIONS = 100_000
HANDFUL = 5
TIMES = 20  # ticks of each kind
STARTS = 3
INDEX = "ix_integrations_next_run_at"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Figures:
    database: str
    integrations: int
    tick_ms: float  # a handful are due and queued; the median, as everywhere here
    idle_tick_ms: float  # nobody is due
    plan: str  # the step that finds them, as EXPLAIN has it
    start_seconds: float
    start_empty_seconds: float  # with no integration at all
    rows_filled_seconds: float


async def measure(name: str, integrations: int) -> Figures:
    with tempfile.TemporaryDirectory() as place, opened(name, Path(place)) as databases:
        folder, key = Path(place), Vault.new_key()
        empty, full = databases.create("empty"), databases.create("full")
        for url in (empty, full):
            await asyncio.to_thread(migrate.upgrade, url)
        engine = _engine(full, folder, key)
        begun = time.perf_counter()
        await _fill(engine, integrations)
        filled = time.perf_counter() - begun
        ticks = [await _tick(engine, HANDFUL) for _ in range(TIMES)]
        idle = [await _tick(engine, 0) for _ in range(TIMES)]
        step = await _plan(engine)
        await engine.http.close()
        await engine.projects.close()
        await engine.database.close()
        starts = [
            (await _start(empty, folder, key), await _start(full, folder, key))
            for _ in range(STARTS)
        ]
    return Figures(
        database=name,
        integrations=integrations,
        tick_ms=round(statistics.median(ticks) * 1000, 1),
        idle_tick_ms=round(statistics.median(idle) * 1000, 1),
        plan=step,
        start_seconds=round(statistics.median(full for _, full in starts), 2),
        start_empty_seconds=round(statistics.median(empty for empty, _ in starts), 2),
        rows_filled_seconds=round(filled, 1),
    )


def _engine(url: str, folder: Path, key: str) -> Engine:
    return make_engine(
        Settings(
            _env_file=None,
            database_url=SecretStr(url),
            project_url=SecretStr(f"sqlite:///{folder / 'project.db'}"),
            secret_keys=[SecretStr(key)],
        )
    )


async def _fill(engine: Engine, integrations: int) -> None:
    """Accounts of a thousand integrations each, their times spread over the coming day."""
    now = engine.clock.now()
    each = min(integrations, 1000)
    await fill(
        engine.database,
        engine.vault,
        NOWHERE,
        [each] * (integrations // each),
        lambda number: now + timedelta(hours=1, seconds=number % 86_400),
        now,
    )


async def _tick(engine: Engine, due: int) -> float:
    """Seconds of a tick with so many due; what it queued is taken off again."""
    ids = range(1, due + 1)
    if due:
        async with engine.database.begin() as session:
            just = engine.clock.now() - timedelta(seconds=1)
            await session.execute(
                update(Integration).where(Integration.id.in_(ids)).values(next_run_at=just)
            )
    begun = time.perf_counter()
    found = await tick(engine)
    took = time.perf_counter() - begun
    if found != due:
        raise RuntimeError(f"{found} instead of {due} were found due")
    async with engine.database.begin() as session:
        for integration_id in ids:
            await runs.cancel_queued(session, integration_id, datetime.now(UTC))
    return took


async def _plan(engine: Engine) -> str:
    """The step that finds them. Raises RuntimeError where no index leads to those that are due."""
    with statements() as found:
        await tick(engine)
    async with engine.database.read() as session:
        steps = await plan(session, found[0])
    for step in steps:
        if INDEX in step:
            return " ".join(step.replace("->", "").split())
    raise RuntimeError("no index is used:\n" + "\n".join(steps))


async def _start(url: str, folder: Path, key: str) -> float:
    """Seconds from the process's start until it has looked for the first time."""
    begun = time.perf_counter()
    async with started(*MODULE, "bot", **environment(url, folder, key)):
        return time.perf_counter() - begun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--integrations", type=int, default=INTEGRATIONS)


def main(json_file: Path | None, integrations: int = INTEGRATIONS) -> None:
    logs.configure("console", level=40)
    found = [asyncio.run(measure(name, integrations)) for name in ("sqlite", "postgresql")]
    for one in found:
        print(f"{one.integrations:,} integrations scheduled, {one.database}")
        print(f"  a tick, {HANDFUL} of them due     {one.tick_ms:>7} ms")
        print(f"  a tick, none due         {one.idle_tick_ms:>7} ms")
        print(f"  found by                 {one.plan}")
        print(f"  a start                  {one.start_seconds:>7} s")
        print(f"  a start without any      {one.start_empty_seconds:>7} s")
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")
