"""A workspace with a source of Demo Store and an empty project: what mapping starts from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.engine import Engine
from bot.playground.store import DemoStore
from bot.projects.database import ProjectDatabase
from bot.setup import transfers
from bot.setup.actor import Actor
from bot.setup.projects import ensure_default
from store import transfers as kept
from store.database import async_url
from store.models import Authorization, Integration, IntegrationTransfer, Source, Transfer
from store.vocabulary import AuthKind, IntegrationState, Role, ScheduleKind

WORKSPACE = "T1"
ADMIN = Actor(WORKSPACE, "U_ADMIN", Role.ADMIN, "Admin")
EDITOR = Actor(WORKSPACE, "U_EDITOR", Role.EDITOR, "Editor")
VIEWER = Actor(WORKSPACE, "U_VIEWER", Role.VIEWER, "Viewer")
STRANGER = Actor("T2", "U_EDITOR", Role.ADMIN, "Stranger")


@dataclass
class Shop:
    engine: Engine
    source_id: int
    database: ProjectDatabase

    async def add(self, data_type: str = "customers") -> int:
        return (await transfers.add(self.engine, EDITOR, self.source_id, data_type)).id

    async def transfer(self, transfer_id: int) -> Transfer:
        async with self.engine.database.read() as session:
            found = await kept.get(session, WORKSPACE, transfer_id)
        assert found is not None
        return found

    async def transfers(self) -> list[Transfer]:
        async with self.engine.database.read() as session:
            return list(await kept.of_source(session, WORKSPACE, self.source_id))

    async def integrate(
        self, transfer_id: int, state: IntegrationState = IntegrationState.ACTIVE
    ) -> int:
        """An integration that syncs the transfer and has read up to a cursor."""
        async with self.engine.database.begin() as session:
            integration = Integration(
                workspace_id=WORKSPACE,
                name="Shop → CRM",
                name_key="shop → crm",
                source_id=self.source_id,
                state=state,
                schedule_kind=ScheduleKind.HOURLY,
                cron="0 * * * *",
                timezone="UTC",
                policy={},
                created_by="U_EDITOR",
                created_at=self.engine.clock.now(),
            )
            session.add(integration)
            await session.flush()
            choice = IntegrationTransfer(
                integration_id=integration.id, transfer_id=transfer_id, cursor="2026-01-01"
            )
            session.add(choice)
        return integration.id

    async def cursor(self, transfer_id: int) -> str | None:
        async with self.engine.database.read() as session:
            found = await session.execute(
                text("SELECT cursor FROM integration_transfers WHERE transfer_id = :id"),
                {"id": transfer_id},
            )
            cursor: str | None = found.scalar_one()
        return cursor

    async def sql(self, statement: str) -> None:
        """Runs SQL in the project's database, as its owner would."""
        url = self.engine.settings.project_url.get_secret_value()
        owner = create_async_engine(async_url(url))
        async with owner.begin() as connection:
            await connection.execute(text(statement))
        await owner.dispose()


async def open_shop(engine: Engine, store: DemoStore | None = None, **source: Any) -> Shop:
    """`store`: the service itself, where a test talks to it."""
    now = engine.clock.now()
    owned: dict[str, Any] = {
        "workspace_id": WORKSPACE,
        "created_by": source.pop("created_by", "U_EDITOR"),
        "created_at": now,
    }
    service = source.pop("service", "demo_store")
    async with engine.database.begin() as session:
        authorization = Authorization(
            **owned,
            service=service,
            name="Shop",
            name_key="shop",
            kind=source.pop("kind", AuthKind.API_KEY),
            params=source.pop("params", {"shop_url": store.url if store else "http://shop.test"}),
            secret=engine.vault.seal({"key": store.api_key if store else "key"}),
        )
        session.add(authorization)
        project = await ensure_default(session, WORKSPACE, "U_EDITOR", now)
        await session.flush()
        made = Source(
            **owned,
            service=service,
            name="Shop",
            name_key="shop",
            authorization_id=authorization.id,
        )
        session.add(made)
    return Shop(engine, made.id, await engine.projects.get(project))
