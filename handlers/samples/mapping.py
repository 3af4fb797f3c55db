"""The Mapping modal."""

from collections.abc import Iterator
from dataclasses import replace

from handlers.read.mapping import PAGE, MappingPage, NextPair, PairRow
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import MOST, nasty, nasty_names
from handlers.views.mapping import mapping_view
from store.vocabulary import FieldType

FIELDS = 300  # of a wide table

_NONE = NextPair(None, None, True, None, (), None)
_KEY = PairRow("id", FieldType.INTEGER, "id", FieldType.INTEGER, None, True, True, True, None)
_EMAIL = PairRow(
    "email", FieldType.EMAIL, "email", FieldType.STRING, "Trim spaces", False, False, True, None
)
_BROKEN = PairRow(
    "phone",
    FieldType.STRING,
    "phone",
    FieldType.STRING,
    None,
    False,
    False,
    False,
    "Demo Store does not have this field any more.",
)

EMPTY = MappingPage(
    draft_id=11,
    transfer_id=5,
    data_type="Customers",
    source="Shop",
    projects=((1, "Default"),),
    project_id=1,
    table=None,
    new_table="demo_store_customers",
    pairs=(),
    first=0,
    count=0,
    suggested=0,
    more_suggestions=5,
    unmapped=("id", "email", "address", "orders_count", "total_spent"),
    required=(),
    next_pair=_NONE,
    new_field=None,
    activate=True,
    round=0,
    is_resumed=False,
    is_drifted=False,
    has_broken=False,
    drift=(),
    notice=None,
)
SUGGESTED = replace(
    EMPTY,
    pairs=(_KEY, _EMAIL),
    count=2,
    suggested=1,
    more_suggestions=3,
    unmapped=("address", "orders_count", "total_spent"),
    next_pair=replace(_NONE, is_primary_key=False),
)
_SAVED = tuple(replace(pair, is_suggested=False, is_new=False) for pair in (_KEY, _EMAIL))
CHOSEN = NextPair("total_spent", "total", False, "as_number", (("as_number", "Number"),), None)
MISFIT = "“address” is JSON and “total” is a decimal number: no value of one fits the other."


def extreme() -> MappingPage:
    """A page in the middle of a wide table, with everything that can be remarked on."""
    types = tuple(FieldType)
    pairs = tuple(
        PairRow(
            source_field=nasty(number),
            source_type=types[number % len(types)],
            project_field=nasty(number + PAGE),
            project_type=types[(number + 1) % len(types)],
            transform=nasty(number),
            is_primary_key=True,
            is_suggested=True,
            is_new=True,
            trouble=nasty(number, 1000),
        )
        for number in range(PAGE)
    )
    names = nasty_names(FIELDS)
    transforms = tuple((f"transform_{number}", nasty(number)) for number in range(20))
    return MappingPage(
        draft_id=MOST,
        transfer_id=MOST,
        data_type=nasty(0),
        source=nasty(1),
        projects=tuple(enumerate(nasty_names(200))),
        project_id=3,
        table=nasty(2),
        new_table=nasty(3),
        pairs=pairs,
        first=140,
        count=FIELDS,
        suggested=FIELDS,
        more_suggestions=FIELDS,
        unmapped=names,
        required=names,
        next_pair=NextPair(names[4], names[5], True, "transform_3", transforms, nasty(1, 1000)),
        new_field=(nasty(1, 63), FieldType.JSON),
        activate=True,
        round=MOST,
        is_resumed=True,
        is_drifted=True,
        has_broken=True,
        drift=tuple(nasty(number, 250) for number in range(FIELDS)),
        notice=nasty(1, 500),
        notice_details=names,
    )


def samples() -> Iterator[Sample]:
    yield drawn(TYPICAL, "new", mapping_view, EMPTY)
    yield drawn(TYPICAL, "suggested", mapping_view, SUGGESTED)
    resumed = replace(
        SUGGESTED,
        table="customers",
        projects=((1, "Default"), (2, "Warehouse")),
        next_pair=CHOSEN,
        required=("created_at",),
        is_resumed=True,
        notice="This pair is there already.",
    )
    yield drawn(TYPICAL, "resumed", mapping_view, resumed)
    misfit = replace(SUGGESTED, next_pair=NextPair("address", "total", False, None, (), MISFIT))
    yield drawn(TYPICAL, "misfit", mapping_view, misfit)
    for kind in FieldType:
        yield drawn(
            TYPICAL, f"new {kind}", mapping_view, replace(SUGGESTED, new_field=("segment", kind))
        )
    drift = ("phone is gone.", "total_spent is text now, it was a decimal number.")
    saved = replace(SUGGESTED, table="customers", pairs=_SAVED, suggested=0)
    yield drawn(TYPICAL, "saved", mapping_view, saved)
    drifted = replace(saved, is_drifted=True, drift=drift)
    yield drawn(TYPICAL, "drifted", mapping_view, drifted)
    broken = replace(drifted, pairs=(*_SAVED, _BROKEN), count=3, has_broken=True)
    yield drawn(TYPICAL, "broken", mapping_view, broken)
    yield drawn(EXTREME, "", mapping_view, extreme())
    yield drawn(EXTREME, "new table", mapping_view, replace(extreme(), table=None, first=0))
