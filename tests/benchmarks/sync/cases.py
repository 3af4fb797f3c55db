"""What is measured: which shop, in which state, how it is read, and what should come of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.sync.records import (
    MOMENTS,
    State,
    Stock,
    is_bad,
    is_changed,
    is_deleted,
    number_of,
)

MANY_FIELDS = 20  # times fewer records where each has 300 fields
LARGE, SMALL = 5.0, 0.5  # times the number of records: does memory grow with it?

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    title: str
    stock: Stock
    state: State  # of the shop
    trigger: str  # of the engine's run; the others read alike
    floor: Literal["load", "fetch", "delete"]
    size: float = 1.0  # times the number of records asked for
    since: str | None = None  # the end of the state before, where only changes are read
    after: str | None = None  # the case whose table it goes on with
    floor_of: str | None = None  # the case whose floor is its floor, too
    once: bool = False  # however many rounds there are

    def records(self, number: int) -> int:
        """How many the shop holds."""
        return max(int(number * self.size), 1)

    def counts(self, number: int) -> Counts:
        """What a run should count."""
        return _COUNTS[self.id](self.records(number))

    def sent(self, number: int) -> int:
        """How many records the shop sends."""
        return sum(self.counts(number).values())


_COUNTS: dict[str, Callable[[int], Counts]] = {
    "first": lambda count: {"created": count},
    "changed": lambda count: {"updated": number_of(is_changed, count)},
    "unchanged": lambda count: {"unchanged": count},
    "deleted": lambda count: {"deleted": number_of(is_deleted, count)},
    "bad": lambda count: {
        "created": count - number_of(is_bad, count),
        "rejected": number_of(is_bad, count),
    },
    "wide": lambda count: {"created": count},
    "large": lambda count: {"created": count},
    "small": lambda count: {"created": count},
}


def all_cases(number: int) -> list[Case]:
    """In the order in which they are measured; `number`: of records, for the titles."""
    plain, first, changed = Stock.PLAIN, State.FIRST, State.CHANGED
    large, small = int(number * LARGE), int(number * SMALL)
    return [
        Case("first", "first load", plain, first, "manual", "load"),
        Case(
            "changed",
            "10 % changed",
            plain,
            changed,
            "schedule",
            "load",
            since=MOMENTS[first],
            after="first",
        ),
        Case("unchanged", "nothing changed", plain, changed, "backfill", "fetch", after="changed"),
        Case(
            "deleted",
            "deletions",
            plain,
            State.DELETED,
            "schedule",
            "delete",
            since=MOMENTS[changed],
            after="changed",
        ),
        Case("bad", "1 % bad records", Stock.BAD, first, "manual", "load", floor_of="first"),
        Case(
            "wide", "300 mapped fields", Stock.WIDE, first, "manual", "load", size=1 / MANY_FIELDS
        ),
        Case("small", f"{small:,} records", plain, first, "manual", "load", SMALL, once=True),
        Case("large", f"{large:,} records", plain, first, "manual", "load", LARGE, once=True),
    ]


NAMES = ("first", "changed", "unchanged", "bad", "deleted", "wide", "million")


def chosen(names: Iterable[str], number: int) -> list[Case]:
    """These cases, with those that they go on from or are held against."""
    cases = {case.id: case for case in all_cases(number)}
    wanted = set(names)
    if "million" in wanted:
        wanted = wanted - {"million"} | {"small", "large"}
    for case in reversed(cases.values()):
        if case.id in wanted:
            wanted |= {other for other in (case.after, case.floor_of) if other}
    return [case for case in cases.values() if case.id in wanted]
