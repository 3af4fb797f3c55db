"""What the figures were measured on, in a line."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.sync.databases import Databases


def described(databases: Iterable[Databases]) -> str:
    versions = [each.version for each in databases]
    python = f"Python {platform.python_version()}"
    return "; ".join(
        [f"{os.cpu_count()} cores ({_processor()})", platform.platform(), python, *versions]
    )


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
