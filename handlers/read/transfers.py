"""The "Data transfer" part of a source page: what is shown of each transfer."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.catalog import Catalog, data_type_of
from bot.errors import NotFound
from bot.setup.actor import Actor
from bot.setup.transfers import MAX_TRANSFERS
from store import projects, transfers
from store.models import Source, Transfer
from store.vocabulary import TransferState


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One transfer of the source. Names are unescaped text."""

    id: int
    name: str  # of the data type
    state: TransferState
    project: str
    table: str | None  # None: not chosen yet
    fields: int  # mapped ones
    has_key: bool


@dataclass(frozen=True, slots=True)
class TransferPart:
    """All transfers of a source, and what may be added."""

    source_id: int
    rows: tuple[TransferRow, ...]
    offered: tuple[tuple[str, str], ...]  # data types not yet added: id and name
    custom: bool  # data types are defined by members, not picked
    may_edit: bool
    is_full: bool = False


async def load_part(
    session: AsyncSession, catalog: Catalog, source: Source, actor: Actor
) -> TransferPart:
    service = catalog.get(source.service)
    found = await transfers.of_source(session, source.workspace_id, source.id)
    names = {
        project.id: project.name for project in await projects.listed(session, source.workspace_id)
    }
    added = {transfer.data_type for transfer in found}
    return TransferPart(
        source_id=source.id,
        rows=tuple(_row(catalog, source, each, names[each.project_id]) for each in found),
        offered=tuple(
            (each.id, each.name) for each in service.data_types.values() if each.id not in added
        ),
        custom=service.custom,
        may_edit=actor.may_edit(source.created_by),
        is_full=len(found) >= MAX_TRANSFERS,
    )


async def load_row(
    session: AsyncSession, catalog: Catalog, source: Source, transfer: Transfer
) -> TransferRow:
    """One transfer, read with its pairs."""
    project = await projects.get(session, transfer.workspace_id, transfer.project_id)
    return _row(catalog, source, transfer, project.name if project else "")


def _row(catalog: Catalog, source: Source, transfer: Transfer, project: str) -> TransferRow:
    return TransferRow(
        id=transfer.id,
        name=name_of(catalog, source, transfer),
        state=transfer.state,
        project=project,
        table=transfer.table_name,
        fields=len(transfer.pairs),
        has_key=any(pair.is_primary_key for pair in transfer.pairs),
    )


def name_of(catalog: Catalog, source: Source, transfer: Transfer) -> str:
    """The data type's name; its id where the catalog no longer knows it."""
    try:
        return data_type_of(catalog.get(source.service), transfer).name
    except NotFound:
        return transfer.data_type
