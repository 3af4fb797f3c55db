"""The answer to `/patchbay help`."""

from collections.abc import Iterator

from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty
from handlers.views.help import help_blocks


def samples() -> Iterator[Sample]:
    yield drawn(TYPICAL, "", help_blocks, is_admin=False)
    yield drawn(TYPICAL, "unknown", help_blocks, is_admin=True, unknown="sorces", nearest="sources")
    yield drawn(EXTREME, "", help_blocks, is_admin=True, unknown=nasty(1, 4000), nearest="sources")
