"""What a measured process says of itself. Standard library alone: peers' environments import it."""

import json
import resource
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any


class Stopwatch:
    """Seconds on the wall and of the processor, within the block; memory over the whole life."""

    def __init__(self, spawned: float) -> None:
        """`spawned`: time.monotonic() of whoever started this process."""
        self._spawned = spawned
        self.startup = self.seconds = self.cpu = 0.0

    def __enter__(self) -> "Stopwatch":
        self._cpu_before = _cpu()
        self._begun = time.monotonic()
        self.startup = self._begun - self._spawned
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = time.monotonic() - self._begun
        self.cpu = _cpu() - self._cpu_before

    def report(self, **facts: Any) -> None:
        """Prints everything as one line of JSON, the last one of standard output."""
        figures = {
            "startup": self.startup,
            "seconds": self.seconds,
            "cpu": self.cpu,
            "memory": peak_memory_mb(),
        }
        print(json.dumps(figures | facts), file=sys.stdout, flush=True)


def _cpu() -> float:
    """Of this process with all its threads, and of its children that have ended."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        total += used.ru_utime + used.ru_stime
    return total


def peak_memory_mb() -> float:
    """The most memory that this process ever had; what it inherited from its parent is not it."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        [peak] = [line for line in lines if line.startswith("VmHWM:")]
        return int(peak.split()[1]) / 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)
