"""Everything that a run works with, read by one statement: a sync with nothing to do costs little.

A row for each transfer of the run, and a single one without a transfer where it has none.
"""

from typing import NamedTuple

from sqlalchemy import Exists, and_, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from store.models import (
    Authorization,
    Checkpoint,
    Incident,
    Integration,
    IntegrationTransfer,
    MappingPair,
    PendingDeletion,
    Project,
    Reject,
    Run,
    Source,
    Transfer,
)
from store.vocabulary import IncidentState, RunState, TransferState, Trigger

# Runs that read the service; the others work on what lies in the bot's own database.
SYNCS = frozenset({Trigger.SCHEDULE, Trigger.MANUAL, Trigger.BACKFILL})


class Part(NamedTuple):
    """The run's part in one transfer; `transfer`, `choice` and `project` are there or missing
    together. The last four are facts that spare a look later on.
    """

    run: Run
    integration: Integration
    source: Source
    authorization: Authorization
    choice: IntegrationTransfer | None
    transfer: Transfer | None  # with its pairs
    project: Project | None
    begun: Checkpoint | None
    has_incident: bool  # open, about the integration
    has_rejects: bool
    has_set_aside: bool  # rows that the service says are gone, to be deleted or kept
    has_deletions: bool  # of these, any to be deleted


def _set_aside() -> Exists:
    return exists().where(
        PendingDeletion.integration_id == Integration.id,
        PendingDeletion.transfer_id == Transfer.id,
    )


# A sync covers every active transfer; another run those that its checkpoints name.
_COVERED = or_(
    and_(Run.trigger.in_(SYNCS), Transfer.state == TransferState.ACTIVE),
    and_(Run.trigger.not_in(SYNCS), Checkpoint.run_id.is_not(None)),
)
_PARTS = (
    select(
        Run,
        Integration,
        Source,
        Authorization,
        IntegrationTransfer,
        Transfer,
        Project,
        Checkpoint,
        exists().where(
            Incident.integration_id == Integration.id,
            Incident.state != IncidentState.RESOLVED,
        ),
        exists().where(Reject.integration_id == Integration.id, Reject.transfer_id == Transfer.id),
        _set_aside(),
        _set_aside().where(PendingDeletion.kept.is_(False)),
    )
    .join(Integration, Integration.id == Run.integration_id)
    .join(Source, Source.id == Integration.source_id)
    .join(Authorization, Authorization.id == Source.authorization_id)
    .outerjoin(IntegrationTransfer, IntegrationTransfer.integration_id == Integration.id)
    .outerjoin(
        Checkpoint,
        and_(
            Checkpoint.run_id == Run.id,
            Checkpoint.transfer_id == IntegrationTransfer.transfer_id,
        ),
    )
    .outerjoin(Transfer, and_(Transfer.id == IntegrationTransfer.transfer_id, _COVERED))
    .outerjoin(Project, Project.id == Transfer.project_id)
    .outerjoin(Transfer.pairs)
    .options(contains_eager(Transfer.pairs))
    .where(
        Run.id == bindparam("run_id"),
        Run.state == RunState.RUNNING,
        Run.worker == bindparam("worker"),
    )
    .order_by(IntegrationTransfer.id, MappingPair.position)
)


async def parts(session: AsyncSession, run_id: int, worker: str) -> list[Part]:
    """Nothing where `worker` does not hold the run (any more)."""
    found = await session.execute(_PARTS, {"run_id": run_id, "worker": worker})
    return [Part._make(row) for row in found.unique()]
