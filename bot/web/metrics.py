"""`/metrics` for Prometheus: what this process measured, and what stands in the database."""

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine import Engine
from store.models import Delivery, Incident, Integration, Reject, Run
from store.vocabulary import (
    DeliveryState,
    IncidentState,
    IntegrationState,
    RunState,
)

State = TypeVar("State", bound=StrEnum)

ACK_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 3)


class Metrics:
    """The process's own measurements."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.acknowledgement = Histogram(
            "patchbay_slack_acknowledgement_seconds",
            "From Slack's request to our acknowledgement",
            buckets=ACK_BUCKETS,
            registry=self.registry,
        )


def routes(engine: Engine, metrics: Metrics) -> list[Route]:
    async def show(_request: Request) -> Response:
        async with engine.database.read() as session:
            standing = await _standing(session, engine.clock.now())
        text = generate_latest(metrics.registry) + generate_latest(standing)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})

    return [Route("/metrics", show)]


async def _standing(session: AsyncSession, now: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()

    integrations = Gauge(
        "patchbay_integrations", "Integrations by state", ["state"], registry=registry
    )
    counted = await _counted(session, Integration.state)
    for integration_state in IntegrationState:
        integrations.labels(integration_state.value).set(counted.get(integration_state, 0))

    runs = Gauge(
        "patchbay_runs_kept", "Runs by state, as far as kept", ["state"], registry=registry
    )
    by_state = await _counted(session, Run.state)
    for run_state in RunState:
        runs.labels(run_state.value).set(by_state.get(run_state, 0))

    rows = Gauge(
        "patchbay_rows_kept", "Rows of the kept runs, by outcome", ["outcome"], registry=registry
    )
    outcomes = ("created", "updated", "deleted", "unchanged", "rejected")
    sums = (await session.execute(select(*(func.sum(getattr(Run, o)) for o in outcomes)))).one()
    for outcome, total in zip(outcomes, sums, strict=True):
        rows.labels(outcome).set(total or 0)

    waiting = (DeliveryState.OWED, DeliveryState.SENDING)
    owed, oldest = (
        await session.execute(
            select(func.count(), func.min(Delivery.created_at)).where(Delivery.state.in_(waiting))
        )
    ).one()
    Gauge("patchbay_deliveries_owed", "Messages not yet sent", registry=registry).set(owed)
    Gauge(
        "patchbay_deliveries_oldest_seconds", "Age of the oldest unsent message", registry=registry
    ).set((now - oldest).total_seconds() if oldest else 0)

    overdue = await session.scalar(select(func.min(Integration.next_run_at)))
    Gauge(
        "patchbay_schedule_lag_seconds",
        "How late the most overdue integration is",
        registry=registry,
    ).set(max(0.0, (now - overdue).total_seconds()) if overdue else 0)

    Gauge("patchbay_rejects", "Records waiting for Retry or Drop", registry=registry).set(
        await session.scalar(select(func.count()).select_from(Reject)) or 0
    )
    Gauge("patchbay_incidents_open", "Incidents not resolved", registry=registry).set(
        await session.scalar(
            select(func.count())
            .select_from(Incident)
            .where(Incident.state != IncidentState.RESOLVED)
        )
        or 0
    )
    return registry


async def _counted(session: AsyncSession, column: InstrumentedAttribute[State]) -> dict[State, int]:
    """How many rows have each value of that column."""
    found = await session.execute(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in found}
