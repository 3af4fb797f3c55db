"""Reads a page from its bytes straight into rows: typed as a whole, column by column.

Where a record of the page is not as usual, the others stay on this way, and that one is looked at
by itself (`Plan.map`), which knows every spelling of a value and the words for what is wrong.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from bot.connectors.bodies import BadBody, as_utf8, decode
from bot.connectors.grammar import DataType
from bot.connectors.reading import Content, RawRecords
from bot.sync.mapper import MappedPage, Mapper
from bot.sync.typed import RecordType, Shape

_AT_ONCE = 1024 * 1024  # bytes; one call of the decoder lets no other thread run meanwhile
_SOME = 100  # records decoded together where a page as a whole will not do
_CODE = re.compile(rb"\\[uU]")  # two letters, for then it is looked for by its first byte alone
_NUL = b"\\u0000"  # kept by no database
# Escapes of characters beyond 16 bits: two halves, one after the other. One alone is none.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]")

Parts = list[msgspec.Raw]
Unpack = Callable[[bytes], tuple[Any, list[Any]]]  # the body without its records, the records


class PageReader:
    """Made for one transfer; `mapper` comes when the table is known. Call it in a thread."""

    def __init__(self, data_type: DataType) -> None:
        self._data_type = data_type
        self._split = _unpacker(data_type, msgspec.Raw)
        self._whole: Unpack | None = None
        self._mapper: Mapper | None = None

    def maps_with(self, mapper: Mapper) -> None:
        """From now on pages come mapped."""
        self._mapper = mapper
        filtered = self._data_type.list.without is not None  # by whoever asked for the page
        if mapper.record is not None and self._split is not None and not filtered:
            self._whole = _unpacker(self._data_type, mapper.record.struct, mapper.record.hook)

    def __call__(self, body: bytes, content_type: str) -> Content | None:
        """None for what only the usual way can read, or say what is wrong with."""
        if self._split is None:
            return None
        try:
            text = as_utf8(body, content_type)
            if self._mapper is None or self._mapper.record is None or self._whole is None:
                return self._unmapped(text)
            return self._mapped(text, self._mapper, self._mapper.record)
        except (msgspec.MsgspecError, BadBody, ValueError, RecursionError):
            return None

    def mapped(self, records: Sequence[Any], mapper: Mapper) -> MappedPage:
        """A page that came unmapped: read before the table was known, or the usual way."""
        if isinstance(records, RawRecords) and mapper.record is not None:
            return mapper.page(records, list(typed(mapper.record, records.parts)))
        return mapper.plain_page(records)

    def _unmapped(self, text: bytes) -> Content:
        assert self._split is not None
        found, parts = self._split(text)
        return Content(found, RawRecords(len(parts), lambda: parts))

    def _mapped(self, text: bytes, mapper: Mapper, record: RecordType) -> Content:
        assert self._split is not None
        assert self._whole is not None
        if len(text) <= _AT_ONCE and not _is_odd(text):
            try:
                found, structs = self._whole(text)
            except msgspec.DecodeError:
                pass
            else:
                split = self._split
                records = RawRecords(len(structs), lambda: split(text)[1])
                return Content(found, records, mapper.page(records, structs))
        found, parts = self._split(text)
        records = RawRecords(len(parts), lambda: parts)
        return Content(found, records, mapper.page(records, list(typed(record, parts))))


def typed(record: RecordType, parts: Sequence[msgspec.Raw]) -> Iterator[Any]:
    """Each record as a struct; None for one that is not as usual."""
    for start in range(0, len(parts), _SOME):
        some = parts[start : start + _SOME]
        text = b"[" + b",".join(some) + b"]"
        try:
            if _is_odd(text):
                raise msgspec.DecodeError
            yield from record.many.decode(text)
        except msgspec.DecodeError:
            for part in some:
                yield _struct(record, part)


def _struct(record: RecordType, part: msgspec.Raw) -> Any:
    if _is_odd(bytes(part)):
        return None
    try:
        return record.one.decode(part)
    except msgspec.DecodeError:
        return None


def _is_odd(text: bytes) -> bool:
    """Whether it may hold NUL, or half a character: what is skipped is not looked at otherwise."""
    if b"\\" not in text:  # a look that is cheap, and enough for most pages
        return False
    if not _CODE.search(text):  # quotes and line ends alone
        return False
    return _NUL in text or len(_HALF.findall(text)) != 2 * len(_PAIR.findall(text))


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
