"""Sources, their transfers and mappings, and the projects that data goes to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.models.base import Base
from store.vocabulary import FieldType, TransferState


class Project(Base):
    """Where data goes: a named SQL database. `url` None is the default project's setting."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str]
    name_key: Mapped[str]
    url: Mapped[bytes | None] = mapped_column(LargeBinary)  # vault-encrypted, with its password
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]

    __table_args__ = (Index("uq_projects_name", "workspace_id", "name_key", unique=True),)


class Source(Base):
    """An "integration source configuration": a service, a name, an authorization."""

    __tablename__ = "sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    service: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    name_key: Mapped[str]
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorizations.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]

    __table_args__ = (Index("uq_sources_name", "workspace_id", "name_key", unique=True),)


class Transfer(Base):
    """One data type of one source, going to one table of a project."""

    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    data_type: Mapped[str] = mapped_column(String(64))
    # for a custom REST API: the data type itself, in the catalog's grammar
    definition: Mapped[dict[str, Any] | None]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    table_name: Mapped[str | None]
    state: Mapped[TransferState] = mapped_column(default=TransferState.INACTIVE)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]

    pairs: Mapped[list["MappingPair"]] = relationship(
        order_by="MappingPair.position", cascade="all, delete-orphan", lazy="raise"
    )

    __table_args__ = (UniqueConstraint("source_id", "data_type"),)


class MappingPair(Base):
    """One source field → one project field."""

    __tablename__ = "mapping_pairs"

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id", ondelete="CASCADE"))
    source_field: Mapped[str]  # a path, e.g. address.city
    source_type: Mapped[FieldType]
    project_field: Mapped[str]
    project_type: Mapped[FieldType]
    transform: Mapped[str | None] = mapped_column(String(32))
    is_primary_key: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("transfer_id", "project_field"),)
