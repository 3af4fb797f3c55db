"""Goes through the rounds: every case, on every database, by every tool in turn."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks.processes import started
from tests.benchmarks.sync.cases import Case
from tests.benchmarks.sync.contestants import Contestant, Entry, Start
from tests.benchmarks.sync.databases import Databases
from tests.benchmarks.sync.figures import Measurement
from tests.benchmarks.sync.records import State, Stock

Tell = Callable[[Measurement], None]


@dataclass(slots=True)
class Plan:
    """What was asked for."""

    cases: Sequence[Case]
    databases: Sequence[Databases]
    contestants: Sequence[Contestant]
    records: int
    rounds: int
    folder: Path


async def measure(plan: Plan, tell: Tell) -> list[Measurement]:
    """Raises WrongResult or ChildFailed at the first tool that fails."""
    found: list[Measurement] = []

    def keep(one: Measurement) -> None:
        found.append(one)
        tell(one)

    async with _shops() as shops:
        for number in range(1, plan.rounds + 1):
            is_last = number == plan.rounds
            for databases in plan.databases:
                for stock, size in _groups(plan.cases):
                    cases = [
                        case
                        for case in plan.cases
                        if (case.stock, case.size) == (stock, size) and (is_last or not case.once)
                    ]
                    if cases:
                        shop = await shops.get(stock, cases[0].records(plan.records))
                        await _Chain(plan, databases, number, shop, keep).go(cases)
    return found


@dataclass(slots=True)
class _Shop:
    url: str

    async def turn(self, state: State) -> None:
        """Rendered when this returns."""
        async with httpx.AsyncClient(trust_env=False, timeout=None) as client:
            (await client.get(f"{self.url}/turn/{state}")).raise_for_status()


@dataclass(slots=True)
class _Chain:
    """Cases that go on from each other's tables, in one shop and on one kind of database."""

    plan: Plan
    databases: Databases
    round: int
    shop: _Shop
    keep: Tell

    async def go(self, cases: Sequence[Case]) -> None:
        first = cases[0]
        label = f"{first.id}_{self.databases.name}_{self.round}"
        start = Start(self.databases, self.plan.folder, self.shop.url, first.stock, label)
        entries = [
            (contestant, await contestant.enter(start))
            for contestant in self.plan.contestants
            if any(contestant.joins(case, self.databases.name) for case in cases)
        ]
        for case in cases:
            await self.shop.turn(case.state)
            for contestant, entry in entries:
                if contestant.joins(case, self.databases.name):
                    self.keep(await self._measured(contestant.name, entry, case))
        for _, entry in entries:
            entry.clear()

    async def _measured(self, tool: str, entry: Entry, case: Case) -> Measurement:
        number = self.plan.records
        self.databases.settle()
        report = await entry.run(case, number)
        entry.check(case, number, report)
        return Measurement(
            case=case,
            database=self.databases.name,
            tool=tool,
            round=self.round,
            records=case.sent(number),
            seconds=report["seconds"],
            cpu=report["cpu"],
            memory=report["memory"],
            startup=report["startup"],
        )


class _Shops:
    """Each is started when it is first needed, and stays."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._open: dict[tuple[Stock, int], _Shop] = {}

    async def get(self, stock: Stock, count: int) -> _Shop:
        if (stock, count) not in self._open:
            module = ("-m", "tests.benchmarks.sync.shop", stock.value, str(count))
            url = await self._stack.enter_async_context(started(*module))
            self._open[stock, count] = _Shop(url)
        return self._open[stock, count]


@asynccontextmanager
async def _shops() -> AsyncIterator[_Shops]:
    async with AsyncExitStack() as stack:
        yield _Shops(stack)


def _groups(cases: Sequence[Case]) -> list[tuple[Stock, float]]:
    """Shops that are needed, in order."""
    return list(dict.fromkeys((case.stock, case.size) for case in cases))
