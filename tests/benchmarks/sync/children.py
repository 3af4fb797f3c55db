"""Starts what is measured, one process after the other, and reads what it says of itself."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
SHOWN = 20  # lines of a failed process's log


class ChildFailed(Exception):
    """A measured process ended with an error."""


async def measured(
    module: str,
    spec: dict[str, Any],
    log: Path,
    environment: dict[str, str],
    python: str = sys.executable,
) -> dict[str, Any]:
    """`python -m MODULE` with `spec` on its standard input; what it reported.

    `environment` is all that it inherits, beside what any process needs.
    """
    with log.open("ab") as errors:
        spec = spec | {"spawned": time.monotonic()}
        process = await asyncio.create_subprocess_exec(
            python,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env=_needed() | environment,
        )
        try:
            told, _ = await process.communicate(json.dumps(spec).encode())
        finally:
            if process.returncode is None:  # somebody does not want to wait any longer
                process.kill()
    if process.returncode:
        last = "\n".join(_last_lines(log))
        raise ChildFailed(f"{module} ended with {process.returncode}:\n{last}")
    report: dict[str, Any] = json.loads(told.splitlines()[-1])
    return report


def _needed() -> dict[str, str]:
    names = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in names if name in os.environ}


def _last_lines(log: Path) -> Sequence[str]:
    return log.read_text(errors="replace").splitlines()[-SHOWN:]
