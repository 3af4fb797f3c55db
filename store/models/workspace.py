"""Workspaces and the members in them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base
from store.vocabulary import Role


class Workspace(Base):
    """A Slack team that installed the bot; every other row belongs to one."""

    __tablename__ = "workspaces"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # Slack's team id
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None] = mapped_column(index=True)


class Member(Base):
    """A Slack user of a workspace; names, e-mail and zone are a cache of `users.info`."""

    __tablename__ = "members"

    workspace_id: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # Slack's user id
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(default="UTC")
    is_workspace_admin: Mapped[bool] = mapped_column(default=False)
    is_gone: Mapped[bool] = mapped_column(default=False)  # deactivated, or a bot
    role: Mapped[Role | None]  # None: by Slack's own admin flag (admin), else editor
    refreshed_at: Mapped[datetime]
