"""Sorts the records of a page: rows to load, keys to delete, rejects, and what is left alone."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.connectors.grammar import DataType
from bot.projects.shape import Target
from bot.sync.keys import payload_of, reject_key, write_key
from bot.sync.plan import BadRecord, Plan
from store.rejects import Rejected
from store.vocabulary import UpdateType

ROWS_UPDATES = frozenset({UpdateType.CREATED, UpdateType.UPDATED})


@dataclass(slots=True)
class Batch:
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)  # of each row, its record
    gone: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # keys by their written form
    rejected: list[Rejected] = field(default_factory=list)
    left: int = 0  # records of a kind of update that was not chosen


async def sort(
    plan: Plan, data_type: DataType, updates: Collection[UpdateType], records: Sequence[Any]
) -> Batch:
    """In a thread, so that whoever waits for an acknowledgement does not wait for this."""
    return await asyncio.to_thread(_sort, plan, data_type, updates, records)


def _sort(
    plan: Plan, data_type: DataType, updates: Collection[UpdateType], records: Sequence[Any]
) -> Batch:
    batch = Batch()
    for record in records:
        _place(batch, plan, data_type, updates, record)
    return batch


def _place(
    batch: Batch,
    plan: Plan,
    data_type: DataType,
    updates: Collection[UpdateType],
    record: Any,
) -> None:
    if not isinstance(record, dict):
        batch.rejected.append(reject(data_type, record, None, "The record is not a JSON object"))
    elif plan.is_deleted(record):
        key = plan.key_of(record) if UpdateType.DELETED in updates else None
        if key is None:
            batch.left += 1
        else:
            batch.gone[write_key(key)] = key
    elif ROWS_UPDATES.isdisjoint(updates):
        batch.left += 1
    else:
        try:
            row = plan.map(record)
        except BadRecord as bad:
            batch.rejected.append(reject(data_type, record, bad.field, bad.reason))
            return
        batch.rows.append(row)
        batch.sources.append(record)
        if batch.gone:  # deleted, then made again with the same key
            batch.gone.pop(write_key(key_in(plan.target, row)), None)


def key_in(target: Target, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row's key, in the order of the target's key columns."""
    return tuple(row[target.columns.index(column)] for column in target.key)


def reject(data_type: DataType, record: Any, field: str | None, reason: str) -> Rejected:
    payload = payload_of(record)
    return Rejected(reject_key(data_type, record, payload), payload, field, reason)
