"""A bot's database full of active integrations, written in bulk: accounts, sources, schedules."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import insert, text

from store.database import Database
from store.models import (
    Authorization,
    Base,
    Integration,
    IntegrationTransfer,
    MappingPair,
    Project,
    Source,
    Transfer,
    Workspace,
)
from store.vault import Vault
from store.vocabulary import AuthKind, FieldType, IntegrationState, ScheduleKind, TransferState

AT_ONCE = 5_000  # rows in one statement
WORKSPACE = "T1"
SYNCED_UNTIL = "2026-01-01T00:00:00.000Z"
FIELDS = ("id", "email", "first_name", "last_name", "phone", "orders_count")


async def fill(
    database: Database,
    vault: Vault,
    shop_url: str,
    accounts: Sequence[int],
    next_time: Callable[[int], datetime],
    now: datetime,
) -> None:
    """For each account of the shop so many integrations of its customers, synced before.

    `next_time`: by the integration's number, from 0.
    """
    owned = {"workspace_id": WORKSPACE, "created_by": "U_ALICE", "created_at": now}
    numbers = range(1, len(accounts) + 1)
    named = [{"id": id, **owned, "name": f"Shop {id}", "name_key": f"shop {id}"} for id in numbers]
    for rows in named:
        rows["service"] = "demo_store"
    await _add(database, Workspace, [{"id": WORKSPACE, "name": "Acme", "created_at": now}])
    await _add(database, Project, [{"id": 1, **owned, "name": "Data", "name_key": "data"}])
    await _add(
        database,
        Authorization,
        [
            row
            | {
                "kind": AuthKind.API_KEY,
                "params": {"shop_url": shop_url},
                "secret": vault.seal({"key": f"key-{row['id']}"}),
            }
            for row in named
        ],
    )
    await _add(database, Source, [row | {"authorization_id": row["id"]} for row in named])
    await _add(database, Transfer, [_transfer(id, owned) for id in numbers])
    await _add(database, MappingPair, [pair for id in numbers for pair in _pairs(id)])
    of_account = [id for id, size in zip(numbers, accounts, strict=True) for _ in range(size)]
    await _add(
        database,
        Integration,
        (
            _integration(number, account, owned) | {"next_run_at": next_time(number)}
            for number, account in enumerate(of_account)
        ),
    )
    await _add(
        database,
        IntegrationTransfer,
        (
            {
                "integration_id": number + 1,
                "transfer_id": account,
                "created": True,
                "updated": True,
                "deleted": True,
                "cursor": SYNCED_UNTIL,
            }
            for number, account in enumerate(of_account)
        ),
    )
    async with database.begin() as session:
        if not database.is_sqlite:  # explicit ids leave the sequences where they were
            for table in ("integrations", "sources", "authorizations", "transfers", "projects"):
                await session.execute(
                    text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
                )
        await session.execute(text("ANALYZE"))


def _transfer(id: int, owned: dict[str, Any]) -> dict[str, Any]:
    return owned | {
        "id": id,
        "source_id": id,
        "data_type": "customers",
        "project_id": 1,
        "table_name": "customers",
        "state": TransferState.ACTIVE,
    }


def _pairs(transfer_id: int) -> Iterator[dict[str, Any]]:
    for position, name in enumerate(FIELDS):
        is_number = name in ("id", "orders_count")
        kind = FieldType.INTEGER if is_number else FieldType.STRING
        yield {
            "transfer_id": transfer_id,
            "source_field": name,
            "source_type": kind,
            "project_field": name,
            "project_type": kind,
            "is_primary_key": position == 0,
            "position": position,
        }


def _integration(number: int, source_id: int, owned: dict[str, Any]) -> dict[str, Any]:
    return owned | {
        "id": number + 1,
        "name": f"Shop {source_id} → Data, {number}",
        "name_key": f"shop {source_id} → data, {number}",
        "source_id": source_id,
        "state": IntegrationState.ACTIVE,
        "schedule_kind": ScheduleKind.HOURLY,
        "cron": "0 * * * *",
        "timezone": "Europe/Paris",
        "policy": {},
        "activated_at": owned["created_at"],
    }


async def _add(database: Database, model: type[Base], rows: Any) -> None:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        async with database.begin() as session:
            await session.execute(insert(model), some)
