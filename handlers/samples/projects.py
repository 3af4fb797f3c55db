"""Projects: their list, adding, renaming and removing one."""

from collections.abc import Iterator

from handlers.read.projects import ProjectList, ProjectRow
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import MOST, nasty
from handlers.views.projects import (
    add_view,
    link_view,
    list_view,
    remove_view,
    rename_view,
    trouble_view,
)

DOWN = "The database does not answer. Check that it runs and that its firewall lets Patchbay in."
ROWS = (
    ProjectRow(1, "Default", True, 2, tables=12),
    ProjectRow(2, "Warehouse", False, 0, problem=DOWN),
)
LONG = ProjectRow(3, nasty(), False, MOST, tables=MOST)
URL = "https://patchbay.example.com/project/k3yZ0f4Xb1qV"


def samples() -> Iterator[Sample]:
    yield drawn(TYPICAL, "admin", list_view, ProjectList(ROWS, True, "“Warehouse” was added."))
    yield drawn(TYPICAL, "everybody else", list_view, ProjectList(ROWS, False))
    many = tuple(
        ProjectRow(number, nasty(number), False, MOST, problem=nasty(number, 4000))
        for number in range(300)
    )
    yield drawn(EXTREME, "", list_view, ProjectList(many, True, nasty(1, 4000)))
    yield drawn(TYPICAL, "", add_view)
    yield drawn(EXTREME, "", add_view)
    yield drawn(TYPICAL, "", link_view, "Warehouse", URL)
    yield drawn(EXTREME, "", link_view, nasty(), f"{URL}{'x' * 2900}", nasty(1, 4000))
    yield drawn(TYPICAL, "", trouble_view, "Warehouse", DOWN)
    yield drawn(EXTREME, "", trouble_view, nasty(), nasty(1, 4000))
    for build in (rename_view, remove_view):
        yield drawn(TYPICAL, "", build, ROWS[1])
        yield drawn(EXTREME, "", build, LONG)
