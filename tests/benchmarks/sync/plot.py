"""The chart for the README: seconds of each tool, one panel for each case and database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.sync.figures import ENGINE, FLOOR, Figure

CASES = ("first load", "10 % changed")
_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite", ENGINE: "Patchbay"}
_COLORS = {FLOOR: "#9aa0a6", ENGINE: "#1f6feb"}
_OTHERS = "#c9d4e5"
_INK = "#3c4043"
_WIDTH = 8.0  # inches: 800 pixels, drawn twice as fine
_BAR, _AROUND = 0.27, 0.85  # inches: each bar, and what is above and below a panel's bars
_EDGE = 0.08  # inches around each panel
_FINENESS = 200  # dots per inch
_ROOM = 1.22  # beyond the longest bar, for its label


def draw(figures: Sequence[Figure], file: Path) -> None:
    """Writes a PNG; nothing where neither case was measured."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    shown = [figure for figure in figures if figure.case in CASES]
    cases = [case for case in CASES if any(one.case == case for one in shown)]
    databases = list(dict.fromkeys(figure.database for figure in shown))
    if not shown:
        return
    tools = [len({one.tool for one in shown if one.database == name}) for name in databases]
    heights = [_AROUND + _BAR * count for count in tools]
    drawn, panels = pyplot.subplots(
        len(databases),
        len(cases),
        figsize=(_WIDTH, sum(heights)),
        height_ratios=heights,
        squeeze=False,
        layout=ConstrainedLayoutEngine(w_pad=_EDGE, h_pad=_EDGE),
    )
    for row, database in zip(panels, databases, strict=True):
        for panel, case in zip(row, cases, strict=True):
            here = [one for one in shown if (one.case, one.database) == (case, database)]
            _panel(panel, here, f"{_NAMES.get(database, database)}, {case}")
    drawn.savefig(file, dpi=_FINENESS)
    pyplot.close(drawn)


def _panel(panel: Any, figures: Sequence[Figure], title: str) -> None:
    """The floor first, as a bar and as a line; the others below it as they were measured."""
    ordered = sorted(figures, key=lambda one: one.tool != FLOOR)
    seconds = [one.seconds for one in ordered]
    bars = panel.barh(
        [_NAMES.get(one.tool, one.tool) for one in ordered],
        seconds,
        color=[_COLORS.get(one.tool, _OTHERS) for one in ordered],
        height=0.7,
    )
    panel.bar_label(bars, [f"{each:.2f}" for each in seconds], padding=3, fontsize=9, color=_INK)
    panel.axvline(ordered[0].seconds, color=_COLORS[FLOOR], linestyle="--", linewidth=1)
    panel.invert_yaxis()
    panel.set_xlim(0, max(seconds) * _ROOM)
    panel.set_xlabel("seconds", fontsize=9, color=_INK)
    panel.set_title(title, fontsize=10, loc="left", color=_INK)
    panel.tick_params(labelsize=9, colors=_INK)
    panel.spines[["top", "right"]].set_visible(False)
