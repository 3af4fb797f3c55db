"""One peer as a contestant: the same shop, the same databases, held to the same truth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.sync.cases import Case
from tests.benchmarks.sync.children import measured
from tests.benchmarks.sync.contestants import Contestant, Start
from tests.benchmarks.sync.figures import DLT_ARROW, DLT_DEFAULT, DLT_TUNED, SINGER
from tests.benchmarks.sync.peers.environments import python_of
from tests.benchmarks.sync.verify import check_table, truth

_CASES = ("first", "changed")
_QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
_TUNED = {"DATA_WRITER__DISABLE_COMPRESSION": "true", "DATA_WRITER__BUFFER_MAX_ITEMS": "50000"}


@dataclass(slots=True)
class Peer:
    name: str
    module: str
    python: Path
    databases: tuple[str, ...]
    spec: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    _start: Start | None = None
    _url: str = ""

    def joins(self, case: Case, database: str) -> bool:
        return case.id in _CASES and database in self.databases

    async def set_up(self, start: Start) -> None:
        self._start = start
        self._url = start.databases.create(self._folder.name)
        self._folder.mkdir()

    async def run(self, case: Case, number: int) -> dict[str, Any]:
        assert self._start is not None
        spec = self.spec | {
            "shop": self._start.shop,
            "database": self._url,
            "folder": str(self._folder),
        }
        log = self._folder / "log"
        return await measured(
            f"tests.benchmarks.sync.peers.{self.module}",
            spec,
            log,
            self.environment,
            str(self.python),
        )

    def check(self, case: Case, number: int, report: dict[str, Any]) -> None:
        assert self._start is not None
        kind = self._start.databases.name
        wanted = truth(case.stock, case.records(number), case.state)
        table = "shop.customers" if kind == "postgresql" else "customers"
        check_table(f"{self.name}, {case.title}, {kind}", self._url, case.stock, wanted, table)

    def clear(self) -> None:
        assert self._start is not None
        self._start.databases.drop(self._url)

    @property
    def _folder(self) -> Path:
        assert self._start is not None
        word = "".join(letter for letter in self.name.lower() if letter.isalnum())
        return self._start.folder / f"{self._start.label}_{word}"


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
