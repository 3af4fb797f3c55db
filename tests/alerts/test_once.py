"""Whatever happens in whatever order, every recipient is told each level exactly once."""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select

from bot.alerts import incidents
from bot.alerts.outbox import LEASE, Outbox, RetryLater, Sent
from bot.clock import ShiftedClock
from bot.connectors.catalog import load_catalog
from bot.connectors.http import HttpPool
from bot.engine import Engine
from bot.projects.databases import ProjectDatabases
from bot.settings import Settings
from bot.sync.policy import judge
from store import deliveries
from store.database import Database
from store.models import Delivery, Incident, Integration, Workspace
from store.vault import Vault
from store.vocabulary import DeliveryState, IntegrationState, Level, Way
from tests.alerts.parts import a_run, an_integration

RECIPIENTS = ((Way.DM, "U1"), (Way.DM, "U2"), (Way.CHANNEL, "C1"), (Way.EMAIL, "a@example.com"))
CATALOG = load_catalog(None)

happenings = st.lists(
    st.sampled_from(
        [
            "fails",
            "fails",
            "fails",
            "works",
            "rejects",
            "passes half a day",
            "is re-activated",
            "sends",
            "sends and dies before",
            "sends and dies after",
            "is busy",
            "loses answers",
        ]
    ),
    min_size=5,
    max_size=40,
)


class World:
    """Where messages arrive. A message that may be there already is looked for first."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.mood = "well"

    async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
        # An e-mail cannot be looked for; its fixed Message-ID lets it count once.
        there = self.arrived[delivery.key] > 0
        if there and (maybe_sent or delivery.way is Way.EMAIL):
            return Sent(delivery.address, "1.000001")
        if self.mood == "busy":
            raise RetryLater("ratelimited", 1)
        if self.mood == "dies before":
            raise asyncio.CancelledError
        self.arrived[delivery.key] += 1
        if self.mood == "loses answers":
            raise RetryLater("connection lost", maybe_sent=True)
        if self.mood == "dies after":
            raise asyncio.CancelledError
        return Sent(delivery.address, "1.000001")


class Life:
    """One integration through a list of happenings."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.world = World()

    def skip(self, span: timedelta) -> None:
        assert isinstance(self.engine.clock, ShiftedClock)
        self.engine.clock.skip(span)

    async def begin(self) -> None:
        async with self.engine.database.begin() as session:
            now = self.engine.clock.now()
            session.add(Workspace(id="T1", name="T", created_at=now))
            await session.flush()
            await an_integration(session, self.engine, *RECIPIENTS)

    async def run(self, **run: Any) -> None:
        self.skip(timedelta(hours=1))
        async with self.engine.database.begin() as session:
            integration = await session.get_one(Integration, 1)
            if integration.state is not IntegrationState.ACTIVE:
                return
            ended = await a_run(session, self.engine, integration, **run)
            await judge(session, self.engine, integration, ended)

    async def reactivate(self) -> None:
        async with self.engine.database.begin() as session:
            integration = await session.get_one(Integration, 1)
            integration.state = IntegrationState.ACTIVE
            integration.activated_at = self.engine.clock.now()
            integration.failures_in_a_row, integration.failing_since = 0, None
            await incidents.resolve_for_integration(
                session, self.engine, integration, by="U1", resolution="Mended."
            )

    async def sweep(self, mood: str = "well") -> None:
        """By a process of its own, which may be killed."""
        self.world.mood = mood
        world = self.world
        outbox = Outbox(self.engine, {Way.DM: world, Way.CHANNEL: world, Way.EMAIL: world})
        try:
            await outbox.sweep()
        except asyncio.CancelledError:
            pass
        finally:
            await _others_end()
        self.skip(timedelta(seconds=2))

    async def happens(self, what: str) -> None:
        match what:
            case "fails":
                await self.run(error="Down.")
            case "works":
                await self.run(read=10)
            case "rejects":
                await self.run(read=200, rejected=90)
            case "passes half a day":
                self.skip(timedelta(hours=12))
            case "is re-activated":
                await self.reactivate()
            case "sends":
                await self.sweep()
            case "sends and dies before":
                await self.sweep("dies before")
            case "sends and dies after":
                await self.sweep("dies after")
            case "is busy":
                await self.sweep("busy")
            case "loses answers":
                await self.sweep("loses answers")

    async def end(self) -> None:
        """Everything that is owed arrives."""
        for _ in range(60):
            await self.sweep()
            async with self.engine.database.read() as session:
                if await deliveries.next_due(session) is None:
                    return
            self.skip(LEASE)
        raise AssertionError("something stays owed")


async def _others_end() -> None:
    """A killed process takes its other tasks with it."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def expected(found: Sequence[Incident], rows: Sequence[Delivery]) -> set[str]:
    """By each incident's level and end: what every recipient should have been told."""
    warned = {row.incident_id for row in rows if row.level is Level.WARNING}
    keys: set[str] = set()
    for incident in found:
        levels = [Level.WARNING] if incident.id in warned else []
        levels += [Level.DISABLED] if incident.level is Level.DISABLED else []
        levels += [Level.RESOLVED] if incident.resolved_at is not None else []
        for level in levels:
            for way, address in RECIPIENTS:
                key = f"incident:{incident.id}:{level}:{way}:{address}"
                keys |= {key, f"{key}:thread"} if way is Way.CHANNEL else {key}
    return keys


async def live(url: str, what_happens: Sequence[str]) -> None:
    database = Database(url)
    config = Settings(_env_file=None, database_url=SecretStr(url))
    vault = Vault([Vault.new_key()])
    http, projects = HttpPool(config), ProjectDatabases(config, vault)
    life = Life(Engine(config, database, vault, CATALOG, http, projects, ShiftedClock()))
    try:
        await life.begin()
        for what in what_happens:
            await life.happens(what)
        await life.end()
        async with database.read() as session:
            found = (await session.scalars(select(Incident))).all()
            rows = (await session.scalars(select(Delivery))).all()
    finally:
        await http.close()
        await projects.close()
        await database.close()

    assert {row.state for row in rows} <= {DeliveryState.SENT}
    assert set(life.world.arrived) == expected(found, rows)
    assert set(life.world.arrived.values()) <= {1}


@given(what_happens=happenings)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_on_sqlite(migrated_sqlite: Path, what_happens: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "once.db"
        path.write_bytes(migrated_sqlite.read_bytes())
        asyncio.run(live(f"sqlite:///{path}", what_happens))


@given(what_happens=happenings)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_on_postgresql(postgresql: Any, migrated_postgresql: str, what_happens: list[str]) -> None:
    asyncio.run(live(postgresql.create(migrated_postgresql), what_happens))


@pytest.mark.parametrize("seed", range(2))
def test_a_long_life(migrated_sqlite: Path, tmp_path: Path, seed: int) -> None:
    choose: Callable[[Sequence[str]], str] = random.Random(seed).choice
    words = ["fails"] * 6 + ["works", "rejects", "sends", "sends and dies after", "is re-activated"]
    path = tmp_path / "once.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    asyncio.run(live(f"sqlite:///{path}", [choose(words) for _ in range(120)]))
