"""The outbox: what is owed to whom, who holds it, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.models import Delivery, Incident
from store.vocabulary import DeliveryState, IncidentState, Level, Way

# Levels that tell of trouble; the others follow up on it.
ALERTS = (
    Level.WARNING,
    Level.DISABLED,
    Level.NEEDS_AUTHORIZATION,
    Level.DRIFT,
    Level.HELD,
)
PENDING = (DeliveryState.OWED, DeliveryState.SENDING)

# Something older of the same incident is still on its way to the same recipient.
# Made once: an alias leaves 500 objects to the garbage collector, which stops everybody.
_EARLIER = aliased(Delivery)
_WAITS_FOR_ANOTHER = (
    select(_EARLIER.id)
    .where(
        _EARLIER.incident_id == Delivery.incident_id,
        _EARLIER.way == Delivery.way,
        _EARLIER.address == Delivery.address,
        _EARLIER.id < Delivery.id,
        _EARLIER.state.in_(PENDING),
    )
    .exists()
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours to send until its lease ends."""

    delivery: Delivery
    maybe_sent: bool  # an earlier attempt ended without an answer: it may have gone out


async def owe(
    session: AsyncSession,
    *,
    workspace_id: str,
    key: str,
    way: Way,
    address: str,
    level: Level,
    facts: dict[str, Any],
    now: datetime,
    incident_id: int | None = None,
    run_id: int | None = None,
) -> bool:
    """Owes a message; False where one with this key was owed before (it is left as it is).

    `facts`: one of bot.alerts.facts' models as JSON.
    """
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    owed = await session.scalar(  # RETURNING, since psycopg counts no rows of such an insert
        insert(Delivery)
        .values(
            workspace_id=workspace_id,
            key=key,
            way=way,
            address=address,
            level=level,
            facts=facts,
            incident_id=incident_id,
            run_id=run_id,
            state=DeliveryState.OWED,
            attempts=0,
            created_at=now,
            next_attempt_at=now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Delivery.id)
    )
    return owed is not None


async def refresh_untried(session: AsyncSession, key: str, facts: dict[str, Any]) -> None:
    """Newer facts for a message that nobody has tried to send yet."""
    await session.execute(
        update(Delivery)
        .where(
            Delivery.key == key,
            Delivery.state == DeliveryState.OWED,
            Delivery.attempts == 0,
        )
        .values(facts=facts)
    )


async def claim(
    session: AsyncSession,
    now: datetime,
    *,
    lease: timedelta,
    limit: int,
    ways: Collection[Way] = tuple(Way),
    held: Collection[int] = (),
) -> list[Claim]:
    """Takes what is due, at most one message of an incident for each recipient and way.

    Safe for several processes. A claim that is not settled within the lease (its process died)
    is taken again, as one that may have gone out. `held`: ids that the caller is sending itself:
    a clock that jumped (a machine that slept) must not make it send them twice.
    """
    due = await session.scalars(
        select(Delivery)
        .where(
            Delivery.state.in_(PENDING),
            Delivery.next_attempt_at <= now,
            Delivery.way.in_(ways),
            Delivery.id.not_in(held),
            ~_WAITS_FOR_ANOTHER,
        )
        .order_by(Delivery.next_attempt_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    claims = [Claim(one, one.state is DeliveryState.SENDING) for one in due]
    for claimed in claims:
        claimed.delivery.state = DeliveryState.SENDING
        claimed.delivery.attempts += 1
        claimed.delivery.next_attempt_at = now + lease
    return claims


async def get(session: AsyncSession, delivery_id: int) -> Delivery | None:
    """The delivery, locked for what follows in this transaction."""
    return await session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)


async def next_due(session: AsyncSession) -> datetime | None:
    """When the earliest pending delivery may be tried."""
    found: datetime | None = await session.scalar(
        select(Delivery.next_attempt_at)
        .where(Delivery.state.in_(PENDING), ~_WAITS_FOR_ANOTHER)
        .order_by(Delivery.next_attempt_at)
        .limit(1)
    )
    return found


async def parent_of(session: AsyncSession, delivery: Delivery) -> Delivery | None:
    """The message of the same incident that stands in the same channel already."""
    found = await session.scalars(
        select(Delivery)
        .where(
            Delivery.incident_id == delivery.incident_id,
            Delivery.way == delivery.way,
            Delivery.address == delivery.address,
            Delivery.level.in_(ALERTS),
            Delivery.state == DeliveryState.SENT,
            Delivery.message_ts.is_not(None),
            Delivery.id != delivery.id,
        )
        .order_by(Delivery.id)
    )
    messages = [one for one in found if one.facts.get("part") == "message"]
    return messages[-1] if messages else None


async def of_message(
    session: AsyncSession, workspace_id: str, channel: str, ts: str
) -> Delivery | None:
    """The latest delivery that wrote (or edited) that Slack message."""
    found = await session.scalars(
        select(Delivery)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.message_channel == channel,
            Delivery.message_ts == ts,
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return found.first()


async def told(session: AsyncSession, incident_id: int) -> list[tuple[Way, str]]:
    """Who was told of the trouble (or is about to be), in the order they were."""
    found = await session.execute(
        select(Delivery.way, Delivery.address, func.min(Delivery.id))
        .where(
            Delivery.incident_id == incident_id,
            Delivery.level.in_(ALERTS),
            Delivery.state.in_((*PENDING, DeliveryState.SENT)),
        )
        .group_by(Delivery.way, Delivery.address)
        .order_by(func.min(Delivery.id))
    )
    return [(way, address) for way, address, _ in found]


async def notes_of(session: AsyncSession, incident_id: int) -> int:
    """How many notes an incident has, over all its channels."""
    found = await session.scalar(
        select(func.count()).where(
            Delivery.incident_id == incident_id, Delivery.level == Level.NOTE
        )
    )
    return found or 0


async def slack_message_of(session: AsyncSession, incident_id: int) -> tuple[str, str] | None:
    """Channel and time stamp of the incident's message in a channel, for a link to it."""
    found = await session.execute(
        select(Delivery.message_channel, Delivery.message_ts)
        .where(
            Delivery.incident_id == incident_id,
            Delivery.way == Way.CHANNEL,
            Delivery.level.in_(ALERTS),
            Delivery.message_ts.is_not(None),
        )
        .order_by(Delivery.id)
        .limit(1)
    )
    row = found.first()
    return (row[0], row[1]) if row and row[0] and row[1] else None


async def listed(session: AsyncSession, workspace_id: str, incident_id: int) -> Sequence[Delivery]:
    """Everything owed for an incident, oldest first."""
    found = await session.scalars(
        select(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.incident_id == incident_id)
        .order_by(Delivery.id)
    )
    return found.all()


async def sweep(session: AsyncSession, before: datetime, limit: int) -> int:
    """Forgets what was settled long ago, unless its incident is open: its thread lives on."""
    still_open = select(Incident.id).where(Incident.state != IncidentState.RESOLVED)
    old = (
        select(Delivery.id)
        .where(
            Delivery.state.not_in(PENDING),
            Delivery.created_at < before,
            or_(Delivery.incident_id.is_(None), Delivery.incident_id.not_in(still_open)),
        )
        .limit(limit)
    )
    result = await session.execute(delete(Delivery).where(Delivery.id.in_(old)))
    assert isinstance(result, CursorResult)
    return result.rowcount
