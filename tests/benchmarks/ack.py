"""How fast Slack is acknowledged: idle, and while a sync runs, beside a bare Bolt app.

    python -m tests.benchmarks ack [--json FILE]

Three processes: the bot (SQLite, everything in one process, as `run` has it), the demo store, and
a Bolt app that does nothing but acknowledge. This process plays Slack: it sends signed requests
one after the other, at a steady pace, and measures each until its answer is here. Everything is
measured in the same run; quote the ratio, since machines differ.
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

from bot.playground import journey
from bot.playground.host import BOT_TOKEN, PEOPLE, SIGNING_SECRET
from bot.playground.slack import SlackServer
from bot.web.serving import free_port
from tests.benchmarks.processes import started

CUSTOMERS = 1_000_000  # enough for a sync that outlasts the measuring
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

    def _command(self, text: str) -> dict[str, str]:
        self._sent += 1
        return {
            "command": "/patchbay",
            "text": text,
            "team_id": "T1",
            "team_domain": "acme",
            "channel_id": "C_GENERAL",
            "user_id": "U_ALICE",
            "trigger_id": f"bench.{self._sent}.{time.time_ns()}",
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


async def measure() -> list[Figures]:
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
            found = await _cases(Sender(client), slack, bot, bare, shop)
        await slack.stop()
        return found


async def _cases(
    sender: Sender, slack: SlackServer, bot: str, bare: str, shop: str
) -> list[Figures]:
    found = [
        Figures.of("bare Bolt, idle", await paced(lambda: sender.command(bare))),
        Figures.of("command, idle", await paced(lambda: sender.command(bot))),
    ]
    alice = slack.member("U_ALICE")
    await journey.connects(alice, shop)
    await alice.closes(everything=True)
    await _runs(bot, "running")
    found += [
        Figures.of("command, syncing", await paced(lambda: sender.command(bot))),
        Figures.of("options, syncing", await paced(lambda: sender.suggestion(bot))),
        Figures.of("bare Bolt, syncing beside it", await paced(lambda: sender.command(bare))),
    ]
    if not await _runs(bot, "running"):
        raise RuntimeError("the sync ended before the measuring did: take more customers")
    return found


async def _runs(bot: str, state: str) -> bool:
    """Whether a run is in that state, as /metrics has it; waits for it a while."""
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(100):
            text = (await client.get(f"{bot}/metrics")).text
            if f'patchbay_runs_kept{{state="{state}"}} 1.0' in text:
                return True
            if 'patchbay_runs_kept{state="succeeded"} 1.0' in text:
                return False
            await asyncio.sleep(0.1)
    return False


def main(json_file: Path | None) -> None:
    found = asyncio.run(measure())
    by_case = {figures.case: figures for figures in found}
    print(f"{'':<32}{'p50':>9}{'p99':>9}{'slowest':>10}   milliseconds")
    for figures in found:
        print(f"{figures.case:<32}{figures.p50:>9}{figures.p99:>9}{figures.slowest:>10}")
    idle, syncing = by_case["command, idle"], by_case["command, syncing"]
    bare, beside = by_case["bare Bolt, idle"], by_case["bare Bolt, syncing beside it"]
    ratios = {
        "idle_p50": round(idle.p50 / bare.p50, 2),
        "idle_p99": round(idle.p99 / bare.p99, 2),
        "syncing_p50": round(syncing.p50 / beside.p50, 2),
        "syncing_p99": round(syncing.p99 / beside.p99, 2),
    }
    print("ratios to the bare Bolt app:", ", ".join(f"{k} {v}" for k, v in ratios.items()))
    if json_file is not None:
        cases = [asdict(figures) for figures in found]
        json_file.write_text(json.dumps({"cases": cases, "ratios": ratios}, indent=2) + "\n")
