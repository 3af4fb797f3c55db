"""From single measurements to figures: medians, and ratios to the floor of the same round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.benchmarks.sync.cases import Case

FLOOR = "floor"
ENGINE = "patchbay"
DLT_ARROW, DLT_TUNED, DLT_DEFAULT = "dlt (Arrow)", "dlt (tuned)", "dlt (default)"
SINGER = "Singer"
PEERS = (DLT_ARROW, DLT_TUNED, DLT_DEFAULT, SINGER)


@dataclass(frozen=True, slots=True)
class Measurement:
    case: Case
    database: str
    tool: str
    round: int
    records: int
    seconds: float
    cpu: float
    memory: float  # megabytes
    startup: float


@dataclass(frozen=True, slots=True)
class Figure:
    case: str
    database: str
    tool: str
    seconds: float
    rows_per_second: int
    cpu_seconds: float
    peak_memory_mb: float
    ratio_to_floor: float  # its share of the floor's speed
    startup: float

    def as_json(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in self.__slots__}
        del named["startup"]
        return named


class Results:
    def __init__(self, measurements: Sequence[Measurement]) -> None:
        self._by_place: dict[tuple[str, str, str], dict[int, Measurement]] = {}
        for one in measurements:
            place = (one.case.id, one.database, one.tool)
            self._by_place.setdefault(place, {})[one.round] = one

    def figures(self) -> list[Figure]:
        """Medians of the rounds, in the order in which they were first measured."""
        return [self._figure(list(rounds.values())) for rounds in self._by_place.values()]

    def has(self, case: str, database: str, tool: str = ENGINE) -> bool:
        return (case, database, tool) in self._by_place

    def times(self, mine: tuple[str, str, str], other: tuple[str, str, str]) -> float:
        """How many times as long one takes as the other: median over the rounds.

        Each is a case, a database and a tool.
        """
        return _median_ratio(self._by_place[mine], self._by_place[other])

    def times_with_startup(self, mine: tuple[str, str, str], other: tuple[str, str, str]) -> float:
        """Likewise, with the start-up of the first: one is begun for each sync, the other stays."""
        return _median_ratio(self._by_place[mine], self._by_place[other], startup=True)

    def memory(self, case: str, database: str) -> float:
        return median(one.memory for one in self._by_place[case, database, ENGINE].values())

    def _figure(self, rounds: Sequence[Measurement]) -> Figure:
        one = rounds[0]
        seconds = median(each.seconds for each in rounds)
        mine = (one.case.id, one.database, one.tool)
        floor = (one.case.floor_of or one.case.id, one.database, FLOOR)
        return Figure(
            case=one.case.title,
            database=one.database,
            tool=one.tool,
            seconds=round(seconds, 3),
            rows_per_second=round(one.records / seconds),
            cpu_seconds=round(median(each.cpu for each in rounds), 3),
            peak_memory_mb=round(median(each.memory for each in rounds), 1),
            ratio_to_floor=round(self.times(floor, mine), 3),
            startup=round(median(each.startup for each in rounds), 2),
        )


def _median_ratio(
    mine: dict[int, Measurement], other: dict[int, Measurement], *, startup: bool = False
) -> float:
    return median(
        (mine[number].seconds + startup * mine[number].startup) / other[number].seconds
        for number in mine.keys() & other.keys()
    )
