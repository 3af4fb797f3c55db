"""One kind of record, kept in the order in which it is listed."""

import base64
import binascii
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

Place = tuple[str, int]  # (updated_at, id)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class BadCursor(ValueError):
    """The `cursor` was not made here."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A page: the records as encoded JSON, and the cursor of the next page, if there is one."""

    records: Sequence[bytes]
    next_cursor: str | None


class Shelf:
    """Encoded records by id, listed by (updated_at, id). A page costs what is on it, no more."""

    def __init__(self, records: Iterator[dict[str, Any]]) -> None:
        self._encoded: dict[int, bytes] = {}
        self._updated: dict[int, str] = {}
        for record in records:
            self._encoded[record["id"]] = _encode(record)
            self._updated[record["id"]] = record["updated_at"]
        self._order: list[Place] = sorted((at, id) for id, at in self._updated.items())

    def __len__(self) -> int:
        return len(self._encoded)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every record, by id."""
        for id in sorted(self._encoded):
            yield self[id]

    def __getitem__(self, id: int) -> dict[str, Any]:
        return _decode(self._encoded[id])

    def ids(self) -> list[int]:
        return sorted(self._encoded)

    def put(self, record: dict[str, Any]) -> None:
        """Adds a record, or replaces the one with its id."""
        id, at = record["id"], record["updated_at"]
        before = self._updated.get(id)
        if before is not None:
            del self._order[bisect_left(self._order, (before, id))]
        insort(self._order, (at, id))
        self._updated[id] = at
        self._encoded[id] = _encode(record)

    def page(self, limit: int, cursor: str | None = None, since: str | None = None) -> Slice:
        """Raises BadCursor. `since`: only what was updated at that time or later."""
        start = bisect_left(self._order, (since, 0)) if since else 0
        if cursor:
            start = max(start, bisect_right(self._order, _place(cursor)))
        places = self._order[start : start + limit]
        more = start + limit < len(self._order)
        return Slice(
            [self._encoded[id] for _, id in places],
            _cursor(places[-1]) if more and places else None,
        )


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{place[0]}|{place[1]}".encode()).decode()


def _place(cursor: str) -> Place:
    try:
        at, id = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        return at, int(id)
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise BadCursor(cursor) from error
