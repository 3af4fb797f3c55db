"""Finds a Chromium for the tests in a browser, before anything is collected.

Where there is none and none can be fetched, those tests are left out and the report says so in
one line; in CI that is an error instead. A plugin (tests/conftest.py names it), so that all this
happens once, whatever number of processes the tests run in.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
VARIABLE = "PATCHBAY_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FETCHING = 300  # seconds at most
NONE = "none"  # what VARIABLE says to the other processes then

LEFT_OUT = (
    "tests/browser left out: no Chromium found and none could be fetched; install one, or name it "
    f"in {VARIABLE}"
)


def pytest_configure(config: pytest.Config) -> None:
    if not is_asked_for(config) or VARIABLE in os.environ:
        return
    found = find() or fetch()
    if found is None and os.environ.get("CI"):
        raise pytest.UsageError(LEFT_OUT.replace("left out", "cannot run"))
    os.environ[VARIABLE] = found or NONE


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not is_left_out():
        return
    out = [item for item in items if FOLDER in item.path.parents]
    items[:] = [item for item in items if item not in out]
    config.hook.pytest_deselected(items=out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if is_left_out():
        terminalreporter.write_line(LEFT_OUT, yellow=True)


def find() -> str | None:
    """A Chromium of the system's, else the one that Playwright fetched earlier."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or _of_playwright()


def fetch() -> str | None:
    """Playwright's own, from its makers."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=FETCHING)
    except (OSError, subprocess.SubprocessError):
        return None
    return _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def is_left_out() -> bool:
    return os.environ.get(VARIABLE) == NONE


def is_asked_for(config: pytest.Config) -> bool:
    """Whether any of what is to run can be in this folder."""
    for argument in config.args:
        path = (config.invocation_params.dir / argument.split("::")[0]).resolve()
        if path == FOLDER or FOLDER in path.parents or path in FOLDER.parents:
            return True
    return False
