"""Takes one transfer's pages to its table, with a checkpoint after each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import islice

import structlog

from bot.connectors.connection import Page, cursor_of
from bot.connectors.grammar import DataType
from bot.connectors.values import later
from bot.engine import Engine
from bot.errors import SchemaDrift
from bot.projects.database import ProjectDatabase
from bot.signals import RunMoved
from bot.sync import checkpoints
from bot.sync.batch import Batch, key_in, reject, sort
from bot.sync.checkpoints import Step, Tally
from bot.sync.cursors import safe_cursor
from bot.sync.interruptions import Unwanted
from bot.sync.job import Job, Position, Task
from bot.sync.keys import reject_key, write_key
from bot.sync.plan import Plan
from store import pending_deletions, rejects

log = structlog.get_logger(__name__)

ROWS = 1000  # in one load: a service may put everything it has in a single page
DRIFT_RECORDS = 20  # without a documented field, for it to count as gone


@dataclass(frozen=True, slots=True)
class Way:
    """From a data type to a table: what it takes to load records of one transfer."""

    task: Task
    data_type: DataType
    plan: Plan
    database: ProjectDatabase


@dataclass(slots=True)
class _Memory:
    """What earlier pages and runs left that a record may put right. Spares the look-ups."""

    rejects: bool
    pending: bool


async def load_pages(
    engine: Engine, job: Job, way: Way, position: Position, pages: AsyncIterator[Page]
) -> Position:
    """Loads every page from `position` on. Returns where it ended.

    Raises Unwanted or Lost between pages, ProjectError where the table refuses, and whatever
    fetching the pages raises.
    """
    transfer_id = way.task.transfer.id
    async with engine.database.read() as session:
        memory = _Memory(
            rejects=await rejects.any_of(session, job.integration_id, transfer_id),
            pending=await pending_deletions.any_of(session, job.integration_id, transfer_id),
        )
    async for page in pages:
        if job.reads_service:
            _check_fields(way, page)
        step = await _load(way, memory, page)
        position = _after(job, way, position, page)
        await _remember(engine, job, way, replace(step, position=position))
    if not position.done:  # a service without a single page: nothing there
        position = replace(position, done=True)
        await _remember(engine, job, way, Step(position, Tally()))
    return position


def _check_fields(way: Way, page: Page) -> None:
    """Raises SchemaDrift where a mapped field of the service is gone: before it empties a column.

    A member's own data type (a custom REST API) is known from a sample alone, and may well have
    fields that few records carry.
    """
    if way.task.transfer.definition is not None or len(page.records) < DRIFT_RECORDS:
        return
    gone = sorted(way.plan.absent_fields(page.records))
    if gone:
        name = way.data_type.name
        raise SchemaDrift(
            f"Mapped fields of {name} are gone. Look at the mapping and choose others.",
            [f"{name} come without the field “{field}” now." for field in gone],
        )


def _after(job: Job, way: Way, position: Position, page: Page) -> Position:
    done = page.next is None
    cursor = position.cursor
    if job.reads_service:
        cursor = later(cursor, cursor_of(way.data_type, page.records))
    return replace(
        position,
        cursor=safe_cursor(cursor, job.began) if done else cursor,
        next_page=page.next,
        pages=position.pages + 1,
        done=done,
    )


async def _load(way: Way, memory: _Memory, page: Page) -> Step:
    """Puts a page's records into the table. A page loaded twice changes nothing."""
    batch = await sort(way.plan, way.data_type, way.task.updates, page.records)
    tally = await _load_rows(way, batch)
    gone = await _gone(way, batch)
    memory.rejects = memory.rejects or bool(batch.rejected)
    step = Step(
        position=Position(),
        tally=replace(tally, unchanged=tally.unchanged + batch.left + len(batch.gone) - len(gone)),
        rejected=batch.rejected,
        recovered=_recovered(way, page, batch) if memory.rejects else (),
        gone=gone,
        alive=[write_key(key_in(way.plan.target, row)) for row in batch.rows]
        if memory.pending
        else (),
    )
    memory.pending = memory.pending or bool(gone)
    return step


async def _load_rows(way: Way, batch: Batch) -> Tally:
    created = updated = unchanged = 0
    rows = iter(batch.rows)
    sources = iter(batch.sources)
    while some := list(islice(rows, ROWS)):
        records = list(islice(sources, ROWS))
        loaded = await way.database.load(way.plan.target, some, way.task.updates)
        created += loaded.created
        updated += loaded.updated
        unchanged += loaded.unchanged + loaded.skipped
        batch.rejected += [
            reject(way.data_type, records[row], field, reason)
            for row, field, reason in loaded.rejects
        ]
    return Tally(created, updated, 0, unchanged, len(batch.rejected))


async def _gone(way: Way, batch: Batch) -> list[str]:
    """Of the deleted records, those that the table still has."""
    if not batch.gone:
        return []
    there = await way.database.present(way.plan.target, list(batch.gone.values()))
    return [written for written, key in batch.gone.items() if key in there]


def _recovered(way: Way, page: Page, batch: Batch) -> set[str]:
    """The keys of the page's records that are no rejects (any more)."""
    rejected = {each.record_key for each in batch.rejected}
    return {reject_key(way.data_type, record) for record in page.records} - rejected


async def _remember(engine: Engine, job: Job, way: Way, step: Step) -> None:
    async with engine.database.begin() as session:
        go_on = await checkpoints.write(
            session, job, way.task.transfer.id, step, engine.clock.now()
        )
    log.info(
        "sync.page_loaded",
        run_id=job.run_id,
        transfer_id=way.task.transfer.id,
        page=step.position.pages,
        created=step.tally.created,
        updated=step.tally.updated,
        unchanged=step.tally.unchanged,
        rejected=step.tally.rejected,
        to_delete=len(step.gone),
    )
    if job.watched:
        await engine.signals.send(RunMoved(job.workspace_id, job.run_id))
    if not go_on:
        raise Unwanted
