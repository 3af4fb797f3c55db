"""Keeps the bot's own database small: what is old is removed, a few rows at a time."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import InstrumentedAttribute

from bot.engine import Engine
from store import deliveries
from store.models import (
    AuthorizationRequest,
    Change,
    Draft,
    Incident,
    Integration,
    Receipt,
    Reject,
    Run,
    Source,
    Transfer,
    Workspace,
    slack_oauth_states,
)
from store.vocabulary import IncidentState, RunState

log = structlog.get_logger(__name__)

BATCH = 500  # rows in one transaction, so that others get in between
KEEP_RECEIPTS = timedelta(days=2)  # Slack repeats what it sends for about an hour
KEEP_DRAFTS = timedelta(days=30)
KEEP_REQUESTS = timedelta(days=1)  # one-time links, after they expired


async def sweep(engine: Engine) -> dict[str, int]:
    """Removes everything that is past its time. Returns how many rows, by table."""
    now = engine.clock.now()
    settings = engine.settings
    old_runs = now - timedelta(days=settings.keep_runs_days)
    old_rejects = now - timedelta(days=settings.keep_rejects_days)
    removed = {
        "runs": await _remove(
            engine,
            Run.id,
            Run.state.not_in((RunState.QUEUED, RunState.RUNNING)) & (Run.finished_at < old_runs),
        ),
        "rejects": await _remove(engine, Reject.id, Reject.created_at < old_rejects),
        "deliveries": await _remove_deliveries(
            engine, now - timedelta(days=settings.keep_deliveries_days)
        ),
        "incidents": await _remove(
            engine,
            Incident.id,
            (Incident.state == IncidentState.RESOLVED) & (Incident.resolved_at < old_runs),
        ),
        "changes": await _remove(engine, Change.id, Change.at < old_runs),
        "drafts": await _remove(engine, Draft.id, Draft.updated_at < now - KEEP_DRAFTS),
        "receipts": await _remove(engine, Receipt.key, Receipt.at < now - KEEP_RECEIPTS),
        "authorization_requests": await _remove(
            engine,
            AuthorizationRequest.token_hash,
            AuthorizationRequest.expires_at < now - KEEP_REQUESTS,
        ),
        "workspaces": await _remove_workspaces(
            engine, now - timedelta(days=settings.keep_uninstalled_days)
        ),
    }
    await _remove_oauth_states(engine, now)
    log.info("housekeeping.swept", **{name: count for name, count in removed.items() if count})
    return removed


async def _remove(
    engine: Engine, key: InstrumentedAttribute[Any], condition: ColumnElement[bool]
) -> int:
    """Deletes the rows that meet the condition, one small batch after another."""
    removed = 0
    while True:
        some = select(key).where(condition).limit(BATCH)
        async with engine.database.begin() as session:
            result = await session.execute(
                delete(key.class_).where(key.in_(some)).execution_options(synchronize_session=False)
            )
        assert isinstance(result, CursorResult)
        removed += result.rowcount
        if result.rowcount < BATCH:
            return removed
        await asyncio.sleep(0)


async def _remove_deliveries(engine: Engine, before: datetime) -> int:
    removed = 0
    while True:
        async with engine.database.begin() as session:
            count = await deliveries.sweep(session, before, BATCH)
        removed += count
        if count < BATCH:
            return removed
        await asyncio.sleep(0)


async def _remove_workspaces(engine: Engine, before: datetime) -> int:
    """Deletes what is left of workspaces that removed the bot long ago, the long tables first."""
    async with engine.database.read() as session:
        gone = (
            await session.scalars(select(Workspace.id).where(Workspace.uninstalled_at < before))
        ).all()
    for workspace_id in gone:
        for model in (Reject, Run, Incident, Integration, Transfer, Source):
            await _remove(engine, model.id, model.workspace_id == workspace_id)
        await _remove(engine, Workspace.id, Workspace.id == workspace_id)
        log.info("housekeeping.workspace_removed", workspace_id=workspace_id)
    return len(gone)


async def _remove_oauth_states(engine: Engine, now: datetime) -> None:
    """Half-finished installations. slack_sdk keeps naive UTC in its own table."""
    async with engine.database.begin() as session:
        await session.execute(
            delete(slack_oauth_states).where(
                slack_oauth_states.c.expire_at < now.replace(tzinfo=None)
            )
        )
