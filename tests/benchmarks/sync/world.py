"""A shop, a project and an integration between them: set up, never synced."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine, make_engine
from bot.projects.shape import NewColumn
from bot.settings import Settings
from store import migrate
from store.models import (
    Authorization,
    Integration,
    IntegrationTransfer,
    MappingPair,
    Project,
    Source,
    Transfer,
    Workspace,
)
from store.vault import Vault
from store.vocabulary import (
    AuthKind,
    FieldType,
    IntegrationState,
    ScheduleKind,
    TransferState,
    UpdateType,
)
from tests.benchmarks.sync.records import CATALOG, Field, mapped

WORKSPACE = "T1"
SERVICE = "benchmark_shop"
REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True)
class World:
    """What a process needs to sync: its environment, and which integration."""

    folder: Path
    project_url: str
    secret_key: str
    integration_id: int = 0
    rehearsal_id: int = 0  # another one, small, of the same data type; its shop is yet to come

    @property
    def bot_database(self) -> Path:
        return self.folder / "patchbay.db"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATCHBAY_DATABASE_URL": f"sqlite:///{self.bot_database}",
            "PATCHBAY_PROJECT_URL": self.project_url,
            "PATCHBAY_SECRET_KEYS": self.secret_key,
            "PATCHBAY_CATALOG_DIR": str(CATALOG),
            "PATCHBAY_ALLOW_PRIVATE_NETWORKS": "true",  # the shop is on loopback
        }

    @property
    def settings(self) -> Settings:
        return Settings(
            _env_file=None,
            database_url=SecretStr(f"sqlite:///{self.bot_database}"),
            project_url=SecretStr(self.project_url),
            secret_keys=[SecretStr(self.secret_key)],
            catalog_dir=CATALOG,
        )


def empty_database(path: Path) -> None:
    """A migrated database of the bot's, to be copied."""
    migrate.upgrade(f"sqlite:///{path}")


async def set_up(
    folder: Path, template: Path, project_url: str, shop_url: str, data_type: str
) -> World:
    """An active integration of the data type, with every type of update, and its empty table.

    And another one like it, for the process to rehearse with.
    """
    world = World(folder, project_url, Vault.new_key())
    shutil.copy(template, world.bot_database)
    engine = make_engine(world.settings)
    fields = mapped(data_type)
    columns = [
        NewColumn(field.column, FieldType(field.kind), primary_key=field is fields[0])
        for field in fields
    ]
    async with engine.database.begin() as session:
        project = await _project(session, engine)
        integration = await _integration(session, engine, project, shop_url, data_type, data_type)
        other = await _integration(session, engine, project, shop_url, data_type, REHEARSAL)
    database = await engine.projects.get(project)
    for table in (data_type, REHEARSAL):
        await database.create_table(table, columns)
    await engine.http.close()
    await engine.projects.close()
    await engine.database.close()
    return replace(world, integration_id=integration.id, rehearsal_id=other.id)


def _owned(engine: Engine) -> dict[str, Any]:
    now = engine.clock.now()
    return {"workspace_id": WORKSPACE, "created_by": "U_EDITOR", "created_at": now}


async def _project(session: AsyncSession, engine: Engine) -> Project:
    session.add(Workspace(id=WORKSPACE, name="Benchmark", created_at=engine.clock.now()))
    await session.flush()
    project = Project(**_owned(engine), name="Data", name_key="data")
    session.add(project)
    await session.flush()
    return project


async def _integration(
    session: AsyncSession,
    engine: Engine,
    project: Project,
    shop_url: str,
    data_type: str,
    table: str,
) -> Integration:
    owned = _owned(engine)
    shop = {"service": SERVICE, "name": table, "name_key": table}
    authorization = Authorization(
        **owned,
        **shop,
        kind=AuthKind.API_KEY,
        params={"shop_url": shop_url},
        secret=engine.vault.seal({"key": "benchmark"}),
    )
    session.add(authorization)
    await session.flush()
    source = Source(**owned, **shop, authorization_id=authorization.id)
    session.add(source)
    await session.flush()
    integration = Integration(
        **owned,
        name=table,
        name_key=table,
        source_id=source.id,
        state=IntegrationState.ACTIVE,
        schedule_kind=ScheduleKind.HOURLY,
        cron="0 * * * *",
        timezone="Europe/Paris",
        next_run_at=None,
        policy={},
        activated_at=engine.clock.now(),
    )
    transfer = Transfer(
        **owned,
        source_id=source.id,
        data_type=data_type,
        project_id=project.id,
        table_name=table,
        state=TransferState.ACTIVE,
        pairs=_pairs(mapped(data_type)),
    )
    session.add_all([integration, transfer])
    await session.flush()
    updates = {update.value: True for update in UpdateType}
    session.add(
        IntegrationTransfer(integration_id=integration.id, transfer_id=transfer.id, **updates)
    )
    return integration


def _pairs(fields: list[Field]) -> list[MappingPair]:
    return [
        MappingPair(
            source_field=field.path,
            source_type=FieldType(field.kind),
            project_field=field.column,
            project_type=FieldType(field.kind),
            is_primary_key=position == 0,
            position=position,
        )
        for position, field in enumerate(fields)
    ]
