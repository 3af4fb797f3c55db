"""Which databases may be projects, and what is said where one does not answer."""

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import ProjectError
from bot.projects.databases import ProjectDatabases
from bot.projects.shape import NewColumn, Target
from bot.settings import Settings
from store.models import Project
from store.vault import Vault
from store.vocabulary import FieldType, UpdateType
from tests.conftest import PostgreSQL
from tests.mariadb import MariaDB
from tests.projects.conftest import sql_at

PASSWORD = "hunter2-secret"


def strict(vault: Vault) -> ProjectDatabases:
    """As an installation that reaches no private network."""
    return ProjectDatabases(
        Settings(
            _env_file=None,
            database_url=SecretStr("sqlite:///own.db"),
            allow_private_networks=False,
        ),
        vault,
    )


async def test_one_pool_for_each_url(databases: ProjectDatabases, vault: Vault) -> None:
    first = Project(name="Shop", url=None)
    assert await databases.get(first) is await databases.get(first)
    with pytest.raises(ProjectError, match="key that sealed it is gone"):
        await databases.get(Project(name="Old", url=Vault([Vault.new_key()]).seal("sqlite://x")))


async def test_workspaces_that_share_the_bot_do_not_share_the_default_project(
    settings: Settings, vault: Vault
) -> None:
    many = settings.model_copy(
        update={"slack_client_id": "1", "slack_client_secret": SecretStr("secret")}
    )
    databases = ProjectDatabases(many, vault)
    one, other = [
        await databases.get(Project(name="Default", url=None, workspace_id=workspace))
        for workspace in ("T1", "T2")
    ]
    await one.create_table("people", [NewColumn("id", FieldType.INTEGER, primary_key=True)])
    await one.load(Target("people", ("id",), ("id",)), [(1,)], frozenset({UpdateType.CREATED}))
    assert (await one.tables(), await other.tables()) == (["people"], [])
    with pytest.raises(ProjectError, match="no table “people”"):
        await other.table("people")
    await other.create_table("people", [NewColumn("id", FieldType.STRING, primary_key=True)])
    assert (await one.count("people"), await other.count("people")) == (1, 0)
    await databases.close()


async def test_an_added_project_is_opened_from_its_sealed_url(
    databases: ProjectDatabases,
    vault: Vault,
    postgresql: PostgreSQL,
    mariadb: MariaDB,
    tmp_path: Path,
) -> None:
    for url in (postgresql.create(), mariadb.create(), f"sqlite:///{tmp_path / 'added.db'}"):
        sql_at(url)("CREATE TABLE here (id bigint)")
        await databases.probe(url)
        added = await databases.get(Project(name="Added", url=vault.seal(url)))
        assert await added.tables() == ["here"]


async def test_the_bots_own_database_is_no_project(
    settings: Settings, databases: ProjectDatabases, vault: Vault
) -> None:
    own = settings.database_url
    with pytest.raises(ProjectError, match="its own affairs"):
        await databases.probe(own.get_secret_value())
    same = settings.model_copy(update={"project_url": own})
    with pytest.raises(ProjectError, match="its own affairs"):
        await ProjectDatabases(same, vault).get(Project(name="Default", url=None))
    other = settings.model_copy(update={"database_url": SecretStr("sqlite:////elsewhere.db")})
    with pytest.raises(ProjectError, match="its own affairs"):  # known by its tables
        await ProjectDatabases(other, vault).probe(own.get_secret_value())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////etc/passwd", "cannot be added from Slack"),
        ("sqlite://", "cannot be added from Slack"),
        ("frogs://u:hunter2-secret@db.example.com/x", "is a PostgreSQL, MySQL or MariaDB database"),
        ("oracle+oracledb_async://u:hunter2-secret@db.example.com/x", "not supported yet"),
        ("mssql://u:hunter2-secret@db.example.com/x", "install one .pip install 'aioodbc'"),
        ("no url, hunter2-secret", "not the URL of a database"),
        ("mysql://u:hunter2-secret@db.example.com:port/x", "not the URL of a database"),
        ("postgresql://u:hunter2-secret@db.example.com", "names no database"),
        ("postgresql:///x", "must name one host"),
        ("postgresql://u@/x?host=/var/run/postgresql", "parameter “host” is not allowed"),
        ("postgresql://u@db.example.com/x?hostaddr=10.0.0.1", "“hostaddr” is not allowed"),
        ("postgresql://u@db.example.com/x?sslkey=/home/ana/id", "“sslkey” is not allowed"),
        ("postgresql://u@db.example.com/x?service=y", "“service” is not allowed"),
        ("postgresql://u@a.example.com,10.0.0.1/x", "must name one host"),
        ("postgresql://u:hunter2-secret@127.0.0.1/x", "private network"),
        ("postgresql://u@localhost/x", "private network"),
        ("postgresql://u@10.1.2.3/x", "private network"),
        ("postgresql://u@[::1]/x", "private network"),
        ("postgresql://u@[::ffff:127.0.0.1]/x", "private network"),
        ("postgresql://u@169.254.169.254/x", "private network"),
        ("postgresql://u@2130706433/x", "private network"),
        ("mysql://u:hunter2-secret@db.example.com", "names no database"),
        ("mysql:///x", "must name one host"),
        ("mysql://u@db.example.com/x?unix_socket=/run/s", "parameter “unix_socket” is not allowed"),
        ("mysql://u@db.example.com/x?ssl_key=/home/ana/id", "“ssl_key” is not allowed"),
        (
            "mysql://u@db.example.com/x?read_default_file=/etc/my.cnf",
            "“read_default_file” is not",
        ),
        ("mariadb://u@db.example.com/x?local_infile=1", "“local_infile” is not allowed"),
        ("mysql://u@db.example.com/x?ssl-mode=seldom", "ssl-mode is one of DISABLED, PREFERRED"),
        ("mysql://u@a.example.com,10.0.0.1/x", "must name one host"),
        ("mysql://u:hunter2-secret@127.0.0.1/x", "private network"),
        ("mariadb://u@localhost/x", "private network"),
        ("mysql+aiomysql://u@[::ffff:10.1.2.3]/x?ssl-mode=REQUIRED", "private network"),
    ],
)
async def test_what_may_not_be_added(vault: Vault, url: str, said: str) -> None:
    databases = strict(vault)
    with pytest.raises(ProjectError, match=said) as refused:
        await databases.probe(url)
    assert PASSWORD not in refused.value.sentence
    with pytest.raises(ProjectError, match=said):  # one that was added before the rule
        await (await databases.get(Project(name="Old", url=vault.seal(url)))).tables()
    await databases.close()


async def test_a_url_with_odd_parts_is_looked_at_before_it_is_used(
    databases: ProjectDatabases, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match="path of the SQLite file"):
        await databases.probe("sqlite://")
    with pytest.raises(ProjectError, match="path of the SQLite file"):
        await databases.probe(f"sqlite:///file:{tmp_path}/x.db?mode=rw&uri=true")


async def test_what_does_not_answer_is_told_without_the_password(
    databases: ProjectDatabases, postgresql: PostgreSQL, mariadb: MariaDB, tmp_path: Path
) -> None:
    with socket.socket() as nobody:  # bound, not listening
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        closed = f"postgresql://u:{PASSWORD}@127.0.0.1:{port}/x"
        text_file = tmp_path / "text.db"
        text_file.write_text("this is no database at all, " * 10)
        for url, said, code in [
            (closed, "cannot be reached", "project_unreachable"),
            (f"sqlite:///{tmp_path}/missing/x.db", "cannot be reached", "project_unreachable"),
            (f"sqlite:///{text_file}", "cannot be reached", "project_unreachable"),
            (postgresql.url("no_such_database"), "no database of that name", "project_unknown"),
            (
                postgresql.url("postgres").replace("postgres:", f"nobody:{PASSWORD}", 1),
                "user name or password",
                "project_password",
            ),
            (closed.replace("postgresql", "mysql"), "cannot be reached", "project_unreachable"),
            (mariadb.url("no_such"), "no database of that name", "project_unknown"),
            (
                mariadb.url("mysql", f"nobody:{PASSWORD}"),
                "user name or password",
                "project_password",
            ),
        ]:
            with pytest.raises(ProjectError, match=said) as refused:
                await databases.probe(url)
            assert refused.value.code == code
            assert PASSWORD not in f"{refused.value!r} {refused.value.sentence}"
            assert refused.value.__cause__ is None  # the driver's words hold parts of the URL
