"""The Home tab."""

from collections.abc import Iterator

from handlers.read.home import INTEGRATIONS, SOURCES, Home, SourceRow
from handlers.samples.integrations import TOTAL, extreme_row, typical_rows
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty
from handlers.views.home import home_view


def samples() -> Iterator[Sample]:
    shop, invoices, issues = typical_rows()
    sources = (SourceRow(1, "Shop", "Demo Store"), SourceRow(2, "Code", "GitHub"))
    yield drawn(TYPICAL, "", home_view, Home((issues,), (shop, invoices), 3, sources, 2, True))
    yield drawn(TYPICAL, "none yet", home_view, Home((), (), 0, (), 0, False))
    many = tuple(extreme_row(number) for number in range(INTEGRATIONS))
    long = tuple(SourceRow(number, nasty(number), nasty(number + 1)) for number in range(SOURCES))
    yield drawn(EXTREME, "in trouble", home_view, Home(many, (), TOTAL, long, TOTAL, True))
    yield drawn(EXTREME, "", home_view, Home((), many, TOTAL, long, TOTAL, True))
