"""Rows and senders that the alerts' tests are made of."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.sending import Sent
from bot.engine import Engine
from store.models import (
    Authorization,
    Delivery,
    Integration,
    IntegrationTransfer,
    Project,
    Recipient,
    Run,
    Source,
    Transfer,
)
from store.vocabulary import (
    AuthKind,
    IntegrationState,
    RunState,
    ScheduleKind,
    Trigger,
    Way,
)

WORKSPACE = "T1"
CREATOR = "U_EDITOR"


async def a_source(session: AsyncSession, engine: Engine, name: str = "Shop") -> Source:
    now = engine.clock.now()
    authorization = Authorization(
        workspace_id=WORKSPACE,
        service="demo_store",
        name=f"{name} account",
        name_key=f"{name} account".casefold(),
        kind=AuthKind.API_KEY,
        params={},
        secret=engine.vault.seal({"key": "k"}),
        created_by=CREATOR,
        created_at=now,
    )
    session.add(authorization)
    await session.flush()
    source = Source(
        workspace_id=WORKSPACE,
        service="demo_store",
        name=name,
        name_key=name.casefold(),
        authorization_id=authorization.id,
        created_by=CREATOR,
        created_at=now,
    )
    session.add(source)
    await session.flush()
    return source


async def an_integration(
    session: AsyncSession,
    engine: Engine,
    *recipients: tuple[Way, str],
    name: str = "Shop → CRM",
    source: Source | None = None,
    schedule: ScheduleKind = ScheduleKind.HOURLY,
    cron: str = "0 * * * *",
) -> Integration:
    """Active, created by the editor; its recipients are all confirmed."""
    now = engine.clock.now()
    source = source or await a_source(session, engine)
    integration = Integration(
        workspace_id=WORKSPACE,
        name=name,
        name_key=name.casefold(),
        source_id=source.id,
        state=IntegrationState.ACTIVE,
        schedule_kind=schedule,
        cron=cron,
        timezone="Europe/Paris",
        next_run_at=now,
        policy={},
        activated_at=now,
        failures_in_a_row=0,
        created_by=CREATOR,
        created_at=now,
    )
    integration.recipients = [
        Recipient(way=way, address=address, confirmed_at=now, added_by=CREATOR)
        for way, address in recipients
    ]
    session.add(integration)
    await session.flush()
    return integration


async def a_transfer(
    session: AsyncSession, engine: Engine, integration: Integration, data_type: str = "customers"
) -> Transfer:
    now = engine.clock.now()
    project = Project(
        workspace_id=WORKSPACE, name="P", name_key="p", created_by=CREATOR, created_at=now
    )
    session.add(project)
    await session.flush()
    transfer = Transfer(
        workspace_id=WORKSPACE,
        source_id=integration.source_id,
        data_type=data_type,
        project_id=project.id,
        created_by=CREATOR,
        created_at=now,
    )
    session.add(transfer)
    await session.flush()
    session.add(IntegrationTransfer(integration_id=integration.id, transfer_id=transfer.id))
    await session.flush()
    return transfer


async def a_run(
    session: AsyncSession,
    engine: Engine,
    integration: Integration,
    *,
    error: str | None = None,
    read: int = 0,
    rejected: int = 0,
    trigger: Trigger = Trigger.SCHEDULE,
    watcher_id: str | None = None,
) -> Run:
    """A run that ended just now, with the integration's counters as a sync leaves them."""
    now = engine.clock.now()
    run = Run(
        workspace_id=integration.workspace_id,
        integration_id=integration.id,
        trigger=trigger,
        state=RunState.FAILED if error else RunState.SUCCEEDED,
        queued_at=now,
        started_at=now - timedelta(seconds=3),
        finished_at=now,
        error=error,
        created=read - rejected,
        updated=0,
        deleted=0,
        unchanged=0,
        rejected=rejected,
        watcher_id=watcher_id,
    )
    session.add(run)
    if error:
        integration.failures_in_a_row += 1
        integration.failing_since = integration.failing_since or now
    else:
        integration.failures_in_a_row, integration.failing_since = 0, None
        integration.last_success_at = now
    await session.flush()
    return run


class Post:
    """A sender that remembers what it sent; `troubles` are raised first, one an attempt."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.sent: list[Delivery] = []
        self.looked_for: list[str] = []  # keys of those that may have gone out before

    async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
        if maybe_sent:
            self.looked_for.append(delivery.key)
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append(delivery)
        return Sent(channel=delivery.address, ts=f"{len(self.sent)}.0001")

    def parts(self, way: Way) -> list[str]:
        """What went this way: "message" and "thread", in order."""
        return [one.facts["part"] for one in self.sent if one.way is way]

    @property
    def keys(self) -> list[str]:
        return [delivery.key for delivery in self.sent]

    @property
    def counted(self) -> Counter[str]:
        return Counter(self.keys)


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Waits for something that another task brings about. Raises AssertionError if it does not."""
    for _ in range(round(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")
