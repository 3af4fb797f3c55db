"""A shop, a project and an integration between them, ready to sync."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.engine import Engine
from bot.playground.store import DemoStore
from bot.projects.shape import NewColumn
from bot.setup.actor import Actor
from bot.sync.requests import request_run
from bot.sync.worker import Worker
from store import integrations
from store.database import async_url
from store.models import (
    Authorization,
    Integration,
    IntegrationTransfer,
    MappingPair,
    PendingDeletion,
    Project,
    Reject,
    Run,
    Source,
    Transfer,
)
from store.vocabulary import (
    AuthKind,
    FieldType,
    IntegrationState,
    Role,
    ScheduleKind,
    TransferState,
    Trigger,
    UpdateType,
)

WORKSPACE = "T1"
EDITOR = Actor(WORKSPACE, "U_EDITOR", Role.EDITOR)
VIEWER = Actor(WORKSPACE, "U_VIEWER", Role.VIEWER)
EVERYTHING = frozenset(UpdateType)

# source field, its type, project field; the first is the primary key
FIELDS: dict[str, list[tuple[str, FieldType, str]]] = {
    "customers": [
        ("id", FieldType.INTEGER, "id"),
        ("email", FieldType.EMAIL, "email"),
        ("address.city", FieldType.STRING, "city"),
        ("total_spent", FieldType.DECIMAL, "total_spent"),
        ("orders_count", FieldType.INTEGER, "orders_count"),
        ("updated_at", FieldType.DATETIME, "updated_at"),
    ],
    "products": [
        ("id", FieldType.INTEGER, "id"),
        ("title", FieldType.STRING, "title"),
        ("price", FieldType.DECIMAL, "price"),
    ],
}


@dataclass
class World:
    engine: Engine
    shop: DemoStore
    authorization_id: int = 0
    source_id: int = 0
    integration_id: int = 0
    transfers: dict[str, int] = field(default_factory=dict)

    async def set_up(self, *kinds: str, updates: frozenset[UpdateType] = EVERYTHING) -> None:
        """An active integration of these data types, never synced; `updates` for each."""
        now = self.engine.clock.now()
        async with self.engine.database.begin() as session:
            owned = {"workspace_id": WORKSPACE, "created_by": "U_EDITOR", "created_at": now}
            authorization = Authorization(
                **owned,
                service="demo_store",
                name="Shop",
                name_key="shop",
                kind=AuthKind.API_KEY,
                params={"shop_url": self.shop.url},
                secret=self.engine.vault.seal({"key": self.shop.api_key}),
            )
            project = Project(**owned, name="Data", name_key="data")
            session.add_all([authorization, project])
            await session.flush()
            source = Source(
                **owned,
                service="demo_store",
                name="Shop",
                name_key="shop",
                authorization_id=authorization.id,
            )
            session.add(source)
            await session.flush()
            integration = Integration(
                **owned,
                name="Shop → Data",
                name_key="shop → data",
                source_id=source.id,
                state=IntegrationState.ACTIVE,
                schedule_kind=ScheduleKind.HOURLY,
                cron="0 * * * *",
                timezone="Europe/Paris",
                next_run_at=None,
                policy={},
                activated_at=now,
            )
            session.add(integration)
            for kind in kinds:
                transfer = Transfer(
                    **owned,
                    source_id=source.id,
                    data_type=kind,
                    project_id=project.id,
                    table_name=kind,
                    state=TransferState.ACTIVE,
                    pairs=_pairs(kind),
                )
                session.add(transfer)
                await session.flush()
                self.transfers[kind] = transfer.id
                session.add(
                    IntegrationTransfer(
                        integration_id=integration.id,
                        transfer_id=transfer.id,
                        **{update.value: update in updates for update in UpdateType},
                    )
                )
        self.authorization_id, self.source_id = authorization.id, source.id
        self.integration_id = integration.id
        database = await self.engine.projects.get(project)
        for kind in kinds:
            columns = [
                NewColumn(name, kind_of, primary_key=name == "id")
                for _, kind_of, name in FIELDS[kind]
            ]
            await database.create_table(kind, columns)

    async def queue(self, trigger: Trigger = Trigger.MANUAL, watcher: str | None = None) -> int:
        """Asks for a run; returns its id."""
        async with self.engine.database.begin() as session:
            integration = await integrations.get(session, WORKSPACE, self.integration_id)
            assert integration is not None
            run = await request_run(
                session,
                integration,
                trigger,
                now=self.engine.clock.now(),
                watcher_id=watcher,
            )
        return run.id

    async def sync(self, trigger: Trigger = Trigger.MANUAL, watcher: str | None = None) -> Run:
        """Asks for a run, does it, and returns it as it ended."""
        run_id = await self.queue(trigger, watcher)
        assert await Worker(self.engine).run_one()
        return await self.run(run_id)

    async def run(self, run_id: int) -> Run:
        async with self.engine.database.read() as session:
            return await session.get_one(Run, run_id)

    async def integration(self) -> Integration:
        async with self.engine.database.read() as session:
            found = await integrations.get(session, WORKSPACE, self.integration_id)
        assert found is not None
        return found

    async def change(self, **values: Any) -> None:
        """Sets columns of the integration."""
        async with self.engine.database.begin() as session:
            integration = await session.get_one(Integration, self.integration_id)
            for name, value in values.items():
                setattr(integration, name, value)

    async def set_transfer(self, kind: str, state: TransferState) -> None:
        async with self.engine.database.begin() as session:
            (await session.get_one(Transfer, self.transfers[kind])).state = state

    async def transfer_state(self, kind: str) -> TransferState:
        async with self.engine.database.read() as session:
            return (await session.get_one(Transfer, self.transfers[kind])).state

    async def cursor(self, kind: str) -> str | None:
        integration = await self.integration()
        return next(
            choice.cursor
            for choice in integration.updates
            if choice.transfer_id == self.transfers[kind]
        )

    async def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs SQL in the project's database, as its owner would; rows of a SELECT."""
        url = self.engine.settings.project_url.get_secret_value()
        engine = create_async_engine(async_url(url))
        try:
            async with engine.begin() as connection:
                result = await connection.execute(text(statement))
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            await engine.dispose()

    async def table(self, kind: str = "customers") -> dict[int, tuple[Any, ...]]:
        """The table's rows by id."""
        names = ", ".join(name for _, _, name in FIELDS[kind])
        rows = await self.sql(f"SELECT {names} FROM {kind}")
        return {row[0]: row[1:] for row in rows}

    async def emails(self) -> dict[int, str]:
        return {id: row[0] for id, row in (await self.table()).items()}

    def emails_in_shop(self) -> dict[int, str]:
        records = self.shop.records("customers")
        return {each["id"]: each["email"] for each in records if each["deleted_at"] is None}

    async def count(self, model: type[Reject] | type[PendingDeletion] | type[Run]) -> int:
        async with self.engine.database.read() as session:
            found = await session.scalar(select(func.count()).select_from(model))
        return found or 0


def _pairs(kind: str) -> list[MappingPair]:
    return [
        MappingPair(
            source_field=source,
            source_type=kind_of,
            project_field=name,
            project_type=kind_of,
            is_primary_key=position == 0,
            position=position,
        )
        for position, (source, kind_of, name) in enumerate(FIELDS[kind])
    ]


def figures(run: Run) -> dict[str, int]:
    """What the run counted, without the zeros."""
    names = ("created", "updated", "deleted", "unchanged", "rejected")
    return {name: getattr(run, name) for name in names if getattr(run, name)}
