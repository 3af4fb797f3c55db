"""What was asked of the engine, beside what was measured."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.benchmarks.sync.figures import DLT_ARROW, ENGINE, FLOOR, PEERS, Results

FLOOR_SHARE = 0.80  # of the floor's speed
UNCHANGED_TIMES = 1.3  # as long as fetching and decoding alone
BAD_TIMES = 1.25  # as long as the same load without bad records
MEMORY_TIMES = 1.15  # as much for ten times the records
MEMORY_MB = 150.0
ARROW_TIMES = {"first": 1.6, "changed": 2.5}  # as long as the engine


@dataclass(frozen=True, slots=True)
class Asked:
    what: str
    database: str
    limit: str
    measured: str
    met: bool | None  # None: nothing was asked, it is told for comparison


def held_against(results: Results, databases: Iterable[str]) -> list[Asked]:
    """Everything that these results can answer."""
    return [one for database in databases for one in _answers(results, database)]


def _answers(results: Results, name: str) -> Iterator[Asked]:
    for case, what in (("first", "first load"), ("changed", "10 % changed")):
        if results.has(case, name):
            share = results.times((case, name, FLOOR), (case, name, ENGINE))
            yield _least(f"{what}: share of the floor's speed", name, FLOOR_SHARE, share)
    if results.has("unchanged", name):
        times = results.times(("unchanged", name, ENGINE), ("unchanged", name, FLOOR))
        what = "nothing changed: time, to fetching and decoding"
        yield _most(what, name, UNCHANGED_TIMES, times)
    if results.has("bad", name):
        times = results.times(("bad", name, ENGINE), ("first", name, ENGINE))
        yield _most("1 % bad records: time, to none", name, BAD_TIMES, times)
    if results.has("large", name):
        large, small = results.memory("large", name), results.memory("small", name)
        yield _most("ten times the records: memory", name, MEMORY_TIMES, large / small)
        yield _most("peak memory (MB)", name, MEMORY_MB, large)
    for peer in PEERS:
        yield from _ahead(results, name, peer)


def _ahead(results: Results, name: str, peer: str) -> Iterator[Asked]:
    for case, what in (("first", "first load"), ("changed", "10 % changed")):
        if not results.has(case, name, peer):
            continue
        pair = (case, name, peer), (case, name, ENGINE)
        times = results.times(*pair)
        whole = results.times_with_startup(*pair)
        wanted = ARROW_TIMES[case] if (peer, name) == (DLT_ARROW, "postgresql") else None
        yield Asked(
            f"{what}: the time of {peer}",
            name,
            "" if wanted is None else f"≥ {wanted}",
            f"{times:.2f} ({whole:.2f} with its start-up)",
            None if wanted is None else times >= wanted,
        )


def _least(what: str, database: str, limit: float, measured: float) -> Asked:
    return Asked(what, database, f"≥ {limit:g}", f"{measured:.2f}", measured >= limit)


def _most(what: str, database: str, limit: float, measured: float) -> Asked:
    return Asked(what, database, f"≤ {limit:g}", f"{measured:.2f}", measured <= limit)
