"""What the two ends of a pipe leave behind about themselves, in a file of the environment's."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.sync.stopwatch import peak_memory_mb

VARIABLE = "BENCHMARK_STAMP"


@contextmanager
def stamped() -> Iterator[None]:
    """When everything was imported and what that cost, and the memory it took until the end."""
    ready, cpu = time.monotonic(), time.process_time()
    try:
        yield
    finally:
        stamp = {"ready": ready, "cpu": cpu, "memory": peak_memory_mb()}
        Path(os.environ[VARIABLE]).write_text(json.dumps(stamp))
