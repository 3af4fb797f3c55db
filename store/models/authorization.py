"""Permissions to talk to a service, and the requests that make them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base
from store.vocabulary import AuthKind, AuthorizationState


class Authorization(Base):
    """Permission to talk to one account of a service; its secret is encrypted by the vault."""

    __tablename__ = "authorizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    service: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    name_key: Mapped[str]  # the name folded for comparing
    kind: Mapped[AuthKind]
    params: Mapped[dict[str, Any]]  # what the service asks beside the secret, e.g. shop_url
    secret: Mapped[bytes] = mapped_column(LargeBinary)  # vault-encrypted JSON
    account: Mapped[str] = mapped_column(default="")  # what the service calls the account
    state: Mapped[AuthorizationState] = mapped_column(default=AuthorizationState.OK)
    expires_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_authorizations_name", "workspace_id", "service", "name_key", unique=True),
    )


class AuthorizationRequest(Base):
    """A one-time link under which a member authorizes: OAuth in the browser, or a key typed there.

    Only the SHA-256 of the token is kept. `view_id` is the modal that waits for the answer.
    """

    __tablename__ = "authorization_requests"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    member_id: Mapped[str] = mapped_column(String(32))
    service: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    kind: Mapped[AuthKind]
    params: Mapped[dict[str, Any]]
    # set to authorize an existing one anew, in place:
    authorization_id: Mapped[int | None] = mapped_column(
        ForeignKey("authorizations.id", ondelete="CASCADE")
    )
    draft_id: Mapped[int | None]  # the source draft that gets the new authorization selected
    view_id: Mapped[str | None] = mapped_column(String(64))
    below: Mapped[dict[str, Any] | None]  # the page under that modal, to be drawn anew as well
    pkce_verifier: Mapped[bytes | None] = mapped_column(LargeBinary)  # vault-encrypted
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
