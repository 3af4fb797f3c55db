"""Several writers of one MariaDB table, and what its errors say."""

import asyncio
import threading
from contextlib import suppress

import pymysql
import pytest
from sqlalchemy.exc import DBAPIError

from bot.errors import ProjectError
from bot.projects import mysql
from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.shape import Target
from store.models import Project
from store.vault import Vault
from store.vocabulary import UpdateType
from tests.mariadb import MariaDB
from tests.projects.conftest import Sql, sql_at

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # not the bot's


@pytest.fixture
def url(mariadb: MariaDB) -> str:
    return mariadb.create()


@pytest.fixture
def theirs(url: str) -> Sql:
    return sql_at(url)


@pytest.fixture
async def project(databases: ProjectDatabases, vault: Vault, url: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(url)))


async def test_somebody_else_who_inserts_the_same_key_makes_no_duplicate(
    project: ProjectDatabase, theirs: Sql, mariadb: MariaDB, url: str
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    holds, let_go = threading.Event(), threading.Event()

    def somebody() -> None:
        with (
            pymysql.connect(
                host="127.0.0.1",
                port=mariadb.port,
                user="root",
                database=url.rpartition("/")[2],
                ssl_disabled=True,
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("INSERT INTO t VALUES (1, 'theirs')")
            holds.set()
            let_go.wait(10)
            connection.commit()

    other = asyncio.create_task(asyncio.to_thread(somebody))
    await asyncio.to_thread(holds.wait, 10)
    load = asyncio.create_task(
        project.load(Target("t", ("id", "v"), ("id",)), [(1, "ours"), (2, "ours")], BOTH)
    )
    await asyncio.sleep(0.2)
    assert not load.done()
    let_go.set()
    loaded = await load
    await other
    # refused at first, it was found where the rows were tried one by one
    assert (loaded.created, loaded.updated, loaded.rejects) == (1, 1, [])
    assert theirs("SELECT id, v FROM t ORDER BY id") == [(1, "ours"), (2, "ours")]


async def test_a_table_that_another_writer_holds_for_long_is_busy(
    project: ProjectDatabase, theirs: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY)")
    theirs("CREATE TABLE u (id int PRIMARY KEY)")
    one, other = (Target(name, ("id",), ("id",)) for name in "tu")
    monkeypatch.setattr(mysql, "_LOCK_SECONDS", 0)
    async with project._writing() as connection:
        for _ in range(2):  # the second time it is held already
            await mysql.prepare(connection, "t")
        assert (await project.load(other, [(1,)], BOTH)).created == 1
        with pytest.raises(ProjectError, match="busy or locked") as refused:
            await project.load(one, [(1,)], BOTH)
        assert refused.value.code == "project_busy"
    assert (await project.load(one, [(1,)], BOTH)).created == 1
    with suppress(ZeroDivisionError):
        async with project._writing() as connection:
            await mysql.prepare(connection, "t")
            raise ZeroDivisionError  # the lock goes, however the transaction ends
    assert (await project.load(one, [(2,)], BOTH)).created == 1


async def test_a_deadlock_is_busy_too(project: ProjectDatabase, theirs: Sql) -> None:
    """Its victim's savepoints are gone, and that is what the driver complains of."""
    theirs("CREATE TABLE t (id int PRIMARY KEY, v int)")
    theirs("INSERT INTO t VALUES (1, 0), (2, 0)")
    both = asyncio.Barrier(2)

    async def locks(first: int, second: int) -> None:
        async with project._writing() as connection, connection.begin_nested():
            await connection.exec_driver_sql(f"UPDATE t SET v = v + 1 WHERE id = {first}")
            await both.wait()
            await connection.exec_driver_sql(f"UPDATE t SET v = v + 1 WHERE id = {second}")

    ends = await asyncio.gather(locks(1, 2), locks(2, 1), return_exceptions=True)
    [told] = [end for end in ends if end is not None]
    assert isinstance(told, ProjectError)
    assert told.code == "project_busy"
    assert theirs("SELECT v FROM t") == [(1,), (1,)]


async def test_what_is_not_permitted_is_said_so(
    databases: ProjectDatabases, vault: Vault, mariadb: MariaDB, url: str, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY)")
    name = url.rpartition("/")[2]
    mariadb.run(
        f"CREATE USER reader_{name} IDENTIFIED BY 'x'", f"GRANT SELECT ON {name}.* TO reader_{name}"
    )
    as_reader = mariadb.url(name, f"reader_{name}:x")
    project = await databases.get(Project(name="Reader", url=vault.seal(as_reader)))
    assert await project.tables() == ["t"]
    with pytest.raises(ProjectError, match="does not permit this") as refused:
        await project.load(Target("t", ("id",), ("id",)), [(1,)], BOTH)
    assert refused.value.code == "project_denied"


# As MySQL 8 says it, where MariaDB says it otherwise.
@pytest.mark.parametrize(
    ("number", "said", "told"),
    [
        (
            1062,
            "Duplicate entry 'for key 'x'' for key 'people.email'",
            (None, "another row of the project’s table already has this value (“email”)"),
        ),
        (
            1366,
            "Incorrect integer value: 'column 'x' at row 9' for column 'age' at row 1",
            ("age", "a value does not have the form that its project field needs"),
        ),
        (
            3819,
            "Check constraint 'grown_up' is violated.",
            (None, "the project’s table refuses it by its rule “grown_up”"),
        ),
        (
            3140,
            "Invalid JSON text: \"Invalid value.\" at position 0 in value for column 't.tags'.",
            (None, "a value does not have the form that its project field needs"),
        ),
        (
            1364,
            "Field 'born' doesn't have a default value",
            ("born", "“born” must not be empty in the project’s table"),
        ),
        (1146, "Table 'x.t' doesn't exist", None),
    ],
)
def test_errors_of_mysql_are_understood(
    database_url: str, number: int, said: str, told: tuple[str | None, str] | None
) -> None:
    cause = pymysql.err.OperationalError(number, said)
    assert mysql.objection(DBAPIError("INSERT", (), cause)) == told
