"""The list of sources."""

from collections.abc import Iterator

from handlers.read.sources import SourceList, SourceRow
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import MOST, nasty
from handlers.views.sources import PER_PAGE, list_view


def samples() -> Iterator[Sample]:
    rows = (
        SourceRow(1, "Shop", "Demo Store", "Acme shop", True, 2, 1, 0),
        SourceRow(2, "Code", "GitHub", "acme-bot", False, 0, 0, 1),
        SourceRow(3, "Billing", "Stripe", "Stripe", True, 0, 0, 0),
    )
    yield drawn(TYPICAL, "", list_view, SourceList(rows, 3))
    yield drawn(TYPICAL, "none yet", list_view, SourceList((), 0))
    many = tuple(
        SourceRow(
            number, nasty(number), nasty(number + 1), nasty(number + 2), False, MOST, MOST, MOST
        )
        for number in range(PER_PAGE)
    )
    yield drawn(EXTREME, "", list_view, SourceList(many, 500, 240))
