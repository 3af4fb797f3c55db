"""Whether a table holds just what it should: its rows are read back and summed up.

The checksum does not depend on the order: each row is hashed by itself. Values are compared as
values, however a tool stores them: 12.5 and "12.50" are the same number, and a moment is the same
in whatever notation.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from tests.benchmarks.sync.databases import path_of
from tests.benchmarks.sync.records import (
    Field,
    State,
    Stock,
    is_bad,
    mapped,
    records,
    spoiled_field,
)


class WrongResult(Exception):
    """A tool did not do what it was measured doing."""


@dataclass(frozen=True, slots=True)
class Content:
    rows: int
    checksum: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows, checksum {self.checksum:016x}"


@cache
def truth(stock: Stock, count: int, state: State) -> Content:
    """What a table should hold after a sync from a shop in that state."""
    fields = mapped(stock.data_type)
    good = (
        record
        for record in records(stock, count, state)
        if stock is not Stock.BAD or not is_bad(record["id"])
    )
    return _summed(fields, ([_at(record, field.path) for field in fields] for record in good))


def content(url: str, table: str, fields: Sequence[Field]) -> Content:
    """What the table holds."""
    names = ", ".join(field.column for field in fields)
    read = _postgresql if url.startswith("postgresql") else _sqlite
    return _summed(fields, read(url, f"SELECT {names} FROM {table}"))


def check_table(who: str, url: str, stock: Stock, wanted: Content, table: str = "") -> None:
    found = content(url, table or stock.data_type, mapped(stock.data_type))
    if found != wanted:
        raise WrongResult(f"{who}: the table holds {found}, and the service {wanted}")


def check_counts(who: str, counts: dict[str, int], **wanted: int) -> None:
    """`counts`: of a finished run; what is not wanted by name should be 0."""
    expected = dict.fromkeys(counts, 0) | wanted
    if counts != expected:
        raise WrongResult(f"{who}: the run counted {counts} instead of {expected}")


def check_rejects(who: str, bot_database: Path, count: int) -> None:
    """Exactly the bad ones among `count` records, each with key, field and reason."""
    with closing(sqlite3.connect(bot_database)) as connection:
        found = connection.execute("SELECT record_key, field, reason, payload FROM rejects")
        rejected = {
            key: (field, bool(reason and field and field in reason), json.loads(payload)["id"])
            for key, field, reason, payload in found
        }
    wanted = {
        f"[{id}]": (spoiled_field(id), True, id) for id in filter(is_bad, range(1, count + 1))
    }
    if rejected != wanted:
        odd = sorted(rejected.items() ^ wanted.items(), key=str)[:3]
        raise WrongResult(
            f"{who}: {len(rejected):,} rejects instead of {len(wanted):,}, for example {odd}"
        )


def _postgresql(url: str, query: str) -> Iterator[Sequence[Any]]:
    with psycopg.connect(url) as connection, connection.cursor("rows") as cursor:
        cursor.itersize = 5_000
        yield from cursor.execute(query)


def _sqlite(url: str, query: str) -> Iterator[Sequence[Any]]:
    with closing(sqlite3.connect(path_of(url))) as connection:
        yield from connection.execute(query)


def _summed(fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> Content:
    plain = [_PLAIN.get(field.kind, _same) for field in fields]
    number = checksum = 0
    for row in rows:
        values = [
            None if value is None else make(value) for make, value in zip(plain, row, strict=True)
        ]
        digest = blake2b(msgspec.json.encode(values), digest_size=8).digest()
        checksum += int.from_bytes(digest)
        number += 1
    return Content(number, checksum % 2**64)


def _at(record: Any, path: str) -> Any:
    for step in path.split("."):
        record = record[step]
    return record


def _same(value: Any) -> Any:
    return value


def _number(value: Any) -> str:
    return str(Decimal(str(value)).normalize())


def _moment(value: datetime | str) -> float:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "decimal": _number,
    "datetime": _moment,
    "boolean": bool,
}
