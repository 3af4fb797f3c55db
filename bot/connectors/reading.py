"""Pages as they come: finding the records in an answer, and noticing when a list never ends."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.computing import computed
from bot.connectors.bodies import decode_record
from bot.connectors.grammar import ListSpec
from bot.connectors.paginators import Offset, PageNumber, Paginator, Position, Unusable
from bot.connectors.values import value_at
from bot.courtesy import answered

AT_ONCE = 512 * 1024  # bytes of a page that is dealt with at once: about a millisecond's work
_LONGEST_POSITION = 16_384  # characters of its JSON


class RawRecords(Sequence[Any]):
    """A page's records as they came; one is made into values only when somebody looks at it."""

    def __init__(
        self,
        count: int,
        split: Callable[[], Sequence[msgspec.Raw]],
        *,
        has_odd_texts: bool = True,
    ) -> None:
        """`has_odd_texts`: whether it may hold characters that no database keeps."""
        self.has_odd_texts = has_odd_texts
        self._count = count
        self._split = split
        self._parts: Sequence[msgspec.Raw] | None = None

    @classmethod
    def of(cls, parts: Sequence[bytes]) -> "RawRecords":
        return cls(len(parts), lambda: [msgspec.Raw(part) for part in parts])

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        """Raises msgspec.DecodeError or RecursionError for a record that `raw` still gives."""
        if isinstance(place, slice):
            return [decode_record(part) for part in self.parts[place]]
        return decode_record(self.parts[place])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawRecords) and self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]

    @property
    def parts(self) -> Sequence[msgspec.Raw]:
        if self._parts is None:
            self._parts = self._split()
        return self._parts

    def where(self, is_wanted: Callable[[Any], bool]) -> "RawRecords":
        """These records, and those that cannot be read: what is wrong is not said here."""

        def stays(part: msgspec.Raw) -> bool:
            try:
                return is_wanted(decode_record(part))
            except (msgspec.DecodeError, RecursionError):
                return True

        return RawRecords.of([bytes(part) for part in self.parts if stays(part)])

    def raw(self, place: int) -> bytes:
        """The record's JSON."""
        return bytes(self.parts[place])


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found in the body of an answer."""

    body: Any  # at least what the paginator looks at
    records: Sequence[Any]
    structs: Sequence[Any] | None = None  # the records once more, typed


# From a body and its content type; None where the usual way has to do.
Reader = Callable[[bytes, str], Content | None]


async def read_with(reader: Reader, body: bytes, content_type: str) -> Content | None:
    """A large body is read in a thread. Of others, the way there and back costs more than that."""
    await answered()
    if len(body) <= AT_ONCE:
        return reader(body, content_type)
    return await computed(reader, body, content_type)


def records_in(body: Any, spec: ListSpec) -> list[Any]:
    """The records of an answer; null where the list should be is an empty one.

    Raises Unusable, saying where lists were found instead.
    """
    found = value_at(body, spec.records)
    if spec.single:
        if isinstance(found, dict):
            return [found]
        raise Unusable(f"no record{_at(spec.records)}")
    if isinstance(found, list):
        return found
    if found is None and spec.records:
        return []
    elsewhere = [f"“{path}”" for path in _lists(body)][:3]
    hint = f" (there are lists at {', '.join(elsewhere)})" if elsewhere else ""
    raise Unusable(f"no list of records{_at(spec.records)}{hint}")


class Trail:
    """Where a listing is and has been. A place seen before, or too many places, is no list."""

    def __init__(self, most: int, start: dict[str, Any] | None = None) -> None:
        """`most`: pages of one listing, resumed ones included."""
        self.number = 1
        self.position: Position | None = None
        self._most = most
        self._seen: set[int] = set()
        self._last: Sequence[Any] = []
        if start is not None:
            self.move(start)

    def step(
        self, following: Position | None, records: Sequence[Any], paginator: Paginator | None
    ) -> dict[str, Any] | None:
        """The position that follows the page just read, with its number, to be kept and resumed at.

        Raises Unusable where it leads in a circle or on for ever.
        """
        if isinstance(paginator, PageNumber | Offset):
            if records and records == self._last:
                raise Unusable("the same records for two pages in a row: it does not turn pages")
            self._last = records
        if following is None:
            return None
        if self._key(following) in self._seen:
            raise Unusable("the same page token twice: its pages lead in a circle")
        if self.number >= self._most:
            raise Unusable(f"more than {self._most:,} pages of one list")
        return following | {"number": self.number + 1}

    def move(self, position: dict[str, Any]) -> None:
        """Goes to a position that `step` gave, in this listing or an earlier one."""
        self.position = {key: value for key, value in position.items() if key != "number"}
        self.number = int(position.get("number", 1))
        self._seen.add(self._key(self.position))

    def _key(self, position: Position) -> int:
        text = json.dumps(position, sort_keys=True)
        if len(text) > _LONGEST_POSITION:
            raise Unusable("a page token of more than 16,384 characters")
        return hash(text)  # 64 bits of a keyed hash: enough for as many pages as there may be


def _at(path: str) -> str:
    return f" at “{path}”" if path else ""


def _lists(body: Any, depth: int = 3) -> Iterator[str]:
    """Paths of lists of records in an answer."""
    if not isinstance(body, dict) or not depth:
        return
    for key, value in body.items():
        if isinstance(value, list) and (not value or isinstance(value[0], dict)):
            yield key
        else:
            yield from (f"{key}.{below}" for below in _lists(value, depth - 1))
