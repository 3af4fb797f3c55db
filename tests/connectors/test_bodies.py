import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors import bodies
from bot.connectors.bodies import BadBody, TooLarge, decode, decoded, unpacked


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def whole(data: bytes, encoding: str, limit: int = 10_000, size: int = 7) -> bytes:
    return b"".join([piece async for piece in unpacked(pieces(data, size), encoding, limit)])


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


PACKERS: dict[str, Any] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZip": gzip.compress,
    " deflate ": zlib.compress,
    "deflate": raw_deflate,
}


@pytest.mark.parametrize("encoding", PACKERS)
@given(data=st.binary(max_size=500), size=st.integers(1, 50))
def test_what_was_packed_is_unpacked(encoding: str, data: bytes, size: int) -> None:
    assert asyncio.run(whole(PACKERS[encoding](data), encoding, size=size)) == data


@pytest.mark.parametrize("encoding", PACKERS)
async def test_never_more_than_the_limit(encoding: str) -> None:
    assert len(await whole(PACKERS[encoding](b"7" * 1000), encoding, limit=1000)) == 1000
    with pytest.raises(TooLarge, match="more than 999 bytes"):
        await whole(PACKERS[encoding](b"7" * 1000), encoding, limit=999)


async def test_the_loop_goes_on_while_a_lot_is_unpacked() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    bomb = gzip.compress(b"0" * 16 * 1024 * 1024)
    async for _ in unpacked(pieces(bomb, len(bomb)), "gzip", 2**30):
        pass
    running.cancel()
    assert turns > 50


async def test_money_stays_exact_and_whole_numbers_whole() -> None:
    found = decode(b'{"total": 0.10, "big": 123456789012345678901234567890, "e": 1.5e3, "n": -7}')
    assert found == {
        "total": Decimal("0.10"),
        "big": 123456789012345678901234567890,
        "e": Decimal("1500"),
        "n": -7,
    }
    assert str(found["total"]) == "0.10"
    assert isinstance(found["big"], int)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"a": "é"}'.encode(), ""),
        ('{"a": "é"}'.encode(), "application/json"),
        ('{"a": "é"}'.encode(), 'text/plain; charset="UTF-8"'),
        ('{"a": "é"}'.encode("utf-8-sig"), "application/json"),
        ('{"a": "é"}'.encode("utf-8-sig"), "application/json; charset=latin-1"),
        ('{"a": "é"}'.encode("latin-1"), "application/json; charset=ISO-8859-1"),
        ('{"a": "é"}'.encode("cp1252"), "application/json; version=2; charset=windows-1252"),
        ('{"a": "é"}'.encode("utf-16"), "application/json"),
        ('{"a": "é"}'.encode("utf-16-le"), "application/json; charset=utf-16le"),
    ],
)
def test_charsets_that_are_named(body: bytes, content_type: str) -> None:
    assert decode(body, content_type) == {"a": "é"}


@pytest.mark.parametrize(
    "body", [b"NaN", b"Infinity", b"-Infinity", b"1e500", b"-1e-500", b"01", b"1.", b"{'a': 1}"]
)
def test_numbers_and_texts_that_are_no_json(body: bytes) -> None:
    with pytest.raises(BadBody, match="not valid JSON"):
        decode(body)


@given(st.binary(max_size=200))
def test_whatever_bytes_are_json_or_a_bad_body(body: bytes) -> None:
    with suppress(BadBody):
        decode(body)


async def test_large_bodies_are_decoded_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[Any] = []

    async def computed(work: Any, *given: Any) -> Any:
        used.append(work)
        return work(*given)

    monkeypatch.setattr("bot.connectors.bodies.computed", computed)
    small, large = b"[1]", b"[" + b"1," * 200_000 + b"1]"
    assert await decoded(small) == [1]
    assert used == []
    assert len(await decoded(large)) == 200_001
    assert used == [decode]


def test_a_large_body_means_the_same_as_a_small_one() -> None:
    record = {"id": 7, "text": "é" * 50, "deep": {"list": [1, {"a": None}]}, "on": True}
    large = {"data": {"items": [record] * 5_000}, "next": "x", "blob": "b" * 400_000}
    body = b"\n  " + msgspec.json.encode(large)
    assert len(body) > 1_000_000
    assert decode(body) == large
    assert decode(msgspec.json.encode([large, large])) == [large, large]
    assert decode(msgspec.json.encode("s" * 400_000)) == "s" * 400_000
    assert decode(b"[" * 3 + b"1.10," * 200_000 + b"1]]]")[0][0][0] == Decimal("1.10")


@pytest.mark.parametrize(
    "broken",
    [b'{"data": [%s, {"id": NaN}]}', b'{"data": [%s, {"id": }]}', b'{"data": [%s]', b"[%s]]"],
)
def test_a_large_body_that_is_broken(broken: bytes) -> None:
    with pytest.raises(BadBody, match="not valid JSON"):
        decode(broken % b",".join([b'{"id": 1}'] * 50_000))


def test_no_call_of_the_decoder_lasts_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else in this process runs until one ends."""
    sizes: list[int] = []

    class Decoder:
        def decode(self, text: Any) -> Any:
            sizes.append(memoryview(text).nbytes)
            return msgspec.json.decode(text)

    monkeypatch.setattr(bodies, "_DECODER", Decoder())
    record = b'{"id": 1, "name": "somebody", "tags": [1, 2]}'
    body = b'{"data": [' + b",".join([record] * 50_000) + b"]}"
    assert len(decode(body)["data"]) == 50_000
    assert sizes == [len(record)] * 50_000
