"""Reads a page from its bytes: as typed records where they are as usual, else as they came."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from bot.connectors.bodies import BadBody, as_utf8, decode
from bot.connectors.grammar import DataType
from bot.connectors.reading import Content, RawRecords
from bot.sync.typed import RecordType, Shape, is_odd, mended

_AT_ONCE = 1024 * 1024  # bytes; one call of the decoder lets no other thread run meanwhile

_TRIED = 3  # pages in a row that have a bad record, before the next ones are not read whole
_LEFT_OUT = 10  # … this many; then one is tried again

Parts = list[msgspec.Raw]
Unpack = Callable[[bytes], tuple[Any, list[Any]]]  # the body without its records, the records


class PageReader:
    """Made for one transfer. What records are read as is said when the table is known."""

    def __init__(self, data_type: DataType) -> None:
        self._data_type = data_type
        self._parts = _unpacker(data_type, msgspec.Raw)
        self._whole: Unpack | None = None
        self._failed = 0  # pages in a row that could not be read whole

    def reads(self, record: RecordType | None) -> None:
        """From now on pages come typed, where they can."""
        filtered = self._data_type.list.without is not None  # by whoever asked for the page
        if record is not None and self._parts is not None and not filtered:
            self._whole = _unpacker(self._data_type, record.struct, record.hook)

    def __call__(self, body: bytes, content_type: str) -> Content | None:
        """None for what only the usual way can read, or say what is wrong with."""
        if self._parts is None:
            return None
        try:
            return self._content(as_utf8(body, content_type), self._parts)
        except (msgspec.MsgspecError, BadBody, ValueError, RecursionError):
            return None

    def _content(self, text: bytes, parts: Unpack) -> Content:
        odd = is_odd(text)
        if self._whole is not None and len(text) <= _AT_ONCE and not odd and self._tries_whole():
            try:
                found, structs = self._whole(text)
            except msgspec.DecodeError:
                self._failed += 1  # one of them is not as usual: the mapper looks which
            else:
                self._failed = 0
                records = RawRecords(len(structs), lambda: parts(text)[1])
                return Content(found, records, structs)
        whole = mended(text) if odd else text
        found, split = parts(whole)
        if whole != text:
            split = list(_as_they_came(text, whole, split))
        return Content(found, RawRecords(len(split), lambda: split, has_odd_texts=odd))

    def _tries_whole(self) -> bool:
        """Not each page after several that had a bad record: this one has, too, as a rule."""
        if self._failed < _TRIED:
            return True
        self._failed += 1
        if self._failed == _TRIED + _LEFT_OUT:
            self._failed = _TRIED - 1
        return False


def _as_they_came(text: bytes, whole: bytes, parts: Parts) -> Iterator[msgspec.Raw]:
    """The parts of a mended text as the text itself has them."""
    end = 0
    for part in parts:
        start = whole.index(bytes(part), end)
        end = start + memoryview(part).nbytes
        yield msgspec.Raw(text[start:end])


def _unpacker(data_type: DataType, record: Any, hook: Any = None) -> Unpack | None:
    """Unpacks a body into what the paginator looks at, and its records; None: not this way.

    Raises msgspec.MsgspecError where the body does not have that form.
    """
    spec = data_type.list
    looks_at = data_type.paginator.looks_at if data_type.paginator else ()
    if spec.single:
        return None
    if not spec.records:
        listed = msgspec.json.Decoder(list[record], float_hook=hook)
        return (lambda body: ({}, listed.decode(body))) if not looks_at else None
    try:
        shape = Shape({spec.records: list[record]} | dict.fromkeys(looks_at, msgspec.Raw))
    except ValueError:
        return None
    decoder = msgspec.json.Decoder(shape.struct, float_hook=hook)

    def unpack(body: bytes) -> tuple[Any, list[Any]]:
        envelope = decoder.decode(body)
        [records] = shape.columns([envelope])[spec.records]
        if records is None:
            raise msgspec.ValidationError("no records")
        return _read(shape.values(envelope)), records

    return unpack


def _read(value: Any) -> Any:
    """The parts of an envelope as values, without the records."""
    if isinstance(value, dict):
        return {key: _read(part) for key, part in value.items()}
    return decode(bytes(value)) if isinstance(value, msgspec.Raw) else None
