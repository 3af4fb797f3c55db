"""An integration's last syncs."""

from collections.abc import Iterator

from handlers.read.history import PER_PAGE, History
from handlers.samples.integrations import run_line
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import MOST, nasty
from handlers.views.history import history_view
from store.vocabulary import RunState, Trigger


def samples() -> Iterator[Sample]:
    runs = tuple(run_line(number, state=state) for number, state in enumerate(RunState, start=1))
    yield drawn(TYPICAL, "", history_view, History(3, "Shop sync", runs, None, True))
    yield drawn(TYPICAL, "none yet", history_view, History(3, "Shop sync", (), None, True))
    triggers = tuple(Trigger)
    long = tuple(
        run_line(
            MOST + number,
            state=RunState.FAILED,
            trigger=triggers[number % len(triggers)],
            count=MOST,
            error=nasty(number, 4000),
        )
        for number in range(PER_PAGE)
    )
    yield drawn(EXTREME, "", history_view, History(3, nasty(), long, MOST, False))
