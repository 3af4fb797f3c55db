"""What a worker needs to know about the run that it claimed, loaded once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.sync.verdict import Policy, policy_of
from store import pending_deletions, runs
from store.models import (
    Authorization,
    Checkpoint,
    Integration,
    IntegrationTransfer,
    Project,
    Source,
    Transfer,
)
from store.models.run import Run
from store.vocabulary import IntegrationState, TransferState, Trigger, UpdateType

# Runs that read the service; the others work on what lies in the bot's own database.
SYNCS = frozenset({Trigger.SCHEDULE, Trigger.MANUAL, Trigger.BACKFILL})


@dataclass(frozen=True, slots=True)
class Position:
    """How far a transfer has been read: `since` before the run, `cursor` so far."""

    since: str | None = None
    cursor: str | None = None
    next_page: dict[str, Any] | None = None
    pages: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One transfer of the run: where its records go, and where to start."""

    transfer: Transfer
    project: Project
    updates: frozenset[UpdateType]
    start: Position
    deletions_wait: bool = False  # to be done by this run: an earlier one set them aside


@dataclass(frozen=True, slots=True)
class Job:
    run_id: int
    worker: str
    workspace_id: str
    integration_id: int
    trigger: Trigger
    began: datetime
    watched: bool
    attempts: int  # workers that took it up since its last page, this one included
    source: Source
    authorization: Authorization
    policy: Policy
    tasks: tuple[Task, ...]
    wanted: bool  # False: the integration was paused before the run began

    @property
    def reads_service(self) -> bool:
        return self.trigger in SYNCS


async def load(session: AsyncSession, run_id: int, worker: str) -> Job | None:
    """The job, or None where the run is gone or somebody else's by now."""
    run = await runs.held(session, run_id, worker)
    if run is None:
        return None
    integration = await session.get_one(Integration, run.integration_id)
    source = await session.get_one(Source, integration.source_id)
    return Job(
        run_id=run.id,
        worker=worker,
        workspace_id=run.workspace_id,
        integration_id=integration.id,
        trigger=run.trigger,
        began=run.started_at or run.queued_at,
        watched=run.watcher_id is not None,
        attempts=run.attempts,
        source=source,
        authorization=await session.get_one(Authorization, source.authorization_id),
        policy=policy_of(integration),
        tasks=tuple(await _tasks(session, run)),
        wanted=wanted(integration, run.trigger),
    )


def wanted(integration: Integration, trigger: Trigger) -> bool:
    """Whether a run with this trigger should go on, by the integration's state.

    Retries and confirmed deletions are asked for by a person and need no active integration.
    """
    return integration.state is IntegrationState.ACTIVE or trigger not in SYNCS


async def _tasks(session: AsyncSession, run: Run) -> list[Task]:
    """A sync covers every active transfer; another run those that its checkpoints name."""
    begun = await runs.checkpoints(session, run.id)
    waiting = await pending_deletions.counts(session, run.integration_id)
    query = (
        select(IntegrationTransfer, Transfer, Project)
        .join(Transfer, Transfer.id == IntegrationTransfer.transfer_id)
        .join(Project, Project.id == Transfer.project_id)
        .where(IntegrationTransfer.integration_id == run.integration_id)
        .options(selectinload(Transfer.pairs))
        .order_by(IntegrationTransfer.id)
    )
    if run.trigger in SYNCS:
        query = query.where(Transfer.state == TransferState.ACTIVE)
    else:
        query = query.where(Transfer.id.in_(begun))
    return [
        Task(
            transfer,
            project,
            updates,
            _start(run, choice, begun.get(transfer.id)),
            deletions_wait=UpdateType.DELETED in updates and transfer.id in waiting,
        )
        for choice, transfer, project in await session.execute(query)
        if (updates := chosen(choice))
    ]


def chosen(choice: IntegrationTransfer) -> frozenset[UpdateType]:
    flags = {
        UpdateType.CREATED: choice.created,
        UpdateType.UPDATED: choice.updated,
        UpdateType.DELETED: choice.deleted,
    }
    return frozenset(update for update, ticked in flags.items() if ticked)


def _start(run: Run, choice: IntegrationTransfer, begun: Checkpoint | None) -> Position:
    if begun is not None:
        return Position(begun.since, begun.cursor, begun.next_page, begun.pages, begun.done)
    since = None if run.trigger is Trigger.BACKFILL else choice.cursor
    return Position(since=since, cursor=since)
