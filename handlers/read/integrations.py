"""Integrations as they are shown: rows of a list, and one's page. Names are unescaped text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.engine import Engine
from bot.errors import NotFound
from bot.schedule import in_words, next_times
from bot.setup import integrations, wanted
from bot.setup.actor import Actor
from store.models import Incident, Integration, Run, Source
from store.vocabulary import (
    IncidentState,
    IntegrationState,
    RunState,
    Trigger,
    UpdateType,
    Way,
)

_TROUBLE_FIRST: dict[IntegrationState, int] = {
    IntegrationState.DISABLED: 0,
    IntegrationState.NEEDS_AUTHORIZATION: 0,
    IntegrationState.ACTIVE: 1,
    IntegrationState.PAUSED: 2,
    IntegrationState.INACTIVE: 3,
}


# Made once: an alias leaves 500 objects to the garbage collector, which stops everybody.
_OTHER = aliased(Run)
_LAST_RUN = (  # the id of an integration's
    select(func.max(_OTHER.id))
    .where(_OTHER.integration_id == Integration.id)
    .correlate(Integration)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in short."""

    id: int
    state: RunState
    trigger: Trigger
    queued_at: datetime
    seconds: float | None  # None: not ended yet
    created: int
    updated: int
    deleted: int
    unchanged: int
    rejected: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """An open incident."""

    title: str
    since: datetime


@dataclass(frozen=True, slots=True)
class IntegrationRow:
    id: int
    name: str
    state: IntegrationState
    source: str
    next_run_at: datetime | None
    last_run: RunLine | None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class IntegrationList:
    """Some of the workspace's integrations, and how many there are."""

    rows: tuple[IntegrationRow, ...]
    total: int
    first: int = 0  # how many come before


@dataclass(frozen=True, slots=True)
class DataTypeLine:
    name: str
    types: tuple[UpdateType, ...]
    active: bool  # the transfer; an inactive one is not synced


@dataclass(frozen=True, slots=True)
class IntegrationPage:
    row: IntegrationRow
    source_id: int
    service: str
    authorization_id: int
    data_types: tuple[DataTypeLine, ...]
    schedule: str  # in words
    next_runs: tuple[datetime, ...]
    emails: tuple[tuple[str, bool], ...]  # address, confirmed
    people: tuple[str, ...]
    channel: str | None
    created_by: str
    created_at: datetime
    may_edit: bool


@dataclass(frozen=True, slots=True)
class NamedIntegration:
    id: int
    name: str
    state: IntegrationState


async def load_names(session: AsyncSession, workspace_id: str) -> list[NamedIntegration]:
    """Every integration of the workspace by name; what needs attention first."""
    found = await session.execute(
        select(Integration.id, Integration.name, Integration.state)
        .where(Integration.workspace_id == workspace_id)
        .order_by(_by_trouble(), Integration.name_key)
    )
    return [NamedIntegration(*row) for row in found]


async def load_list(
    session: AsyncSession,
    workspace_id: str,
    *,
    first: int = 0,
    count: int = 20,
    trouble_first: bool = False,
) -> IntegrationList:
    """`count` of them from the `first` on, by name or with what needs attention first."""
    mine = Integration.workspace_id == workspace_id
    total = await session.scalar(select(func.count()).select_from(Integration).where(mine)) or 0
    order: list[ColumnElement[object]] = [Integration.name_key, Integration.id]  # type: ignore[list-item]
    found = await session.execute(
        select(Integration, Source)
        .join(Source, Source.id == Integration.source_id)
        .where(mine)
        .order_by(*([_by_trouble()] if trouble_first else []), *order)
        .offset(first)
        .limit(count)
    )
    pairs = [(integration, source) for integration, source in found]
    return IntegrationList(await _rows(session, pairs), total, first)


async def load_page(
    session: AsyncSession, engine: Engine, actor: Actor, integration_id: int
) -> IntegrationPage:
    """Raises NotFound for one that is gone, or another workspace's."""
    integration = await integrations.get(session, actor.workspace_id, integration_id)
    source = await session.get_one(Source, integration.source_id)
    [row] = await _rows(session, [(integration, source)])
    offered = await wanted.offers(session, engine, actor.workspace_id, source.id)
    chosen = {part.transfer_id: wanted.types_of(part) for part in integration.updates}
    asked = wanted.wanted_of(integration)
    return IntegrationPage(
        row=row,
        source_id=source.id,
        service=service_name(engine, source),
        authorization_id=source.authorization_id,
        data_types=tuple(
            DataTypeLine(offer.name, tuple(chosen[offer.transfer_id]), offer.active)
            for offer in offered
            if offer.transfer_id in chosen
        ),
        schedule=in_words(integration.cron, integration.timezone),
        next_runs=tuple(next_times(integration.cron, integration.timezone, engine.clock.now())),
        emails=tuple(
            (recipient.address, recipient.confirmed_at is not None)
            for recipient in integration.recipients
            if recipient.way is Way.EMAIL
        ),
        people=tuple(asked.people),
        channel=asked.channel,
        created_by=integration.created_by,
        created_at=integration.created_at,
        may_edit=actor.may_edit(integration.created_by),
    )


def service_name(engine: Engine, source: Source) -> str:
    """The service's name; its id where the catalog no longer has it."""
    try:
        return engine.catalog.get(source.service).name
    except NotFound:
        return source.service


def run_line(run: Run) -> RunLine:
    ended = run.finished_at
    return RunLine(
        id=run.id,
        state=run.state,
        trigger=run.trigger,
        queued_at=run.queued_at,
        seconds=(ended - (run.started_at or run.queued_at)).total_seconds() if ended else None,
        created=run.created,
        updated=run.updated,
        deleted=run.deleted,
        unchanged=run.unchanged,
        rejected=run.rejected,
        error=run.error,
    )


def _by_trouble() -> ColumnElement[int]:
    return case(_TROUBLE_FIRST, value=Integration.state, else_=9)


async def _rows(
    session: AsyncSession, pairs: Sequence[tuple[Integration, Source]]
) -> tuple[IntegrationRow, ...]:
    runs = await _last_runs(session, [integration.id for integration, _ in pairs])
    troubles = await _troubles(session, pairs)
    return tuple(
        IntegrationRow(
            id=integration.id,
            name=integration.name,
            state=integration.state,
            source=source.name,
            next_run_at=integration.next_run_at,
            last_run=run_line(runs[integration.id]) if integration.id in runs else None,
            trouble=troubles.get(integration.id),
        )
        for integration, source in pairs
    )


async def _last_runs(session: AsyncSession, integration_ids: list[int]) -> dict[int, Run]:
    found = await session.scalars(
        select(Run)
        .join(Integration, Run.id == _LAST_RUN)
        .where(Integration.id.in_(integration_ids))
    )
    return {run.integration_id: run for run in found}


async def _troubles(
    session: AsyncSession, pairs: Sequence[tuple[Integration, Source]]
) -> dict[int, Trouble]:
    """By integration; an authorization's incident counts for all that use it."""
    if not pairs:
        return {}
    found = await session.scalars(
        select(Incident)
        .where(
            Incident.workspace_id == pairs[0][0].workspace_id,
            Incident.state != IncidentState.RESOLVED,
            or_(
                Incident.integration_id.in_([integration.id for integration, _ in pairs]),
                Incident.authorization_id.in_([source.authorization_id for _, source in pairs]),
            ),
        )
        .order_by(Incident.id)
    )
    incidents = found.all()
    troubles = {}
    for integration, source in pairs:
        for incident in incidents:
            if incident.integration_id == integration.id or (
                incident.integration_id is None
                and incident.authorization_id == source.authorization_id
            ):
                title = str(incident.facts.get("title") or "There is trouble.")
                troubles[integration.id] = Trouble(title, incident.opened_at)
    return troubles
