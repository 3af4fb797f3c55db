"""A thousand small syncs due at the same moment, of a service that takes its time.

    python -m tests.benchmarks many [--json FILE] [--integrations N]

Three processes: the bot as `run` has it, with the settings that it comes with; the service, which
takes 200 ms for an answer and has nothing new; this one, which says when they are due and waits
until the last is done. A fifth of the integrations are of one account, the others of ten each.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import logs
from bot.app import build
from bot.connectors.catalog import load_catalog
from bot.connectors.grammar import RateLimit
from bot.heap import freeze_heap
from bot.settings import Settings
from bot.web.serving import Serving, free_port
from store import migrate
from store.database import Database
from store.models import Integration, Run
from store.vault import Vault
from store.vocabulary import RunState
from tests.benchmarks.filling import fill
from tests.benchmarks.processes import READY, started
from tests.benchmarks.sync.databases import opened
from tests.benchmarks.sync.stopwatch import peak_memory_mb
from tests.sync.counting import statements

INTEGRATIONS = 1_000
ANSWER_SECONDS = 0.2
ASKED_SECONDS = 60.0  # in which all of them are to be done
MODULE = ("-m", "tests.benchmarks.many")


@dataclass(frozen=True)
class Figures:
    database: str
    integrations: int
    seconds: float  # from the moment they are due until the last is done
    runs_per_second: float
    requests: int
    statements_per_run: float  # all of the bot's: looking, queueing and claiming, too
    most_at_a_time: int  # requests of one account
    most_in_a_second: int
    peak_memory_mb: float


# ---- the service


class Service:
    """Has nothing new, and keeps account of who asks how much."""

    def __init__(self) -> None:
        self._requests = 0
        self._under_way: Counter[str] = Counter()
        self._lately: defaultdict[str, deque[float]] = defaultdict(deque)
        self._most_at_a_time = self._most_in_a_second = 0
        self.app = Starlette(
            routes=[Route("/v1/customers", self._list), Route("/figures", self._figures)]
        )

    async def _list(self, request: Request) -> Response:
        key = request.headers["x-api-key"]
        self._requests += 1
        self._under_way[key] += 1
        self._most_at_a_time = max(self._most_at_a_time, self._under_way[key])
        lately, now = self._lately[key], time.monotonic()
        lately.append(now)
        while lately[0] <= now - 1:
            lately.popleft()
        self._most_in_a_second = max(self._most_in_a_second, len(lately))
        await asyncio.sleep(ANSWER_SECONDS)
        self._under_way[key] -= 1
        return JSONResponse({"data": [], "next_cursor": None})

    async def _figures(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "requests": self._requests,
                "most_at_a_time": self._most_at_a_time,
                "most_in_a_second": self._most_in_a_second,
            }
        )


async def _serve(ready: Callable[[str], None], stop: asyncio.Event) -> None:
    serving = Serving(Service().app)
    await serving.start()
    ready(serving.url)
    await stop.wait()
    await serving.stop()


# ---- the bot


async def _bot(ready: Callable[[str], None], stop: asyncio.Event) -> None:
    """As `run` hosts it; ready when it looked for who is due for the first time."""
    settings = Settings(_env_file=None)
    with statements() as found:
        patchbay = build(settings)
        serving = Serving(patchbay.asgi, settings.port)
        await serving.start()
        await patchbay.start()
        freeze_heap()
        while patchbay.scheduler.state().ticked_at is None:  # noqa: ASYNC110 - the timer's doing
            await asyncio.sleep(0.005)
        found.clear()
        ready(serving.url)
        await stop.wait()
        counted = len(found)
        await serving.stop()
        await patchbay.stop()
    _tell(counted)


def _tell(counted: int) -> None:
    told = {"statements": counted, "peak_memory_mb": round(peak_memory_mb(), 1)}
    Path(os.environ["FIGURES"]).write_text(json.dumps(told))


def environment(url: str, folder: Path, key: str) -> dict[str, str]:
    """Where things are; everything else is as it comes."""
    return {
        "PATCHBAY_DATABASE_URL": url,
        "PATCHBAY_PROJECT_URL": f"sqlite:///{folder / 'project.db'}",
        "PATCHBAY_SECRET_KEYS": key,
        "PATCHBAY_PORT": str(free_port()),
        "PATCHBAY_ALLOW_PRIVATE_NETWORKS": "true",  # the service is on loopback
        "SLACK_BOT_TOKEN": "xoxb-benchmark",
        "SLACK_SIGNING_SECRET": "benchmark",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",  # nobody is told anything
        "FIGURES": str(folder / "figures.json"),
    }


# ---- measuring


def sizes(integrations: int) -> list[int]:
    """Integrations of each account."""
    crowd = integrations // 5
    others, rest = divmod(integrations - crowd, 10)
    return [size for size in (crowd, *([10] * others), rest) if size]


async def measure(name: str, integrations: int) -> Figures:
    with tempfile.TemporaryDirectory() as place, opened(name, Path(place)) as databases:
        folder, key = Path(place), Vault.new_key()
        url = databases.create("bot")
        await asyncio.to_thread(migrate.upgrade, url)
        database = Database(url)
        async with started(*MODULE, "service") as service:
            now = datetime.now(UTC)
            never = now + timedelta(days=1)
            accounts = sizes(integrations)
            await fill(database, Vault([key]), service, accounts, lambda _: never, now)
            async with started(*MODULE, "bot", **environment(url, folder, key)):
                due = await _due(database)
                last = await _last_done(database, integrations)
            async with httpx.AsyncClient(trust_env=False) as client:
                asked = (await client.get(f"{service}/figures")).json()
        await database.close()
        told = json.loads((folder / "figures.json").read_text())
    seconds = (last - due).total_seconds()
    return Figures(
        database=name,
        integrations=integrations,
        seconds=round(seconds, 1),
        runs_per_second=round(integrations / seconds, 1),
        statements_per_run=round(told["statements"] / integrations, 2),
        peak_memory_mb=told["peak_memory_mb"],
        **asked,
    )


async def _due(database: Database) -> datetime:
    """The moment from which on all of them are due."""
    moment = datetime.now(UTC) + timedelta(seconds=1)
    async with database.begin() as session:
        await session.execute(update(Integration).values(next_run_at=moment))
    return moment


async def _last_done(database: Database, integrations: int) -> datetime:
    """Raises RuntimeError where one fails."""
    async with asyncio.timeout(10 * ASKED_SECONDS):
        while True:
            await asyncio.sleep(1)
            async with database.read() as session:
                counted = await session.execute(select(Run.state, func.count()).group_by(Run.state))
                by_state = dict(counted.all())
                last = await session.scalar(select(func.max(Run.finished_at)))
            if by_state.get(RunState.FAILED):
                raise RuntimeError(f"{by_state[RunState.FAILED]} runs failed")
            if by_state.get(RunState.SUCCEEDED, 0) >= integrations:
                assert last is not None
                return last


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--integrations", type=int, default=INTEGRATIONS)


def main(json_file: Path | None, integrations: int = INTEGRATIONS) -> None:
    found = [asyncio.run(measure(name, integrations)) for name in ("sqlite", "postgresql")]
    limit = load_catalog(None).get("demo_store").rate_limit or RateLimit(requests=1)
    allowed = {"at a time": limit.concurrent, "in a second": limit.requests}
    for one in found:
        print(f"{one.integrations:,} small syncs due at once, {one.database}")
        print(f"  until the last is done   {one.seconds:>8} s   (asked: {ASKED_SECONDS:g})")
        print(f"  runs a second            {one.runs_per_second:>8}")
        print(f"  requests                 {one.requests:>8}     ({one.integrations} runs)")
        print(f"  SQL statements a run     {one.statements_per_run:>8}     (all of the bot's)")
        for what, most in (
            ("at a time", one.most_at_a_time),
            ("in a second", one.most_in_a_second),
        ):
            name = f"most of one account {what}"
            print(f"  {name:<35}{most:>4}     (allowed: {allowed[what]})")
        print(f"  peak memory              {one.peak_memory_mb:>8} MB")
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")


async def _process(what: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    serve = {"service": _serve, "bot": _bot}[what]
    await serve(lambda url: print(f"{READY}{url}", flush=True), stop)


if __name__ == "__main__":
    logs.configure("console", level=40)
    if sys.argv[1] == "bot":  # as `run` does before anything else
        migrate.upgrade(os.environ["PATCHBAY_DATABASE_URL"])
    asyncio.run(_process(sys.argv[1]))
