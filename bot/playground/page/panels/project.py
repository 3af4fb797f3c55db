"""The destination: its tables as they are now, with what changed since the last look."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.host import Playground
from bot.playground.page.answers import Refused, answer
from bot.playground.page.panels import asking
from bot.playground.page.panels.asking import Asked
from bot.playground.page.panels.tables import Contents, Key, Tables

LOOKS = 16  # browser tabs whose last look is remembered

Snapshot = dict[str, dict[Key, int]]  # table: key: what the row was like


class Looked(Asked):
    look: str


@dataclass(frozen=True, slots=True)
class Difference:
    new: frozenset[Key]
    changed: frozenset[Key]
    removed: int

    @property
    def total(self) -> int:
        return len(self.new) + len(self.changed) + self.removed


NONE = Difference(frozenset(), frozenset(), 0)


class ProjectPanel:
    def __init__(self, ground: Playground) -> None:
        self._tables = Tables(ground.settings.project_url.get_secret_value())
        self._looks: OrderedDict[str, Snapshot] = OrderedDict()
        self._known: dict[str, Contents] = {}
        self._known_at = ""
        self._reading = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [
            Route("/api/project", self._look),
            Route("/api/project/looked", self._looked, methods=["POST"]),
        ]

    async def mark(self) -> str:
        return await asyncio.to_thread(self._tables.mark)

    async def close(self) -> None:
        await asyncio.to_thread(self._tables.close)

    async def _look(self, request: Request) -> Response:
        asked = request.query_params
        contents = await self._contents()
        last = self._last_look(asked.get("look", ""), contents)
        differences = {name: _difference(last.get(name), now) for name, now in contents.items()}
        name = asked.get("table") or next(iter(contents), "")
        shown: dict[str, Any] = {
            "database": self._tables.label,
            "tables": [
                {
                    "name": table.name,
                    "rows": table.count,
                    "changed": differences[table.name].total,
                }
                for table in contents.values()
            ],
            "table": None,
        }
        if name in contents:
            words = asked.get("q", "").casefold().split()
            page = asking.number(request, "page", 1)
            shown["table"] = _page(contents[name], differences[name], words, page)
        return answer(shown)

    async def _looked(self, request: Request) -> Response:
        """From now on only what changes later is marked for this look."""
        asked = await asking.read(request, Looked)
        self._looks[asked.look] = _snapshot(await self._contents())
        return answer({})

    def _last_look(self, look: str, contents: dict[str, Contents]) -> Snapshot:
        if look not in self._looks:
            self._looks[look] = _snapshot(contents)
        self._looks.move_to_end(look)
        while len(self._looks) > LOOKS:
            self._looks.popitem(last=False)
        return self._looks[look]

    async def _contents(self) -> dict[str, Contents]:
        """Of every table; read anew only where something was written. Raises Refused."""
        async with self._reading:
            at = await self.mark()
            if at != self._known_at or not at:
                try:
                    self._known = await asyncio.to_thread(self._tables.read)
                except SQLAlchemyError as error:
                    raise Refused(f"The project's database does not answer: {error}") from None
                self._known_at = at
            return self._known


def _snapshot(contents: dict[str, Contents]) -> Snapshot:
    return {name: table.prints for name, table in contents.items()}


def _difference(before: dict[Key, int] | None, now: Contents) -> Difference:
    """`before` None: the table was not there yet, so all of it is new."""
    if not now.is_whole:
        return NONE
    before = before or {}
    new = frozenset(key for key in now.prints if key not in before)
    changed = frozenset(
        key for key, print in now.prints.items() if key in before and before[key] != print
    )
    removed = sum(key not in now.prints for key in before)
    return Difference(new, changed, removed)


def _page(table: Contents, difference: Difference, words: list[str], asked: int) -> dict[str, Any]:
    """What changed comes first, then the rest by its key."""
    marked = difference.new | difference.changed
    rows = [row for row in table.rows if _has(row.cells, words)]
    rows.sort(key=lambda row: row.key not in marked)
    page, pages, part = asking.page_of(len(rows), asked)
    return {
        "name": table.name,
        "columns": [
            {"name": column.name, "type": column.type, "key": column.is_key}
            for column in table.columns
        ],
        "rows": [
            {"key": "·".join(row.key), "cells": row.cells, "mark": _mark(row.key, difference)}
            for row in rows[part]
        ],
        "total": len(rows),
        "count": table.count,
        "is_whole": table.is_whole,
        "new": len(difference.new),
        "changed": len(difference.changed),
        "removed": difference.removed,
        "page": page,
        "pages": pages,
    }


def _has(cells: list[str | None], words: list[str]) -> bool:
    if not words:
        return True
    text = " ".join(cell or "" for cell in cells).casefold()
    return all(word in text for word in words)


def _mark(key: Key, difference: Difference) -> str | None:
    if key in difference.new:
        return "new"
    return "changed" if key in difference.changed else None
