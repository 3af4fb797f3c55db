"""The pairs of the Mapping modal."""

from collections.abc import Iterator

from handlers.samples.mapping import EMPTY, SUGGESTED, extreme
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn_in_modal
from handlers.views.mapped import pair_blocks


def samples() -> Iterator[Sample]:
    yield drawn_in_modal(TYPICAL, "", pair_blocks, SUGGESTED)
    yield drawn_in_modal(TYPICAL, "none yet", pair_blocks, EMPTY)
    yield drawn_in_modal(EXTREME, "", pair_blocks, extreme())
