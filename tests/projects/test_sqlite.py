"""SQLite files that others made, with all that SQLite lets through."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.shape import Loaded, Target
from store.models import Project
from store.vault import Vault
from store.vocabulary import FieldType, UpdateType
from tests.projects.conftest import Sql

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})


@pytest.fixture
async def project(databases: ProjectDatabases, vault: Vault, file: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(file)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_declared_types_are_read_as_the_nearest(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs(
        "CREATE TABLE t (a INT, b VARCHAR(20), c NUMERIC(10,2), d REAL, e BOOLEAN, f DATE, "
        "g TIMESTAMP, h JSON, i, j BLOB, k DOUBLE PRECISION, l AS (a + 1), "
        "PRIMARY KEY (a, b)) WITHOUT ROWID"
    )
    table = await project.table("T")
    assert table.name == "t"
    assert {column.name: column.type for column in table.columns} == {
        "a": FieldType.INTEGER,
        "b": FieldType.STRING,
        "c": FieldType.DECIMAL,
        "d": FieldType.DECIMAL,
        "e": FieldType.BOOLEAN,
        "f": FieldType.DATE,
        "g": FieldType.DATETIME,
        "h": FieldType.JSON,
        "i": FieldType.STRING,
        "j": FieldType.STRING,
        "k": FieldType.DECIMAL,
    }  # l is computed: nobody can fill it
    assert table.primary_key == ("a", "b")
    floats = {column.name for column in table.columns if column.limits.is_float}
    assert floats == {"c", "d", "k"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_must_be_filled(project: ProjectDatabase, theirs: Sql) -> None:
    theirs(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
        "kind TEXT NOT NULL DEFAULT 'x', note TEXT)"
    )
    table = await project.table("t")
    assert [column.name for column in table.columns if column.is_required] == ["name"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_only_whole_unique_indexes_count(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE t (a INT, b INT, c INT, d TEXT, UNIQUE (a, b))")
    theirs("CREATE UNIQUE INDEX partly ON t (c) WHERE c > 0")
    theirs("CREATE UNIQUE INDEX computed ON t (lower(d))")
    assert (await project.table("t")).uniques == {frozenset({"a", "b"})}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_keys_that_differ_only_in_case_are_one_where_the_table_says_so(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY, v TEXT COLLATE NOCASE)")
    target = Target("t", ("k", "v"), ("k",))
    assert await project.load(target, [("a", "x")], BOTH) == Loaded(created=1)
    assert await project.load(target, [("A", "X")], BOTH) == Loaded(updated=1)
    assert theirs("SELECT k, v FROM t") == [("a", "X")]
    loaded = await project.load(target, [("b", "1"), ("B", "2")], BOTH)
    assert loaded == Loaded(created=1, updated=1)
    assert theirs("SELECT v FROM t WHERE k = 'b'") == [("2",)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_values_are_kept_as_the_columns_keep_them(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id INT PRIMARY KEY, price NUMERIC, at DATETIME, extra JSON)")
    target = Target("t", ("id", "price", "at", "extra"), ("id",))
    row = (1, Decimal("12.50"), datetime(2024, 5, 1, 12, tzinfo=UTC), "5")
    assert await project.load(target, [row], BOTH) == Loaded(created=1)
    assert theirs("SELECT price, at FROM t") == [(12.5, "2024-05-01 12:00:00+00:00")]
    assert await project.load(target, [row], BOTH) == Loaded(unchanged=1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_foreign_keys_are_kept(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE shops (id INTEGER PRIMARY KEY)")
    theirs("CREATE TABLE sales (id INT PRIMARY KEY, shop INT REFERENCES shops)")
    theirs("INSERT INTO shops VALUES (1)")
    loaded = await project.load(Target("sales", ("id", "shop"), ("id",)), [(1, 1), (2, 9)], BOTH)
    assert loaded.created == 1
    assert loaded.rejects == [(1, None, "it refers to a row that the project does not have")]
