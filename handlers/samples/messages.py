"""The message that every other one is made by."""

from collections.abc import Iterator

from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty
from handlers.views.common import divider, escape, section
from handlers.views.messages import message


def samples() -> Iterator[Sample]:
    yield drawn(TYPICAL, "", message, "A sentence.", [section("A sentence."), None])
    yield drawn(EXTREME, "", message, escape(nasty(1, 4000)), [divider(), None] * 100)
