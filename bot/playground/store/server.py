"""Demo Store as a whole: records that one can change, switches that break it, and its server."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from starlette.applications import Starlette

from bot.clock import Clock
from bot.playground.store import api, consent, control, records
from bot.playground.store.grants import Grants
from bot.playground.store.shelf import Shelf
from bot.playground.store.trouble import Times, Trouble
from bot.web.serving import Serving

KINDS = ("customers", "orders", "products")
SWITCHES = (  # what /control offers
    "add",
    "change",
    "delete",
    "answers_500",
    "is_slow",
    "malformed_json",
    "bad_records",
    "rate_limits",
    "drops_field",
    "revokes_token",
    "expires_token",
    "works_again",
)


class DemoStore:
    """`async with DemoStore(customers=1000) as store:` serves it at `store.url`."""

    def __init__(
        self,
        port: int = 0,
        *,
        customers: int = 250,
        orders: int = 400,
        products: int = 60,
        seed: int = 1,
        account: str = "Acme Demo Store",
        clock: Clock | None = None,
        token_lifetime: timedelta = timedelta(hours=1),
    ) -> None:
        self.clock = clock or Clock()
        self.account = account
        self.trouble = Trouble()
        self.requests: Counter[str] = Counter()  # by path
        self.grants = Grants(self.clock, token_lifetime)
        sizes = {"customers": customers, "orders": orders, "products": products}
        self._shelves = {
            kind: Shelf(records.seeded(kind, sizes[kind], seed, customers)) for kind in KINDS
        }
        self._dice = Random(f"{seed}:later")
        self._last_change = datetime(2000, 1, 1, tzinfo=UTC)
        self._app = Starlette(
            routes=[
                *consent.routes(self.grants, account),
                *api.routes(account, self._shelves, self.grants, self.trouble, self.requests),
                *control.routes({name: getattr(self, name) for name in SWITCHES}, self.state),
            ]
        )
        self._serving = Serving(self._app, port=port)

    @property
    def url(self) -> str:
        return self._serving.url

    @property
    def port(self) -> int:
        """0 before it was started, unless one was asked for."""
        return self._serving.port

    @property
    def api_key(self) -> str:
        """The key that works now (another one after `revokes_token`)."""
        return self.grants.api_key

    @property
    def last_change(self) -> datetime:
        """When a record was last added, changed or deleted since the store opened."""
        return self._last_change

    async def start(self) -> None:
        """Again on the same port after a stop, with all its records."""
        await self._serving.start()

    async def stop(self) -> None:
        await self._serving.stop()
        self._serving = Serving(self._app, port=self._serving.port)

    async def __aenter__(self) -> "DemoStore":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # records; `kind` is customers, orders or products

    def count(self, kind: str) -> int:
        return len(self._shelves[kind])

    def record(self, kind: str, id: int) -> dict[str, Any]:
        return self._shelves[kind][id]

    def records(self, kind: str) -> Iterator[dict[str, Any]]:
        """All of them by id, deleted ones too."""
        return iter(self._shelves[kind])

    def present(self, kind: str) -> list[int]:
        """Ids of the records that are not deleted, ascending."""
        return [record["id"] for record in self.records(kind) if record["deleted_at"] is None]

    def add(self, kind: str, count: int = 1, **fields: Any) -> list[int]:
        """Makes new records (`fields` as given, the rest made up) and returns their ids."""
        shelf, at = self._shelves[kind], self._tick()
        first = max(shelf.ids(), default=0) + 1
        for id in range(first, first + count):
            record = records.one(kind, self._dice, id, len(self._shelves["customers"]))
            record |= {"created_at": at, "updated_at": at, "deleted_at": None}
            if kind == "orders":
                record["placed_at"] = at
            shelf.put(record | fields)
        return list(range(first, first + count))

    def change(self, kind: str, ids: Iterable[int], **fields: Any) -> None:
        """Sets `fields` (something of the store's choice where none is given)."""
        shelf, at = self._shelves[kind], self._tick()
        for id in ids:
            record = shelf[id]
            shelf.put(record | (fields or records.touched(kind, record)) | {"updated_at": at})

    def delete(self, kind: str, ids: Iterable[int]) -> None:
        """Softly: the record stays listed with `deleted_at` set."""
        shelf, at = self._shelves[kind], self._tick()
        for id in ids:
            shelf.put(shelf[id] | {"deleted_at": at, "updated_at": at})

    def _tick(self) -> str:
        """Now, at least a millisecond after the last change."""
        self._last_change = max(self.clock.now(), self._last_change + timedelta(milliseconds=1))
        return records.timestamp(self._last_change)

    # trouble; a number of times, or True until it is switched off

    def answers_500(self, times: Times = True) -> None:
        self.trouble.errors_500 = times

    def is_slow(self, seconds: float) -> None:
        self.trouble.seconds = seconds

    def malformed_json(self, times: Times = True) -> None:
        self.trouble.malformed = times

    def bad_records(self, share: float) -> None:
        """That share of records (0 to 1) has words where an amount of money belongs."""
        self.trouble.bad_share = share

    def rate_limits(self, times: Times = True, retry_after: float = 1) -> None:
        self.trouble.limited, self.trouble.retry_after = times, retry_after

    def drops_field(self, name: str) -> None:
        """The field (a path like address.city) is sent no more."""
        self.trouble.dropped.append(name)

    def revokes_token(self) -> None:
        """No token and no key given out so far works any more; refreshing fails too."""
        self.grants.revoke_all()

    def expires_token(self) -> None:
        """Access tokens end now; they can be refreshed."""
        self.grants.expire_access()

    def works_again(self) -> None:
        """Every switch off. What was revoked stays revoked."""
        for name, field in Trouble.model_fields.items():
            setattr(self.trouble, name, field.get_default(call_default_factory=True))

    def kept(self) -> dict[str, Any]:
        """Records, tokens and switches, as JSON for `restore`."""
        return {
            "records": {kind: list(self.records(kind)) for kind in KINDS},
            "grants": self.grants.kept(),
            "trouble": self.trouble.model_dump(),
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """The store as it was when an earlier one said what it keeps."""
        for kind in KINDS:
            self._shelves[kind] = Shelf(iter(kept["records"][kind]))
        self.grants.restore(kept["grants"])
        for name, value in kept["trouble"].items():
            setattr(self.trouble, name, value)

    def state(self) -> dict[str, Any]:
        """For /control: what there is and what is switched on."""
        return {
            "account": self.account,
            "api_key": self.api_key,
            "records": {kind: self.count(kind) for kind in KINDS},
            "requests": dict(self.requests),
            "trouble": self.trouble.model_dump(),
        }
