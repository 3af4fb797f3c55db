"""What an alert says: plain facts, written when it is owed and shown the same in every way.

They live as JSON in `incidents.facts` and `deliveries.facts`. A delivery's facts are frozen when
it is owed, so that the DM, the thread and the e-mail say the same, whenever they go out.
"""

from datetime import datetime

from pydantic import BaseModel

from store.vocabulary import IncidentKind, Level, RunState, Trigger


class Cause(BaseModel, frozen=True):
    """One reason and how often it was met."""

    reason: str
    count: int


class AlertFacts(BaseModel, frozen=True):
    """An incident at the moment a message about it is owed. Names are unescaped text."""

    incident_id: int
    kind: IncidentKind
    level: Level
    title: str  # e.g. “Shop → CRM” was disabled because of a large number of errors
    integration_ids: list[int]
    integration_names: list[str]
    source_name: str = ""
    service_name: str = ""
    authorization_id: int | None = None
    authorization_name: str = ""
    since: datetime  # when the trouble began
    happened_at: datetime
    failed_runs: int = 0  # in a row
    records_read: int = 0
    records_rejected: int = 0
    causes: list[Cause] = []  # most frequent first, at most five
    budget: str = ""  # warning: what is left, in words
    next_step: str = ""  # what to do now, one sentence
    details: list[str] = []  # for the thread: last runs, drifted fields…
    resolution: str = ""  # resolved: what put it right
    by_member: str | None = None  # user id of who acted (notes, resolutions); None: Patchbay
    note: str = ""  # Level.NOTE: what was done, a sentence without its subject


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
