"""What people were in the middle of, what was changed by whom, what was already handled."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base


class Draft(Base):
    """What a member has typed and not yet saved; a modal only shows it.

    `saved_as` is set by the save, so the same form submitted twice ends at the same row.
    """

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    member_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))  # source, integration, mapping, …
    subject_id: Mapped[int] = mapped_column(default=0)  # the row being edited; 0: a new one
    data: Mapped[dict[str, Any]]
    saved_as: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (Index("ix_drafts_owner", "workspace_id", "member_id", "kind", "subject_id"),)


class Change(Base):
    """Who changed what: told to the later of two people editing, and shown in histories."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(64))  # e.g. "integration:12"
    version: Mapped[int]  # the version that this change made
    member_id: Mapped[str] = mapped_column(String(32))
    what: Mapped[list[str]]  # sentences
    at: Mapped[datetime]

    __table_args__ = (Index("ix_changes_subject", "workspace_id", "subject", "version"),)


class Receipt(Base):
    """A delivery from Slack that was taken in; the same one again is acknowledged and ignored."""

    __tablename__ = "receipts"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
