"""Real records before and after the mapping."""

from collections.abc import Iterator

from handlers.read.preview import FieldRow, PreviewPage, RecordRow, Shown
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty
from handlers.views.preview import preview_view

RECORDS = 5
FIELDS = 300

_MAPPED = (
    FieldRow("id", "id", Shown("1042"), Shown("1042")),
    FieldRow("address.city", "address_city", Shown(" Oslo "), Shown("Oslo")),
    FieldRow("birthday", "birthday", Shown("empty", is_word=True), Shown("empty", is_word=True)),
    FieldRow("total_spent", "total_spent", Shown("12,50"), None, is_bad=True),
)
_OTHERS = (FieldRow("phone", None, Shown("+47 22 33 44 55")),)


def _wide(number: int) -> RecordRow:
    mapped = tuple(
        FieldRow(nasty(field), nasty(field + 1), Shown(nasty(field, 5000)), Shown(nasty(field)))
        for field in range(FIELDS)
    )
    others = tuple(
        FieldRow(nasty(field), None, Shown(nasty(field, 5000))) for field in range(FIELDS)
    )
    return RecordRow(mapped, others, number % 2 == 0, nasty(number, 4000) if number % 2 else None)


def samples() -> Iterator[Sample]:
    records = (
        RecordRow(_MAPPED[:3], _OTHERS, False, None),
        RecordRow(_MAPPED, _OTHERS, False, "total_spent is not a decimal number"),
        RecordRow(_MAPPED[:3], (), True, None),
    )
    yield drawn(
        TYPICAL, "", preview_view, PreviewPage("Customers", "demo_store_customers", records, None)
    )
    bare = (RecordRow((), (*_MAPPED[:3], *_OTHERS), False, None),)
    missing = "No fields are mapped yet, so the records are shown as they come."
    yield drawn(TYPICAL, "not mapped", preview_view, PreviewPage("Customers", None, bare, missing))
    yield drawn(TYPICAL, "no records", preview_view, PreviewPage("Customers", "t", (), None))
    wide = tuple(_wide(number) for number in range(RECORDS))
    yield drawn(EXTREME, "", preview_view, PreviewPage(nasty(), nasty(1), wide, nasty(2)))
