"""Rejected records and failed syncs."""

from collections.abc import Iterator

from handlers.read.rejects import FAILED_RUNS, PER_PAGE, Errors, FailedRun, RejectLine
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import MOST, NOW, nasty
from handlers.views.rejects import errors_view

DIGEST = "9f3c2a1b" * 8


def samples() -> Iterator[Sample]:
    line = RejectLine(
        transfer_id=5,
        data_type="Customers",
        reason="total_spent is not a decimal number",
        digest=DIGEST,
        count=3,
        sample_key="1042",
        sample='{"id": 1042, "total_spent": "12,50"}',
    )
    failed = (FailedRun(NOW, "Demo Store did not answer in time."),)
    some = Errors(3, "Shop sync", (line,), 3, 1, 0, failed, True)
    yield drawn(TYPICAL, "", errors_view, some, "3 records are tried again.")
    yield drawn(TYPICAL, "none", errors_view, Errors(3, "Shop sync", (), 0, 0, 0, (), False))
    lines = tuple(
        RejectLine(
            transfer_id=MOST + number,
            data_type=nasty(number),
            reason=nasty(number, 4000),
            digest=DIGEST,
            count=MOST,
            sample_key=nasty(number, 1000),
            sample=nasty(number, 100_000),
        )
        for number in range(PER_PAGE)
    )
    runs = tuple(FailedRun(NOW, nasty(number, 4000)) for number in range(FAILED_RUNS))
    long = Errors(3, nasty(), lines, MOST, 500, 250, runs, True)
    yield drawn(EXTREME, "", errors_view, long, nasty(1, 2500))
