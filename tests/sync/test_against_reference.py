"""The engine, held against the plain reference: same rows, same rejects, same counts.

Hypothesis makes up records, mappings, page breaks and types of updates; a real service sends them
byte for byte, and a real database keeps what comes of them. Then the service says it again, a
little changed. PATCHBAY_EXAMPLES sets how many examples each database gets: some thousands make a
good night. PATCHBAY_SEED repeats crowds.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import filterfalse
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from bot.sync.transforms import TRANSFORMS
from bot.sync.values import WIDEN
from store.vocabulary import FieldType, RunState, UpdateType
from tests.conftest import PostgreSQL
from tests.sync import reference_values
from tests.sync.generated import Case, make_case
from tests.sync.json_words import HALVES
from tests.sync.reference import (
    Column,
    Kept,
    Key,
    Outcome,
    Pair,
    Row,
    Way,
    at,
    key_of,
    records_of,
    row_of,
    sync,
    unlucky,
)
from tests.sync.reference_values import (
    Refused,
    by_value,
    holds_half_a_character,
    parse,
    plain,
    written,
)
from tests.sync.scripted import (
    CHANGED,
    OURS,
    WIRES,
    Bench,
    Exchange,
    Said,
    bench,
    quoted,
)

T = FieldType
# A failing example is made small first, which takes some minutes.
pytestmark = [pytest.mark.timeout(900), pytest.mark.flaky(reruns=0)]
EXAMPLES = int(os.environ.get("PATCHBAY_EXAMPLES", "30"))
CROWDS = EXAMPLES * 2 // 3
SEED = os.environ.get("PATCHBAY_SEED") or str(random.randrange(10**6))
thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def on_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("reference")
    (folder / "bot.db").write_bytes(migrated_sqlite.read_bytes())
    with bench(f"sqlite:///{folder / 'bot.db'}", f"sqlite:///{folder / 'project.db'}") as made:
        yield made


@pytest.fixture(scope="module")
def on_postgresql(postgresql: PostgreSQL, migrated_postgresql: str) -> Iterator[Bench]:
    with bench(postgresql.create(migrated_postgresql), postgresql.create()) as made:
        yield made


@st.composite
def cases(draw: st.DrawFn, *, is_sqlite: bool) -> Case:
    return make_case(lambda options: draw(st.sampled_from(options)), is_sqlite=is_sqlite, most=8)


@thorough
@given(case=cases(is_sqlite=True))
def test_sqlite_does_what_the_reference_does(on_sqlite: Bench, case: Case) -> None:
    hold_against_reference(on_sqlite, case)


@thorough
@given(case=cases(is_sqlite=False))
def test_postgresql_does_what_the_reference_does(on_postgresql: Bench, case: Case) -> None:
    hold_against_reference(on_postgresql, case)


@pytest.mark.parametrize("number", range(CROWDS))
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_crowd_of_records_does_too(
    request: pytest.FixtureRequest, kind: str, number: int
) -> None:
    """Too many to be made small when something is wrong, but more of them in less time."""
    made: Bench = request.getfixturevalue(f"on_{kind}")
    seed = f"{SEED} {kind} {number}"
    print(f"PATCHBAY_SEED={SEED}")
    case = make_case(random.Random(seed).choice, is_sqlite=made.is_sqlite, most=500)
    hold_against_reference(made, case, tell=print)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("place", ["name", "not mapped"])
@pytest.mark.parametrize("without", [None, "hidden"])
def test_half_a_character_costs_its_record_alone(
    on_sqlite: Bench, without: str | None, place: str, half: str
) -> None:
    """What is left of an emoji where somebody cut a text short."""
    good, bad = '{"id":1,"name":"whole"}', f'{{"id":2,"{place}":{half}}}'
    case = by_hand([f"[{good}]", f"[{bad}]"], [f"[{bad},{good}]"], without=without)
    hold_against_reference(on_sqlite, case, tell=print)


def test_what_cannot_be_read_puts_no_other_record_right(on_sqlite: Bench) -> None:
    case = by_hand(["[null]"], ['[{"id":2,"name":"\\ud83d"}]'])
    hold_against_reference(on_sqlite, case, tell=print)


def by_hand(*syncs: list[str], without: str | None = None) -> Case:
    """Pages of numbers and names into a table of them."""
    columns = [Column("id", T.INTEGER, "INTEGER"), Column("name", T.STRING, "TEXT")]
    pairs = [Pair(column.name, column.kind, None, column) for column in columns]
    way = Way(
        (replace(pairs[0], is_key=True), pairs[1]),
        frozenset(UpdateType),
        without=without,
    )
    lists = [[page.encode() for page in pages] for pages in syncs]
    return Case(way, WIRES["cursor"], has_key=True, incremental=False, seeds=[], lists=lists)


def test_the_reference_knows_every_transform_and_every_way_of_types() -> None:
    assert {name: made.gives for name, made in TRANSFORMS.items()} == {
        name: gives for name, (gives, _) in reference_values.TRANSFORMS.items()
    }
    known = {(of, to) for of, ways in WIDEN.items() for to in ways}
    assert known == set(reference_values.INTO)


def hold_against_reference(bench: Bench, case: Case, tell: Callable[[str], None] = note) -> None:
    exchange = bench.make(case.way, case.wire, has_key=case.has_key, incremental=case.incremental)
    kept = Kept(rows=seed(bench, exchange, case.seeds))
    seeded = set(kept.rows)
    cursor = None
    for number, pages in enumerate(case.syncs, 1):
        tell(f"sync {number}:\n" + "\n".join(page.decode(errors="replace") for page in pages))
        waited = len(kept.waiting)
        expected = sync(kept, case.way, pages)
        said = bench.sync(exchange, pages)
        state = RunState.FAILED if expected.failed else RunState.SUCCEEDED
        assert said.run.state is state, said.run.error
        compare_rows(bench, exchange, kept, expected)
        compare_rejects(kept, said)
        compare_counts(expected, said, waited)
        if case.incremental and not expected.failed:
            cursor = highest(case.way, pages, cursor)
        assert said.cursor == cursor
        seeded &= kept.rows.keys()
        alone = bench.sql(f"SELECT count(*) FROM {exchange.table} WHERE {OURS} = 'kept'")
        assert alone[0][0] == len(seeded)


def seed(bench: Bench, exchange: Exchange, records: list[str]) -> dict[Key, Row]:
    """Puts the records' rows into the table, as somebody else would have; gives them by key."""
    way, rows = exchange.way, {}
    for record in filterfalse(holds_half_a_character, map(parse, records)):
        with suppress(Refused):
            row = row_of(way, record)
            if not unlucky(way, row):
                rows[key_of(way, record)] = row
    columns = [pair.column for pair in way.pairs]
    names, mark = ", ".join(quoted(column.name) for column in columns), "?"
    if not bench.is_sqlite:
        names, mark = names.replace("%", "%%"), "%s"
    bench.sql(
        f"INSERT INTO {exchange.table} ({OURS}, {names}) "
        f"VALUES ('kept'{f', {mark}' * len(columns)})",
        [
            [_given(bench, column, value) for column, value in zip(columns, row, strict=True)]
            for row in rows.values()
        ],
    )
    return rows


def _given(bench: Bench, column: Column, value: Any) -> Any:
    if bench.is_sqlite and isinstance(value, Decimal):
        return float(value) if column.is_float else plain(value)
    return _in_sqlite(column, value) if bench.is_sqlite else value


def compare_rows(bench: Bench, exchange: Exchange, kept: Kept, expected: Outcome) -> None:
    """The table's rows, each value as the database itself gives it back."""
    columns = [pair.column for pair in exchange.way.pairs]
    names = ", ".join(_selected(bench, column) for column in columns)
    found = [
        tuple(_read(bench, column, value) for column, value in zip(columns, row, strict=True))
        for row in bench.sql(f"SELECT {names} FROM {exchange.table}")
    ]
    for key, rows in expected.either.items():
        real = [row for row in rows if row is None or _shown(bench, columns, row) in found]
        assert real, (key, rows, found)
        kept.rows.pop(key, None)
        if real[0] is not None:
            kept.rows[key] = real[0]
    assert len(_by_key(exchange.way, found)) == len(found), "a key is there twice"
    shown = [_shown(bench, columns, row) for row in kept.rows.values()]
    assert _by_key(exchange.way, found) == _by_key(exchange.way, shown)


def _by_key(way: Way, rows: list[Row]) -> dict[Key, Row]:
    places = [place for place, pair in enumerate(way.pairs) if pair.is_key]
    return {tuple(row[place] for place in places): row for row in rows}


def _selected(bench: Bench, column: Column) -> str:
    as_text = column.kind is T.JSON and not bench.is_sqlite
    return f"{quoted(column.name)}::text" if as_text else quoted(column.name)


def _read(bench: Bench, column: Column, value: Any) -> Any:
    """A value from the database. In SQLite the very text counts: equality goes by it there."""
    if value is None:
        return None
    if column.is_float:
        return Decimal(repr(value))
    if column.by_value:
        return by_value(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _shown(bench: Bench, columns: list[Column], row: Row) -> Row:
    """The reference's row, to be compared with one that was read."""
    return tuple(
        None
        if value is None
        else by_value(value)
        if column.by_value
        else _in_sqlite(column, value)
        if bench.is_sqlite
        else value
        for column, value in zip(columns, row, strict=True)
    )


def _in_sqlite(column: Column, value: Any) -> Any:
    if isinstance(value, Decimal) and not column.is_float:
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def compare_rejects(kept: Kept, said: Said) -> None:
    """Which records are kept, why, and that each is there as it came."""
    found = {
        f"record {written(parse(payload))}" if key.startswith("sha256:") else f"key {key}": (
            field,
            by_value(payload),
        )
        for key, payload, field in said.rejects
    }
    expected = {name: (field, by_value(text)) for name, (field, text) in kept.rejects.items()}
    clear = (found.keys() | expected.keys()) - kept.unclear
    assert {name: found.get(name) for name in clear} == {name: expected.get(name) for name in clear}


def compare_counts(expected: Outcome, said: Said, waited: int) -> None:
    """Where a key comes twice, what counts as updated depends on where batches end."""
    names = ("created", "updated", "deleted", "unchanged", "rejected")
    counts = {name: getattr(said.run, name) for name in names}
    wanted = {name: getattr(expected, name) for name in names}
    if not expected.repeated:
        assert counts == wanted
    if not expected.hidden:
        assert (counts["rejected"], counts["deleted"]) == (
            expected.rejected,
            expected.deleted,
        )
    assert sum(counts.values()) <= expected.records + waited
    if not expected.failed:
        assert sum(counts.values()) >= expected.records - expected.repeated


def highest(way: Way, pages: list[bytes], before: str | None) -> str | None:
    """The latest of all records' times, those of rejects too, where they can be read."""
    records = [record for page in pages for record in records_of(page, way)]
    times = [at(each, CHANGED) for each in records if not holds_half_a_character(each)]
    return max([time for time in times if isinstance(time, str)] + [before or ""]) or None
