"""What an alert says: plain facts, written when it is owed and shown the same in every way.

They live as JSON in `incidents.facts` and `deliveries.facts`. A delivery's facts are frozen when
it is owed, so that the DM, the thread and the e-mail say the same, whenever they go out.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from store.vocabulary import IncidentKind, Level, RunState, Trigger


class Cause(BaseModel, frozen=True):
    """One reason and how often it was met."""

    reason: str
    count: int


class RecentRun(BaseModel, frozen=True):
    """One of the last runs, for the thread."""

    at: datetime
    state: RunState
    read: int
    rejected: int
    error: str | None = None


class HeldRows(BaseModel, frozen=True):
    """Rows of one table that would be deleted, of how many."""

    data_type: str
    rows: int
    total: int


class AlertFacts(BaseModel, frozen=True):
    """An incident at the moment a message about it is owed. Names are unescaped text."""

    incident_id: int
    kind: IncidentKind
    level: Level
    # a channel is told in two messages: the parent, and its detail in the thread
    part: Literal["message", "thread"] = "message"
    title: str  # e.g. “Shop → CRM” was disabled because of a large number of errors

    # what it is about
    integration_ids: list[int]
    integration_names: list[str]
    source_id: int | None = None
    source_name: str = ""
    service_name: str = ""
    authorization_id: int | None = None
    authorization_name: str = ""
    transfer_id: int | None = None

    # since when, how many, why
    since: datetime  # when the trouble began
    happened_at: datetime
    timezone: str = "UTC"  # where a time has to be written out (e-mail)
    failed_runs: int = 0  # in a row
    records_read: int = 0
    records_rejected: int = 0
    held: list[HeldRows] = []  # deletions that wait for a person
    causes: list[Cause] = []  # most frequent first, at most five
    details: list[str] = []  # for the thread: drifted fields, integrations that stopped…
    recent: list[RecentRun] = []  # for the thread, newest first

    # what happens next
    budget: str = ""  # warning: what is left, e.g. "7 more failed runs in a row"
    not_before: datetime | None = None  # warning: the earliest moment of the disablement
    next_step: str = ""  # what to do now, one sentence

    # who did what
    acknowledged_by: str | None = None  # user id
    snoozed_until: datetime | None = None
    trouble: str = ""  # resolved: the title that it had
    resolution: str = ""  # resolved: what put it right, a sentence
    by_member: str | None = None  # user id of who acted (notes, resolutions); None: Patchbay
    note: str = ""  # Level.NOTE: what was done, a sentence without its subject
    undelivered: str = ""  # why this comes here instead of where it was meant for

    @property
    def rows_held(self) -> int:
        return sum(one.rows for one in self.held)


class SummaryFacts(BaseModel, frozen=True):
    """A finished run, for the person who watched it."""

    run_id: int
    integration_id: int
    integration_name: str
    trigger: Trigger
    state: RunState
    created: int
    updated: int
    deleted: int
    unchanged: int
    rejected: int
    seconds: float
    next_run_at: datetime | None
    timezone: str
    error: str | None = None
    held_deletions: int = 0


class ConfirmEmailFacts(BaseModel, frozen=True):
    """An outside address is asked whether it wants alerts."""

    integration_name: str
    added_by_name: str
    url: str
