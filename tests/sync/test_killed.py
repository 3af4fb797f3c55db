"""A load that is killed (SIGKILL) at random moments, fifty in all, ends as if nothing had happened.

Each worker is a process of its own: the one that comes after takes up what the dead one left. The
seed is printed; PATCHBAY_SEED sets it.
"""

import asyncio
import hashlib
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from store.models import Checkpoint, Run
from store.vocabulary import FieldType, RunState, UpdateType
from tests.sync.reference import Column, Pair, Way
from tests.sync.reference_values import plain
from tests.sync.scripted import WIRES, Bench, Exchange, bench, pages_of

RECORDS = 60_000
PAGE = 500  # records
KILLS = 13  # of each of the four loads: 52 in all
PATIENCE = 4  # kills in one place before a worker is let on to its next checkpoint
ROOT = Path(__file__).parent.parent.parent

T = FieldType


@pytest.mark.parametrize("has_key", [True, False], ids=["key", "no key"])
def test_a_load_that_is_killed_again_and_again_ends_well(
    database_url: str, project_url: str, has_key: bool
) -> None:
    """A table without a primary key would keep what is loaded twice as duplicates."""
    seed = int(os.environ.get("PATCHBAY_SEED", random.randrange(10**6)))
    print(f"PATCHBAY_SEED={seed}")
    with bench(database_url, project_url) as made:
        exchange = made.make(way(made), WIRES["cursor"], has_key=has_key, incremental=False)
        if not has_key:
            made.sql(f"CREATE INDEX slow_otherwise ON {exchange.table} (id)")
        made.run(Siege(made, exchange, random.Random(seed)).endure())


def way(bench: Bench) -> Way:
    amount = "DECIMAL_TEXT" if bench.is_sqlite else "numeric"
    return Way(
        pairs=(
            Pair("id", T.INTEGER, None, Column("id", T.INTEGER, "bigint"), is_key=True),
            Pair("name", T.STRING, None, Column("name", T.STRING, "text")),
            Pair("address.city", T.STRING, None, Column("city", T.STRING, "text")),
            Pair("amount", T.DECIMAL, None, Column("amount", T.DECIMAL, amount)),
        ),
        updates=frozenset(UpdateType),
        deleted="gone",
    )


@dataclass(frozen=True)
class Version:
    """What the service holds at one time. Each one hundredth record is bad, each twentieth comes
    and goes, each tenth changes.
    """

    number: int

    def page(self, start: int) -> bytes:
        return ("[" + ",".join(map(self._record, range(start, start + PAGE))) + "]").encode()

    def lists(self) -> list[bytes]:
        return [self.page(start) for start in range(0, RECORDS, PAGE)]

    def _record(self, id: int) -> str:
        amount = '"much"' if self.is_bad(id) else f"{id}.50"
        gone = ',"gone":true' if self.is_gone(id) else ""
        return (
            f'{{"id":{id},"name":"{self._name(id)}","address":{{"zip":"1","city":"City {id % 7}"}}'
            f',"amount":{amount}{gone}}}'
        )

    def _name(self, id: int) -> str:
        return f"Name {id} as of {self.number if id % 10 == self.number % 10 else 0}"

    def is_bad(self, id: int) -> bool:
        return id % 100 == 7

    def is_gone(self, id: int) -> bool:
        return id % 20 == 3 and self.number % 2 == 0

    def rows(self) -> Iterable[tuple[Any, ...]]:
        return (
            (id, self._name(id), f"City {id % 7}", f"{id}.5")
            for id in range(RECORDS)
            if not self.is_bad(id) and not self.is_gone(id)
        )


class Siege:
    """Loads one version after the other and kills their workers, until that was often enough."""

    def __init__(self, bench: Bench, exchange: Exchange, chance: random.Random) -> None:
        self.bench = bench
        self.exchange = exchange
        self.chance = chance
        self.kills: Counter[str] = Counter()  # of running loads, by how far they were

    async def endure(self) -> None:
        number = 0
        async with workshop(self.bench.engine.settings) as shop:
            while self.kills.total() < KILLS:
                number += 1
                await self._load(shop, Version(number))
        print(f"{number} loads, killed {dict(self.kills)}")

    async def _load(self, shop: "Workshop", version: Version) -> None:
        pages = pages_of(WIRES["cursor"], version.lists())
        run_id = await self.bench.queue(self.exchange, pages)
        self.bench.served = 0
        run = await self._run(run_id)
        while run.state is not RunState.SUCCEEDED:
            worker = await shop.begin()
            if self.kills.total() < KILLS:
                await self._kill(worker, run)
            code = await worker.ended
            run = await self._run(run_id)
            assert run.state is not RunState.FAILED, run.error
            assert code == -signal.SIGKILL or run.state is RunState.SUCCEEDED
        await self._check(run_id, version)

    async def _kill(self, worker: "Forked", before: Run) -> None:
        """At some page from here on, or after the last one; and then at any moment."""
        worker.ended.add_done_callback(lambda _: self.bench.asked.set())
        patient = before.attempts >= PATIENCE
        while patient and not worker.ended.done():  # a checkpoint counts attempts anew
            patient = (await self._run(before.id)).attempts != 1
            await asyncio.sleep(0.005)
        page = min(self.bench.served + self.chance.randint(0, 30), RECORDS // PAGE)
        while self.bench.served < page and not worker.ended.done():
            self.bench.asked.clear()
            await self.bench.asked.wait()
        await asyncio.wait({worker.ended}, timeout=self.chance.uniform(0, 0.15))
        if not worker.ended.done():
            with suppress(ProcessLookupError):  # it ended, and nobody has told us yet
                os.kill(worker.process_id, signal.SIGKILL)
            await worker.ended
            await self._count(before.id)

    async def _count(self, run_id: int) -> None:
        """Counts the kill if it hit a running load."""
        async with self.bench.engine.database.read() as session:
            run = await session.get_one(Run, run_id)
            checkpoint = await session.get(Checkpoint, (run_id, self.exchange.transfer_id))
        if run.state is not RunState.RUNNING:
            return
        if checkpoint is None:
            self.kills["before the first checkpoint"] += 1
        else:
            self.kills["after the last page" if checkpoint.done else "between checkpoints"] += 1

    async def _run(self, run_id: int) -> Run:
        async with self.bench.engine.database.read() as session:
            return await session.get_one(Run, run_id)

    async def _check(self, run_id: int, version: Version) -> None:
        """The table has what the service has, each record is counted once, and bad ones wait."""
        rows = self.bench.sql(f"SELECT id, name, city, amount FROM {self.exchange.table}")
        ids = {row[0] for row in rows}
        assert len(ids) == len(rows), "a record is there twice"
        found = sorted((id, name, city, plain(Decimal(amount))) for id, name, city, amount in rows)
        assert checksum(found) == checksum(version.rows())
        said = await self.bench.look(self.exchange, run_id)
        assert {(key, field) for key, _, field in said.rejects} == {
            (f"[{id}]", "amount") for id in range(RECORDS) if version.is_bad(id)
        }
        run = said.run
        counts = (run.created, run.updated, run.deleted, run.unchanged, run.rejected)
        assert sum(counts) == RECORDS
        assert run.rejected == len(said.rejects)


def checksum(rows: Iterable[tuple[Any, ...]]) -> str:
    return hashlib.sha256("".join(map(repr, rows)).encode()).hexdigest()


@dataclass(frozen=True)
class Forked:
    process_id: int
    ended: asyncio.Task[int]


class Workshop:
    """Begins workers; see `tests.sync.killed`."""

    def __init__(self, process: asyncio.subprocess.Process, order: bytes) -> None:
        self._process = process
        self._order = order

    async def begin(self) -> Forked:
        assert self._process.stdin is not None
        self._process.stdin.write(self._order)
        process_id = await self._number()
        return Forked(process_id, asyncio.create_task(self._number()))

    async def _number(self) -> int:
        assert self._process.stdout is not None
        return int(await self._process.stdout.readline())


@asynccontextmanager
async def workshop(settings: Settings) -> AsyncIterator[Workshop]:
    order = {
        "database_url": settings.database_url.get_secret_value(),
        "project_url": settings.project_url.get_secret_value(),
        "secret_key": settings.secret_keys[0].get_secret_value(),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sync.killed"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield Workshop(process, json.dumps(order).encode() + b"\n")
    finally:
        process.kill()
        await process.wait()
