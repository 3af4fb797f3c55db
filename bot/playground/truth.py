"""What ought to stand in the project, and what does: the store's records, the table's rows."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import MetaData, Table, select
from sqlalchemy.ext.asyncio import create_async_engine

from bot.connectors.values import value_at
from bot.playground.store import DemoStore
from store.database import async_url

# field of a customer → column of the proposed table, and how its values are spelled alike
CUSTOMER: dict[str, tuple[str, Callable[[Any], str]]] = {
    "id": ("id", str),
    "email": ("email", str),
    "first_name": ("first_name", str),
    "last_name": ("last_name", str),
    "address.city": ("address_city", str),
    "total_spent": ("total_spent", lambda value: f"{Decimal(str(value)):.2f}"),
    "orders_count": ("orders_count", str),
    "birthday": ("birthday", str),
    "updated_at": ("updated_at", lambda value: _moment(value)),
}
CUSTOMERS_TABLE = "demo_store_customers"

Row = tuple[str, ...]


def expected(store: DemoStore) -> list[Row]:
    """The store's customers that are not deleted, by id."""
    present = [r for r in store.records("customers") if r["deleted_at"] is None]
    return sorted(_row([value_at(record, path) for path in CUSTOMER]) for record in present)


async def found(project_url: str, table: str = CUSTOMERS_TABLE) -> list[Row]:
    """The rows of the project's table, in the same form and order; none where it is missing."""
    engine = create_async_engine(async_url(project_url))
    try:
        async with engine.connect() as connection:
            known = await connection.run_sync(_reflect, table)
            if known is None:
                return []
            answer = await connection.execute(
                select(*(known.c[column] for column, _ in CUSTOMER.values()))
            )
            return sorted(_row(row) for row in answer)
    finally:
        await engine.dispose()


def checksum(rows: Iterable[Row]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\x1f".join(row).encode() + b"\x1e")
    return digest.hexdigest()[:16]


def _reflect(connection: Any, name: str) -> Table | None:
    metadata = MetaData()
    metadata.reflect(connection, only=lambda table, _: table == name)
    return metadata.tables.get(name)


def _row(values: Iterable[Any]) -> Row:
    spelled = zip(CUSTOMER.values(), values, strict=True)
    return tuple("∅" if value is None else spell(value) for (_, spell), value in spelled)


def _moment(value: str | datetime) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds")
