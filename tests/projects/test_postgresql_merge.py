"""A whole batch by COPY and MERGE: the same rows, counts and rejects as by the way of a few."""

import asyncio
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.projects import postgresql_merge
from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.dialect import Row, Written
from bot.projects.postgresql_merge import FEW
from bot.projects.shape import Loaded, Target
from store.models import Project
from store.vault import Vault
from store.vocabulary import UpdateType
from tests.conftest import PostgreSQL
from tests.projects.conftest import Sql, sql_at
from tests.projects.test_loading import ROWS, UPDATES, model

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})
MANY = 2 * FEW  # rows: enough for this way
T = Target("t", ("id", "v"), ("id",))

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # not the bot's
thorough = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    return postgresql.create()


@pytest.fixture
def theirs(url: str) -> Sql:
    return sql_at(url)


@pytest.fixture
async def project(databases: ProjectDatabases, vault: Vault, url: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(url)))


@pytest.fixture
def merged(monkeypatch: pytest.MonkeyPatch) -> list[Written | None]:
    """What each merge came to: that it was this way is not to be seen otherwise."""
    found: list[Written | None] = []
    merge = postgresql_merge.merge

    async def watched(*arguments: Any) -> Written | None:
        found.append(await merge(*arguments))
        return found[-1]

    monkeypatch.setattr(postgresql_merge, "merge", watched)
    return found


@pytest.fixture
def this_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the rows are."""
    monkeypatch.setattr(postgresql_merge, "FEW", 0)


@pytest.fixture(params=["merge", "before version 17"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, this_way: None) -> str:
    """The other one is that of a server whose MERGE does not say what it did."""
    if request.param != "merge":
        monkeypatch.setattr(postgresql_merge, "SINCE", (999,))
    return str(request.param)


def rows(count: int = MANY, value: Any = "x") -> list[Row]:
    return [(number, value) for number in range(count)]


# What JSON, CSV and COPY each have a meaning of their own for.
NASTY = [
    *(
        "",
        " ",
        "null",
        "NULL",
        "\\N",
        "\\.",
        "\\",
        "\\\\",
        '"',
        '""',
        '\\"',
        '"\\',
        "'",
        ",",
        '","',
    ),
    *("\n", "\r\n", "\n\\.\n", "]\n[", "\t", "\\n", "\\u0041", "\\\\u0041", "a\\", '\\"x\\"', "%s"),
    *map(chr, range(1, 32)),
    *("\x7f", "\x80", "é", "e\u0301", "日本語", "😀", "👩‍👩‍👧", "\u2028\u2029", "\ufeff", "\uffff"),
    "".join(map(chr, range(1, 160))),
    "x" * 100_000,
]


async def test_nasty_texts_arrive_as_they_are(
    project: ProjectDatabase, theirs: Sql, merged: list[Any]
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, a text, b text)")
    target = Target("t", ("id", "a", "b"), ("id",))
    texts: list[Row] = [(n, text, text[::-1]) for n, text in enumerate(NASTY)]
    assert await project.load(target, texts, BOTH) == Loaded(created=len(texts))
    assert theirs("SELECT id, a, b FROM t ORDER BY id") == texts
    assert await project.load(target, texts, BOTH) == Loaded(unchanged=len(texts))
    assert merged == [Written(len(texts), 0, 0, 0), Written(0, 0, len(texts), 0)]


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(st.sampled_from('\\"\n\t\r,.nu0]["a\x01\x1fé') | CHARACTERS, max_size=12)
VALUES = st.tuples(st.none() | TEXTS, st.none() | st.integers(-5, 2**62), st.booleans(), TEXTS)


@thorough
@given(values=st.lists(VALUES, min_size=1, max_size=5))
async def test_rows_are_copied_as_they_are(
    project: ProjectDatabase, theirs: Sql, this_way: None, values: list[Row]
) -> None:
    theirs("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, a text, b bigint, c bool, d text)")
    theirs("DELETE FROM t")
    batch = [(number, *row) for number, row in enumerate(values)]
    loaded = await project.load(Target("t", ("id", *"abcd"), ("id",)), batch, BOTH)
    assert loaded == Loaded(created=len(batch))
    assert theirs("SELECT id, a, b, c, d FROM t ORDER BY id") == batch


@thorough
@given(batches=st.lists(st.tuples(st.lists(ROWS, max_size=25), UPDATES), max_size=5))
async def test_a_merge_does_what_the_model_does(
    project: ProjectDatabase,
    theirs: Sql,
    way: str,
    batches: list[tuple[list[Row], frozenset[UpdateType]]],
) -> None:
    """Created, updated, unchanged, refused, skipped and repeated rows, mixed at will."""
    theirs(
        "CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY, "
        "amount numeric(9, 2) CHECK (amount <> 13), name varchar(20) NOT NULL)"
    )
    theirs("DELETE FROM t")
    target = Target("t", ("id", "amount", "name"), ("id",))
    kept: dict[int, Row] = {}
    for batch, updates in batches:
        loaded = await project.load(target, batch, updates)
        *counts, rejects = model(kept, batch, updates)
        assert [loaded.created, loaded.updated, loaded.unchanged, loaded.skipped] == counts
        assert [place for place, _, _ in loaded.rejects] == rejects
        assert theirs("SELECT id, amount, name FROM t ORDER BY id") == [
            kept[key] for key in sorted(kept)
        ]


async def test_rows_that_stay_as_they_are_are_not_written(
    project: ProjectDatabase, theirs: Sql, merged: list[Any]
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    places = "SELECT id, ctid::text, xmin::text FROM t ORDER BY id"
    assert await project.load(T, rows(), BOTH) == Loaded(created=MANY)
    before = theirs(places)
    assert await project.load(T, rows(), BOTH) == Loaded(unchanged=MANY)
    assert theirs(places) == before

    batch = [*rows(MANY - 2), (MANY - 2, "new"), (MANY, "x")]
    assert await project.load(T, batch, BOTH) == Loaded(created=1, updated=1, unchanged=MANY - 2)
    after = theirs(places)
    assert after[: MANY - 2] == before[: MANY - 2]
    assert after[MANY - 2][1:] != before[MANY - 2][1:]
    assert after[MANY - 1] == before[MANY - 1]  # it was not in the batch
    assert merged[1:] == [Written(0, 0, MANY, 0), Written(1, 1, MANY - 2, 0)]


async def test_a_refused_row_among_thousands_is_the_only_reject(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v varchar(3) CHECK (v <> 'no'))")
    bad = {0: "no", 1234: "long", 2999: "no"}
    batch = [(number, bad.get(number, "x")) for number in range(3000)]
    loaded = await project.load(T, batch, BOTH)
    assert (loaded.created, [place for place, _, _ in loaded.rejects]) == (2997, list(bad))
    assert theirs("SELECT count(*) FROM t") == [(2997,)]
    loaded = await project.load(T, batch, BOTH)
    assert (loaded.unchanged, len(loaded.rejects)) == (2997, 3)


async def test_values_of_every_type(
    project: ProjectDatabase, theirs: Sql, way: str, merged: list[Any]
) -> None:
    theirs("CREATE SCHEMA other")
    theirs("CREATE TYPE other.\"a mood\" AS ENUM ('good', 'so so')")
    theirs("CREATE DOMAIN cents AS numeric(8, 2) NOT NULL")
    columns = {
        "numeric": Decimal("1E+2"),
        "numeric(10,1)": "1.50",
        "real": "0.1",
        "double precision": "1e22",
        "money": "12.50",
        "cents": Decimal("1.5"),
        "smallint": -5,
        "boolean": True,
        "char(5)": "ab",
        "varchar(5)": "abcde",
        "date": date(2024, 5, 1),
        "timestamp(0)": datetime(2024, 1, 1, 12, 0, 0, 400000, UTC),
        "timestamptz": "0001-05-01 12:00:00.000001+00:00",
        "time": "12:30",
        "interval": "1 day",
        "json": '{"b": "\\u0041\\n", "a":  1}',
        "jsonb": '{"b": [1.50, "x\\"y"]}',
        "uuid": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        'other."a mood"': "so so",
        "text[]": '{"x,y",z}',
        "point": "(1,2)",
        "bytea": "\\x00ff",
        "inet": "10.0.0.1",
    }
    names = [f"c{number}" for number in range(len(columns))]
    made = ", ".join(f"{name} {native}" for name, native in zip(names, columns, strict=True))
    theirs(f"CREATE TABLE t (id int PRIMARY KEY, {made})")
    target = Target("t", ("id", *names), ("id",))
    batch = [(number, *columns.values()) for number in range(MANY)]
    assert await project.load(target, batch, BOTH) == Loaded(created=MANY)
    assert await project.load(target, batch, BOTH) == Loaded(unchanged=MANY)
    [shown] = theirs("SELECT c0, c1, c7, c12::text, c15::text, c21 FROM t WHERE id = 0")
    assert shown == (
        Decimal(100),
        Decimal("1.5"),
        True,
        "0001-05-01 12:00:00.000001+00",
        '{"b": "\\u0041\\n", "a":  1}',
        b"\x00\xff",
    )
    assert len(merged) == (2 if way == "merge" else 0)


async def test_any_names(project: ProjectDatabase, theirs: Sql, merged: list[Any]) -> None:
    name, names = 'a "table" %s', ["100%", 'q"u', "naïve é", "c0", "b", "t", "select", "action"]
    columns = ", ".join('"' + each.replace('"', '""') + '" text' for each in names)
    quoted = name.replace('"', '""')
    theirs(f'CREATE TABLE "{quoted}" ({columns}, PRIMARY KEY ("100%", "c0"))'.replace("%", "%%"))
    target = Target(name, tuple(reversed(names)), ("c0", "100%"))
    batch = [tuple(f"{number}{each}" for each in names) for number in range(MANY)]
    assert await project.load(target, batch, BOTH) == Loaded(created=MANY)
    changed = [(*row[:-2], "new", row[-1]) for row in batch]
    assert await project.load(target, changed, BOTH) == Loaded(updated=MANY)
    assert merged == [Written(MANY, 0, 0, 0), Written(0, MANY, 0, 0)]


async def test_a_key_that_is_the_whole_row(
    project: ProjectDatabase, theirs: Sql, merged: list[Any]
) -> None:
    theirs("CREATE TABLE t (a int, b text, PRIMARY KEY (b, a))")
    target = Target("t", ("a", "b"), ("a", "b"))
    assert await project.load(target, rows(), BOTH) == Loaded(created=MANY)
    assert await project.load(target, rows(MANY + 5), BOTH) == Loaded(created=5, unchanged=MANY)
    assert len(merged) == 2


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("id int, v text", ("id",)),  # not unique
        ("id int PRIMARY KEY, v text", ("v",)),
        ("id int UNIQUE DEFERRABLE, v text", ("id",)),
        ("id int, v text, UNIQUE (id, v)", ("id",)),
    ],
)
async def test_where_the_key_is_not_unique_it_goes_the_other_way(
    project: ProjectDatabase, theirs: Sql, merged: list[Any], table: str, key: tuple[str, ...]
) -> None:
    theirs(f"CREATE TABLE t ({table})")
    batch = [(number, str(number)) for number in range(MANY)]
    assert await project.load(Target("t", ("id", "v"), key), batch, BOTH) == Loaded(created=MANY)
    assert await project.load(Target("t", ("id", "v"), key), batch, BOTH) == Loaded(unchanged=MANY)
    assert merged == []


async def test_so_does_a_table_with_rules(
    project: ProjectDatabase, theirs: Sql, merged: list[Any]
) -> None:
    """MERGE takes none."""
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    theirs("CREATE RULE kept AS ON DELETE TO t DO INSTEAD UPDATE t SET v = '-' WHERE id = old.id")
    assert await project.load(T, rows(), BOTH) == Loaded(created=MANY)
    assert await project.load(T, rows(value="y"), BOTH) == Loaded(updated=MANY)
    assert merged == []


async def test_so_do_few_rows_and_those_of_one_type_of_update(
    project: ProjectDatabase, theirs: Sql, merged: list[Any]
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    assert await project.load(T, rows(FEW), BOTH) == Loaded(created=FEW)
    for updates in (frozenset({UpdateType.CREATED}), frozenset({UpdateType.UPDATED})):
        await project.load(T, rows(value="y"), updates)
    assert theirs("SELECT v, count(*) FROM t GROUP BY v") == [("y", MANY)]
    assert merged == []


async def test_one_key_in_two_spellings_is_one_row(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE t (id numeric(4,0) PRIMARY KEY, v text)")
    batch = [*rows(), ("1.2", "y"), ("1.3", "z"), ("100.4", "a"), ("99.6", "b")]
    loaded = await project.load(T, batch, BOTH)
    assert (loaded.rejects, theirs("SELECT count(*) FROM t")) == ([], [(MANY + 1,)])
    assert theirs("SELECT v FROM t WHERE id IN (1, 100) ORDER BY id") == [("z",), ("b",)]


async def test_triggers_have_their_say(project: ProjectDatabase, theirs: Sql, way: str) -> None:
    """Rows that a trigger holds back are not counted as written."""
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    theirs(
        "CREATE FUNCTION even() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF mod(new.id, 2) = 1 THEN RETURN NULL; END IF; "
        "new.v = new.v || '!'; RETURN new; END $$"
    )
    theirs("CREATE TRIGGER even BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION even()")
    loaded = await project.load(T, rows(), BOTH)
    assert (loaded.created, loaded.rejects) == (MANY // 2, [])
    assert theirs("SELECT DISTINCT v FROM t") == [("x!",)]


async def test_partitions_and_rows_for_which_there_is_none(
    project: ProjectDatabase, theirs: Sql, way: str
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)")
    theirs("CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (30)")
    theirs("CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (30) TO (35)")
    loaded = await project.load(T, rows(), BOTH)
    assert (loaded.created, [place for place, _, _ in loaded.rejects]) == (35, [*range(35, MANY)])
    assert await project.load(T, rows(35), BOTH) == Loaded(unchanged=35)


async def test_nothing_of_it_stays(project: ProjectDatabase, theirs: Sql) -> None:
    """No temporary table, and no setting on a connection that others use next."""
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text CHECK (v <> 'no'))")
    for batch in (rows(), [*rows(), (MANY, "no")], rows(value="y")):
        await project.load(T, batch, BOTH)
        assert theirs("SELECT relname FROM pg_class WHERE relname LIKE 'patchbay%%'") == []
        async with project._engine.connect() as connection:
            shown = "SELECT current_setting('enable_hashjoin'), current_setting('enable_mergejoin')"
            assert (await connection.exec_driver_sql(shown)).one() == ("on", "on")


async def test_a_user_who_may_make_no_temporary_table_gets_its_rows_as_well(
    databases: ProjectDatabases, vault: Vault, url: str, theirs: Sql, merged: list[Any]
) -> None:
    name = theirs("SELECT current_database()")[0][0]
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    theirs("DROP ROLE IF EXISTS writer")
    theirs("CREATE ROLE writer LOGIN PASSWORD 'x'")
    theirs("GRANT SELECT, INSERT (id, v), UPDATE (v) ON t TO writer")
    theirs(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
    as_writer = url.replace("//postgres:@", "//writer:x@", 1)
    project = await databases.get(Project(name="Writer", url=vault.seal(as_writer)))
    assert await project.load(T, rows(), BOTH) == Loaded(created=MANY)
    assert await project.load(T, rows(value="y"), BOTH) == Loaded(updated=MANY)
    assert merged == []
    theirs(f'GRANT TEMPORARY ON DATABASE "{name}" TO writer')
    assert await project.load(T, rows(), BOTH) == Loaded(updated=MANY)
    assert merged == [Written(0, MANY, 0, 0)]


async def test_somebody_else_who_inserts_the_same_key_makes_no_duplicate(
    project: ProjectDatabase, theirs: Sql, url: str
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    holds, let_go = threading.Event(), threading.Event()

    def somebody() -> None:
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO t VALUES (7, 'theirs')")
            holds.set()
            let_go.wait(10)

    other = asyncio.create_task(asyncio.to_thread(somebody))
    await asyncio.to_thread(holds.wait, 10)
    load = asyncio.create_task(project.load(T, rows(), BOTH))
    await asyncio.sleep(0.2)
    assert not load.done()
    let_go.set()
    assert (await load).rejects == []
    await other
    assert theirs("SELECT count(*), count(DISTINCT id), min(v), max(v) FROM t") == [
        (MANY, MANY, "x", "x")
    ]


@pytest.mark.parametrize(
    ("native", "keys", "is_range"),
    [
        ("bigint", range(1000, 1100), True),
        ("integer", range(0, -300, -3), True),
        ("bigint", range(0, 1000, 10), False),  # a walk past ten rows for each that is wanted
        ("bigint", [*range(99), 2**62], False),
        ("numeric", range(100), False),
        ("text", [str(number) for number in range(100)], False),
    ],
)
async def test_keys_that_follow_each_other_are_found_together(
    project: ProjectDatabase,
    theirs: Sql,
    this_way: None,
    monkeypatch: pytest.MonkeyPatch,
    native: str,
    keys: list[Any],
    is_range: bool,
) -> None:
    statements: list[str] = []
    statement = postgresql_merge._statement

    def watched(*arguments: Any) -> str:
        statements.append(statement(*arguments))
        return statements[-1]

    monkeypatch.setattr(postgresql_merge, "_statement", watched)
    theirs(f"CREATE TABLE t (id {native} PRIMARY KEY, v text)")
    batch = [(key, "x") for key in keys]
    assert await project.load(T, batch, BOTH) == Loaded(created=len(batch))
    changed = [(key, "y" if place % 7 == 0 else "x") for place, key in enumerate(keys)]
    updated = len(batch) // 7 + 1
    assert await project.load(T, changed, BOTH) == Loaded(
        updated=updated, unchanged=len(batch) - updated
    )
    assert [" BETWEEN " in each for each in statements] == [is_range] * 2
