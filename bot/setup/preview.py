"""Five real records, before and after the mapping. Nothing is written anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.connectors.accounts import connect
from bot.connectors.catalog import DataType
from bot.connectors.values import value_at
from bot.engine import Engine
from bot.errors import ProjectError, Refused, SchemaDrift
from bot.setup.actor import Actor
from bot.setup.projects import find as find_project
from bot.setup.transfers import data_type_for, find
from bot.sync.plan import BadRecord, Plan, compile_plan
from store.models import MappingPair, Transfer

COUNT = 5


@dataclass(frozen=True, slots=True)
class Before:
    """A field of a record as the service gave it (MISSING: it is not in this record)."""

    source_field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One mapped field of a record. `after` counts only where the record has no `reason`."""

    source_field: str
    project_field: str
    before: Any
    after: Any = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One record. `reason`: why it would be rejected, `field`: because of which source field."""

    changes: tuple[Change, ...]
    others: tuple[Before, ...]  # fields that are not mapped
    is_deleted: bool = False
    field: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    data_type: str
    table: str | None
    samples: tuple[Sample, ...]
    missing: str | None = None  # why there is no "after": a sentence


async def preview(engine: Engine, actor: Actor, transfer_id: int) -> Preview:
    """Asks the service for a few records. Raises ServiceErrors, ProjectError, NotFound."""
    async with engine.database.read() as session:
        transfer, source = await find(session, actor, transfer_id)
        data_type = data_type_for(engine, source, transfer)
    plan, missing = await _plan(engine, actor, transfer, data_type)
    connection = await connect(engine, source.authorization_id)
    records = await connection.sample(data_type, COUNT)
    return Preview(
        data_type=data_type.name,
        table=transfer.table_name,
        samples=tuple(_sample(each, data_type, transfer.pairs, plan) for each in records),
        missing=missing,
    )


async def _plan(
    engine: Engine, actor: Actor, transfer: Transfer, data_type: DataType
) -> tuple[Plan | None, str | None]:
    """The plan of the mapping, or a sentence that says why there is none."""
    if transfer.table_name is None or not transfer.pairs:
        return None, "Nothing is mapped yet: this is how the records come from the service."
    async with engine.database.read() as session:
        project = await find_project(session, actor.workspace_id, transfer.project_id)
    try:
        table = await (await engine.projects.get(project)).table(transfer.table_name)
        return compile_plan(data_type, transfer.pairs, table), None
    except SchemaDrift as drift:
        return None, " ".join([drift.sentence, *drift.changes])
    except (Refused, ProjectError) as error:
        return None, error.sentence


def _sample(
    record: dict[str, Any], data_type: DataType, pairs: Sequence[MappingPair], plan: Plan | None
) -> Sample:
    row: dict[str, Any] = {}
    field, reason = None, None
    if plan is not None:
        try:
            row = dict(zip(plan.target.columns, plan.map(record), strict=True))
        except BadRecord as bad:
            field, reason = bad.field, bad.reason
    mapped = {pair.source_field for pair in pairs}
    return Sample(
        changes=tuple(
            Change(
                pair.source_field,
                pair.project_field,
                value_at(record, pair.source_field),
                row.get(pair.project_field),
            )
            for pair in pairs
        ),
        others=tuple(
            Before(path, value_at(record, path)) for path in data_type.fields if path not in mapped
        ),
        is_deleted=plan.is_deleted(record) if plan else False,
        field=field,
        reason=reason,
    )
