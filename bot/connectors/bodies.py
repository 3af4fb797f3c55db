"""Bodies of answers: unpacked piece by piece under a cap, and read as JSON."""

import asyncio
import codecs
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from bot.computing import computed

ENCODINGS = "gzip, deflate"  # what we ask for; both unpack in bounded memory

_PIECE = 256 * 1024  # bytes unpacked at a time
_IN_THREAD = 256 * 1024  # bodies beyond this are decoded off the loop
_LEVELS = 4  # of a large body that are taken apart: the list of records is not deeper
_EXPONENT = 400  # no number of a record is that large or small; some blow up when converted
_CHARSETS = {
    "utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
    "cp1250", "cp1251", "cp1252", "iso8859-1", "iso8859-2", "iso8859-15", "koi8-r",
    "shift_jis", "euc_jp", "euc_kr", "gb2312", "gbk", "gb18030", "big5",
}  # fmt: skip


class BadBody(Exception):
    """A body that cannot be used; the text completes "it sent …"."""


class TooLarge(BadBody):
    """More than the cap, packed or unpacked."""


async def unpacked(pieces: AsyncIterator[bytes], encoding: str, limit: int) -> AsyncIterator[bytes]:
    """The body without its Content-Encoding, never more than `limit` bytes of it.

    Raises TooLarge beyond that, BadBody for an encoding that we did not ask for or broken data.
    """
    unpack = _unpacker(encoding)
    total = 0
    async for packed in pieces:
        for piece in unpack(packed):
            total += len(piece)
            if total > limit:
                raise TooLarge(f"more than {limit:,} bytes in one answer")
            yield piece
            if len(piece) == _PIECE:  # a little that unpacks to a lot: the loop goes on meanwhile
                await asyncio.sleep(0)


def _unpacker(encoding: str) -> Callable[[bytes], Iterable[bytes]]:
    """A function from packed bytes to pieces of unpacked ones."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return lambda packed: (packed,)
    if name not in ("gzip", "x-gzip", "deflate"):
        raise BadBody(f"data packed as “{name[:40]}”, which was not asked for")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # takes gzip and zlib by their header
    started = False

    def unpack(packed: bytes) -> Iterator[bytes]:
        nonlocal inflate, started
        if not started and name == "deflate" and packed and packed[0] & 0x0F != 8:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers leave zlib's header out
        started = started or bool(packed)
        try:
            while packed:
                piece = inflate.decompress(packed, _PIECE)
                packed = inflate.unconsumed_tail
                if piece:
                    yield piece
        except zlib.error as error:
            raise BadBody(f"data that is not the {name} it says") from error

    return unpack


async def decoded(body: bytes, content_type: str = "") -> Any:
    """The body as JSON; a large one is decoded in a thread, so that the loop goes on.

    Decimal fractions come as Decimal, so that money stays exact. Raises BadBody.
    """
    if len(body) <= _IN_THREAD:
        return decode(body, content_type)
    return await computed(decode, body, content_type)


def decode(body: bytes, content_type: str = "") -> Any:
    """See `decoded`."""
    try:
        return _by_parts(as_utf8(body, content_type), _LEVELS)
    except RecursionError as error:
        raise BadBody("JSON nested too deeply") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise BadBody(_what_it_is(body, content_type)) from error


def _by_parts(text: bytes | msgspec.Raw, levels: int) -> Any:
    """The value of JSON; a large one by its parts, so that other threads get their turns.

    One call of the decoder lets nobody else run until it ends. It finds the ends of parts many
    times faster than it makes values of them.
    """
    view = memoryview(text)
    if view.nbytes <= _IN_THREAD or not levels:
        return _DECODER.decode(text)
    opening = bytes(view[:64]).lstrip()[:1]
    if opening == b"{":
        return {key: _by_parts(part, levels - 1) for key, part in _OBJECT.decode(text).items()}
    if opening == b"[":
        return [_by_parts(part, levels - 1) for part in _LIST.decode(text)]
    return _DECODER.decode(text)


class OutOfBounds:
    """A number that is no figure of anybody's business, as it is written. Fits no field."""

    def __init__(self, text: str) -> None:
        self.text = text


def decode_record(text: bytes | msgspec.Raw) -> Any:
    """JSON out of the middle of a page. Numbers out of all bounds stay what they are.

    Raises msgspec.DecodeError for half characters (lone surrogates), RecursionError.
    """
    return _RECORD.decode(text)


def _bounded(text: str) -> Decimal | OutOfBounds:
    try:
        return _number(text)
    except ValueError:
        return OutOfBounds(text)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if abs(number.adjusted()) > _EXPONENT:
        raise ValueError("a number out of all bounds")
    return number


_DECODER = msgspec.json.Decoder(float_hook=_number)
_RECORD = msgspec.json.Decoder(float_hook=_bounded)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def as_utf8(body: bytes, content_type: str) -> bytes:
    """JSON is UTF-8; other charsets are taken where the answer names them or marks itself.

    Raises BadBody and UnicodeDecodeError.
    """
    if body.startswith(codecs.BOM_UTF8):
        return body[len(codecs.BOM_UTF8) :]
    charset = _charset(content_type)
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        charset = "utf-16"
    if charset in ("utf-8", "ascii"):
        if not body.isascii():
            body.decode()  # what a decoder skips it does not look at
        return body
    return body.decode(charset).encode()


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == "charset":
            named = value.strip().strip("\"'")
            try:
                charset = codecs.lookup(named).name
            except (LookupError, ValueError):
                charset = ""
            if charset not in _CHARSETS:
                raise BadBody(f"text in an unknown charset, “{named[:40]}”")
            return charset
    return "utf-8"


def _what_it_is(body: bytes, content_type: str) -> str:
    start = body[:200].lstrip().lower()
    if not start:
        return "an empty answer"
    if start.startswith(b"<") or "html" in content_type.lower():
        return "a web page instead of data"
    return "text that is not valid JSON"
