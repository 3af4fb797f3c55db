"""The modal that every other one is made by, and the one that is shown meanwhile."""

from collections.abc import Iterator

from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty
from handlers.views.common import loading, modal, section


def samples() -> Iterator[Sample]:
    yield drawn(TYPICAL, "", loading, "Preview")
    yield drawn(EXTREME, "", loading, nasty())
    text = [section("A sentence.")]
    yield drawn(TYPICAL, "", modal, "A heading", text, callback_id="sample", submit="Save")
    yield drawn(EXTREME, "", modal, nasty(), text * 300, callback_id="sample", submit=nasty(1))
