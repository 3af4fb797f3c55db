"""Defining a data type of a Custom REST API."""

from collections.abc import Iterator

from handlers.read.custom import FoundPage, WherePage
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty, nasty_names
from handlers.views.custom import PAGINATIONS, found_view, where_view
from store.vocabulary import FieldType

NOTICE = "There is no list at “data.items” in the answer. It has: data, meta."
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
    found = FoundPage(
        draft_id=8,
        source_id=2,
        name="Tickets",
        fields=tuple((f"{kind}_field", kind) for kind in FieldType),
        keys=("id", "number"),
        key=("id",),
        times=("updated_at",),
        updated="updated_at",
        since="updated_since",
        notice=NOTICE,
    )
    yield drawn(TYPICAL, "", found_view, found)
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
