"""How fast Slack is acknowledged: idle, and while two syncs run, beside a bare Bolt app.

    python -m tests.benchmarks ack [--json FILE]

Three processes: the bot (SQLite, everything in one process, as `run` has it), the demo store, and
a Bolt app that does nothing but acknowledge. This process plays Slack: it sends signed requests
one after the other, at a steady pace, and measures each until its answer is here. The two syncs are
of two sources with an account each, so that neither waits for the other's requests; it is an error
where one of them ends, or stands still, before the measuring is done. Everything is measured in the
same run; quote the ratio, since machines differ.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select

from bot.playground import journey
from bot.playground.host import BOT_TOKEN, PEOPLE, SIGNING_SECRET
from bot.playground.member import Member
from bot.playground.slack import SlackServer
from bot.web.serving import free_port
from handlers.views.projects import NAME, PROJECT_RENAME, ProjectMetadata
from store.database import Database
from store.models import Integration, Project, Run
from store.vocabulary import RunState
from tests.benchmarks.processes import started

# Of the one store that both syncs read, in about 1 GB. It allows each account 20,000 records a
# second: they last 75 s, and so outlast the measuring.
CUSTOMERS = 1_500_000
SYNCS = 2
ASKED_MS = 100.0  # under which the 99th percentile is to stay beside them
PATIENCE = 20.0  # seconds, for a screen or a first page beside a sync
PACE = 0.02  # seconds between requests
REQUESTS = 300  # of each case
WARM_UP = 20


@dataclass(frozen=True)
class Figures:
    """Milliseconds."""

    case: str
    requests: int
    p50: float
    p99: float
    slowest: float

    @classmethod
    def of(cls, case: str, seconds: list[float]) -> "Figures":
        cut = statistics.quantiles(seconds, n=100)
        return cls(
            case,
            len(seconds),
            round(cut[49] * 1000, 1),
            round(cut[98] * 1000, 1),
            round(max(seconds) * 1000, 1),
        )


@dataclass(frozen=True)
class Progress:
    """A run under way, and how many records it has dealt with."""

    run_id: int
    integration: str
    records: int


@dataclass(frozen=True)
class Sync:
    """One that ran all the time."""

    integration: str
    records: int  # within the measured time
    records_per_second: int


@dataclass(frozen=True)
class Results:
    cases: list[Figures]
    syncs: list[Sync]
    seconds: float  # in which was measured beside the syncs

    def of(self, case: str) -> Figures:
        return next(figures for figures in self.cases if figures.case == case)

    @property
    def ratios(self) -> dict[str, float]:
        """To the bare Bolt app under the same circumstances."""
        pairs = {
            "idle": ("command, idle", "bare Bolt, idle"),
            "syncing": ("command, beside two syncs", "bare Bolt, beside two syncs"),
            "options_syncing": ("options, beside two syncs", "bare Bolt, beside two syncs"),
            "form_syncing": ("form, beside two syncs", "bare Bolt, beside two syncs"),
        }
        found = {}
        for name, (case, bare_case) in pairs.items():
            ours, bare = self.of(case), self.of(bare_case)
            found[f"{name}_p50"] = round(ours.p50 / bare.p50, 2)
            found[f"{name}_p99"] = round(ours.p99 / bare.p99, 2)
        return found


class Sender:
    """Signs like Slack and measures until the acknowledgement has arrived."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._signer = SignatureVerifier(SIGNING_SECRET)
        self._sent = 0

    async def command(self, url: str, text: str = "status") -> float:
        return await self._send(url, self._command(text))

    async def suggestion(self, url: str) -> float:
        """What a member types into the time zones' drop-down is answered from the catalog."""
        payload = {
            "type": "block_suggestion",
            "team": {"id": "T1", "domain": "acme"},
            "user": {"id": "U_ALICE", "team_id": "T1"},
            "action_id": "integration_field_timezone:0",
            "block_id": "timezone",
            "value": "par",
            "view": {"id": "V0", "type": "modal", "callback_id": "integration_form", "blocks": []},
        }
        return await self._send(url, {"payload": json.dumps(payload)})

    async def submission(self, url: str, project_id: int) -> float:
        """A project gets another name: that is in the database before it is acknowledged."""
        view = {
            "id": "V0",
            "type": "modal",
            "callback_id": PROJECT_RENAME,
            "private_metadata": ProjectMetadata(project=project_id).model_dump_json(),
            "blocks": [],
            "state": {"values": {NAME: {NAME: {"type": "plain_text_input", "value": self._new()}}}},
        }
        payload = {
            "type": "view_submission",
            "team": {"id": "T1", "domain": "acme"},
            "user": {"id": "U_ALICE", "team_id": "T1"},
            "trigger_id": self._new(),
            "view": view,
        }
        return await self._send(url, {"payload": json.dumps(payload)})

    def _new(self) -> str:
        self._sent += 1
        return f"bench.{self._sent}.{time.time_ns()}"

    def _command(self, text: str) -> dict[str, str]:
        return {
            "command": "/patchbay",
            "text": text,
            "team_id": "T1",
            "team_domain": "acme",
            "channel_id": "C_GENERAL",
            "user_id": "U_ALICE",
            "trigger_id": self._new(),
            "response_url": "http://127.0.0.1:9/response",
        }

    async def _send(self, url: str, form: dict[str, str]) -> float:
        body = urlencode(form)
        stamp = str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=stamp, body=body)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature or "",
        }
        begun = time.perf_counter()
        answer = await self._client.post(f"{url}/slack/events", content=body, headers=headers)
        took = time.perf_counter() - begun
        answer.raise_for_status()
        return took


async def paced(send: Callable[[], Awaitable[float]], requests: int = REQUESTS) -> list[float]:
    for _ in range(WARM_UP):
        await send()
    took = []
    for _ in range(requests):
        took.append(await send())
        await asyncio.sleep(PACE)
    return took


async def measure() -> Results:
    with tempfile.TemporaryDirectory() as folder:
        slack = SlackServer(signing_secret=SIGNING_SECRET, bot_token=BOT_TOKEN)
        await slack.start()
        for member_id, name, email, zone, is_admin in PEOPLE:
            slack.add_member(member_id, name, email, tz=zone, is_admin=is_admin)
        slack.add_channel("C_GENERAL", "general", [person[0] for person in PEOPLE])
        here = {"FOLDER": folder, "SLACK_URL": slack.api_url, "PORT": str(free_port())}
        module = ("-m", "tests.benchmarks.serve")
        async with (
            started(*module, "store", CUSTOMERS=str(CUSTOMERS)) as shop,
            started(*module, "bare") as bare,
            started(*module, "bot", **here) as bot,
            httpx.AsyncClient(trust_env=False, timeout=30) as client,
        ):
            slack.events_url = f"{bot}/slack/events"
            database = Database(f"sqlite:///{Path(folder) / 'patchbay.db'}")  # to look, no more
            sender = Sender(client)
            idle = [await _bare(sender, bare, "idle"), await _command(sender, bot, "idle")]
            await _start_syncs(slack.member("U_ALICE"), shop)
            beside = await _beside_syncs(sender, bot, bare, database)
            await database.close()
        await slack.stop()
        return Results([*idle, *beside.cases], beside.syncs, beside.seconds)


async def _bare(sender: Sender, bare: str, when: str) -> Figures:
    return Figures.of(f"bare Bolt, {when}", await paced(lambda: sender.command(bare)))


async def _command(sender: Sender, bot: str, when: str) -> Figures:
    return Figures.of(f"command, {when}", await paced(lambda: sender.command(bot)))


async def _form(sender: Sender, bot: str, when: str, project_id: int) -> Figures:
    figures = await paced(lambda: sender.submission(bot, project_id))
    return Figures.of(f"form, {when}", figures)


async def _options(sender: Sender, bot: str, when: str) -> Figures:
    return Figures.of(f"options, {when}", await paced(lambda: sender.suggestion(bot)))


# ---- the syncs


async def _start_syncs(alice: Member, shop: str) -> None:
    """Two sources with an authorization each, and an integration of each: both run at once."""
    alice.patience = PATIENCE
    await journey.connects(alice, shop)
    await alice.closes(everything=True)
    await _connects_again(alice, shop)
    await alice.closes(everything=True)


async def _connects_again(member: Member, shop: str) -> None:
    """As `journey.connects`, where there are authorizations to choose from: makes another one."""
    await member.runs("/patchbay source new")
    await member.picks("Integration source", "Demo Store")
    await member.presses("See third-party service authorizations")
    await member.presses("Create an authorization")
    await member.sees("How to authorize")
    await journey.authorizes(member, shop)
    await member.sees_modal("source")
    await member.submits()
    await member.sees("Data transfer")
    await journey.adds_transfer(member)
    await journey.activates_integration(member)


async def _beside_syncs(sender: Sender, bot: str, bare: str, database: Database) -> Results:
    """Raises RuntimeError where they did not run from the beginning to the end of it."""
    when = "beside two syncs"
    before, begun = await _under_way(database), time.perf_counter()
    cases = [
        await _command(sender, bot, when),
        await _options(sender, bot, when),
        await _form(sender, bot, when, await _project(database)),
        await _bare(sender, bare, when),
    ]
    after, seconds = await _progress(database), time.perf_counter() - begun
    return Results(cases, _ran(before, after, seconds), round(seconds, 1))


async def _project(database: Database) -> int:
    async with database.read() as session:
        return (await session.scalars(select(Project.id))).one()


async def _under_way(database: Database) -> list[Progress]:
    """All of them, once each has records. Raises TimeoutError where that takes too long."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await _progress(database)
            if sum(sync.records > 0 for sync in found) == SYNCS:
                return found
            await asyncio.sleep(0.1)


async def _progress(database: Database) -> list[Progress]:
    """The runs under way, as the bot's database has them; each page is written there."""
    records = Run.created + Run.updated + Run.deleted + Run.unchanged + Run.rejected
    async with database.read() as session:
        rows = await session.execute(
            select(Run.id, Integration.name, records)
            .join(Integration, Integration.id == Run.integration_id)
            .where(Run.state == RunState.RUNNING)
            .order_by(Run.id)
        )
        return [Progress(*row) for row in rows]


def _ran(before: list[Progress], after: list[Progress], seconds: float) -> list[Sync]:
    """Raises RuntimeError where one of them is not under way any more, or stood still."""
    now = {sync.run_id: sync.records for sync in after}
    found = []
    for sync in before:
        records = now.get(sync.run_id, 0) - sync.records
        if records <= 0:
            raise RuntimeError(
                f"“{sync.integration}” ended before the measuring did, or stood still: "
                "take more customers"
            )
        found.append(Sync(sync.integration, records, round(records / seconds)))
    return found


# ---- telling


def main(json_file: Path | None) -> None:
    found = asyncio.run(measure())
    print(f"{'':<32}{'p50':>9}{'p99':>9}{'slowest':>10}   milliseconds")
    for figures in found.cases:
        print(f"{figures.case:<32}{figures.p50:>9}{figures.p99:>9}{figures.slowest:>10}")
    print("ratios to the bare Bolt app:", ", ".join(f"{k} {v}" for k, v in found.ratios.items()))
    _tell_syncs(found)
    if json_file is not None:
        json_file.write_text(json.dumps(asdict(found) | {"ratios": found.ratios}, indent=2) + "\n")


def _tell_syncs(found: Results) -> None:
    """Which they were, and whether what was asked for holds beside them."""
    print(f"{len(found.syncs)} syncs ran all the {found.seconds} s, and still did at their end:")
    for sync in found.syncs:
        print(
            f"  {sync.integration:<30}{sync.records:>9,} records"
            f"{sync.records_per_second:>9,} records/s"
        )
    together = sum(sync.records_per_second for sync in found.syncs)
    print(f"  {'together':<30}{'':>17}{together:>9,} records/s")
    beside = ("command, beside two syncs", "options, beside two syncs", "form, beside two syncs")
    worst = max(found.of(case).p99 for case in beside)
    print(f"slowest 99th percentile beside them: {worst} ms (asked: under {ASKED_MS:g})")
