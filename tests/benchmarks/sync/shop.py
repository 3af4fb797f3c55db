"""`python -m tests.benchmarks.sync.shop STOCK RECORDS`: the service, in a process of its own.

It costs as little as it can: every answer is rendered before it is asked for, headers included,
and a request is told from its first line alone. `GET /turn/STATE` renders that state.
"""

import asyncio
import sys
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.benchmarks.processes import READY
from tests.benchmarks.sync.records import MOMENTS, Record, State, Stock, changes, records

PAGE = 500  # records
WIDE_PAGE = 100

_LONGEST_HEAD = 16_384  # bytes of a request
_EMPTY = b'{"data":[],"next_cursor":null}'


class Shop:
    def __init__(self, stock: Stock, count: int) -> None:
        self._stock, self._count = stock, count
        self._size = WIDE_PAGE if stock is Stock.WIDE else PAGE
        self._path = f"/v1/{stock.data_type}"
        self._state: State | None = None
        self._pages: list[bytes] = []
        self._changed: list[bytes] = []

    def answer(self, target: str) -> bytes:
        path, query = urlsplit(target)[2:4]
        if path.startswith("/turn/"):
            self._turn(State(path.removeprefix("/turn/")))
            return _response(b"{}")
        if path != self._path or self._state is None:
            return _response(b"{}", "404 Not Found")
        asked = parse_qs(query)
        pages = self._pages
        if "updated_since" in asked:
            chosen = self._since(asked["updated_since"][0])
            if chosen is None:
                return _response(b'{"error":"not where the last state ended"}', "400 Bad Request")
            pages = chosen
        return pages[int(asked.get("cursor", "0")[0])]

    def _turn(self, state: State) -> None:
        if state is self._state:
            return
        self._pages = self._rendered(records(self._stock, self._count, state))
        self._changed = self._rendered(changes(self._count, state))
        self._state = state

    def _since(self, text: str) -> list[bytes] | None:
        """What changed after that moment; None where it is not one that a state ended with."""
        assert self._state is not None
        states = list(State)
        before = states[max(states.index(self._state) - 1, 0)]
        moment = datetime.fromisoformat(text)
        if moment == datetime.fromisoformat(MOMENTS[self._state]):
            return [_response(_EMPTY)]
        return self._changed if moment == datetime.fromisoformat(MOMENTS[before]) else None

    def _rendered(self, found: Iterable[Record]) -> list[bytes]:
        """The pages as they go over the wire; the cursor is the number of the page."""
        rest = map(msgspec.json.encode, found)
        bodies: list[bytes] = []
        while page := list(islice(rest, self._size)):
            bodies.append(b",".join(page))
        last = len(bodies) - 1
        return [
            _response(
                b'{"data":[%b],"next_cursor":%b}'
                % (body, b"null" if number == last else b'"%d"' % (number + 1))
            )
            for number, body in enumerate(bodies)
        ] or [_response(_EMPTY)]


def _response(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


class Speech(asyncio.Protocol):
    """Just enough HTTP/1.1: GET, connections kept alive, one request after the other."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        while b"\r\n\r\n" in self._head:
            head, _, self._head = self._head.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode()
            self._transport.write(self._shop.answer(target))
        if len(self._head) > _LONGEST_HEAD:
            self._transport.abort()


async def _main(shop: Shop) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Speech(shop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"{READY}http://127.0.0.1:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(Shop(Stock(sys.argv[1]), int(sys.argv[2]))))
