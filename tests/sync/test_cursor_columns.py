"""The highest cursor of a page, whatever the field that it stands in is mapped to."""

import json
from typing import Any

import pytest

from bot.connectors.catalog import load_catalog
from bot.connectors.connection import Page, cursor_of
from bot.projects.shape import Column, TableShape
from bot.sync.batch import Batch
from bot.sync.mapper import Mapper
from bot.sync.plan import compile_plan
from bot.sync.reader import PageReader
from store.models import MappingPair
from store.vocabulary import FieldType, UpdateType

CUSTOMERS = load_catalog().get("demo_store").data_types["customers"]


def pair(field: str, type_: FieldType, transform: str | None = None) -> MappingPair:
    return MappingPair(
        source_field=field,
        project_field=field,
        project_type=type_,
        transform=transform,
        is_primary_key=field == "id",
    )


@pytest.mark.parametrize(
    "mapped",
    [
        None,
        pair("updated_at", FieldType.DATETIME),
        pair("updated_at", FieldType.STRING),
        pair("updated_at", FieldType.DATE, "as_date"),
        pair("updated_at", FieldType.JSON),
    ],
)
def test_the_cursor_is_the_latest_moment_as_the_service_writes_it(mapped: Any) -> None:
    moments = ["2024-05-01T12:00:00+02:00", "2024-05-01T11:00:00Z", None, "2024-05-01T09:00:00Z"]
    records = [{"id": n, "updated_at": at} for n, at in enumerate(moments)]
    pairs = [pair("id", FieldType.INTEGER), *([mapped] if mapped else [])]
    columns = [Column(p.project_field, p.project_type, "x", True, False) for p in pairs]
    plan = compile_plan(CUSTOMERS, pairs, TableShape("people", tuple(columns)))
    mapper, reader = Mapper(plan, CUSTOMERS, frozenset(UpdateType)), PageReader(CUSTOMERS)
    reader.reads(mapper.record)

    content = reader(json.dumps({"data": records, "next_cursor": None}).encode(), "")

    assert content is not None
    batch = Batch(plan.target)
    batch.add(mapper.mapped(Page(content.records, None, 1, structs=content.structs)))
    found = batch.peak.text("updated_at") if batch.peak is not None else batch.cursor
    assert found == cursor_of(CUSTOMERS, records) == "2024-05-01T11:00:00Z"
