"""The demo store: its records as a table that one can write in, and the switches that break it."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.connectors.values import MISSING, value_at
from bot.playground.host import Playground
from bot.playground.page.answers import Refused, answer
from bot.playground.page.panels import asking
from bot.playground.page.panels.asking import Asked
from bot.playground.store.server import KINDS

Kind = Literal["customers", "orders", "products"]

# What is shown of a record, by path; and which of it can be written in place.
COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": ("id", "first_name", "last_name", "email", "address.city", "total_spent"),
    "orders": ("id", "number", "customer_id", "status", "total", "currency"),
    "products": ("id", "sku", "title", "price", "stock", "active"),
}
EDITABLE: dict[str, tuple[str, ...]] = {
    "customers": ("first_name", "last_name", "email", "total_spent"),
    "orders": ("status", "total"),
    "products": ("title", "price", "stock", "active"),
}
DROPPABLE = (
    "email",
    "first_name",
    "last_name",
    "address.city",
    "total_spent",
    "total",
    "status",
    "price",
    "title",
)
SLOW, TOO_SLOW = 3.0, 12.0  # seconds; the demo's bot waits 10 for an answer
BAD_SHARE = 0.3

Switch = Literal["500", "slow", "timeout", "bad", "malformed", "limited", "drop"]


class Add(Asked):
    kind: Kind
    count: int = Field(1, ge=1, le=500)


class Change(Asked):
    kind: Kind
    ids: list[int] = Field(min_length=1, max_length=500)
    fields: dict[str, str] = Field({})  # none: something of the store's choice


class Delete(Asked):
    kind: Kind
    ids: list[int] = Field(min_length=1, max_length=500)


class Turn(Asked):
    switch: Switch
    on: bool
    field: str = ""  # for "drop"


class StorePanel:
    def __init__(self, ground: Playground) -> None:
        self._store = ground.store
        self._done = 0  # changes made here
        self._said: str = ""  # what was last done to the tokens

    def routes(self) -> list[Route]:
        return [
            Route("/api/store", self._look),
            Route("/api/store/add", self._add, methods=["POST"]),
            Route("/api/store/change", self._change, methods=["POST"]),
            Route("/api/store/delete", self._delete, methods=["POST"]),
            Route("/api/store/switch", self._turn, methods=["POST"]),
            Route("/api/store/token/{what}", self._token, methods=["POST"]),
            Route("/api/store/works-again", self._works_again, methods=["POST"]),
        ]

    def mark(self) -> str:
        store = self._store
        newest = store.last_change.isoformat()
        trouble = store.trouble.model_dump_json()
        return f"{newest}|{store.requests.total()}|{trouble}|{self._done}"

    async def _look(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "customers")
        if kind not in KINDS:
            raise Refused(f"There are no {kind} in this store.")
        words = request.query_params.get("q", "").casefold().split()
        found = sorted(
            (record for record in self._store.records(kind) if _has(record, kind, words)),
            key=lambda record: (record["updated_at"], record["id"]),
            reverse=True,
        )
        page, pages, part = asking.page_of(len(found), asking.number(request, "page", 1))
        return answer(
            {
                "kind": kind,
                "columns": COLUMNS[kind],
                "editable": EDITABLE[kind],
                "rows": [_row(record, kind) for record in found[part]],
                "total": len(found),
                "page": page,
                "pages": pages,
                "state": self._state(),
            }
        )

    def _state(self) -> dict[str, Any]:
        store = self._store
        return {
            "account": store.account,
            "url": store.url,
            "counts": {kind: len(store.present(kind)) for kind in KINDS},
            "requests": dict(store.requests),
            "switches": self._switches(),
            "dropped": list(store.trouble.dropped),
            "droppable": DROPPABLE,
            "said": self._said,
        }

    def _switches(self) -> dict[Switch, bool]:
        trouble = self._store.trouble
        return {
            "500": bool(trouble.errors_500),
            "slow": 0 < trouble.seconds < TOO_SLOW,
            "timeout": trouble.seconds >= TOO_SLOW,
            "bad": trouble.bad_share > 0,
            "malformed": bool(trouble.malformed),
            "limited": bool(trouble.limited),
            "drop": bool(trouble.dropped),
        }

    async def _add(self, request: Request) -> Response:
        asked = await asking.read(request, Add)
        return self._did({"ids": self._store.add(asked.kind, asked.count)})

    async def _change(self, request: Request) -> Response:
        asked = await asking.read(request, Change)
        self._must_be_there(asked.kind, asked.ids)
        odd = [name for name in asked.fields if name not in EDITABLE[asked.kind]]
        if odd:
            raise Refused(f"{odd[0]} cannot be changed here.")
        fields = {name: _typed(name, text) for name, text in asked.fields.items()}
        self._store.change(asked.kind, asked.ids, **fields)
        return self._did({"ids": asked.ids})

    async def _delete(self, request: Request) -> Response:
        asked = await asking.read(request, Delete)
        self._must_be_there(asked.kind, asked.ids)
        self._store.delete(asked.kind, asked.ids)
        return self._did({"ids": asked.ids})

    def _must_be_there(self, kind: str, ids: list[int]) -> None:
        present = set(self._store.present(kind))
        gone = [id for id in ids if id not in present]
        if gone:
            raise Refused(f"{gone[0]} is not there any more.")

    async def _turn(self, request: Request) -> Response:
        asked = await asking.read(request, Turn)
        turn = self._turns()[asked.switch]
        turn(asked.on, asked.field)
        return self._did(self._state())

    def _turns(self) -> dict[Switch, Callable[[bool, str], None]]:
        store = self._store
        return {
            "500": lambda on, _: store.answers_500(on),
            "slow": lambda on, _: store.is_slow(SLOW if on else 0),
            "timeout": lambda on, _: store.is_slow(TOO_SLOW if on else 0),
            "bad": lambda on, _: store.bad_records(BAD_SHARE if on else 0),
            "malformed": lambda on, _: store.malformed_json(on),
            "limited": lambda on, _: store.rate_limits(on),
            "drop": self._drop,
        }

    def _drop(self, on: bool, field: str) -> None:
        dropped = self._store.trouble.dropped
        if not on:
            dropped.clear()
            return
        if field not in DROPPABLE:
            raise Refused("Choose the field that is no longer sent.")
        if field not in dropped:
            self._store.drops_field(field)

    async def _token(self, request: Request) -> Response:
        match request.path_params["what"]:
            case "revoke":
                self._store.revokes_token()
                self._said = "All tokens and keys were revoked: only authorizing again helps."
            case "expire":
                self._store.expires_token()
                self._said = (
                    "The access tokens have expired: the bot should refresh them by itself."
                )
            case _:
                raise Refused("Tokens can be revoked or expire.")
        return self._did(self._state())

    async def _works_again(self, _: Request) -> Response:
        self._store.works_again()
        self._said = ""
        return self._did(self._state())

    def _did(self, told: dict[str, Any]) -> Response:
        self._done += 1
        return answer(told)


def _has(record: dict[str, Any], kind: str, words: list[str]) -> bool:
    if not words:
        return True
    text = " ".join(_shown(record, path) for path in COLUMNS[kind]).casefold()
    return all(word in text for word in words)


def _row(record: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": record["id"],
        "cells": [_shown(record, path) for path in COLUMNS[kind]],
        "updated_at": record["updated_at"],
        "created": record["created_at"] == record["updated_at"],
        "deleted": record["deleted_at"] is not None,
    }


def _shown(record: dict[str, Any], path: str) -> str:
    value = value_at(record, path)
    if value is None or value is MISSING:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _typed(name: str, text: str) -> Any:
    """As the store would send it; what cannot be read so is sent as it was typed."""
    text = text.strip()[:200]
    if name == "stock":
        return int(text) if text.isascii() and text.isdigit() else text
    if name == "active":
        return {"yes": True, "no": False}.get(text.casefold(), text)
    return text
