"""PostgreSQL databases that others made, with types and rules of their own."""

import asyncio
import threading
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest

from bot.errors import ProjectError
from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.shape import Limits, Loaded, Target
from store.models import Project
from store.vault import Vault
from store.vocabulary import FieldType, UpdateType
from tests.conftest import PostgreSQL
from tests.projects.conftest import Sql, sql_at

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # not the bot's


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    return postgresql.create()


@pytest.fixture
def theirs(url: str) -> Sql:
    return sql_at(url)


@pytest.fixture
async def project(databases: ProjectDatabases, vault: Vault, url: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(url)))


async def test_types_are_read_as_the_nearest_with_their_limits(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TYPE mood AS ENUM ('good', 'bad')")
    theirs("CREATE DOMAIN cents AS numeric(8, 2) NOT NULL CHECK (value >= 0)")
    theirs(
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a smallint, b int, "
        "c bigint, d numeric(10,2), e numeric(3,-2), f real, g double precision, h boolean, "
        "i date, j timestamp, k timestamptz, l json, m jsonb, n varchar(20), o char(3), p text, "
        "q uuid, r mood, s cents, t int GENERATED ALWAYS AS (a + 1) STORED, "
        "u serial, v text NOT NULL)"
    )
    table = await project.table("t")
    types = {column.name: (column.type, column.limits) for column in table.columns}
    no = Limits()
    assert types == {
        "a": (FieldType.INTEGER, Limits(bits=16)),
        "b": (FieldType.INTEGER, Limits(bits=32)),
        "c": (FieldType.INTEGER, no),
        "d": (FieldType.DECIMAL, Limits(digits=10, decimals=2)),
        "e": (FieldType.DECIMAL, Limits(digits=3, decimals=-2)),
        "f": (FieldType.DECIMAL, Limits(is_float=True, is_single=True)),
        "g": (FieldType.DECIMAL, Limits(is_float=True)),
        "h": (FieldType.BOOLEAN, no),
        "i": (FieldType.DATE, no),
        "j": (FieldType.DATETIME, no),
        "k": (FieldType.DATETIME, no),
        "l": (FieldType.JSON, no),
        "m": (FieldType.JSON, no),
        "n": (FieldType.STRING, Limits(length=20)),
        "o": (FieldType.STRING, Limits(length=3)),
        "p": (FieldType.STRING, no),
        "q": (FieldType.STRING, no),
        "r": (FieldType.STRING, no),
        "s": (FieldType.DECIMAL, Limits(digits=8, decimals=2)),
        "u": (FieldType.INTEGER, Limits(bits=32)),
        "v": (FieldType.STRING, no),
    }
    assert [column.name for column in table.columns if column.is_required] == ["s", "v"]


async def test_values_of_every_type_are_unchanged_the_second_time(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TYPE mood AS ENUM ('good', 'bad')")
    theirs(
        "CREATE TABLE t (id bigint PRIMARY KEY, a numeric(10,1), b char(5), c varchar(5), "
        "d timestamp(0), e json, f jsonb, g uuid, h mood, i real, j text[], k point, l bytea)"
    )
    target = Target("t", ("id", *"abcdefghijkl"), ("id",))
    row = (
        1,
        Decimal("1.0"),
        "ab",
        "abcde",
        datetime(2024, 1, 1, 12, 0, 0, 400000, UTC),
        '{"b": 1}',
        '{"b":1}',
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "good",
        Decimal("0.1"),
        "{x,y}",
        "(1,2)",
        "\\x00ff",
    )
    assert await project.load(target, [row], BOTH) == Loaded(created=1)
    assert await project.load(target, [row], BOTH) == Loaded(unchanged=1)
    changed = (*row[:5], '{"b": 2}', *row[6:])
    assert await project.load(target, [changed], BOTH) == Loaded(updated=1)
    assert theirs("SELECT e::text, f::text, h, d::text FROM t") == [
        ('{"b": 2}', '{"b": 1}', "good", "2024-01-01 12:00:00")
    ]


async def test_what_a_column_cannot_hold_is_a_reject(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TYPE mood AS ENUM ('good', 'bad')")
    theirs(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(3), b mood, c numeric(4,2), "
        "d int REFERENCES t DEFERRABLE INITIALLY DEFERRED)"
    )
    target = Target("t", ("id", "a", "b", "c", "d"), ("id",))
    good = ("abc", "good", Decimal("1.5"), None)
    rows = [
        (1, *good),
        (2, "abcd", *good[1:]),
        (3, "abc", "awful", *good[2:]),
        (4, "abc", "good", Decimal(100), None),
        (5, *good[:3], 99),
        (2**40, *good),
        (6, *good[:3], 1),
    ]
    loaded = await project.load(target, rows, BOTH)
    assert loaded.created == 2
    assert [(index, reason) for index, _, reason in loaded.rejects] == [
        (1, "a text is longer than its project field allows"),
        (2, "a value does not have the form that its project field needs"),
        (3, "a number is out of the range of its project field"),
        (4, "it refers to a row that the project does not have (“t_d_fkey”)"),
        (5, "a number is out of the range of its project field"),
    ]
    assert theirs("SELECT id FROM t ORDER BY id") == [(1,), (6,)]


async def test_a_trigger_may_refuse_a_row(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY)")
    theirs(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF new.id = 2 THEN RAISE 'secret'; END IF; RETURN new; END $$"
    )
    theirs("CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()")
    loaded = await project.load(Target("t", ("id",), ("id",)), [(1,), (2,), (3,)], BOTH)
    assert loaded.created == 2
    assert loaded.rejects == [(1, None, "the project’s table refuses it by one of its rules")]


async def test_only_what_on_conflict_can_name_is_unique(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (a int, b int, c int, d text, e int UNIQUE DEFERRABLE, UNIQUE (b, a))")
    theirs("CREATE UNIQUE INDEX ON t (c) WHERE c > 0")
    theirs("CREATE UNIQUE INDEX ON t (lower(d))")
    theirs("CREATE UNIQUE INDEX ON t (c) INCLUDE (d)")
    assert (await project.table("t")).uniques == {frozenset({"a", "b"}), frozenset({"c"})}


async def test_one_key_in_two_spellings_is_one_row(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE t (k numeric(4,0) PRIMARY KEY, v text)")
    target = Target("t", ("k", "v"), ("k",))
    loaded = await project.load(target, [(Decimal("1.2"), "a"), (Decimal("1.3"), "b")], BOTH)
    assert (loaded.created, loaded.updated, loaded.rejects) == (1, 1, [])
    assert theirs("SELECT v FROM t") == [("b",)]


async def test_partitioned_tables_and_those_of_the_search_path(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE SCHEMA hidden")
    theirs("CREATE TABLE hidden.secret (id int)")
    theirs("CREATE VIEW looks AS SELECT 1 AS id")
    theirs("CREATE TABLE parts (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)")
    theirs("CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)")
    assert await project.tables() == ["parts"]
    with pytest.raises(ProjectError, match="no table “secret”"):
        await project.table("secret")
    target = Target("parts", ("id", "v"), ("id",))
    loaded = await project.load(target, [(1, "a"), (100, "b")], BOTH)
    assert (loaded.created, len(loaded.rejects)) == (1, 1)
    assert await project.load(target, [(1, "c")], BOTH) == Loaded(updated=1)


async def test_a_table_named_as_our_steps_are(project: ProjectDatabase, theirs: Sql) -> None:
    for name in ("batch", "found", "t", "b", "n"):
        theirs(f"CREATE TABLE {name} (n int PRIMARY KEY, c0 text, c1 text)")
        target = Target(name, ("c1", "n", "c0"), ("n",))
        assert await project.load(target, [("x", 1, "y")], BOTH) == Loaded(created=1)
        assert await project.load(target, [("x", 1, "z")], BOTH) == Loaded(updated=1)
        assert theirs(f"SELECT n, c0, c1 FROM {name}") == [(1, "z", "x")]


async def test_somebody_else_who_inserts_the_same_key_makes_no_duplicate(
    project: ProjectDatabase, theirs: Sql, url: str
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    holds, let_go = threading.Event(), threading.Event()

    def somebody() -> None:
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO t VALUES (1, 'theirs')")
            holds.set()
            let_go.wait(10)

    other = asyncio.create_task(asyncio.to_thread(somebody))
    await asyncio.to_thread(holds.wait, 10)
    load = asyncio.create_task(
        project.load(Target("t", ("id", "v"), ("id",)), [(1, "ours"), (2, "ours")], BOTH)
    )
    await asyncio.sleep(0.2)
    assert not load.done()
    let_go.set()
    assert (await load).rejects == []
    await other
    assert theirs("SELECT id, v FROM t ORDER BY id") == [(1, "ours"), (2, "ours")]


async def test_what_is_not_permitted_is_said_so(
    databases: ProjectDatabases, vault: Vault, url: str, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY)")
    theirs("DROP ROLE IF EXISTS reader")
    theirs("CREATE ROLE reader LOGIN PASSWORD 'x'")
    theirs("GRANT SELECT ON t TO reader")
    as_reader = url.replace("//postgres:@", "//reader:x@", 1)
    assert as_reader != url
    project = await databases.get(Project(name="Reader", url=vault.seal(as_reader)))
    assert await project.tables() == ["t"]
    with pytest.raises(ProjectError, match="does not permit this") as refused:
        await project.load(Target("t", ("id",), ("id",)), [(1,)], BOTH)
    assert refused.value.code == "project_denied"
