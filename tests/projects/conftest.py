"""A project's database, and a second way into it that shares no code with the first."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.settings import Settings
from store.models import Project
from store.vault import Vault

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def vault() -> Vault:
    return Vault([Vault.new_key()])


@pytest.fixture
async def databases(settings: Settings, vault: Vault) -> AsyncIterator[ProjectDatabases]:
    databases = ProjectDatabases(settings, vault)
    yield databases
    await databases.close()


@pytest.fixture
async def project(databases: ProjectDatabases) -> ProjectDatabase:
    return await databases.get(Project(name="Shop", url=None))


def sql_at(url: str) -> Sql:
    """Runs one statement on a blocking connection of its own and gives the rows."""
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = create_engine(
        parsed.set(drivername="sqlite" if is_sqlite else "postgresql+psycopg"), poolclass=NullPool
    )

    def run(statement: str) -> list[tuple[Any, ...]]:
        with engine.begin() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    return run


@pytest.fixture
def sql(project_url: str) -> Sql:
    return sql_at(project_url)
