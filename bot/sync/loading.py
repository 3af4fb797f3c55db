"""Takes one transfer's pages to its table, many at a time, with checkpoints on the way."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import structlog

from bot.computing import computed
from bot.connectors.connection import Page
from bot.connectors.grammar import DataType
from bot.connectors.reading import AT_ONCE
from bot.connectors.values import later
from bot.courtesy import answered
from bot.engine import Engine
from bot.errors import SchemaDrift
from bot.projects.database import ProjectDatabase
from bot.signals import RunMoved
from bot.sync import checkpoints
from bot.sync.batch import Batch
from bot.sync.checkpoints import Step, Tally
from bot.sync.cursors import safe_cursor
from bot.sync.interruptions import Unwanted
from bot.sync.job import Job, Position, Task
from bot.sync.known import KnownDeletions, KnownRejects
from bot.sync.mapper import MappedPage, Mapper, reject
from bot.sync.plan import Plan
from bot.sync.reader import PageReader
from store import pending_deletions, rejects

log = structlog.get_logger(__name__)

FEW = 30  # records that are looked at one by one here and now: two milliseconds
EVERY = 0.25  # seconds between two checkpoints, where there is work in between
DRIFT_RECORDS = 20  # without a documented field, for it to count as gone


@dataclass(frozen=True, slots=True)
class Way:
    """From a data type to a table: what it takes to load records of one transfer."""

    task: Task
    data_type: DataType
    plan: Plan
    database: ProjectDatabase


@dataclass(slots=True)
class Loader:
    """Made for one transfer of a run; see `loader_for`."""

    engine: Engine
    job: Job
    way: Way
    mapper: Mapper
    rejects: KnownRejects
    deletions: KnownDeletions
    seen: set[str] = field(default_factory=set)  # mapped fields that the service still has
    held: Step | None = None  # what is loaded and not yet written down
    remembered: float = -math.inf  # when something was (time.monotonic)

    async def take(self, page: Page) -> MappedPage:
        """Maps a page. A small one is mapped here and now, while the next one arrives: in less
        time than a thread takes to wake up. A large one goes to the thread, and so do its records
        that are not as usual, where they are many.
        """
        await answered()
        if page.size > AT_ONCE:
            return await computed(self._packed, page)
        begun = self.mapper.begun(page)
        if len(begun.others) > FEW:
            return await computed(self._packed, page, begun)
        return self._packed(page, begun)

    def _packed(self, page: Page, begun: MappedPage | None = None) -> MappedPage:
        """Mapped, with its rows as the database takes them."""
        mapped = self.mapper.finished(begun or self.mapper.begun(page))
        raw = replace(page, structs=None)  # they are forgotten, as the rows' values are
        mapped.rows = self.way.database.packed(
            self.way.plan.target,
            mapped.rows,
            self.way.task.updates,
            lambda: self.mapper.mapped(raw).rows,
        )
        mapped.size += mapped.rows.size
        return mapped

    async def load(
        self, position: Position, gathered: AsyncIterator[list[MappedPage] | None]
    ) -> Position:
        """Loads pages from `position` on, as many together as come. Returns where it ended.

        `gathered`: None where the next ones take a while.
        Raises Unwanted or Lost between batches, SchemaDrift where a mapped field is gone,
        ProjectError where the table refuses, and whatever gathering raises.
        """
        try:
            async for pages in gathered:
                if pages is None:
                    await self._remember()
                    continue
                batch, drift = self._together(pages)
                if batch.pages:
                    step = await self._load(batch)
                    position = self._after(position, batch)
                    await self._passed(replace(step, position=position))
                if drift is not None:
                    raise drift
                await _let_go(batch, pages)
        except Exception:  # whatever it is: what was loaded before it counts
            await self._remember()
            raise
        if not position.done:  # a service without a single page: nothing there
            position = replace(position, done=True)
            await self._passed(Step(position, Tally()))
        return position

    def _together(self, pages: Sequence[MappedPage]) -> tuple[Batch, SchemaDrift | None]:
        """The pages up to one that lacks a mapped field, and what to say of it."""
        batch = Batch(self.way.plan.target)
        for page in pages:
            drift = self._drift(page) if self.job.reads_service else None
            if drift is not None:
                return batch, drift
            batch.recover(self.rejects.recovered(page))
            batch.add(page)
            self.rejects.add(each.record_key for each in page.rejected)
        return batch, None

    def _drift(self, page: MappedPage) -> SchemaDrift | None:
        """Told before a field that the service no longer sends empties a column.

        A member's own data type (a custom REST API) is known from a sample alone, and may well
        have fields that few records carry.
        """
        if self.way.task.transfer.definition is not None or len(page.records) < DRIFT_RECORDS:
            return None
        sources = set(self.way.plan.sources.values())
        suspects = (sources if page.suspects is None else page.suspects) - self.seen
        if not suspects:
            return None
        gone = sorted(suspects & self.way.plan.absent_fields(page.records))
        self.seen |= suspects.difference(gone)
        if not gone:
            return None
        name = self.way.data_type.name
        return SchemaDrift(
            f"Mapped fields of {name} are gone. Look at the mapping and choose others.",
            [f"{name} come without the field “{field}” now." for field in gone],
        )

    async def _load(self, batch: Batch) -> Step:
        """Puts a batch into the table. A batch loaded twice changes nothing."""
        plan, database = self.way.plan, self.way.database
        rows = batch.rows
        loaded = await database.load(plan.target, rows, self.way.task.updates)
        for row, name, reason in loaded.rejects:
            batch.reject(reject(self.way.data_type, batch.record_of(row), name, reason))
        self.rejects.add(batch.rejected)
        gone = await self._gone(batch)
        tally = Tally(
            loaded.created,
            loaded.updated,
            0,
            loaded.unchanged + loaded.skipped + batch.left + len(batch.gone) - len(gone),
            batch.rejects,
        )
        alive = self.deletions.alive(rows)
        self.deletions.add(gone)
        return Step(
            position=Position(),
            tally=tally,
            rejected=list(batch.rejected.values()),
            recovered=batch.recovered,
            gone=gone,
            alive=alive,
        )

    async def _gone(self, batch: Batch) -> list[str]:
        """Of the deleted records, those that the table still has."""
        if not batch.gone:
            return []
        there = await self.way.database.present(self.way.plan.target, list(batch.gone.values()))
        return [written for written, key in batch.gone.items() if key in there]

    def _after(self, position: Position, batch: Batch) -> Position:
        cursor = position.cursor
        if self.job.reads_service:
            cursor = later(cursor, batch.cursor)
            if batch.peak is not None and self.way.data_type.incremental is not None:
                cursor = later(cursor, batch.peak.text(self.way.data_type.incremental.field))
        return replace(
            position,
            cursor=safe_cursor(cursor, self.job.began) if batch.done else cursor,
            next_page=batch.next,
            pages=position.pages + batch.pages,
            done=batch.done,
        )

    async def _passed(self, step: Step) -> None:
        """A batch is in the table. Where the next ones follow at once, they are remembered with it:
        a run that is killed before loads them once more, which changes nothing."""
        self.held = step if self.held is None else self.held.then(step)
        if step.position.done or time.monotonic() >= self.remembered + EVERY:
            await self._remember()

    async def _remember(self) -> None:
        """Writes down how far it is, if it got on. Raises Unwanted and Lost."""
        step, self.held = self.held, None
        if step is None:
            return
        job, transfer_id = self.job, self.way.task.transfer.id
        async with self.engine.database.begin() as session:
            go_on = await checkpoints.write(
                session, job, transfer_id, step, self.engine.clock.now()
            )
        self.remembered = time.monotonic()
        log.info(
            "sync.checkpoint",
            run_id=job.run_id,
            transfer_id=transfer_id,
            pages=step.position.pages,
            created=step.tally.created,
            updated=step.tally.updated,
            unchanged=step.tally.unchanged,
            rejected=step.tally.rejected,
            to_delete=len(step.gone),
        )
        if job.watched:
            await self.engine.signals.send(RunMoved(job.workspace_id, job.run_id))
        if not go_on:
            raise Unwanted


async def _let_go(batch: Batch, pages: list[MappedPage]) -> None:
    """Forgets what is loaded page by page: to free a hundred thousand values takes a while."""
    while pages:
        batch.forget_last()
        pages.pop()
        await asyncio.sleep(0)
        await answered()


async def loader_for(engine: Engine, job: Job, way: Way, reader: PageReader) -> Loader:
    """From now on `reader` reads pages as the mapping needs them."""
    whose = (job.integration_id, way.task.transfer.id)
    rejected = KnownRejects(way.data_type)
    set_aside: list[str] = []
    if way.task.has_rejects or way.task.has_set_aside:
        async with engine.database.read() as session:
            rejected.add(await rejects.keys(session, *whose))
            set_aside += await pending_deletions.keys(session, *whose)
    mapper = Mapper(way.plan, way.data_type, way.task.updates)
    reader.reads(mapper.record)
    deletions = KnownDeletions(way.plan.target, set_aside)
    return Loader(engine, job, way, mapper, rejected, deletions)
