"""Rows that are in a SQLite table already are told from a text; whatever differs is merged."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.projects import sqlite_merge
from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.dialect import Row
from bot.projects.rows import Joined, Rows
from bot.projects.shape import Loaded, Target
from bot.projects.sqlite_same import PageText
from store.models import Project
from store.vault import Vault
from store.vocabulary import UpdateType
from tests.projects.conftest import Sql

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})
T = Target("t", ("id", "v"), ("id",))
ROWS: list[Row] = [(number, f"v{number}") for number in range(30)]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # not the bot's
thorough = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
async def project(databases: ProjectDatabases, vault: Vault, file: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(file)))


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many values each merge was given."""
    found: list[int] = []
    merge = sqlite_merge.merge

    async def watched(*arguments: Any) -> Any:
        found.append(len(arguments[-1]))
        return await merge(*arguments)

    monkeypatch.setattr(sqlite_merge, "merge", watched)
    return found


class Pages:
    """A batch's pages, packed for the project; knows which of them were made once more."""

    def __init__(self, project: ProjectDatabase, target: Target, *pages: list[Row]) -> None:
        self.again: list[int] = []
        self.parts = [
            project.packed(target, Rows.of(rows), BOTH, self._again(number, rows))
            for number, rows in enumerate(pages)
        ]
        self.rows = Joined(self.parts)

    def _again(self, number: int, rows: list[Row]) -> Callable[[], Rows]:
        def made() -> Rows:
            self.again.append(number)
            return Rows.of(rows)

        return made

    @property
    def are_texts(self) -> bool:
        return all(part.packed and isinstance(part.packed[0], PageText) for part in self.parts)


async def settle(project: ProjectDatabase, target: Target, rows: list[Row]) -> None:
    """All rows are there, as two syncs in a row saw."""
    await project.load(target, rows, BOTH)
    assert await project.load(target, rows, BOTH) == Loaded(unchanged=len(rows))


async def test_rows_are_texts_only_where_the_last_batch_was_there(
    project: ProjectDatabase, theirs: Sql, bound: list[int]
) -> None:
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
    await project.load(T, ROWS, BOTH)
    pages = Pages(project, T, ROWS)
    assert not pages.are_texts
    assert await project.load(T, pages.rows, BOTH) == Loaded(unchanged=30)
    pages = Pages(project, T, ROWS[:10], ROWS[10:])
    assert pages.are_texts
    assert await project.load(T, pages.rows, BOTH) == Loaded(unchanged=30)
    assert (bound, pages.again) == ([60, 60, 0], [])
    assert await project.load(T, [(99, "new")], BOTH) == Loaded(created=1)
    assert not Pages(project, T, ROWS).are_texts


@pytest.mark.parametrize(
    ("drift", "loaded"),
    [
        ("UPDATE t SET v = 'by hand' WHERE id = 12", Loaded(updated=1, unchanged=29)),
        ("UPDATE t SET v = NULL WHERE id = 12", Loaded(updated=1, unchanged=29)),
        ("UPDATE t SET v = x'00ff' WHERE id = 12", Loaded(updated=1, unchanged=29)),
        ("DELETE FROM t WHERE id IN (11, 12)", Loaded(created=2, unchanged=28)),
        ("DELETE FROM t", Loaded(created=30)),
    ],
)
async def test_what_somebody_changed_meanwhile_is_put_right(
    project: ProjectDatabase, theirs: Sql, drift: str, loaded: Loaded
) -> None:
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
    await settle(project, T, ROWS)
    pages = Pages(project, T, ROWS[:10], ROWS[10:20], ROWS[20:])
    theirs(drift)
    assert await project.load(T, pages.rows, BOTH) == loaded
    assert pages.again == ([0, 1, 2] if drift == "DELETE FROM t" else [1])
    assert theirs("SELECT id, v FROM t ORDER BY id") == ROWS


async def test_of_a_record_on_two_pages_the_last_counts(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
    await settle(project, T, ROWS)
    pages = Pages(project, T, ROWS[:10], ROWS[5:20], [(5, "last")])
    assert await project.load(T, pages.rows, BOTH) == Loaded(updated=1, unchanged=19)
    assert theirs("SELECT v FROM t WHERE id = 5") == [("last",)]


@pytest.mark.parametrize(
    ("columns", "key", "rows"),
    [
        ("a TEXT COLLATE NOCASE, b INTEGER, v TEXT", ("a", "b"), [("x", 2, "v"), ("y", 1, None)]),
        ("b INTEGER, a TEXT, v TEXT", ("a",), [(2, 'q"\\', "v"), (1, "é\n", "w")]),
        ("a bool, b INTEGER, v TEXT", ("b",), [(True, 2, "v"), (False, 1, ""), (None, 3, "null")]),
    ],
)
async def test_keys_and_values_of_all_kinds(
    project: ProjectDatabase,
    theirs: Sql,
    bound: list[int],
    columns: str,
    key: tuple[str, ...],
    rows: list[Row],
) -> None:
    theirs(f"CREATE TABLE t ({columns}, PRIMARY KEY ({', '.join(key)}))")
    target = Target("t", tuple(part.split()[0] for part in columns.split(", ")), key)
    await settle(project, target, rows)
    pages = Pages(project, target, list(reversed(rows)))
    assert await project.load(target, pages.rows, BOTH) == Loaded(unchanged=len(rows))
    assert (bound[-1], pages.again) == (0, [])


TEXTS = st.text(st.sampled_from('\\"/\n\t\r\b\f\x01\x1f\x7f\u2028é😀a1') | st.characters(
    exclude_categories=["Cs"], exclude_characters="\0"
), max_size=8)  # fmt: skip
VALUES = st.tuples(st.none() | TEXTS, st.none() | st.integers(-(2**63), 2**63 - 1), TEXTS)


@thorough
@given(values=st.lists(VALUES, min_size=1, max_size=6), other=VALUES)
async def test_sqlite_writes_as_the_encoder_does(
    project: ProjectDatabase, theirs: Sql, bound: list[int], values: list[Row], other: Row
) -> None:
    theirs("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT)")
    theirs("DELETE FROM t")
    target = Target("t", ("id", "a", "b", "c"), ("id",))
    batch = [(number, *row) for number, row in enumerate(values)]
    await settle(project, target, batch)
    pages = Pages(project, target, batch)
    assert await project.load(target, pages.rows, BOTH) == Loaded(unchanged=len(batch))
    assert (bound[-1], pages.again) == (0, [])  # it was the texts that told
    changed = [*batch[:-1], (len(batch) - 1, *other)]
    is_new = changed != batch
    pages = Pages(project, target, changed)
    assert await project.load(target, pages.rows, BOTH) == Loaded(
        updated=int(is_new), unchanged=len(batch) - is_new
    )
    assert theirs("SELECT id, a, b, c FROM t ORDER BY id") == changed


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TIMES: list[Row] = [
    (1, NOON),
    (2, NOON.replace(microsecond=500)),
    (3, NOON.replace(microsecond=120_000)),
    (4, None),
]


@pytest.mark.parametrize(
    ("by_hand", "loaded"),
    [
        ("2026-01-31 12:00:00+00:00", Loaded(unchanged=4)),
        ("2026-01-31 12:00:00+02:00", Loaded(updated=1, unchanged=3)),
        ("2026-01-31 12:00:00", Loaded(updated=1, unchanged=3)),
        (1_769_860_800, Loaded(updated=1, unchanged=3)),
    ],
)
async def test_times_are_told_in_the_form_in_which_they_come(
    project: ProjectDatabase, theirs: Sql, bound: list[int], by_hand: Any, loaded: Loaded
) -> None:
    theirs("CREATE TABLE t (id INTEGER PRIMARY KEY, v TIMESTAMP)")
    await settle(project, T, TIMES)
    before = theirs("SELECT v FROM t ORDER BY id")
    pages = Pages(project, T, TIMES)
    assert pages.are_texts
    theirs(f"UPDATE t SET v = {by_hand!r} WHERE id = 1")
    bound.clear()
    assert await project.load(T, pages.rows, BOTH) == loaded
    assert bound == [0 if loaded.unchanged == 4 else 8]
    assert theirs("SELECT v FROM t ORDER BY id") == before
