"""`python -m tests.benchmarks NAME [--json FILE]`: speed, as ratios measured in one run."""

import argparse
from pathlib import Path

from tests.benchmarks import ack, page

BENCHMARKS = {"ack": ack.main, "page": page.main}

parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
parser.add_argument("name", choices=BENCHMARKS)
parser.add_argument("--json", type=Path, default=None, help="write the figures there as well")
chosen = parser.parse_args()
BENCHMARKS[chosen.name](chosen.json)
