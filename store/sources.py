"""Sources: a workspace's "integration source configurations"."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Authorization, Integration, Source, Transfer
from store.vocabulary import TransferState


async def get(
    session: AsyncSession, workspace_id: str, source_id: int, *, lock: bool = False
) -> Source | None:
    """`lock` keeps others from changing it until the end of the transaction."""
    source = await session.get(Source, source_id, with_for_update=lock or None)
    return source if source is not None and source.workspace_id == workspace_id else None


async def listed(
    session: AsyncSession, workspace_id: str, *, offset: int = 0, limit: int | None = None
) -> Sequence[tuple[Source, Authorization]]:
    """By name, each with its authorization."""
    found = await session.execute(
        select(Source, Authorization)
        .join(Authorization, Authorization.id == Source.authorization_id)
        .where(Source.workspace_id == workspace_id)
        .order_by(Source.name_key, Source.id)
        .offset(offset)
        .limit(limit)
    )
    return [(source, authorization) for source, authorization in found]


async def count(session: AsyncSession, workspace_id: str) -> int:
    return (
        await session.scalars(
            select(func.count()).select_from(Source).where(Source.workspace_id == workspace_id)
        )
    ).one()


async def transfer_states(
    session: AsyncSession, source_ids: Sequence[int]
) -> dict[int, dict[TransferState, int]]:
    """How many transfers of each source are in which state."""
    found = await session.execute(
        select(Transfer.source_id, Transfer.state, func.count())
        .where(Transfer.source_id.in_(source_ids))
        .group_by(Transfer.source_id, Transfer.state)
    )
    states: dict[int, dict[TransferState, int]] = {}
    for source_id, state, number in found:
        states.setdefault(source_id, {})[state] = number
    return states


async def by_key(session: AsyncSession, workspace_id: str, name_key: str) -> Source | None:
    return (
        await session.scalars(
            select(Source).where(Source.workspace_id == workspace_id, Source.name_key == name_key)
        )
    ).one_or_none()


async def name_keys(session: AsyncSession, workspace_id: str) -> set[str]:
    """The keys of all names that are taken."""
    found = await session.scalars(
        select(Source.name_key).where(Source.workspace_id == workspace_id)
    )
    return set(found)


async def names_using(
    session: AsyncSession, workspace_id: str, authorization_id: int
) -> Sequence[str]:
    """Names of the sources that use the authorization."""
    found = await session.scalars(
        select(Source.name)
        .where(Source.workspace_id == workspace_id, Source.authorization_id == authorization_id)
        .order_by(Source.name_key)
    )
    return found.all()


async def integration_names(
    session: AsyncSession, workspace_id: str, source_id: int
) -> Sequence[str]:
    """Names of the integrations that read from the source."""
    found = await session.scalars(
        select(Integration.name)
        .where(Integration.workspace_id == workspace_id, Integration.source_id == source_id)
        .order_by(Integration.name_key)
    )
    return found.all()
