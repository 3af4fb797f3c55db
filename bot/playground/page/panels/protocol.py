"""Every exchange between Slack and the bot, both ways: a list, and the JSON of each."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.host import Playground
from bot.playground.page.answers import Refused, answer
from bot.playground.page.panels import asking
from bot.playground.page.panels.masking import masked, of_call, of_parcel
from bot.playground.slack.deliveries import Exchange
from bot.playground.slack.server import ApiCall

KEPT = 400  # exchanges
SHOWN = 50
SLOW = 100.0  # milliseconds until an acknowledgement is marked


@dataclass(slots=True)
class Entry:
    number: int
    it: Exchange | ApiCall
    text: str | None = field(default=None)  # its JSON in small letters, to search in

    @property
    def is_done(self) -> bool:
        it = self.it
        return isinstance(it, ApiCall) or it.status is not None or it.problem is not None


class ProtocolPanel:
    def __init__(self, ground: Playground) -> None:
        self._log = ground.slack.log
        self._calls = ground.slack.calls
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._total = 0
        self._taken = [0, 0]  # how much of the log and of the calls is in `entries`

    def routes(self) -> list[Route]:
        return [
            Route("/api/protocol", self._list),
            Route("/api/protocol/{number:int}", self._one),
        ]

    def mark(self) -> str:
        self._take()
        waiting = sum(not entry.is_done for entry in self._entries)
        return f"{self._total}|{waiting}"

    async def _list(self, request: Request) -> Response:
        self._take()
        words = request.query_params.get("q", "").casefold().split()
        direction = request.query_params.get("direction", "")
        most = asking.number(request, "limit", SHOWN, KEPT)
        entries = [entry for entry in reversed(self._entries) if _goes(entry, direction)]
        if words:
            entries = await asyncio.to_thread(_having, entries, words)
        return answer(
            {
                "exchanges": [_summary(entry) for entry in entries[:most]],
                "found": len(entries),
                "kept": len(self._entries),
                "total": self._total,
            }
        )

    async def _one(self, request: Request) -> Response:
        number = request.path_params["number"]
        entry = next((entry for entry in self._entries if entry.number == number), None)
        if entry is None:
            raise Refused(f"Only the last {KEPT} exchanges are kept; this one is gone.")
        sent, answered = _json_of(entry)
        return answer(_summary(entry) | {"sent": sent, "answer": answered})

    def _take(self) -> None:
        """Takes in what is new, oldest first; the stand-in's own lists are kept short as well."""
        fresh = [*self._fresh(self._log, 0), *self._fresh(self._calls, 1)]
        for it in sorted(fresh, key=lambda it: it.at):
            self._total += 1
            self._entries.append(Entry(self._total, it))

    def _fresh(self, kept: list[Any], place: int) -> list[Exchange | ApiCall]:
        fresh = kept[min(self._taken[place], len(kept)) :]
        if len(kept) > 2 * KEPT:
            del kept[:-KEPT]
        self._taken[place] = len(kept)
        return fresh


def _goes(entry: Entry, direction: str) -> bool:
    return direction not in ("slack", "bot") or direction == _from(entry)


def _from(entry: Entry) -> str:
    return "slack" if isinstance(entry.it, Exchange) else "bot"


def _having(entries: list[Entry], words: list[str]) -> list[Entry]:
    return [entry for entry in entries if all(word in _text(entry) for word in words)]


def _text(entry: Entry) -> str:
    if entry.text is not None:
        return entry.text
    everything = [_summary(entry), *_json_of(entry)]
    text = json.dumps(everything, ensure_ascii=False).casefold()
    if entry.is_done:
        entry.text = text
    return text


def _json_of(entry: Entry) -> tuple[Any, Any]:
    """What was sent and what was answered, without secrets."""
    it = entry.it
    if isinstance(it, ApiCall):
        return masked(of_call(it.args)), masked(it.answer)
    return masked(of_parcel(it.sent)), masked(it.answer)


def _summary(entry: Entry) -> dict[str, Any]:
    it = entry.it
    shown = {"number": entry.number, "at": it.at, "from": _from(entry)}
    if isinstance(it, ApiCall):
        error = it.answer.get("error") if not it.answer.get("ok") else None
        return shown | {
            "kind": "Web API",
            "what": it.method,
            "status": it.status,
            "ms": None,
            "slow": False,
            "problem": error,
        }
    return shown | {
        "kind": it.kind,
        "what": it.what,
        "status": it.status,
        "ms": round(it.ack_ms, 1) if it.ack_ms is not None else None,
        "slow": it.ack_ms is not None and it.ack_ms > SLOW,
        "problem": it.problem,
    }
