"""Defining a data type of a Custom REST API."""

from collections.abc import Iterator
from dataclasses import replace

from bot.setup.custom import KEY_TYPES, TIME_TYPES
from handlers.read.custom import FoundPage, WherePage
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty, nasty_names
from handlers.views.custom import PAGINATIONS, found_view, where_view
from store.vocabulary import FieldType

NOTICE = "There is no list at “data.items” in the answer. It has: data, meta."
FOUND = (
    ("id", FieldType.INTEGER),
    ("number", FieldType.STRING),
    *((f"{kind}_field", kind) for kind in FieldType),
    ("updated_at", FieldType.DATETIME),
)
FIELDS = tuple((name, FieldType.STRING) for name in nasty_names(300))


def _where(pagination: str) -> WherePage:
    return WherePage(
        draft_id=8,
        source_id=2,
        name="Tickets",
        path="/v2/tickets?status=open",
        records="data.items",
        pagination=pagination,
        first="",
        second="",
    )


def _extreme_where(pagination: str) -> WherePage:
    return WherePage(
        draft_id=8,
        source_id=2,
        name=nasty(0),
        path=nasty(1),
        records=nasty(2),
        pagination=pagination,
        first=nasty(3),
        second=nasty(4),
        is_resumed=True,
        notice=nasty(5, 4000),
    )


def samples() -> Iterator[Sample]:
    for pagination in PAGINATIONS:
        yield drawn(TYPICAL, pagination, where_view, _where(pagination))
        yield drawn(EXTREME, pagination, where_view, _extreme_where(pagination))
    yield drawn(TYPICAL, "no list", where_view, replace(_where("link_header"), notice=NOTICE))
    found = FoundPage(
        draft_id=8,
        source_id=2,
        name="Tickets",
        fields=FOUND,
        keys=tuple(name for name, kind in FOUND if kind in KEY_TYPES),
        key=("id",),
        times=tuple(name for name, kind in FOUND if kind in TIME_TYPES),
        updated="updated_at",
        since="updated_since",
    )
    yield drawn(TYPICAL, "", found_view, found)
    unsure = replace(found, key=(), notice="Choose the field that tells one record from another.")
    yield drawn(TYPICAL, "no key", found_view, unsure)
    wide = FoundPage(
        draft_id=8,
        source_id=2,
        name=nasty(0),
        fields=FIELDS,
        keys=nasty_names(300),
        key=nasty_names(10),
        times=nasty_names(300),
        updated=nasty(1),
        since=nasty(2),
        notice=nasty(1, 4000),
    )
    yield drawn(EXTREME, "", found_view, wide)
