"""Incidents: at most one open for each cause."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Incident, Integration, Member, Recipient
from store.vocabulary import IncidentKind, IncidentState, Level


async def open_or_get(
    session: AsyncSession,
    *,
    workspace_id: str,
    cause: str,
    kind: IncidentKind,
    level: Level,
    facts: dict[str, Any],
    now: datetime,
    integration_id: int | None = None,
    authorization_id: int | None = None,
) -> tuple[Incident, bool]:
    """The open incident of this cause, locked, and whether it was opened just now.

    Several processes may open the same cause at once: the unique index lets one of them.
    """
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    while True:
        opened: int | None = await session.scalar(
            insert(Incident)
            .values(
                workspace_id=workspace_id,
                cause=cause,
                kind=kind,
                level=level,
                state=IncidentState.OPEN,
                facts=facts,
                opened_at=now,
                integration_id=integration_id,
                authorization_id=authorization_id,
            )
            .on_conflict_do_nothing(
                index_elements=["workspace_id", "cause"], index_where=text("state <> 'resolved'")
            )
            .returning(Incident.id)
        )
        found = await open_with_cause(session, workspace_id, cause)
        if found is not None:  # else: resolved by another between the two statements
            return found, opened is not None


async def open_with_cause(session: AsyncSession, workspace_id: str, cause: str) -> Incident | None:
    """Locked for what follows in this transaction."""
    found = await session.scalars(
        select(Incident)
        .where(
            Incident.workspace_id == workspace_id,
            Incident.cause == cause,
            Incident.state != IncidentState.RESOLVED,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


async def get(session: AsyncSession, workspace_id: str, incident_id: int) -> Incident | None:
    """Locked for what follows in this transaction; nobody sees another workspace's."""
    incident = await session.get(Incident, incident_id, with_for_update=True)
    return incident if incident and incident.workspace_id == workspace_id else None


async def snoozed_until(
    session: AsyncSession, workspace_id: str, cause: str, now: datetime
) -> datetime | None:
    """Until when warnings about this cause were asked to be quiet, by any of its incidents."""
    found: datetime | None = await session.scalar(
        select(Incident.snoozed_until)
        .where(
            Incident.workspace_id == workspace_id,
            Incident.cause == cause,
            Incident.snoozed_until > now,
        )
        .order_by(Incident.snoozed_until.desc())
        .limit(1)
    )
    return found


async def open_of_integration(
    session: AsyncSession, workspace_id: str, integration_id: int
) -> Sequence[Incident]:
    """What is open about this one integration (not about its authorization), oldest first."""
    found = await session.scalars(
        select(Incident)
        .where(
            Incident.workspace_id == workspace_id,
            Incident.integration_id == integration_id,
            Incident.state != IncidentState.RESOLVED,
        )
        .order_by(Incident.id)
        .with_for_update()
    )
    return found.all()


async def creators(
    session: AsyncSession, workspace_id: str, integration_ids: Collection[int]
) -> list[tuple[int, str]]:
    """Integration id and user id of its creator, in the integrations' order."""
    found = await session.execute(
        select(Integration.id, Integration.created_by)
        .where(Integration.workspace_id == workspace_id, Integration.id.in_(integration_ids))
        .order_by(Integration.id)
    )
    return [(integration_id, member_id) for integration_id, member_id in found]


async def recipients(
    session: AsyncSession, workspace_id: str, integration_ids: Collection[int]
) -> Sequence[Recipient]:
    found = await session.scalars(
        select(Recipient)
        .join(Integration, Integration.id == Recipient.integration_id)
        .where(Integration.workspace_id == workspace_id, Integration.id.in_(integration_ids))
        .order_by(Recipient.id)
    )
    return found.all()


async def gone_members(session: AsyncSession, workspace_id: str) -> set[str]:
    found = await session.scalars(
        select(Member.id).where(Member.workspace_id == workspace_id, Member.is_gone)
    )
    return set(found)
