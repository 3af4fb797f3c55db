"""Runs, how far each got, what it rejected, and deletions that wait."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, BigId
from store.vocabulary import RunState, Trigger


class Counts:
    """Rows by what became of them (columns shared by runs and their checkpoints)."""

    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class Run(Counts, Base):
    """One sync of one integration."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    integration_id: Mapped[int] = mapped_column(ForeignKey("integrations.id", ondelete="CASCADE"))
    trigger: Mapped[Trigger]
    state: Mapped[RunState] = mapped_column(default=RunState.QUEUED)
    worker: Mapped[str | None] = mapped_column(String(64))  # who holds it
    attempts: Mapped[int] = mapped_column(default=0)  # workers that took it up since its last page
    heartbeat_at: Mapped[datetime | None]  # a running run whose heart stopped is taken up again
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(Text)  # one sentence for a member
    watcher_id: Mapped[str | None] = mapped_column(String(32))  # whose DM shows its progress
    progress_channel: Mapped[str | None] = mapped_column(String(32))
    progress_ts: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        # One integration never runs twice at a time.
        Index(
            "uq_runs_one_at_a_time",
            "integration_id",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("ix_runs_history", "integration_id", "id"),
        Index("ix_runs_state_queued_at", "state", "queued_at"),
        Index("ix_runs_finished_at", "finished_at"),
    )


class Checkpoint(Counts, Base):
    """How far a run got in one transfer; written with every page."""

    __tablename__ = "checkpoints"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    transfer_id: Mapped[int] = mapped_column(
        ForeignKey("transfers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[str | None]  # cursor before
    cursor: Mapped[str | None]  # cursor after, so far
    next_page: Mapped[dict[str, Any] | None]  # where the next page starts
    pages: Mapped[int] = mapped_column(default=0)
    done: Mapped[bool] = mapped_column(default=False)


class Reject(Base):
    """A record that could not be mapped or loaded; kept until retried or dropped."""

    __tablename__ = "rejects"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    integration_id: Mapped[int] = mapped_column(ForeignKey("integrations.id", ondelete="CASCADE"))
    transfer_id: Mapped[int] = mapped_column(
        ForeignKey("transfers.id", ondelete="CASCADE"), index=True
    )
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"))
    record_key: Mapped[str] = mapped_column(String(255))  # primary key, or a hash of the payload
    payload: Mapped[str] = mapped_column(Text)  # the record's JSON, as it came
    field: Mapped[str | None]
    reason: Mapped[str]  # one sentence; equal reasons are grouped
    created_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("integration_id", "transfer_id", "record_key"),)


class PendingDeletion(Base):
    """A row that the service says is gone; applied at the end of a run, or when confirmed."""

    __tablename__ = "pending_deletions"

    integration_id: Mapped[int] = mapped_column(
        ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True
    )
    transfer_id: Mapped[int] = mapped_column(
        ForeignKey("transfers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    record_key: Mapped[str] = mapped_column(Text, primary_key=True)  # JSON array of key values
    kept: Mapped[bool] = mapped_column(default=False)  # somebody decided that the row stays
