"""Who may lean on whom: the arrows of the house, read from every file's own imports."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path for room in ("bot", "handlers", "store") for path in (ROOT / room).rglob("*.py")
)
WIRING = {"bot.app", "bot.__main__", "bot.doctor"}  # the only ones in bot that see handlers
PLAIN = {"handlers.metadata", "bot.alerts.facts", "bot.playground.slack"}
LONGEST = 400  # lines


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def imports_of(module: str, *, at_start: bool = False) -> Iterator[str]:
    """Our own modules that it imports; `at_start` leaves out imports inside functions."""
    tree = ast.parse(MODULES[module].read_text())
    nodes = tree.body if at_start else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in MODULES:
                    yield inner
                elif node.module in MODULES:
                    yield node.module


def room(module: str) -> str:
    return module.split(".")[0]


@pytest.mark.parametrize("module", MODULES)
def test_leans_only_where_the_design_says(module: str) -> None:
    for other in imports_of(module):
        if room(module) == "store":
            assert room(other) == "store", f"{module} → {other}"
        if room(module) == "bot" and not module.startswith("bot.playground"):
            assert room(other) != "handlers" or module in WIRING, f"{module} → {other}"
            assert not other.startswith("bot.playground") or module == "bot.__main__"
        if room(module) == "handlers":
            assert not other.startswith("bot.playground"), f"{module} → {other}"
            assert other not in WIRING, f"{module} → {other}"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("handlers.views")])
def test_views_are_pure(module: str) -> None:
    """They get plain read models: no engine, no session, no listener, no HTTP."""
    tree = ast.parse(MODULES[module].read_text())
    outside = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not outside & {"sqlalchemy", "httpx", "aiohttp", "slack_bolt"}
    for other in imports_of(module):
        assert (
            other.startswith(("handlers.views", "handlers.read", "store.vocabulary"))
            or other in PLAIN
        ), f"{module} → {other}"


def test_no_circles() -> None:
    graph = {name: set(imports_of(name, at_start=True)) - {name} for name in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST
