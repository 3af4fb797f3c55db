"""/metrics is Prometheus text, and counts what stands in the database."""

from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot.engine import Engine
from bot.web.metrics import Metrics, routes
from store.models import Delivery, Incident, Reject, Workspace
from store.vocabulary import (
    DeliveryState,
    IncidentKind,
    IncidentState,
    IntegrationState,
    Level,
    RunState,
    Way,
)
from tests.alerts.parts import a_run, a_source, a_transfer, an_integration

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scraped(engine: Engine, metrics: Metrics | None = None) -> Samples:
    transport = httpx.ASGITransport(Starlette(routes=routes(engine, metrics or Metrics())))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.text.endswith("\n")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    return samples[f"patchbay_{name}", tuple(sorted(labels.items()))]


async def test_an_empty_bot_says_nothing_is_there(engine: Engine) -> None:
    samples = await scraped(engine)
    assert {of(samples, "integrations", state=state) for state in IntegrationState} == {0}
    assert {of(samples, "runs_kept", state=state) for state in RunState} == {0}
    for name in (
        "deliveries_owed",
        "deliveries_oldest_seconds",
        "schedule_lag_seconds",
        "rejects",
        "incidents_open",
        "slack_acknowledgement_seconds_count",
    ):
        assert of(samples, name) == 0


async def test_it_counts_what_is_there(engine: Engine) -> None:
    now = engine.clock.now()
    async with engine.database.begin() as session:
        active = await an_integration(session, engine, name="active")
        active.next_run_at = now - timedelta(seconds=90)
        other = await a_source(session, engine, "Other")
        paused = await an_integration(session, engine, name="paused", source=other)
        paused.state, paused.next_run_at = IntegrationState.PAUSED, None
        run = await a_run(session, engine, active, read=1200, rejected=20)
        await a_run(session, engine, active, error="The store did not answer.")
        transfer = await a_transfer(session, engine, active)
        session.add(
            Reject(
                workspace_id="T1",
                integration_id=active.id,
                transfer_id=transfer.id,
                run_id=run.id,
                record_key="1",
                payload="{}",
                reason="no good",
                created_at=now,
            )
        )
        for state, cause in ((IncidentState.OPEN, "errors:1"), (IncidentState.RESOLVED, "drift:1")):
            session.add(
                Incident(
                    workspace_id="T1",
                    cause=cause,
                    kind=IncidentKind.ERRORS,
                    level=Level.WARNING,
                    state=state,
                    facts={},
                    opened_at=now,
                )
            )
        for delivery_state, age in ((DeliveryState.OWED, 60), (DeliveryState.SENT, 600)):
            session.add(
                Delivery(
                    workspace_id="T1",
                    key=f"delivery:{age}",
                    way=Way.DM,
                    address="U_EDITOR",
                    level=Level.WARNING,
                    facts={},
                    state=delivery_state,
                    next_attempt_at=now,
                    created_at=now - timedelta(seconds=age),
                )
            )
    samples = await scraped(engine)
    assert of(samples, "integrations", state="active") == 1
    assert of(samples, "integrations", state="paused") == 1
    assert of(samples, "integrations", state="disabled") == 0
    assert of(samples, "runs_kept", state="succeeded") == 1
    assert of(samples, "runs_kept", state="failed") == 1
    assert of(samples, "rows_kept", outcome="created") == 1180
    assert of(samples, "rejects") == 1
    assert of(samples, "incidents_open") == 1
    assert of(samples, "deliveries_owed") == 1
    assert of(samples, "deliveries_oldest_seconds") == pytest.approx(60, abs=10)
    assert of(samples, "schedule_lag_seconds") == pytest.approx(90, abs=10)


async def test_acknowledgements_are_measured(engine: Engine) -> None:
    metrics = Metrics()
    for seconds in (0.004, 0.04, 0.4):
        metrics.acknowledgement.observe(seconds)
    samples = await scraped(engine, metrics)
    name = "slack_acknowledgement_seconds"
    assert of(samples, f"{name}_count") == 3
    assert of(samples, f"{name}_sum") == pytest.approx(0.444)
    assert of(samples, f"{name}_bucket", le="0.1") == 2


async def test_nothing_in_it_names_a_workspace(engine: Engine) -> None:
    """Labels are states and outcomes: no names, and no more of them as workspaces come."""
    before = await scraped(engine)
    async with engine.database.begin() as session:
        session.add(Workspace(id="T_SECRET", name="Acme", created_at=engine.clock.now()))
        await an_integration(session, engine, name="Acme payroll")
    after = await scraped(engine)
    assert set(after) == set(before)
