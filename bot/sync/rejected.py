"""Records that were rejected: looked at by reason, tried again, or dropped."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.connection import Page
from bot.connectors.reading import RawRecords
from bot.engine import Engine
from bot.errors import Refused
from bot.setup.actor import Actor
from bot.sync.job import Job
from bot.sync.requests import editable, request_run
from store import rejects, runs
from store.models import Run, Transfer
from store.vocabulary import Trigger


@dataclass(frozen=True, slots=True)
class RejectGroup:
    """Rejects of one transfer for one reason, with the oldest of them as a sample."""

    transfer_id: int
    data_type: str  # its id in the service's file
    reason: str
    field: str | None
    count: int
    sample_key: str
    sample_payload: str  # the record's JSON, as it came


async def grouped(
    session: AsyncSession, workspace_id: str, integration_id: int
) -> list[RejectGroup]:
    """The most frequent reason first."""
    groups = await rejects.groups(session, workspace_id, integration_id)
    samples = await rejects.samples(session, [group.sample_id for group in groups])
    transfers = await session.execute(
        select(Transfer.id, Transfer.data_type).where(
            Transfer.id.in_({group.transfer_id for group in groups})
        )
    )
    names = dict(transfers.all())
    return [
        RejectGroup(
            transfer_id=group.transfer_id,
            data_type=names[group.transfer_id],
            reason=group.reason,
            field=samples[group.sample_id].field,
            count=group.count,
            sample_key=samples[group.sample_id].record_key,
            sample_payload=samples[group.sample_id].payload,
        )
        for group in groups
    ]


async def retry(
    engine: Engine, actor: Actor, integration_id: int, transfer_id: int, reason: str
) -> Run:
    """Starts a run that maps and loads these records again, without asking the service.

    Raises NotFound, NotAllowed, and Refused where there are none or a run is under way.
    """
    async with engine.database.begin() as session:
        integration = await editable(session, actor, integration_id)
        whose = (actor.workspace_id, integration.id, transfer_id, reason)
        until = await rejects.last_id(session, *whose)
        if until is None:
            raise Refused(_NONE_LEFT)
        run = await request_run(
            session,
            integration,
            Trigger.RETRY,
            now=engine.clock.now(),
            watcher_id=actor.member_id,
        )
        start = {"reason": reason, "after": 0, "until": until}
        await runs.set_start(session, run.id, transfer_id, start)
    engine.queue.wake()
    return run


async def drop(
    engine: Engine, actor: Actor, integration_id: int, transfer_id: int, reason: str
) -> int:
    """Forgets these records. Returns how many there were (0: somebody was quicker).

    Raises NotFound and NotAllowed.
    """
    async with engine.database.begin() as session:
        integration = await editable(session, actor, integration_id)
        return await rejects.drop(session, actor.workspace_id, integration.id, transfer_id, reason)


async def pages(
    engine: Engine, job: Job, transfer_id: int, start: dict[str, Any]
) -> AsyncGenerator[Page, None]:
    """The rejects that `retry` meant, in pages as if a service had sent them.

    `start`: {"reason", "after", "until"}. One that is rejected again keeps its id, so each comes
    once.
    """
    number = 0
    position: dict[str, Any] | None = start
    while position:
        async with engine.database.read() as session:
            found = await rejects.batch(
                session,
                job.integration_id,
                transfer_id,
                position["reason"],
                after=position["after"],
                until=position["until"],
            )
        number += 1
        is_last = len(found) < rejects.BATCH
        position = None if is_last else position | {"after": found[-1].id}
        records = RawRecords.of([reject.payload.encode() for reject in found])
        yield Page(records=records, next=position, number=number)


_NONE_LEFT = (
    "These records are not waiting any more: they were loaded by a later sync, or somebody has "
    "retried or dropped them."
)
