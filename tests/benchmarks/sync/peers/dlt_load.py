"""`python -m tests.benchmarks.sync.peers.dlt_load`: the same sync by dlt, in its own environment.

Three ways: `default` is what the documentation shows first; `tuned` decodes with orjson, loads by
COPY and upserts; `arrow` hands dlt tables of Arrow instead of records. What it is to do comes as
JSON on standard input.
"""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dlt
import orjson
import requests
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from tests.benchmarks.sync.stopwatch import Stopwatch

PAGES = 40  # in one table of Arrow

# How PostgreSQL is loaded: COPY from text, and COPY of Arrow's columns by ADBC.
_FORMATS: dict[str, Any] = {"default": None, "tuned": "csv", "arrow": "parquet"}

Record = dict[str, Any]


def _flat(record: Record) -> Record:
    address = record["address"]
    return {
        "id": record["id"],
        "email": record["email"],
        "first_name": record["first_name"],
        "last_name": record["last_name"],
        "phone": record["phone"],
        "address_city": address["city"],
        "address_country": address["country"],
        "address_postcode": address["postcode"],
        "total_spent": record["total_spent"],
        "orders_count": record["orders_count"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }


def _asked(since: str | None) -> dict[str, str]:
    return {"updated_since": since} if since else {}


def _usual_pages(shop: str, since: str | None) -> Iterator[list[Record]]:
    """By dlt's own client."""
    client = RESTClient(
        base_url=shop,
        paginator=JSONResponseCursorPaginator(cursor_path="next_cursor", cursor_param="cursor"),
        data_selector="data",
    )
    for page in client.paginate("/v1/customers", params=_asked(since)):
        yield list(map(_flat, page))


def _quick_pages(shop: str, since: str | None) -> Iterator[list[Record]]:
    query = _asked(since)
    with requests.Session() as session:
        session.trust_env = False
        while True:
            answer = session.get(f"{shop}/v1/customers", params=query)
            answer.raise_for_status()
            page = orjson.loads(answer.content)
            yield list(map(_flat, page["data"]))
            if page["next_cursor"] is None:
                return
            query = {**_asked(since), "cursor": page["next_cursor"]}


def _arrow_tables(shop: str, since: datetime | None) -> Iterator[Any]:
    import pyarrow

    moment = pyarrow.timestamp("us", tz="UTC")
    kinds = {"id": pyarrow.int64(), "total_spent": pyarrow.float64()}
    kinds |= {"orders_count": pyarrow.int64(), "created_at": moment, "updated_at": moment}

    def table(rows: list[Record]) -> Any:
        columns = {
            name: pyarrow.array([row[name] for row in rows], None if name in kinds else "string")
            for name in rows[0]
        }
        for name, kind in kinds.items():
            columns[name] = columns[name].cast(kind)
        return pyarrow.table(columns)

    rows: list[Record] = []
    for number, page in enumerate(_quick_pages(shop, since and since.isoformat()), 1):
        rows += page
        if number % PAGES == 0:
            yield table(rows)
            rows = []
    if rows:
        yield table(rows)


def _resource(way: str, shop: str, *, upserts: bool) -> Any:
    pages = {"default": _usual_pages, "tuned": _quick_pages, "arrow": _arrow_tables}[way]
    merge: Any = {"disposition": "merge", "strategy": "upsert"}

    @dlt.resource(
        name="customers",
        primary_key="id",
        write_disposition=merge if upserts else "merge",
    )
    def customers(cursor: Any = dlt.sources.incremental("updated_at")) -> Iterator[Any]:  # noqa: B008
        yield from pages(shop, cursor.last_value)

    return customers()


def _destination(url: str) -> Any:
    if url.startswith("postgresql"):
        # dlt wants a host before it looks at the query, which names the socket
        return dlt.destinations.postgres(credentials=url.replace(":@/", ":any@localhost/"))
    return dlt.destinations.sqlalchemy(credentials=url, create_primary_keys=True)


def _main() -> None:
    spec = json.load(sys.stdin)
    way, url = spec["way"], spec["database"]
    is_postgresql = url.startswith("postgresql")
    with Stopwatch(spec["spawned"]) as watch:
        pipeline = dlt.pipeline(
            pipeline_name="benchmark",
            pipelines_dir=spec["folder"],
            destination=_destination(url),
            dataset_name="shop" if is_postgresql else "main",
        )
        info = pipeline.run(
            _resource(way, spec["shop"], upserts=way != "default" and is_postgresql),
            loader_file_format=_FORMATS[way] if is_postgresql else None,
        )
        info.raise_on_failed_jobs()
    watch.report()


if __name__ == "__main__":
    _main()
