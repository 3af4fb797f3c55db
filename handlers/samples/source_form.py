"""The form of a source."""

from collections.abc import Iterator

from handlers.read.sources import SourceForm
from handlers.samples.authorizations import extreme_line, line
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import NOW, nasty
from handlers.views.source_form import source_form

SERVICE = ("demo_store", "Demo Store")


def samples() -> Iterator[Sample]:
    empty = SourceForm(12, True, None, "", None, 0)
    filled = SourceForm(12, True, SERVICE, "Shop", line(), 0, left_at=NOW)
    edited = SourceForm(12, False, SERVICE, "Shop", line(is_ok=False), 0)
    yield drawn(TYPICAL, "new", source_form, empty)
    yield drawn(TYPICAL, "left behind", source_form, filled)
    yield drawn(TYPICAL, "edited", source_form, edited)
    for is_new in (True, False):
        service = ("x" * 60, nasty(1))
        form = SourceForm(12, is_new, service, nasty(), extreme_line(), 99, NOW, twin="V" * 40)
        yield drawn(EXTREME, "new" if is_new else "edited", source_form, form)
