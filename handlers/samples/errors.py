"""What a member reads where something did not work."""

from collections.abc import Iterator
from typing import Any

from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import nasty
from handlers.views.common import modal, section
from handlers.views.errors import apology, banner_on, explanation

SENTENCE = "Somebody saved this while you were editing. Look at what changed, then save again."
CHANGES = ["Alice renamed it from “Shop” to “Shop, Europe”", "Alice changed the schedule"]


def _in_payload(blocks: int) -> dict[str, Any]:
    """A modal as Slack sends it back: with ids and a state that it does not take again."""
    view = modal("Edit source", [section("A sentence.")] * blocks, callback_id="x", submit="Save")
    added = {"id": "V012AB3CD", "hash": "1.a", "team_id": "T1", "state": {"values": {}}}
    shown = view.to_dict()
    shown["blocks"] = [
        {**block, "block_id": str(number)} for number, block in enumerate(shown["blocks"])
    ]
    return {**shown, **added, "private_metadata": "", "external_id": ""}


def samples() -> Iterator[Sample]:
    yield drawn(TYPICAL, "", explanation, SENTENCE, CHANGES)
    yield drawn(TYPICAL, "apology", explanation, apology("9f3c2a1b"), [])
    long = [nasty(number, 1000) for number in range(50)]
    yield drawn(EXTREME, "", explanation, nasty(1, 4000), long)
    yield drawn(TYPICAL, "", banner_on, _in_payload(3), SENTENCE, CHANGES)
    yield drawn(EXTREME, "", banner_on, _in_payload(100), nasty(1, 4000), long)
