"""`python -m tests.benchmarks.sync.floors`: the least that the work can cost, in one process.

httpx, orjson, and the database's quickest way in, in one transaction: nothing is validated,
counted, recorded or resumable. What it is to do comes as JSON on standard input.
"""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from operator import itemgetter
from typing import Any

import httpx
import orjson
import psycopg

from tests.benchmarks.sync.stopwatch import Stopwatch

Row = tuple[Any, ...]


class Floor:
    def __init__(self, spec: dict[str, Any]) -> None:
        self._url: str = f"{spec['shop']}/v1/{spec['data_type']}"
        self._query: dict[str, str] = {"updated_since": spec["since"]} if spec["since"] else {}
        self._table: str = spec["data_type"]
        self._columns: list[str] = spec["columns"]
        self._row = _customer if self._table == "customers" else itemgetter(*self._columns)
        self._database: str = spec["database"]
        self.records = 0

    def fetch(self, watch: Stopwatch) -> None:
        """Every page, decoded."""
        with httpx.Client(trust_env=False) as client, watch:
            for _ in self._pages(client):
                pass

    def load(self, watch: Stopwatch) -> None:
        self._sqlite_load(watch) if self._is_sqlite else self._postgresql_load(watch)

    def delete(self, watch: Stopwatch) -> None:
        self._sqlite_delete(watch) if self._is_sqlite else self._postgresql_delete(watch)

    @property
    def _is_sqlite(self) -> bool:
        return not self._database.startswith("postgresql")

    def _pages(self, client: httpx.Client) -> Iterator[list[dict[str, Any]]]:
        query = self._query
        while True:
            answer = client.get(self._url, params=query)
            answer.raise_for_status()
            page = orjson.loads(answer.content)
            self.records += len(page["data"])
            yield page["data"]
            if page["next_cursor"] is None:
                return
            query = {**self._query, "cursor": page["next_cursor"]}

    def _rows(self, client: httpx.Client) -> Iterator[Row]:
        for page in self._pages(client):
            yield from map(self._row, page)

    def _postgresql_load(self, watch: Stopwatch) -> None:
        names = ", ".join(self._columns)
        sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in self._columns[1:])
        with (
            psycopg.connect(self._database) as connection,
            connection.cursor() as cursor,
            httpx.Client(trust_env=False) as client,
        ):
            cursor.execute(f"CREATE TEMP TABLE batch (LIKE {self._table}) ON COMMIT DROP")
            with watch:
                with cursor.copy(f"COPY batch ({names}) FROM STDIN") as copy:
                    for row in self._rows(client):
                        copy.write_row(row)
                cursor.execute(
                    f"INSERT INTO {self._table} ({names}) SELECT {names} FROM batch "
                    f"ON CONFLICT (id) DO UPDATE SET {sets}"
                )
                connection.commit()

    def _postgresql_delete(self, watch: Stopwatch) -> None:
        with (
            psycopg.connect(self._database) as connection,
            connection.cursor() as cursor,
            httpx.Client(trust_env=False) as client,
            watch,
        ):
            keys = [record["id"] for page in self._pages(client) for record in page]
            cursor.execute(f"DELETE FROM {self._table} WHERE id = ANY (%s)", (keys,))
            connection.commit()

    def _sqlite_load(self, watch: Stopwatch) -> None:
        names, marks = ", ".join(self._columns), ", ".join("?" * len(self._columns))
        sets = ", ".join(f"{name} = excluded.{name}" for name in self._columns[1:])
        upsert = (
            f"INSERT INTO {self._table} ({names}) VALUES ({marks}) "
            f"ON CONFLICT (id) DO UPDATE SET {sets}"
        )
        with (
            closing(_sqlite(self._database)) as connection,
            httpx.Client(trust_env=False) as client,
            watch,
        ):
            connection.execute("BEGIN")
            connection.executemany(upsert, self._rows(client))
            connection.execute("COMMIT")

    def _sqlite_delete(self, watch: Stopwatch) -> None:
        with (
            closing(_sqlite(self._database)) as connection,
            httpx.Client(trust_env=False) as client,
            watch,
        ):
            keys = ((record["id"],) for page in self._pages(client) for record in page)
            connection.execute("BEGIN")
            connection.executemany(f"DELETE FROM {self._table} WHERE id = ?", keys)
            connection.execute("COMMIT")


def _sqlite(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _customer(record: dict[str, Any]) -> Row:
    address = record["address"]
    return (
        record["id"],
        record["email"],
        record["first_name"],
        record["last_name"],
        record["phone"],
        address["city"],
        address["country"],
        address["postcode"],
        record["total_spent"],
        record["orders_count"],
        record["created_at"],
        record["updated_at"],
    )


def _main() -> None:
    spec = json.load(sys.stdin)
    floor = Floor(spec)
    ways: dict[str, Callable[[Stopwatch], None]] = {
        "fetch": floor.fetch,
        "load": floor.load,
        "delete": floor.delete,
    }
    watch = Stopwatch(spec["spawned"])
    ways[spec["way"]](watch)
    watch.report(records=floor.records)


if __name__ == "__main__":
    _main()
