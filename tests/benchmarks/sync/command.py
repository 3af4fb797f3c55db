"""The command line of the benchmark: what is asked for, done and told."""

import argparse
import asyncio
import json
import logging
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from bot import logs
from tests.benchmarks.sync import world
from tests.benchmarks.sync.asked import held_against
from tests.benchmarks.sync.cases import NAMES, chosen
from tests.benchmarks.sync.children import ChildFailed
from tests.benchmarks.sync.contestants import Contestant, Floor, Patchbay
from tests.benchmarks.sync.databases import opened
from tests.benchmarks.sync.figures import Measurement, Results
from tests.benchmarks.sync.machine import described
from tests.benchmarks.sync.rounds import Plan, measure
from tests.benchmarks.sync.table import all_figures, asked_and_measured
from tests.benchmarks.sync.verify import WrongResult

DATABASES = ("postgresql", "sqlite")
WIDTH = 118  # columns that the tables need


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peers", action="store_true", help="measure dlt and Singer as well")
    parser.add_argument("--plot", type=Path, default=None, help="draw a chart there (PNG)")
    parser.add_argument(
        "--cases",
        nargs="+",
        choices=NAMES,
        default=NAMES,
        help="only these, and those that they need",
    )
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--records", type=int, default=200_000, help="in the shop")
    parser.add_argument("--rounds", type=int, default=5)


def main(
    json_file: Path | None,
    *,
    peers: bool,
    plot: Path | None,
    cases: list[str],
    databases: list[str],
    records: int,
    rounds: int,
) -> None:
    logs.configure("console", logging.WARNING)
    console = Console(width=max(shutil.get_terminal_size().columns, WIDTH))
    try:
        results = _results(console, peers, cases, databases, records, rounds)
    except (WrongResult, ChildFailed) as error:
        raise SystemExit(f"Not measured, because it is wrong: {error}") from error
    figures = results.figures()
    console.print(all_figures(figures))
    console.print(asked_and_measured(held_against(results, databases)))
    if json_file is not None:
        json_file.write_text(json.dumps([figure.as_json() for figure in figures], indent=2) + "\n")
    if plot is not None:
        from tests.benchmarks.sync.plot import draw

        draw(figures, plot)


def _results(
    console: Console, peers: bool, names: list[str], databases: list[str], records: int, rounds: int
) -> Results:
    tools: list[Contestant] = []
    with tempfile.TemporaryDirectory(prefix="patchbay-sync-") as place, ExitStack() as stack:
        folder = Path(place)
        template = folder / "template.db"
        world.empty_database(template)
        tools += [Patchbay(template), Floor()]
        if peers:
            from tests.benchmarks.sync.peers.peer import all_peers

            tools += all_peers(console.print)
        plan = Plan(
            cases=chosen(names, records),
            databases=[stack.enter_context(opened(name, folder)) for name in databases],
            contestants=tools,
            records=records,
            rounds=rounds,
            folder=folder,
        )

        console.print(described(plan.databases), highlight=False)

        def tell(one: Measurement) -> None:
            console.print(
                f"{one.round}. {one.database:<11}{one.case.title:<20}{one.tool:<15}"
                f"{one.seconds:8.3f} s",
                highlight=False,
            )

        return Results(asyncio.run(measure(plan, tell)))
