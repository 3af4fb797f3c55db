"""One transfer of a run, from its service to its table."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from bot.connectors.accounts import connect
from bot.connectors.catalog import data_type_of
from bot.connectors.connection import Connection, Page
from bot.connectors.grammar import DataType
from bot.engine import Engine
from bot.sync import rejected
from bot.sync.ahead import ahead, unless_stopped
from bot.sync.gathering import gathered
from bot.sync.interruptions import Stopping
from bot.sync.job import Job, Position, Task
from bot.sync.loading import EVERY, Way, loader_for
from bot.sync.plan import compile_plan
from bot.sync.reader import PageReader
from store.vocabulary import Trigger


@dataclass(slots=True)
class Line:
    """The connection that the transfers of a run share, opened for the first that needs it."""

    connection: Connection | None = None

    async def open(self, engine: Engine, job: Job) -> Connection:
        if self.connection is None:
            self.connection = await connect(engine, job.authorization.id, job.authorization)
        return self.connection


async def transfer(
    engine: Engine, job: Job, task: Task, line: Line, stop: asyncio.Event
) -> tuple[Way, Position] | None:
    """Where it ended; None: the service has nothing new.

    The first page is looked at before the table: where it is empty, that is all there is to do.
    Raises SchemaDrift, Stopping, and whatever reading and loading raise.
    """
    data_type = data_type_of(engine.catalog.get(job.source.service), task.transfer)
    if task.start.done or job.trigger is Trigger.CONFIRMED_DELETION:
        way = await _prepared(engine, task, data_type)
        if stop.is_set():
            raise Stopping
        return way, task.start
    reader = PageReader(data_type)
    async with aclosing(await _pages(engine, job, task, data_type, line, reader)) as pages:
        first = await unless_stopped(asyncio.create_task(_first(pages)), stop)
        if _is_idle(job, task, data_type, first):
            return None
        way = await _prepared(engine, task, data_type)
        loader = await loader_for(engine, job, way, reader)
        batches = gathered(_from(first, pages), stop, loader.take)
        async with aclosing(ahead(batches, EVERY)) as early:
            return way, await loader.load(task.start, early)


async def _prepared(engine: Engine, task: Task, data_type: DataType) -> Way:
    """Raises SchemaDrift where the table no longer fits the mapping."""
    database = await engine.projects.get(task.project)
    table = await database.table(task.transfer.table_name or "")
    return Way(task, data_type, compile_plan(data_type, task.transfer.pairs, table), database)


async def _pages(
    engine: Engine, job: Job, task: Task, data_type: DataType, line: Line, reader: PageReader
) -> AsyncGenerator[Page, None]:
    """The transfer's pages from its checkpoint on: the service's, or those of its rejects."""
    start = task.start
    if job.trigger is Trigger.RETRY:
        return rejected.pages(engine, job, task.transfer.id, start.next_page or {})
    connection = await line.open(engine, job)
    return connection.pages(
        data_type,
        since=start.since if data_type.incremental else None,
        start=start.next_page,
        reader=reader,
    )


async def _first(pages: AsyncIterator[Page]) -> Page | None:
    return await anext(pages, None)


async def _from(first: Page | None, others: AsyncIterator[Page]) -> AsyncGenerator[Page, None]:
    if first is not None:
        yield first
        if first.next is not None:
            async for page in others:
                yield page


def _is_idle(job: Job, task: Task, data_type: DataType, first: Page | None) -> bool:
    """Nothing changed since the last sync, and nothing of an earlier one waits to be done."""
    fresh = not task.start.pages and task.start.next_page is None
    asked = job.reads_service and data_type.incremental is not None and fresh
    empty = first is not None and not first.records and first.next is None
    return asked and empty and not task.deletions_wait
