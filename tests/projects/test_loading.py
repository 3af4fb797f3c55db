"""What becomes of a batch: held against a plain, slow model of the same promise."""

import asyncio
import time
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.projects.databases import ProjectDatabase
from bot.projects.shape import Loaded, NewColumn, Target
from store.vocabulary import FieldType, UpdateType
from tests.projects.conftest import Sql

CREATED, UPDATED = UpdateType.CREATED, UpdateType.UPDATED
BOTH = frozenset({CREATED, UPDATED})
Row = tuple[Any, ...]

_numbers = count()


def target(table: str) -> Target:
    return Target(table, ("id", "amount", "name"), ("id",))


def make(sql: Sql, key: str = "PRIMARY KEY") -> str:
    """A table with rules that rows can break; without a key where asked."""
    name = f"t{next(_numbers)}"
    sql(
        f"CREATE TABLE {name} (id bigint {key}, amount numeric(9, 2) CHECK (amount <> 13), "
        "name varchar(20) NOT NULL, ours text DEFAULT 'ours')"
    )
    return name


def model(
    kept: dict[int, Row], batch: list[Row], updates: frozenset[UpdateType]
) -> tuple[int, int, int, int, list[int]]:
    """Brings `kept` up to the batch, one row at a time."""
    created = updated = unchanged = skipped = 0
    rejects = []
    last = {row[0]: index for index, row in enumerate(batch)}
    for index in sorted(last.values()):
        row = batch[index]
        old = kept.get(row[0])
        if old == row:
            unchanged += 1
        elif (UPDATED if old else CREATED) not in updates:
            skipped += 1
        elif row[1] == 13 or row[2] is None:
            rejects.append(index)
        else:
            kept[row[0]] = row
            created, updated = created + (not old), updated + bool(old)
    return created, updated, unchanged, skipped, rejects


ROWS = st.tuples(
    st.integers(0, 12),
    st.sampled_from([None, Decimal("0.1"), Decimal("0.10"), Decimal(13), Decimal("-7.25")]),
    st.sampled_from(["a", "A", "é", "", None]),
)
UPDATES = st.sampled_from([frozenset({CREATED}), frozenset({UPDATED}), BOTH])


@pytest.mark.parametrize("key", ["PRIMARY KEY", "NOT NULL"], ids=["key", "no key"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=st.lists(st.tuples(st.lists(ROWS, max_size=25), UPDATES), max_size=5))
async def test_load_does_what_the_model_does(
    project: ProjectDatabase,
    sql: Sql,
    key: str,
    batches: list[tuple[list[Row], frozenset[UpdateType]]],
) -> None:
    name = make(sql, key)
    kept: dict[int, Row] = {}
    for batch, updates in batches:
        loaded = await project.load(target(name), batch, updates)
        expected = model(kept, batch, updates)
        rejected = [index for index, _, _ in loaded.rejects]
        assert (
            loaded.created,
            loaded.updated,
            loaded.unchanged,
            loaded.skipped,
            rejected,
        ) == expected
        rows = sql(f"SELECT id, amount, name FROM {name} ORDER BY id")
        assert [
            (id_, None if amount is None else Decimal(str(amount)), text)
            for id_, amount, text in rows
        ] == [kept[id_] for id_ in sorted(kept)]
    assert {ours for (ours,) in sql(f"SELECT ours FROM {name}")} <= {"ours"}


async def test_bad_rows_stop_nobody(project: ProjectDatabase, sql: Sql) -> None:
    name = make(sql)
    bad = {0, 1, 250, 499, 998, 999}
    rows = [(n, Decimal(13 if n in bad else 1), "x") for n in range(1000)]
    loaded = await project.load(target(name), rows, BOTH)
    assert loaded.created == 994
    assert {index for index, _, _ in loaded.rejects} == bad
    assert len({reason for _, _, reason in loaded.rejects}) == 1


async def test_reasons_are_sentences_without_values(project: ProjectDatabase, sql: Sql) -> None:
    sql("CREATE TABLE rules (id bigint PRIMARY KEY, email text UNIQUE, name text NOT NULL)")
    rules = Target("rules", ("id", "email", "name"), ("id",))
    await project.load(rules, [(1, "a@x.org", "a")], BOTH)
    loaded = await project.load(rules, [(2, "a@x.org", "b"), (3, "c@x.org", None)], BOTH)
    assert [index for index, _, _ in loaded.rejects] == [0, 1]
    taken, empty = loaded.rejects
    assert "another row of the project’s table already has this value" in taken[2]
    assert empty[1:] == ("name", "“name” must not be empty in the project’s table")
    assert "a@x.org" not in taken[2]


async def test_a_batch_that_is_all_bad_is_all_rejects(project: ProjectDatabase, sql: Sql) -> None:
    name = make(sql)
    rows = [(n, Decimal(13), "x") for n in range(1000)]
    began = time.perf_counter()
    loaded = await project.load(target(name), rows, BOTH)
    assert time.perf_counter() - began < 20  # it holds SQLite's write lock
    assert [index for index, _, _ in loaded.rejects] == list(range(1000))
    assert await project.count(name) == 0


async def test_the_last_of_equal_keys_wins_and_counts_once(
    project: ProjectDatabase, sql: Sql
) -> None:
    name = make(sql)
    rows = [(1, None, "first"), (2, None, "other"), (1, None, "last")]
    assert await project.load(target(name), rows, BOTH) == Loaded(created=2)
    assert sql(f"SELECT name FROM {name} ORDER BY id") == [("last",), ("other",)]


async def test_a_wide_and_long_batch(project: ProjectDatabase) -> None:
    """More values than either database takes as parameters of one statement."""
    columns = [NewColumn(f"c{n}", FieldType.STRING, primary_key=n == 0) for n in range(300)]
    await project.create_table("wide", columns)
    wide = Target("wide", tuple(column.name for column in columns), ("c0",))
    rows = [(str(n), *["x"] * 299) for n in range(1000)]
    assert (await project.load(wide, rows, BOTH)).created == 1000
    rows[7] = ("7", *["x"] * 298, "y")
    loaded = await project.load(wide, rows, BOTH)
    assert (loaded.updated, loaded.unchanged) == (1, 999)
    assert await project.delete(wide, [(row[0],) for row in rows]) == 1000


async def test_a_key_that_is_the_whole_row(project: ProjectDatabase, sql: Sql) -> None:
    sql("CREATE TABLE tags (name varchar(20) PRIMARY KEY)")
    tags = Target("tags", ("name",), ("name",))
    assert await project.load(tags, [("a",), ("b",)], BOTH) == Loaded(created=2)
    assert await project.load(tags, [("a",), ("c",)], BOTH) == Loaded(created=1, unchanged=1)
    assert await project.load(tags, [("d",)], frozenset({UPDATED})) == Loaded(skipped=1)


async def test_two_loads_at_once_make_no_row_twice(project: ProjectDatabase, sql: Sql) -> None:
    for key in ("PRIMARY KEY", "NOT NULL"):
        name = make(sql, key)
        rows = [(n, Decimal(1), "x") for n in range(300)]
        loads = await asyncio.gather(
            *(project.load(target(name), rows[start:] + rows[:start], BOTH) for start in range(4))
        )
        assert sum(loaded.created for loaded in loads) == 300
        assert sum(loaded.unchanged for loaded in loads) == 900
        assert await project.count(name) == 300


async def test_equal_keys_in_a_table_without_a_key(project: ProjectDatabase, sql: Sql) -> None:
    name = make(sql, "NOT NULL")
    sql(f"INSERT INTO {name} (id, name) VALUES (1, 'a'), (1, 'a')")
    loaded = await project.load(target(name), [(1, None, "b")], BOTH)
    assert loaded == Loaded(updated=1)
    assert sql(f"SELECT name FROM {name}") == [("b",), ("b",)]
    assert await project.delete(target(name), [(1,)]) == 2
