"""`python -m tests.benchmarks.sync.peers.singer_run`: tap | target, with the state kept between.

What it is to do comes as JSON on standard input.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.sync.peers.stamp import VARIABLE
from tests.benchmarks.sync.stopwatch import Stopwatch


def _started(end: str, folder: Path, *arguments: str, **pipes: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.benchmarks.sync.peers.singer_{end}", *arguments],
        env={**os.environ, VARIABLE: str(folder / f"{end}.stamp")},
        **pipes,
    )


def _configured(folder: Path, spec: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The arguments of both ends."""
    tap, target, state = (folder / name for name in ("tap.json", "target.json", "state.json"))
    tap.write_text(json.dumps({"shop": spec["shop"]}))
    target.write_text(
        json.dumps(
            {
                "sqlalchemy_url": spec["database"].replace("postgresql:", "postgresql+psycopg:"),
                "use_copy": True,
                "default_target_schema": "shop",
            }
        )
    )
    known = ["--state", str(state)] if state.exists() else []
    return ["--config", str(tap), *known], ["--config", str(target)]


def _main() -> None:
    spec = json.load(sys.stdin)
    folder = Path(spec["folder"])
    to_tap, to_target = _configured(folder, spec)
    with Stopwatch(spec["spawned"]) as watch:
        tap = _started("tap", folder, *to_tap, stdout=subprocess.PIPE)
        target = _started("target", folder, *to_target, stdin=tap.stdout, stdout=subprocess.PIPE)
        assert tap.stdout is not None
        tap.stdout.close()  # the target's alone now: the tap notices where it ends
        states, _ = target.communicate()
        if tap.wait() or target.returncode:
            raise SystemExit(f"tap {tap.returncode}, target {target.returncode}")
        ended = time.monotonic()
    (folder / "state.json").write_bytes(states.splitlines()[-1])
    stamps = [json.loads((folder / f"{end}.stamp").read_text()) for end in ("tap", "target")]
    ready = max(stamp["ready"] for stamp in stamps)
    watch.startup, watch.seconds = ready - spec["spawned"], ended - ready
    watch.cpu -= sum(stamp["cpu"] for stamp in stamps)
    watch.report(memory=sum(stamp["memory"] for stamp in stamps))


if __name__ == "__main__":
    _main()
