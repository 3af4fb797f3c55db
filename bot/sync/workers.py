"""Which worker holds a run, and whether it is still alive."""

import os
import secrets
import socket
from collections.abc import Collection
from datetime import datetime, timedelta

from store.models import Run

BEAT_SECONDS = 2.0
SILENCE = timedelta(seconds=15)  # after which a worker elsewhere counts as dead


def new_name() -> str:
    """Names this worker: its machine, its process and a word of its own (at most 64 letters)."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_alive(run: Run, asking: str, held: Collection[int], now: datetime) -> bool:
    """Whether the worker of a running run is still at it, as far as the one `asking` can know.

    `held`: the runs that the asking worker itself is at. A process that is gone from this machine
    is dead at once; of another we know by its heartbeat.
    """
    if run.worker is None:
        return False
    if run.worker == asking:
        return run.id in held
    machine, pid, _ = run.worker.rsplit(":", 2)
    if machine == _machine() and not _runs(int(pid)):
        return False
    return run.heartbeat_at is not None and now - run.heartbeat_at <= SILENCE


def _machine() -> str:
    """The host, told apart by its set of process ids: containers may share a host's name."""
    try:
        ids = os.stat("/proc/self/ns/pid").st_ino
    except OSError:  # not Linux
        ids = 0
    return f"{socket.gethostname()[:32]}/{ids:x}"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's: it is there
        return True
    return True
