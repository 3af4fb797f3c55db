"""`python -m tests.benchmarks NAME [--json FILE] …`: speed, as figures and ratios of one round.

A benchmark is a module with `main(json_file, **more)`; where it takes more arguments than the
file, its `add_arguments(parser)` says which. Only the chosen one is imported.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

BENCHMARKS = ("ack", "due", "many", "page", "sync")


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("--json", type=Path, default=None, help="write the figures there as well")
    chosen = next((word for word in sys.argv[1:] if word in BENCHMARKS), None)
    benchmark = import_module(f"tests.benchmarks.{chosen}") if chosen else None
    if hasattr(benchmark, "add_arguments"):
        benchmark.add_arguments(parser)
    given = vars(parser.parse_args())
    del given["name"]
    benchmark.main(given.pop("json"), **given)


if __name__ == "__main__":
    _main()
