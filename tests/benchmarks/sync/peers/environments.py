"""Virtual environments for the peers, made once and kept."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.sync.children import ChildFailed

_HERE = Path(__file__).parent


def python_of(name: str, tell: Callable[[str], object]) -> Path:
    """The interpreter of the environment with what `NAME.txt` pins; installed where it is missing.

    Raises ChildFailed where that fails.
    """
    wanted = _HERE / f"{name}.txt"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()[:8]
    folder = _cache() / f"{name}-{version}-{digest}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        tell(f"Installing {name} into {folder} …")
        shutil.rmtree(folder, ignore_errors=True)
        _do(sys.executable, "-m", "venv", folder)
        _do(python, "-m", "pip", "install", "--quiet", "-r", wanted)
        ready.touch()
    return python


def _do(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ChildFailed(f"{' '.join(map(str, command))} failed:\n{done.stderr}")


def _cache() -> Path:
    usual = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(usual).expanduser() / "patchbay-benchmarks"
