"""Carries one claimed run to its end: every transfer read, mapped, loaded; then the deletions."""

import asyncio
import secrets
from dataclasses import dataclass, field

import structlog

from bot.engine import Engine
from bot.errors import AuthorizationLost, PatchbayError, ProjectError, SchemaDrift
from bot.signals import RunMoved
from bot.sync import deletions
from bot.sync.deletions import Held
from bot.sync.finishing import Drifted, Outcome, finish
from bot.sync.interruptions import Lost, Stopping, Unwanted
from bot.sync.job import Job, Position, load
from bot.sync.loading import Way
from bot.sync.transfer import Line, transfer
from store import runs
from store.vocabulary import RunState

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 5  # of workers at one page of a run


async def execute(engine: Engine, run_id: int, worker: str, stop: asyncio.Event) -> None:
    """Does the run that `worker` has claimed. Never raises for what a service or a project does.

    When `stop` is set, the page in hand is loaded and checkpointed, and the run is queued again.
    """
    async with engine.database.read() as session:
        job = await load(session, run_id, worker)
    if job is None:
        return
    log.info("sync.started", run_id=run_id, integration_id=job.integration_id)
    if job.watched:
        await engine.signals.send(RunMoved(job.workspace_id, run_id))
    try:
        outcome = _given_up(job) or await _carry_out(engine, job, stop)
    except Stopping:
        async with engine.database.begin() as session:
            await runs.give_back(session, run_id, worker)
        log.info("sync.stopped", run_id=run_id)
        return
    except Lost:
        log.warning("sync.lost", run_id=run_id, worker=worker)
        return
    except Unwanted:
        outcome = Outcome(RunState.CANCELLED)
    except Exception as error:  # a mistake of ours fails this run, not the worker
        outcome = _apology(run_id, error)
    await finish(engine, job, outcome)


def _given_up(job: Job) -> Outcome | None:
    """A run during which one worker after the other died, always at the same page."""
    if job.attempts <= MOST_ATTEMPTS:
        return None
    log.error("sync.given_up", run_id=job.run_id, attempts=job.attempts)
    sentence = (
        f"This sync was broken off {MOST_ATTEMPTS} times at the same place, most likely because "
        "the machine ran out of memory. Ask whoever runs Patchbay to look at its log."
    )
    return Outcome(RunState.FAILED, "broken_off", sentence)


def _apology(run_id: int, error: Exception) -> Outcome:
    reference = secrets.token_hex(4)
    log.error("sync.failed", run_id=run_id, reference=reference, exc_info=error)
    sentence = (
        "Something went wrong inside Patchbay, not with your data. The next sync goes on where "
        f"this one stopped; if it happens again, tell whoever runs Patchbay: {reference}."
    )
    return Outcome(RunState.FAILED, "internal", sentence)


@dataclass(slots=True)
class _Course:
    """What happens while a run goes through its transfers."""

    errors: list[PatchbayError] = field(default_factory=list)
    drifted: list[Drifted] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    read: list[tuple[Way, Position]] = field(default_factory=list)  # to their end
    idle: int = 0  # transfers of which the service has nothing new


async def _carry_out(engine: Engine, job: Job, stop: asyncio.Event) -> Outcome:
    """Tries every transfer, whatever happens to the others."""
    if not job.wanted:
        raise Unwanted
    course, line = _Course(), Line()
    for task in job.tasks:
        try:
            ended = await transfer(engine, job, task, line, stop)
            if ended is None:
                course.idle += 1
            else:
                course.read.append(ended)
        except SchemaDrift as drift:
            course.drifted.append(Drifted(task.transfer.id, drift.changes))
            log.info("sync.drifted", run_id=job.run_id, transfer_id=task.transfer.id)
        except PatchbayError as error:
            course.errors.append(error)
            if isinstance(error, AuthorizationLost):
                break  # the others would be refused just the same
    for way, position in course.read:
        try:
            held = await deletions.apply(engine, job, way, position, stop)
            course.held += [held] if held else []
        except ProjectError as error:
            course.errors.append(error)
    return _outcome(course)


def _outcome(course: _Course) -> Outcome:
    """The first error decides, except that a lost authorization says more than any other."""
    told = (course.drifted, course.held)
    if course.errors:
        lost = (error for error in course.errors if isinstance(error, AuthorizationLost))
        error = next(lost, course.errors[0])
        code = getattr(error, "code", "refused")
        return Outcome(RunState.FAILED, code, error.sentence, *told)
    if course.drifted and not course.read and not course.idle:
        sentence = "Mapped fields changed, so nothing could be synced: look at the mapping."
        return Outcome(RunState.FAILED, SchemaDrift.code, sentence, *told)
    return Outcome(RunState.SUCCEEDED, None, None, *told, idle=not course.read)
