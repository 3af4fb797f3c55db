"""Incidents and the outbox of what is owed to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, BigId
from store.vocabulary import DeliveryState, IncidentKind, IncidentState, Level, Way


class Incident(Base):
    """One cause of trouble for one or more integrations."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(64))  # e.g. "errors:12", "authorization:3"
    kind: Mapped[IncidentKind]
    level: Mapped[Level]
    state: Mapped[IncidentState] = mapped_column(default=IncidentState.OPEN)
    integration_id: Mapped[int | None] = mapped_column(
        ForeignKey("integrations.id", ondelete="CASCADE"), index=True
    )
    authorization_id: Mapped[int | None] = mapped_column(
        ForeignKey("authorizations.id", ondelete="CASCADE"), index=True
    )
    facts: Mapped[dict[str, Any]]  # what happened, since when, how many, top causes
    opened_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None] = mapped_column(String(32))
    snoozed_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        Index(
            "uq_incidents_open_cause",
            "workspace_id",
            "cause",
            unique=True,
            sqlite_where=text("state <> 'resolved'"),
            postgresql_where=text("state <> 'resolved'"),
        ),
    )


class Delivery(Base):
    """One message owed to one recipient by one way: the outbox."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    # What makes it one of a kind, e.g. "incident:7:disabled:email:a@example.com".
    key: Mapped[str] = mapped_column(String(400), unique=True)
    way: Mapped[Way]
    address: Mapped[str]
    level: Mapped[Level]
    incident_id: Mapped[int | None] = mapped_column(
        ForeignKey("incidents.id", ondelete="CASCADE"), index=True
    )
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    facts: Mapped[dict[str, Any]]  # as they were when it was owed
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.OWED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    error: Mapped[str | None] = mapped_column(Text)
    message_channel: Mapped[str | None] = mapped_column(String(32))
    message_ts: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (Index("ix_deliveries_owed", "state", "next_attempt_at"),)
