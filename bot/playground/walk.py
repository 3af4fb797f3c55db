"""The whole story, played over the real protocol: from `/patchbay` to a repaired integration.

Nothing here knows the bot's inside: it types, presses and reads as a member does, breaks the
store, and holds the project's rows against the store's records.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from rich.console import Console

from bot.playground import truth
from bot.playground.host import Playground
from bot.playground.member import Member, Post

HOUR = timedelta(hours=1)
CHANNEL = "C_ALERTS"
PATIENCE = 15.0  # seconds for what should happen by itself

Told = TypeVar("Told")


class Differs(Exception):
    """Something is not as the story has it."""


@dataclass(slots=True)
class Step:
    name: str
    passed: bool
    seconds: float
    note: str = ""


@dataclass(slots=True)
class Walk:
    """Plays the steps one after the other and keeps what each of them took."""

    ground: Playground
    console: Console
    steps: list[Step] = field(default_factory=list)
    clicks: int = 0  # to the first synced row
    typed_fields: int = 0
    rows: int = 0  # in the project, at the end

    @property
    def alice(self) -> Member:
        return self.ground.slack.member("U_ALICE")

    @property
    def project_url(self) -> str:
        return self.ground.settings.project_url.get_secret_value()

    @property
    def passed(self) -> bool:
        return all(step.passed for step in self.steps)

    async def play(self, steps: Sequence["Play"]) -> None:
        """The first step that fails ends the walk."""
        started = time.perf_counter()
        for play in steps:
            if not await self._step(play):
                break
        self._report(time.perf_counter() - started)

    def figures(self) -> dict[str, object]:
        return {
            "seconds": round(sum(step.seconds for step in self.steps), 3),
            "clicks": self.clicks,
            "typed_fields": self.typed_fields,
            "rows": self.rows,
            "steps": [
                {"name": step.name, "passed": step.passed, "seconds": round(step.seconds, 3)}
                for step in self.steps
            ],
        }

    async def _step(self, play: "Play") -> bool:
        name = (play.__doc__ or "").strip().rstrip(".")
        started = time.perf_counter()
        try:
            note, passed = await play(self), True
        except Exception as error:  # whatever it is, the step did not pass and its words say why
            note, passed = f"{type(error).__name__}: {error}", False
        step = Step(name, passed, time.perf_counter() - started, note)
        self.steps.append(step)
        mark = "[green]✓[/]" if passed else "[red]✗[/]"
        self.console.print(f" {mark} {name}  [dim]{step.seconds:.2f} s[/]")
        if note:
            self.console.print(f"     {note}", style="dim" if passed else "red", markup=False)
        return passed

    def _report(self, seconds: float) -> None:
        self.console.print(
            f"\n {len(self.steps)} steps, {seconds:.1f} s; to the first synced row "
            f"{self.clicks} clicks and {self.typed_fields} typed field(s); "
            f"{self.rows:,} rows in the project."
        )

    async def same_rows(self) -> int:
        """How many rows there are. Raises Differs where one is not as in the store."""
        wanted, got = truth.expected(self.ground.store), await truth.found(self.project_url)
        if wanted != got:
            raise Differs(
                f"the project has {len(got)} rows ({truth.checksum(got)}), "
                f"the store {len(wanted)} ({truth.checksum(wanted)})"
            )
        self.rows = len(got)
        return len(got)

    async def an_hour_goes_by(self) -> None:
        """The run that is due then comes to its end, and what it owes is told."""
        asked = self.ground.store.requests["/v1/customers"]
        self.ground.clock.skip(HOUR)
        await until(lambda: self.ground.store.requests["/v1/customers"] > asked, "a due run")
        await self.quiet()

    async def syncs_now(self) -> None:
        """Alice asks for a sync; it comes to its end, and what it owes is told."""
        runs = _runs(await self.ground.metrics())
        await self.alice.runs("/patchbay sync demo")
        deadline = time.monotonic() + PATIENCE
        while _runs(await self.ground.metrics()) == runs:
            if time.monotonic() > deadline:
                raise Differs("no sync was started")
            await asyncio.sleep(0.02)
        await self.quiet()

    async def quiet(self) -> None:
        """Until no run is under way and nothing is owed, as /metrics has it."""
        deadline = time.monotonic() + PATIENCE
        while not await self._is_quiet():
            if time.monotonic() > deadline:
                raise Differs("a run or a message is still under way")
            await asyncio.sleep(0.05)

    async def _is_quiet(self) -> bool:
        text = await self.ground.metrics()
        busy = ('runs_kept{state="queued"}', 'runs_kept{state="running"}', "deliveries_owed")
        return all(f"patchbay_{name} 0.0" in text for name in busy)

    async def the_dm(self, words: str) -> Post:
        """The one DM that says so. Raises Differs where it was sent twice."""
        return await _told(lambda: [p for p in self.alice.dm() if words in p.text], words)

    async def the_alert(self, words: str) -> Post:
        """The one message in the alerts' channel that says so."""
        return await _told(
            lambda: [post for post in self.alice.channel(CHANNEL) if words in post.text], words
        )

    async def the_mail(self, words: str) -> str:
        """The subject of the one mail to Alice that says so."""
        mailbox = self.ground.mailbox

        def subjects() -> list[str]:
            found = [str(mail["Subject"]) for mail in mailbox.to("alice@example.com")]
            return [subject for subject in found if words in subject]

        return await _told(subjects, words)


async def _told(look: Callable[[], list[Told]], words: str) -> Told:
    """What was told, once it was. Raises Differs where it never was, or more than once."""
    await until(lambda: bool(look()), f"“{words}”")
    found = look()
    if len(found) > 1:
        raise Differs(f"“{words}” was told {len(found)} times instead of once")
    return found[0]


def _runs(metrics: str) -> float:
    """How many there are, in whatever state."""
    lines = [line for line in metrics.splitlines() if line.startswith("patchbay_runs_kept{")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


async def until(look: Callable[[], bool], what: str) -> None:
    """Raises Differs where it does not come in time."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > deadline:
            raise Differs(f"{what} did not come")
        await asyncio.sleep(0.02)


Play = Callable[[Walk], Awaitable[str]]
