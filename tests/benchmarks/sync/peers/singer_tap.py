"""`python -m tests.benchmarks.sync.peers.singer_tap`: a tap of singer-sdk for the shop."""

from collections.abc import Iterable
from typing import Any

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.pagination import JSONPathPaginator

from tests.benchmarks.sync.peers.stamp import stamped


class Customers(RESTStream):
    name = "customers"
    path = "/v1/customers"
    primary_keys = ("id",)
    replication_key = "updated_at"
    records_jsonpath = "$.data[*]"
    schema = th.PropertiesList(
        th.Property("id", th.IntegerType, required=True),
        th.Property("email", th.StringType),
        th.Property("first_name", th.StringType),
        th.Property("last_name", th.StringType),
        th.Property("phone", th.StringType),
        th.Property("address_city", th.StringType),
        th.Property("address_country", th.StringType),
        th.Property("address_postcode", th.StringType),
        th.Property("total_spent", th.NumberType),
        th.Property("orders_count", th.IntegerType),
        th.Property("created_at", th.DateTimeType),
        th.Property("updated_at", th.DateTimeType),
    ).to_dict()

    @property
    def url_base(self) -> str:
        return self.config["shop"]

    def get_new_paginator(self) -> JSONPathPaginator:
        return JSONPathPaginator("$.next_cursor")

    def get_url_params(self, context: Any, next_page_token: str | None) -> dict[str, str]:
        since = self.get_starting_replication_key_value(context)
        asked = {"updated_since": since, "cursor": next_page_token}
        return {name: value for name, value in asked.items() if value is not None}

    def post_process(self, row: dict[str, Any], context: Any = None) -> dict[str, Any]:
        address = row["address"]
        return row | {f"address_{part}": address[part] for part in ("city", "country", "postcode")}


class Shop(Tap):
    name = "tap-shop"
    config_jsonschema = th.PropertiesList(
        th.Property("shop", th.StringType, required=True)
    ).to_dict()

    def discover_streams(self) -> Iterable[RESTStream]:
        return [Customers(self)]


if __name__ == "__main__":
    with stamped():
        Shop.cli()
