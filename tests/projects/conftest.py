"""A project's database, and a second way into it that shares no code with the first."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.settings import Settings
from store.models import Project
from store.vault import Vault

Sql = Callable[..., list[tuple[Any, ...]]]


_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
}


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The bot's own database; with "mariadb" it is SQLite's, and the project is on MariaDB."""
    if request.param == "postgresql":
        template = request.getfixturevalue("migrated_postgresql")
        created: str = request.getfixturevalue("postgresql").create(template)
        return created
    path = tmp_path / "patchbay.db"
    path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def project_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """The default project's database."""
    kind = request.node.callspec.params["database_url"]
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'project.db'}"
    created: str = request.getfixturevalue(kind).create()
    return created


@pytest.fixture
def vault() -> Vault:
    return Vault([Vault.new_key()])


@pytest.fixture
async def databases(settings: Settings, vault: Vault) -> AsyncIterator[ProjectDatabases]:
    databases = ProjectDatabases(settings, vault)
    yield databases
    await databases.close()


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A member's own SQLite database, beside the bot's."""
    return f"sqlite:///{tmp_path / 'theirs.db'}"


@pytest.fixture
def theirs(file: str) -> Sql:
    return sql_at(file)


@pytest.fixture
async def project(databases: ProjectDatabases) -> ProjectDatabase:
    return await databases.get(Project(name="Shop", url=None))


def sql_at(url: str) -> Sql:
    """Runs one statement on a blocking connection of its own and gives the rows."""
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    engine = create_engine(
        parsed.set(drivername=_DRIVERS[kind]),
        poolclass=NullPool,
        connect_args={"ssl_disabled": True} if kind == "mysql" else {},
    )

    def run(statement: str) -> list[tuple[Any, ...]]:
        with engine.begin() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    return run


@pytest.fixture
def sql(project_url: str) -> Sql:
    return sql_at(project_url)
