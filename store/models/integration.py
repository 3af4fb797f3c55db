"""Integrations: a source, the types of updates wanted, a schedule, and who is told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.models.base import Base
from store.vocabulary import IntegrationState, ScheduleKind, Way


class Integration(Base):
    __tablename__ = "integrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str]
    name_key: Mapped[str]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    state: Mapped[IntegrationState] = mapped_column(default=IntegrationState.INACTIVE)
    schedule_kind: Mapped[ScheduleKind]
    cron: Mapped[str]  # five fields, whatever the kind
    timezone: Mapped[str]
    next_run_at: Mapped[datetime | None]  # None: not scheduled (anything but active)
    policy: Mapped[dict[str, Any]]  # what differs from the default error policy
    failures_in_a_row: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]  # when the first of those failures happened
    last_success_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]

    updates: Mapped[list["IntegrationTransfer"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="IntegrationTransfer.id"
    )
    recipients: Mapped[list["Recipient"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="Recipient.id"
    )

    __table_args__ = (
        Index("uq_integrations_name", "workspace_id", "name_key", unique=True),
        Index("ix_integrations_next_run_at", "next_run_at"),
    )


class IntegrationTransfer(Base):
    """A transfer within an integration: its types of updates, and how far it has been read."""

    __tablename__ = "integration_transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    integration_id: Mapped[int] = mapped_column(ForeignKey("integrations.id", ondelete="CASCADE"))
    transfer_id: Mapped[int] = mapped_column(
        ForeignKey("transfers.id", ondelete="CASCADE"), index=True
    )
    created: Mapped[bool] = mapped_column(default=True)
    updated: Mapped[bool] = mapped_column(default=True)
    deleted: Mapped[bool] = mapped_column(default=False)
    cursor: Mapped[str | None]  # the highest value of the service's incremental field seen

    __table_args__ = (UniqueConstraint("integration_id", "transfer_id"),)


class Recipient(Base):
    """Somebody who is told when the integration is in trouble, by one way."""

    __tablename__ = "recipients"

    id: Mapped[int] = mapped_column(primary_key=True)
    integration_id: Mapped[int] = mapped_column(ForeignKey("integrations.id", ondelete="CASCADE"))
    way: Mapped[Way]
    address: Mapped[str]  # a user id, a channel id, or an e-mail address
    confirmed_at: Mapped[datetime | None]  # an outside address gets alerts only once confirmed
    confirm_token_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    added_by: Mapped[str] = mapped_column(String(32))

    __table_args__ = (UniqueConstraint("integration_id", "way", "address"),)
