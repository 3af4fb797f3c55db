"""Records that could not be mapped or loaded, kept until retried or dropped."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Reject

BATCH = 500  # rows in one statement: databases limit the parameters


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record as it came (`payload`: its JSON), and why it was refused."""

    record_key: str
    payload: str
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rejects of one transfer with an equal reason; the sample is the oldest of them."""

    transfer_id: int
    reason: str
    count: int
    sample_id: int


async def keep(
    session: AsyncSession,
    *,
    workspace_id: str,
    integration_id: int,
    transfer_id: int,
    run_id: int,
    rejected: Sequence[Rejected],
    at: datetime,
) -> None:
    """Adds them; a record that was there already gets its newest payload and reason."""
    latest = {each.record_key: each for each in rejected}
    await session.execute(
        _upsert(session.get_bind().dialect.name),
        [
            {
                "workspace_id": workspace_id,
                "integration_id": integration_id,
                "transfer_id": transfer_id,
                "run_id": run_id,
                "record_key": each.record_key,
                "payload": each.payload,
                "field": each.field,
                "reason": each.reason,
                "created_at": at,
            }
            for each in latest.values()
        ],
    )


async def any_of(session: AsyncSession, integration_id: int, transfer_id: int) -> bool:
    return bool(
        await session.scalar(
            select(
                exists().where(
                    Reject.integration_id == integration_id, Reject.transfer_id == transfer_id
                )
            )
        )
    )


async def forget(
    session: AsyncSession, integration_id: int, transfer_id: int, record_keys: Collection[str]
) -> None:
    """These records loaded well: what was wrong with them is over."""
    for some in _batches(list(record_keys)):
        await session.execute(
            delete(Reject).where(
                Reject.integration_id == integration_id,
                Reject.transfer_id == transfer_id,
                Reject.record_key.in_(some),
            )
        )


async def groups(session: AsyncSession, workspace_id: str, integration_id: int) -> list[Group]:
    """By transfer and reason, the most frequent first."""
    count = func.count().label("count")
    found = await session.execute(
        select(Reject.transfer_id, Reject.reason, count, func.min(Reject.id))
        .where(Reject.workspace_id == workspace_id, Reject.integration_id == integration_id)
        .group_by(Reject.transfer_id, Reject.reason)
        .order_by(count.desc(), Reject.transfer_id, Reject.reason)
    )
    return [Group(*row) for row in found]


async def samples(session: AsyncSession, ids: Collection[int]) -> dict[int, Reject]:
    found = await session.scalars(select(Reject).where(Reject.id.in_(ids)))
    return {reject.id: reject for reject in found}


async def batch(
    session: AsyncSession,
    integration_id: int,
    transfer_id: int,
    reason: str,
    *,
    after: int,
    until: int,
) -> Sequence[Reject]:
    """The next rejects with that reason, by id: `after` < id <= `until`."""
    found = await session.scalars(
        select(Reject)
        .where(
            Reject.integration_id == integration_id,
            Reject.transfer_id == transfer_id,
            Reject.reason == reason,
            Reject.id > after,
            Reject.id <= until,
        )
        .order_by(Reject.id)
        .limit(BATCH)
    )
    return found.all()


async def last_id(
    session: AsyncSession, workspace_id: str, integration_id: int, transfer_id: int, reason: str
) -> int | None:
    """The highest id among the rejects with that reason; None where there are none."""
    return await session.scalar(
        select(func.max(Reject.id)).where(
            Reject.workspace_id == workspace_id,
            Reject.integration_id == integration_id,
            Reject.transfer_id == transfer_id,
            Reject.reason == reason,
        )
    )


async def drop(
    session: AsyncSession, workspace_id: str, integration_id: int, transfer_id: int, reason: str
) -> int:
    """Forgets all rejects with that reason. Returns how many there were."""
    result = await session.execute(
        delete(Reject).where(
            Reject.workspace_id == workspace_id,
            Reject.integration_id == integration_id,
            Reject.transfer_id == transfer_id,
            Reject.reason == reason,
        )
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


@cache
def _upsert(dialect: str) -> Any:
    """Adds rows or renews them, up to a thousand in one statement.

    Many statements would each wait for their turn beside a sync that computes: because it returns
    something, SQLAlchemy makes one of them. Made once, for that takes as long as some fifty rows.
    https://docs.sqlalchemy.org/en/20/core/connections.html#insert-many-values-behavior-for-insert-statements
    """
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    table: Any = Reject.__table__
    statement = insert(table)
    renewed = ("run_id", "payload", "field", "reason", "created_at")
    return statement.on_conflict_do_update(
        index_elements=["integration_id", "transfer_id", "record_key"],
        set_={name: statement.excluded[name] for name in renewed},
    ).returning(table.c.id)


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


async def keys(session: AsyncSession, integration_id: int, transfer_id: int) -> Sequence[str]:
    """Of all records of the transfer that are rejects."""
    found = await session.scalars(
        select(Reject.record_key).where(
            Reject.integration_id == integration_id, Reject.transfer_id == transfer_id
        )
    )
    return found.all()
