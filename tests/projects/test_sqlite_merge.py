"""A whole batch by upserts of many rows: the same rows, counts and rejects as row by row."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.projects import sqlite_merge
from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.dialect import Row, Written
from bot.projects.shape import Loaded, Target
from store.models import Project
from store.vault import Vault
from store.vocabulary import UpdateType
from tests.projects.conftest import Sql
from tests.projects.test_loading import ROWS, UPDATES, model

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})
T = Target("t", ("id", "v"), ("id",))

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
thorough = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
async def project(databases: ProjectDatabases, vault: Vault, file: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(file)))


@pytest.fixture
def merged(monkeypatch: pytest.MonkeyPatch) -> list[Written]:
    """What each merge came to: that it was this way is not to be seen otherwise."""
    found: list[Written] = []
    merge = sqlite_merge.merge

    async def watched(*arguments: Any) -> Written:
        found.append(await merge(*arguments))
        return found[-1]

    monkeypatch.setattr(sqlite_merge, "merge", watched)
    return found


@pytest.fixture(params=["merge", "row by row"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "merge":
        monkeypatch.setattr(sqlite_merge, "can_merge", lambda *_: False)
    return str(request.param)


def rows(count: int, value: Any = "x") -> list[Row]:
    return [(number, value) for number in range(count)]


@pytest.mark.parametrize("sizes", [(1,), (3, 1), (1000, 50, 1)])
@thorough
@given(batches=st.lists(st.tuples(st.lists(ROWS, max_size=25), UPDATES), max_size=5))
async def test_a_merge_does_what_the_model_does(
    project: ProjectDatabase,
    theirs: Sql,
    monkeypatch: pytest.MonkeyPatch,
    sizes: tuple[int, ...],
    batches: list[tuple[list[Row], frozenset[UpdateType]]],
) -> None:
    """Created, updated, unchanged, refused, skipped and repeated rows, mixed at will."""
    monkeypatch.setattr(sqlite_merge, "_SIZES", sizes)
    theirs(
        "CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY, "
        "amount decimal_text CHECK (amount <> '13'), name varchar(20) NOT NULL)"
    )
    theirs("DELETE FROM t")
    target = Target("t", ("id", "amount", "name"), ("id",))
    kept: dict[int, Row] = {}
    for batch, updates in batches:
        loaded = await project.load(target, batch, updates)
        *counts, rejects = model(kept, batch, updates)
        assert [loaded.created, loaded.updated, loaded.unchanged, loaded.skipped] == counts
        assert [place for place, _, _ in loaded.rejects] == rejects
        found = theirs("SELECT id, amount, name FROM t ORDER BY id")
        assert [(key, amount and Decimal(amount), name) for key, amount, name in found] == [
            kept[key] for key in sorted(kept)
        ]


@pytest.mark.parametrize("count", [1, 2, 49, 50, 51, 1000, 1234, 2150])
async def test_counts_are_exact_however_the_rows_are_grouped(
    project: ProjectDatabase, theirs: Sql, merged: list[Written], count: int
) -> None:
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
    theirs(f"INSERT INTO t SELECT value, 'x' FROM json_each('{list(range(0, count, 2))}')")
    await project.load(T, rows(count, "x"), BOTH)
    batch = [(number, "y" if number % 3 else "x") for number in range(count + 7)]
    await project.load(T, batch, BOTH)
    await project.load(T, batch, BOTH)
    changed = sum(1 for number in range(count) if number % 3)
    assert merged == [
        Written(count // 2, 0, count - count // 2, 0),
        Written(7, changed, count - changed, 0),
        Written(0, 0, count + 7, 0),
    ]
    assert theirs("SELECT id, v FROM t ORDER BY id") == batch


async def test_rows_that_stay_as_they_are_are_not_written(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
    theirs("CREATE TABLE written (id INTEGER)")
    for kind in ("INSERT", "UPDATE"):
        theirs(
            f"CREATE TRIGGER after_{kind} AFTER {kind} ON t "
            "BEGIN INSERT INTO written VALUES (new.id); END"
        )
    assert await project.load(T, rows(300), BOTH) == Loaded(created=300)
    theirs("DELETE FROM written")
    assert await project.load(T, rows(300), BOTH) == Loaded(unchanged=300)
    assert theirs("SELECT * FROM written") == []
    batch = [*rows(299), (299, "y"), (300, "x")]
    assert await project.load(T, batch, BOTH) == Loaded(created=1, updated=1, unchanged=299)
    assert theirs("SELECT * FROM written ORDER BY id") == [(299,), (300,)]


@pytest.mark.parametrize("width", [1, 2, 300, 900])
async def test_tables_of_any_width(
    project: ProjectDatabase, theirs: Sql, merged: list[Written], width: int
) -> None:
    """A statement takes only so many values."""
    names = [f"c{number}" for number in range(width)]
    theirs(f"CREATE TABLE t ({', '.join(f'{name} TEXT' for name in names)}, PRIMARY KEY (c0))")
    target = Target("t", tuple(names), ("c0",))
    batch = [(str(number), *["x"] * (width - 1)) for number in range(260)]
    assert await project.load(target, batch, BOTH) == Loaded(created=260)
    batch[7] = ("7", *["x"] * (width - 2), "y") if width > 1 else ("new",)
    expected = Loaded(updated=1, unchanged=259) if width > 1 else Loaded(created=1, unchanged=259)
    assert await project.load(target, batch, BOTH) == expected
    assert len(merged) == 2


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("id INTEGER PRIMARY KEY, v TEXT", ("id",)),  # the table's own number of a row
        ("id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT", ("id",)),
        ("id INT PRIMARY KEY, v TEXT", ("id",)),
        ("id TEXT PRIMARY KEY, v TEXT", ("id",)),
        ("id, v, PRIMARY KEY (id)", ("id",)),
        ("id INT UNIQUE, v TEXT", ("id",)),
        ("id INT, v TEXT, PRIMARY KEY (v, id)", ("id", "v")),
        ("id INT NOT NULL, v TEXT, PRIMARY KEY (id, v)) WITHOUT ROWID, STRICT --", ("v", "id")),
        ("id INT PRIMARY KEY, v TEXT) STRICT --", ("id",)),
    ],
)
async def test_keys_of_all_kinds(
    project: ProjectDatabase, theirs: Sql, merged: list[Written], table: str, key: tuple[str, ...]
) -> None:
    theirs(f"CREATE TABLE t ({table}\n)" if "--" not in table else f"CREATE TABLE t ({table}")
    target = Target("t", ("v", "id"), key)
    batch = [("x", number) for number in range(300)]
    assert await project.load(target, batch, BOTH) == Loaded(created=300)
    assert await project.load(target, batch, BOTH) == Loaded(unchanged=300)
    both = len(key) == 2
    changed = [("y", 5), *batch]
    expected = Loaded(created=1, unchanged=300) if both else Loaded(unchanged=300)
    assert await project.load(target, changed, BOTH) == expected  # of equal keys the last one
    assert len(merged) == 3
    assert theirs("SELECT count(*) FROM t") == [(301 if both else 300,)]


@pytest.mark.parametrize(
    "table",
    [
        "id INT, v TEXT",
        "id INT, v TEXT PRIMARY KEY",
        "id INT, v TEXT, UNIQUE (id, v)",
        "id INT, v TEXT); CREATE UNIQUE INDEX some ON t (id) WHERE id > 0 --",
    ],
)
async def test_where_the_key_is_not_unique_it_goes_the_other_way(
    project: ProjectDatabase, theirs: Sql, merged: list[Written], table: str
) -> None:
    for statement in f"CREATE TABLE t ({table})".replace(" --)", "").split("; "):
        theirs(statement)
    batch = [(number, str(number)) for number in range(300)]
    assert await project.load(T, batch, BOTH) == Loaded(created=300)
    assert await project.load(T, batch, BOTH) == Loaded(unchanged=300)
    for updates in (frozenset({UpdateType.CREATED}), frozenset({UpdateType.UPDATED})):
        await project.load(T, rows(301), updates)
    assert merged == []


async def test_refused_rows_are_the_only_rejects(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL CHECK (v <> 'no'))")
    bad = {0: "no", 1234: None, 2999: "no"}
    batch = [(number, bad.get(number, "x")) for number in range(3000)]
    for counts in (Loaded(created=2997), Loaded(unchanged=2997)):
        loaded = await project.load(T, batch, BOTH)
        assert (loaded.created, loaded.unchanged) == (counts.created, counts.unchanged)
        assert [place for place, _, _ in loaded.rejects] == list(bad)
    assert theirs("SELECT count(*) FROM t") == [(2997,)]


async def test_a_refused_row_takes_the_place_of_none(project: ProjectDatabase, theirs: Sql) -> None:
    """Another row has what must be its own."""
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE)")
    batch = [(number, str(number)) for number in range(300)]
    assert await project.load(T, batch, BOTH) == Loaded(created=300)
    batch[3], batch[4] = (3, "299"), (4, "new")
    loaded = await project.load(T, batch, BOTH)
    assert (loaded.updated, loaded.unchanged) == (1, 298)
    assert [place for place, _, _ in loaded.rejects] == [3]
    assert theirs("SELECT v FROM t WHERE id IN (3, 4, 299) ORDER BY id") == [
        ("3",),
        ("new",),
        ("299",),
    ]


async def test_columns_that_the_mapping_leaves_alone_stay(
    project: ProjectDatabase, theirs: Sql
) -> None:
    """Also where they must be filled, and only others have filled them."""
    theirs(
        "CREATE TABLE t (id INT PRIMARY KEY, v TEXT, ours TEXT DEFAULT 'ours', name TEXT NOT NULL)"
    )
    theirs("INSERT INTO t VALUES (1, 'a', 'mine', 'n'), (2, 'a', NULL, 'n')")
    loaded = await project.load(T, [(1, "a"), (2, "b"), (3, "c")], BOTH)
    assert (loaded.created, loaded.updated, loaded.unchanged) == (0, 1, 1)
    assert [place for place, _, _ in loaded.rejects] == [2]
    assert theirs("SELECT v, ours, name FROM t ORDER BY id") == [
        ("a", "mine", "n"),
        ("b", None, "n"),
    ]


async def test_values_of_every_type(project: ProjectDatabase, theirs: Sql, way: str) -> None:
    """As objects or as their texts: kept alike, and unchanged the second time."""
    columns = {
        "DECIMAL_TEXT": (Decimal("12.50"), "12.50", "12.5"),
        "NUMERIC(10,2)": (Decimal("12.50"), "12.500", 12.5),
        "REAL": (Decimal("0.1"), "0.10", 0.1),
        "INTEGER": (-(2**63), -(2**63), -(2**63)),
        "BOOLEAN": (True, True, 1),
        "DATE": (date(2024, 5, 1), "2024-05-01", "2024-05-01"),
        "DATETIME": (
            datetime(2024, 5, 1, 12, tzinfo=UTC),
            "2024-05-01T14:00:00+02:00",
            "2024-05-01 12:00:00+00:00",
        ),
        "JSON_TEXT": ('{"a": "\\\\\\""}', '{"a": "\\\\\\""}', '{"a": "\\\\\\""}'),
        "VARCHAR(5)": ("é\n😀", "é\n😀", "é\n😀"),
        "BLOB": ("text", "text", "text"),
        "": ("007", "007", "007"),
    }
    names = [f"c{number}" for number in range(len(columns))]
    made = ", ".join(f"{name} {native}" for name, native in zip(names, columns, strict=True))
    theirs(f"CREATE TABLE t (id INT PRIMARY KEY, {made})")
    target = Target("t", ("id", *names), ("id",))
    objects, texts, kept = zip(*columns.values(), strict=True)
    assert await project.load(target, [(0, *objects), (1, *texts)], BOTH) == Loaded(created=2)
    assert theirs(f"SELECT {', '.join(names)} FROM t") == [kept, kept]
    assert await project.load(target, [(1, *objects), (0, *texts)], BOTH) == Loaded(unchanged=2)
    nothing: Sequence[Row] = [(0, *[None] * len(names))]
    assert await project.load(target, nothing, BOTH) == Loaded(updated=1)
    assert await project.load(target, nothing, BOTH) == Loaded(unchanged=1)


@pytest.mark.parametrize("zero", [Decimal(0), Decimal("0.00"), Decimal("-0.0"), "0", "0.00"])
async def test_zero(project: ProjectDatabase, theirs: Sql, zero: Any) -> None:
    theirs("CREATE TABLE t (id INT PRIMARY KEY, v DECIMAL_TEXT)")
    assert await project.load(T, [(1, zero), (2, "1.5"), (3, None)], BOTH) == Loaded(created=3)
    assert theirs("SELECT v FROM t") == [("0",), ("1.5",), (None,)]


async def test_a_change_of_case_is_a_change(
    project: ProjectDatabase, theirs: Sql, way: str
) -> None:
    theirs("CREATE TABLE t (id TEXT COLLATE NOCASE PRIMARY KEY, v TEXT COLLATE NOCASE)")
    batch: list[Row] = [(f"k{number}", "x") for number in range(20)]
    assert await project.load(T, batch, BOTH) == Loaded(created=20)
    batch = [(key.upper(), "X") for key, _ in batch]
    assert await project.load(T, batch, BOTH) == Loaded(updated=20)
    assert theirs("SELECT DISTINCT id = lower(id) COLLATE BINARY, v FROM t") == [(1, "X")]


async def test_any_names(project: ProjectDatabase, theirs: Sql, merged: list[Written]) -> None:
    name, names = 'a "table" %s', ["100%", 'q"u', "naïve é", "excluded", "t", "select", "rowid"]
    columns = ", ".join('"' + each.replace('"', '""') + '" TEXT' for each in names)
    quoted = name.replace('"', '""')
    theirs(f'CREATE TABLE "{quoted}" ({columns}, PRIMARY KEY ("100%", "t"))')
    target = Target(name, tuple(reversed(names)), ("t", "100%"))
    batch = [tuple(f"{number}{each}" for each in names) for number in range(300)]
    assert await project.load(target, batch, BOTH) == Loaded(created=300)
    changed = [("new", *row[1:]) for row in batch]
    assert await project.load(target, changed, BOTH) == Loaded(updated=300)
    assert len(merged) == 2
