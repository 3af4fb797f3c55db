"""The benchmark `sync`, small: it measures, and it notices a wrong result."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.benchmarks.sync.cases import chosen
from tests.benchmarks.sync.figures import ENGINE, FLOOR, Measurement, Results
from tests.benchmarks.sync.records import State, Stock, mapped, records
from tests.benchmarks.sync.verify import WrongResult, check_counts, check_table, truth

ROOT = Path(__file__).parent.parent
RECORDS = 2_000


def test_a_small_round_ends_with_verified_figures(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    sizes = ("--records", str(RECORDS), "--rounds", "1")
    what = ("--databases", "sqlite", "--cases", "changed")
    command = (sys.executable, "-m", "tests.benchmarks", "sync", "--json", str(file))
    done = subprocess.run((*command, *sizes, *what), cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text())
    assert [(one["case"], one["database"], one["tool"]) for one in figures] == [
        ("first load", "sqlite", "patchbay"),
        ("first load", "sqlite", "floor"),
        ("10 % changed", "sqlite", "patchbay"),
        ("10 % changed", "sqlite", "floor"),
    ]
    for one in figures:
        assert set(one) == {
            "case",
            "database",
            "tool",
            "seconds",
            "rows_per_second",
            "cpu_seconds",
            "peak_memory_mb",
            "ratio_to_floor",
        }
        assert one["seconds"] > 0
        assert one["peak_memory_mb"] > 10
        assert one["ratio_to_floor"] == 1 if one["tool"] == "floor" else one["ratio_to_floor"] > 0
    assert "share of the floor's speed" in done.stdout


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM customers WHERE id = 7",
        "UPDATE customers SET total_spent = '0.01' WHERE id = 7",
        "UPDATE customers SET updated_at = '2024-01-01 00:00:00+00:00' WHERE id = 7",
        "UPDATE customers SET phone = '' WHERE id = 3",
        "INSERT INTO customers SELECT * FROM customers WHERE id = 7",
    ],
)
def test_a_wrong_table_is_no_figure(tmp_path: Path, spoil: str) -> None:
    file = tmp_path / "project.db"
    fields = mapped("customers")
    wanted = truth(Stock.PLAIN, 10, State.FIRST)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"CREATE TABLE customers ({', '.join(each.column for each in fields)})")
        for record in records(Stock.PLAIN, 10):
            flat = record | {f"address_{name}": at for name, at in record["address"].items()}
            marks = ", ".join("?" * len(fields))
            row = [flat[each.column] for each in fields]
            connection.execute(f"INSERT INTO customers VALUES ({marks})", row)
        connection.commit()
        check_table("a right one", f"sqlite:///{file}", Stock.PLAIN, wanted)

        connection.execute(spoil)
        connection.commit()
    with pytest.raises(WrongResult, match="the table holds"):
        check_table("a wrong one", f"sqlite:///{file}", Stock.PLAIN, wanted)


def test_wrong_counts_are_no_figure() -> None:
    check_counts("a right run", {"created": 9, "rejected": 0}, created=9)
    with pytest.raises(WrongResult, match="'rejected': 1"):
        check_counts("a wrong run", {"created": 9, "rejected": 1}, created=9)


def test_ratios_are_of_one_round() -> None:
    [case] = chosen(["first"], RECORDS)

    def took(tool: str, round: int, seconds: float) -> Measurement:
        return Measurement(case, "sqlite", tool, round, RECORDS, seconds, 0.1, 50.0, 0.5)

    # a machine that was twice as slow in the second round, and busy with something in the third
    floors = [took(FLOOR, 1, 1.0), took(FLOOR, 2, 2.0), took(FLOOR, 3, 1.0)]
    engines = [took(ENGINE, 1, 1.25), took(ENGINE, 2, 2.5), took(ENGINE, 3, 5.0)]
    floor, engine = Results([*floors, *engines]).figures()

    assert floor.ratio_to_floor == 1.0
    assert engine.ratio_to_floor == 0.8
    assert engine.seconds == 2.5
    assert engine.rows_per_second == 800
