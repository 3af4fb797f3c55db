"""One peer as a contestant: the same shop, the same databases, held to the same truth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.sync.cases import Case
from tests.benchmarks.sync.children import measured
from tests.benchmarks.sync.contestants import (
    Contestant,
    Entry,
    Report,
    Start,
    wanted,
    whose,
)
from tests.benchmarks.sync.figures import DLT_ARROW, DLT_DEFAULT, DLT_TUNED, SINGER
from tests.benchmarks.sync.peers.environments import python_of
from tests.benchmarks.sync.verify import check_table

_CASES = ("first", "changed")
_QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
_TUNED = {"DATA_WRITER__DISABLE_COMPRESSION": "true", "DATA_WRITER__BUFFER_MAX_ITEMS": "50000"}


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    module: str
    python: Path
    databases: tuple[str, ...]
    spec: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def joins(self, case: Case, database: str) -> bool:
        return case.id in _CASES and database in self.databases

    async def enter(self, start: Start) -> Entry:
        folder = start.folder_of(self.name)
        return _PeerEntry(self, start, folder, start.databases.create(folder.name))


@dataclass(frozen=True, slots=True)
class _PeerEntry:
    peer: Peer
    start: Start
    folder: Path
    url: str

    async def run(self, case: Case, number: int) -> Report:
        place = {"shop": self.start.shop, "database": self.url, "folder": str(self.folder)}
        return await measured(
            f"tests.benchmarks.sync.peers.{self.peer.module}",
            self.peer.spec | place,
            self.folder / "log",
            self.peer.environment,
            str(self.peer.python),
        )

    def check(self, case: Case, number: int, report: Report) -> None:
        databases = self.start.databases
        table = "shop.customers" if databases.name == "postgresql" else "customers"
        who = whose(self.peer.name, case, databases)
        check_table(who, self.url, case.stock, wanted(case, number), table)

    def clear(self) -> None:
        self.start.databases.drop(self.url)


def all_peers(tell: Callable[[str], object]) -> list[Contestant]:
    """Ready to be measured; installs them where they are not."""
    dlt, singer = python_of("dlt", tell), python_of("singer", tell)
    both, postgresql = ("postgresql", "sqlite"), ("postgresql",)
    load, pipe = "dlt_load", "singer_run"
    return [
        Peer(DLT_ARROW, load, dlt, both, {"way": "arrow"}, _QUIET),
        Peer(DLT_TUNED, load, dlt, postgresql, {"way": "tuned"}, _QUIET | _TUNED),
        Peer(DLT_DEFAULT, load, dlt, both, {"way": "default"}, _QUIET),
        Peer(SINGER, pipe, singer, postgresql),
    ]
