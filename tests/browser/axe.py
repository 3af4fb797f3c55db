"""axe-core: finds what people with other senses or other tools would stumble over.

It comes from the npm registry; nothing of it is kept in the repository. A plugin
(tests/conftest.py names it), as finding.py is: where axe cannot be had, its check alone is left
out and the report says so in one line; in CI that is an error instead.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser import finding

VERSION = "4.14.1"
VARIABLE = "PATCHBAY_AXE"
FETCHING = 120  # seconds at most
NONE = "none"  # what VARIABLE says to the other processes then
GRAVE = ["serious", "critical"]

LEFT_OUT = (
    "tests/browser did not check with axe-core: it is not here and npm could not fetch it; name "
    f"an axe.min.js in {VARIABLE}"
)

RUN = """
async ({ grave, rules }) => {
  const options = { resultTypes: ["violations"], iframes: false };
  if (rules) options.runOnly = { type: "rule", values: rules };
  const { violations } = await axe.run(document, options);
  return violations.filter((found) => grave.includes(found.impact)).flatMap((found) =>
    found.nodes.map((node) => {
      const { message } = [...node.any, ...node.all, ...node.none][0] ?? {};
      return `${found.id} at ${node.target.join(" ")}: ${message} ${node.html.slice(0, 120)}`;
    }));
}
"""


def pytest_configure(config: pytest.Config) -> None:
    if VARIABLE in os.environ or not finding.is_asked_for(config):
        return
    found = _fetch(config)
    if found is None and os.environ.get("CI"):
        raise pytest.UsageError(LEFT_OUT)
    os.environ[VARIABLE] = str(found or NONE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get(VARIABLE) == NONE and not finding.is_left_out():
        terminalreporter.write_line(LEFT_OUT, yellow=True)


def text() -> str | None:
    """axe-core's program; None where the check is left out."""
    path = os.environ[VARIABLE]
    return None if path == NONE else Path(path).read_text("utf-8")


async def violations(page: Page, program: str, rules: list[str] | None = None) -> list[str]:
    """The serious and critical ones in what `page` shows now, a line each. `rules`: only these."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(program)
    found: list[str] = await page.evaluate(RUN, {"grave": GRAVE, "rules": rules})
    return found


def _fetch(config: pytest.Config) -> Path | None:
    """From pytest's cache folder, where an earlier run left it, else from the registry."""
    folder = Path(config.cache.mkdir("axe") if config.cache else tempfile.mkdtemp())
    kept = folder / f"axe-{VERSION}.min.js"
    npm = shutil.which("npm")
    if kept.exists() or npm is None:
        return kept if kept.exists() else None
    command = [npm, "pack", f"axe-core@{VERSION}", "--prefer-offline", "--fetch-retries=1"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=FETCHING)
        with tarfile.open(folder / f"axe-core-{VERSION}.tgz") as package:
            program = package.extractfile("package/axe.min.js")
            assert program is not None
            kept.write_bytes(program.read())
    except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError):
        return None
    return kept
