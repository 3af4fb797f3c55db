"""How fast records are synced, beside the least that it can cost and beside other tools.

    python -m tests.benchmarks sync [--peers] [--json FILE] [--plot FILE]
        [--cases …] [--databases …] [--records N] [--rounds N]

A shop, a PostgreSQL server and each tool in processes of their own, one tool at a time. In every
round each tool does every case; after each the table is read back and compared with the shop.
"""

import argparse
from pathlib import Path
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    # imported here, and not above: the measured processes import this package, too
    from tests.benchmarks.sync import command

    command.add_arguments(parser)


def main(json_file: Path | None, **asked: Any) -> None:
    from tests.benchmarks.sync import command

    command.main(json_file, **asked)
