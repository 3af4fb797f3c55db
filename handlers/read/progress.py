"""A run under way, as the member who watches it sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.catalog import data_type_of
from bot.engine import Engine
from bot.errors import PatchbayError
from store.models import Checkpoint, Integration, Run, Source, Transfer
from store.vocabulary import RunState


@dataclass(frozen=True, slots=True)
class TypeProgress:
    """How far the run got in one data type."""

    name: str
    records: int
    rejected: int
    done: bool


@dataclass(frozen=True, slots=True)
class RunProgress:
    run_id: int
    watcher_id: str
    integration_name: str
    started_at: datetime | None
    channel: str | None  # where its message stands, once it was posted
    ts: str | None
    types: tuple[TypeProgress, ...]


async def load_progress(
    session: AsyncSession, engine: Engine, workspace_id: str, run_id: int
) -> RunProgress | None:
    """None for a run that nobody watches, that waits, or that has ended."""
    run = await session.get(Run, run_id)
    if run is None or run.workspace_id != workspace_id or run.state is not RunState.RUNNING:
        return None
    if run.watcher_id is None:
        return None
    integration = await session.get_one(Integration, run.integration_id)
    source = await session.get_one(Source, integration.source_id)
    reached = await session.execute(
        select(Checkpoint, Transfer)
        .join(Transfer, Transfer.id == Checkpoint.transfer_id)
        .where(Checkpoint.run_id == run_id)
        .order_by(Transfer.id)
    )
    return RunProgress(
        run_id=run.id,
        watcher_id=run.watcher_id,
        integration_name=integration.name,
        started_at=run.started_at,
        channel=run.progress_channel,
        ts=run.progress_ts,
        types=tuple(
            _type(engine, source.service, transfer, checkpoint) for checkpoint, transfer in reached
        ),
    )


def _type(
    engine: Engine, service_id: str, transfer: Transfer, checkpoint: Checkpoint
) -> TypeProgress:
    kept = checkpoint.created + checkpoint.updated + checkpoint.deleted + checkpoint.unchanged
    try:
        name = data_type_of(engine.catalog.get(service_id), transfer).name
    except PatchbayError:  # it left the catalog; the run will say so itself
        name = transfer.data_type
    return TypeProgress(
        name=name,
        records=kept + checkpoint.rejected,
        rejected=checkpoint.rejected,
        done=checkpoint.done,
    )
