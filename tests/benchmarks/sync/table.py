"""The figures as tables for a terminal: all of them, and those that were asked for."""

from collections.abc import Iterable

from rich import box
from rich.table import Table

from tests.benchmarks.sync.asked import Asked
from tests.benchmarks.sync.figures import Figure

_SAID = {True: "yes", False: "no", None: ""}


def all_figures(figures: Iterable[Figure]) -> Table:
    drawn = _table("Medians of the rounds", "case", "database", "tool")
    for heading in ("seconds", "rows/s", "CPU s", "peak MB", "of the floor", "start-up s"):
        drawn.add_column(heading, justify="right")
    before = None
    for one in figures:
        place = (one.case, one.database)
        if before is not None and place != before:
            drawn.add_section()
        shown = ("", "") if place == before else place
        before = place
        drawn.add_row(
            *shown,
            one.tool,
            f"{one.seconds:.3f}",
            f"{one.rows_per_second:,}",
            f"{one.cpu_seconds:.2f}",
            f"{one.peak_memory_mb:.0f}",
            f"{one.ratio_to_floor:.2f}",
            f"{one.startup:.2f}",
        )
    return drawn


def asked_and_measured(held: Iterable[Asked]) -> Table:
    drawn = _table("Asked and measured", "what", "database")
    for heading in ("asked", "measured", "met"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for one in held:
        drawn.add_row(one.what, one.database, one.limit, one.measured, _SAID[one.met])
    return drawn


def _table(title: str, *headings: str) -> Table:
    drawn = Table(title=title, title_justify="left", box=box.SIMPLE)
    for heading in headings:
        drawn.add_column(heading, no_wrap=True)
    return drawn
