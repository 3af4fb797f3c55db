"""Runs as a queue: asked for, claimed by one worker, given back, and looked back on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Checkpoint, Integration, Run, Source
from store.vocabulary import RunState, Trigger

UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


async def add(
    session: AsyncSession,
    *,
    workspace_id: str,
    integration_id: int,
    trigger: Trigger,
    now: datetime,
    watcher_id: str | None = None,
) -> Run | None:
    """A queued run, or None where the integration has one that is not finished."""
    added: Run | None = await session.scalar(
        _insert(session)(Run)
        .values(
            workspace_id=workspace_id,
            integration_id=integration_id,
            trigger=trigger,
            queued_at=now,
            watcher_id=watcher_id,
        )
        .on_conflict_do_nothing()
        .returning(Run)
    )
    return added


async def add_scheduled(
    session: AsyncSession, integration_ids: Collection[int], now: datetime
) -> set[int]:
    """Queues a run for each of these integrations. Returns those that had no unfinished one."""
    values = {
        "workspace_id": Integration.workspace_id,
        "integration_id": Integration.id,
        "trigger": literal(Trigger.SCHEDULE, Run.trigger.type),
        "queued_at": literal(now, Run.queued_at.type),
    }
    found = await session.scalars(
        _insert(session)(Run)
        .from_select(
            list(values), select(*values.values()).where(Integration.id.in_(integration_ids))
        )
        .on_conflict_do_nothing()
        .returning(Run.integration_id)
    )
    return set(found)


class Waiting(NamedTuple):
    """A queued run, and whose turn it would take."""

    run_id: int
    authorization_id: int
    service: str


async def waiting(
    session: AsyncSession, most: int, passed_over: Collection[int] = ()
) -> list[Waiting]:
    """The oldest queued runs: a look that takes no lock. `passed_over`: authorizations."""
    query = (
        select(Run.id, Source.authorization_id, Source.service)
        .join(Integration, Integration.id == Run.integration_id)
        .join(Source, Source.id == Integration.source_id)
        .where(Run.state == RunState.QUEUED)
        .order_by(Run.queued_at, Run.id)
        .limit(most)
    )
    if passed_over:
        query = query.where(Source.authorization_id.not_in(passed_over))
    return [Waiting._make(row) for row in await session.execute(query)]


async def claim(
    session: AsyncSession, worker: str, run_ids: Collection[int], now: datetime
) -> set[int]:
    """Hands queued runs to `worker`. Returns which: another may have been faster with some."""
    free = (
        select(Run.id)
        .where(Run.id.in_(run_ids), Run.state == RunState.QUEUED)
        .with_for_update(skip_locked=True)
    )
    found = await session.scalars(
        update(Run)
        .where(Run.id.in_(free))
        .values(
            state=RunState.RUNNING,
            worker=worker,
            attempts=Run.attempts + 1,
            heartbeat_at=now,
            started_at=func.coalesce(Run.started_at, now),
        )
        .returning(Run.id)
        .execution_options(synchronize_session=False)
    )
    return set(found)


async def end_quietly(session: AsyncSession, run_id: int, worker: str, now: datetime) -> bool:
    """Writes that the run went well and found nothing new. False: `worker` does not hold it."""
    result = await session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == RunState.RUNNING, Run.worker == worker)
        .values(state=RunState.SUCCEEDED, finished_at=now, error_code=None, error=None)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def held(session: AsyncSession, run_id: int, worker: str) -> Run | None:
    """The run, locked until commit; None where `worker` does not hold it any more."""
    return await session.scalar(
        select(Run)
        .where(Run.id == run_id, Run.state == RunState.RUNNING, Run.worker == worker)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def advance(
    session: AsyncSession, run_id: int, worker: str, counts: Mapping[str, int], now: datetime
) -> bool:
    """Adds to the counts of a run that gets on; False where `worker` does not hold it any more.

    That it got on is why `attempts` starts anew: only a run that kills its workers in one place
    is given up.
    """
    table: Any = Run.__table__
    result = await session.execute(
        update(table)
        .where(table.c.id == run_id, table.c.state == RunState.RUNNING, table.c.worker == worker)
        .values(heartbeat_at=now, attempts=1, **_added(table, counts))
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def move_checkpoint(
    session: AsyncSession,
    run_id: int,
    transfer_id: int,
    position: Mapping[str, Any],
    counts: Mapping[str, int],
) -> None:
    """`position`: values of a checkpoint's other columns."""
    table: Any = Checkpoint.__table__
    statement = _insert(session)(table).values(
        run_id=run_id, transfer_id=transfer_id, **position, **counts
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["run_id", "transfer_id"],
            set_=dict(position) | _added(table, counts),
        )
    )


def _insert(session: AsyncSession) -> Any:
    dialect = session.get_bind().dialect.name
    return sqlite.insert if dialect == "sqlite" else postgresql.insert


def _added(table: Any, counts: Mapping[str, int]) -> dict[str, Any]:
    return {name: table.c[name] + count for name, count in counts.items()}


async def beat(session: AsyncSession, worker: str, run_ids: Collection[int], now: datetime) -> None:
    """The worker is alive and holds these runs."""
    await session.execute(
        update(Run)
        .where(Run.id.in_(run_ids), Run.worker == worker, Run.state == RunState.RUNNING)
        .values(heartbeat_at=now)
    )


async def running(session: AsyncSession) -> Sequence[Run]:
    found = await session.scalars(select(Run).where(Run.state == RunState.RUNNING))
    return found.all()


async def give_back(session: AsyncSession, run_id: int, worker: str | None) -> bool:
    """Queues a run again that `worker` held; it goes on from its checkpoints. False: not held."""
    result = await session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == RunState.RUNNING, Run.worker == worker)
        .values(state=RunState.QUEUED, worker=None, heartbeat_at=None)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def give_back_all(session: AsyncSession, worker: str) -> None:
    """Queues again whatever `worker` still holds: it ends."""
    await session.execute(
        update(Run)
        .where(Run.worker == worker, Run.state == RunState.RUNNING)
        .values(state=RunState.QUEUED, worker=None, heartbeat_at=None)
    )


async def cancel_queued(session: AsyncSession, integration_id: int, now: datetime) -> None:
    """A run that nobody has begun is over; one in hand looks up at its next checkpoint."""
    await session.execute(
        update(Run)
        .where(Run.integration_id == integration_id, Run.state == RunState.QUEUED)
        .values(state=RunState.CANCELLED, finished_at=now)
    )


async def get(session: AsyncSession, workspace_id: str, run_id: int) -> Run | None:
    run = await session.get(Run, run_id)
    return run if run is not None and run.workspace_id == workspace_id else None


async def unfinished(session: AsyncSession, integration_id: int) -> Run | None:
    """The integration's queued or running run; there is at most one."""
    return await session.scalar(
        select(Run).where(Run.integration_id == integration_id, Run.state.in_(UNFINISHED))
    )


async def history(
    session: AsyncSession, workspace_id: str, integration_id: int, limit: int = 10
) -> Sequence[Run]:
    """The last runs, newest first."""
    found = await session.scalars(
        select(Run)
        .where(Run.workspace_id == workspace_id, Run.integration_id == integration_id)
        .order_by(Run.id.desc())
        .limit(limit)
    )
    return found.all()


async def checkpoints(session: AsyncSession, run_id: int) -> dict[int, Checkpoint]:
    """How far the run got, by transfer."""
    found = await session.scalars(select(Checkpoint).where(Checkpoint.run_id == run_id))
    return {checkpoint.transfer_id: checkpoint for checkpoint in found}


async def set_start(
    session: AsyncSession, run_id: int, transfer_id: int, next_page: dict[str, Any] | None
) -> None:
    """Says before a run begins that it covers this transfer, and where it starts."""
    session.add(Checkpoint(run_id=run_id, transfer_id=transfer_id, next_page=next_page))
    await session.flush()
