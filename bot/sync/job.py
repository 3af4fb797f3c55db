"""What a worker needs to know about the run that it claimed, loaded once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.sync.verdict import Policy, policy_of
from store import jobs
from store.jobs import SYNCS, Part
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
from store.vocabulary import IntegrationState, Trigger, UpdateType

__all__ = ["SYNCS", "Job", "Position", "Task", "chosen", "load", "wanted"]


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
    """One transfer of the run: where its records go, where to start, what earlier runs left."""

    transfer: Transfer
    project: Project
    updates: frozenset[UpdateType]
    start: Position
    has_rejects: bool = False
    has_set_aside: bool = False  # rows that the service says are gone, to be deleted or kept
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
    quiet: bool = False  # a good end would change nothing but the times: nobody waits for news

    @property
    def reads_service(self) -> bool:
        return self.trigger in SYNCS


async def load(session: AsyncSession, run_id: int, worker: str) -> Job | None:
    """The job, or None where the run is gone or somebody else's by now."""
    parts = await jobs.parts(session, run_id, worker)
    if not parts:
        return None
    run, integration = parts[0].run, parts[0].integration
    return Job(
        run_id=run.id,
        worker=worker,
        workspace_id=run.workspace_id,
        integration_id=integration.id,
        trigger=run.trigger,
        began=run.started_at or run.queued_at,
        watched=run.watcher_id is not None,
        attempts=run.attempts,
        source=parts[0].source,
        authorization=parts[0].authorization,
        policy=policy_of(integration),
        tasks=tuple(_tasks(parts)),
        wanted=wanted(integration, run.trigger),
        quiet=_is_quiet(parts),
    )


def wanted(integration: Integration, trigger: Trigger) -> bool:
    """Whether a run with this trigger should go on, by the integration's state.

    Retries and confirmed deletions are asked for by a person and need no active integration.
    """
    return integration.state is IntegrationState.ACTIVE or trigger not in SYNCS


def chosen(choice: IntegrationTransfer) -> frozenset[UpdateType]:
    flags = {
        UpdateType.CREATED: choice.created,
        UpdateType.UPDATED: choice.updated,
        UpdateType.DELETED: choice.deleted,
    }
    return frozenset(update for update, ticked in flags.items() if ticked)


def _tasks(parts: Sequence[Part]) -> Iterator[Task]:
    for part in parts:
        if part.transfer is None or part.project is None or part.choice is None:
            continue
        if updates := chosen(part.choice):
            yield Task(
                part.transfer,
                part.project,
                updates,
                _start(part.run, part.choice, part.begun),
                has_rejects=part.has_rejects,
                has_set_aside=part.has_set_aside,
                deletions_wait=part.has_deletions and UpdateType.DELETED in updates,
            )


def _start(run: Run, choice: IntegrationTransfer, begun: Checkpoint | None) -> Position:
    if begun is not None:
        return Position(begun.since, begun.cursor, begun.next_page, begun.pages, begun.done)
    since = None if run.trigger is Trigger.BACKFILL else choice.cursor
    return Position(since=since, cursor=since)


def _is_quiet(parts: Sequence[Part]) -> bool:
    """Whether nobody watches, nothing is wrong, and nothing was begun by an earlier attempt."""
    run = parts[0].run
    return (
        run.trigger in SYNCS
        and run.watcher_id is None
        and not any(part.has_incident or part.begun for part in parts)
    )
