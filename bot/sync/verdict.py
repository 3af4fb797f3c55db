"""The error policy as figures and one pure decision; `policy.py` carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, Field

from bot.schedule import next_times
from store.models import Integration, Run
from store.vocabulary import Level


class Policy(BaseModel, frozen=True):
    """When an integration warns and when it is disabled; an integration may say otherwise."""

    warning_failures: int = Field(3, ge=1)  # failed runs in a row
    warning_share: float = Field(0.10, ge=0, le=1)  # of a run's records rejected
    warning_records: int = Field(100, ge=1)  # in a run, for its share to count
    disable_failures: int = Field(10, ge=1)
    disable_hours: float = Field(24, ge=0)  # and at least this long without success
    disable_failures_slow: int = Field(5, ge=1)  # for schedules of a day or slower, alone
    disable_share: float = Field(0.25, ge=0, le=1)
    disable_runs: int = Field(3, ge=1)  # over which the share is taken
    disable_records: int = Field(100, ge=1)  # in these runs together
    hold_share: float = Field(0.20, ge=0, le=1)  # of a table deleted by one run
    hold_rows: int = Field(50, ge=0)

    def holds(self, deletions: int, rows: int) -> bool:
        """Whether a run that would delete so many of a table's rows waits for a person."""
        return deletions > self.hold_rows and deletions > self.hold_share * rows


@dataclass(frozen=True, slots=True)
class Tally:
    """What one run read and rejected."""

    read: int
    rejected: int

    @property
    def share(self) -> float:
        return self.rejected / self.read if self.read else 0.0


@dataclass(frozen=True, slots=True)
class Record:
    """What an integration's last run and those before it came to."""

    failed: bool  # the last run
    failures: int  # failed runs in a row
    without_success: timedelta
    is_slow: bool  # runs once a day or less often
    tallies: Sequence[Tally]  # newest first


@dataclass(frozen=True, slots=True)
class Verdict:
    level: Literal[Level.WARNING, Level.DISABLED]
    because: Literal["failures", "rejects"]


def policy_of(integration: Integration) -> Policy:
    return Policy.model_validate(integration.policy)


def tally_of(run: Run) -> Tally:
    kept = run.created + run.updated + run.deleted + run.unchanged
    return Tally(read=kept + run.rejected, rejected=run.rejected)


def verdict(policy: Policy, record: Record) -> Verdict | None:
    """None: nothing to say. Disablement comes before a warning, failures before rejects."""
    last = record.tallies[0]
    if record.failed and record.failures >= failures_allowed(policy, record.is_slow):
        rested = record.without_success >= timedelta(hours=policy.disable_hours)
        if record.is_slow or rested:
            return Verdict(Level.DISABLED, "failures")
    window = together(record.tallies[: policy.disable_runs])
    if (
        last.rejected
        and len(record.tallies) >= policy.disable_runs
        and window.read >= policy.disable_records
        and window.share > policy.disable_share
    ):
        return Verdict(Level.DISABLED, "rejects")
    if record.failed and record.failures >= policy.warning_failures:
        return Verdict(Level.WARNING, "failures")
    if last.read >= policy.warning_records and last.share > policy.warning_share:
        return Verdict(Level.WARNING, "rejects")
    return None


def is_healthy(policy: Policy, record: Record) -> bool:
    """The last run ends a warning: it succeeded and rejected few of its records."""
    return not record.failed and record.tallies[0].share <= policy.warning_share


def together(tallies: Sequence[Tally]) -> Tally:
    return Tally(sum(one.read for one in tallies), sum(one.rejected for one in tallies))


def failures_allowed(policy: Policy, is_slow: bool) -> int:
    return policy.disable_failures_slow if is_slow else policy.disable_failures


def budget(
    policy: Policy, record: Record, found: Verdict, integration: Integration, now: datetime
) -> tuple[str, datetime | None]:
    """What is left before the disablement ("after 7 more failed runs"), and its earliest moment."""
    if found.because == "rejects":
        window = record.tallies[: policy.disable_runs]
        runs = "the last run" if len(window) == 1 else f"the last {len(window)} runs"
        return (
            f"when over {policy.disable_share:.0%} of the records of {policy.disable_runs} runs "
            f"together are rejected ({together(window).share:.0%} in {runs})"
        ), None
    left = max(1, failures_allowed(policy, record.is_slow) - record.failures)
    coming = next_times(integration.cron, integration.timezone, now, left)
    moments = coming[-1:]
    if not record.is_slow:
        moments += [now + timedelta(hours=policy.disable_hours) - record.without_success]
    return f"after {left} more failed run{'s' if left > 1 else ''}", max(moments, default=None)


def is_slow(integration: Integration, now: datetime) -> bool:
    """Whether it runs once a day or less often (23 hours apart on the day clocks go forward)."""
    times = next_times(integration.cron, integration.timezone, now, 8)
    return all(later - earlier >= timedelta(hours=23) for earlier, later in pairwise(times))
