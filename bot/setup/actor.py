"""Who is asking, and what they may do. Checked when a button is pressed, on every path."""

from dataclasses import dataclass

from bot.errors import NotAllowed
from store.models import Member
from store.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of a workspace at the moment of a click."""

    workspace_id: str
    member_id: str
    role: Role
    name: str = ""
    email: str | None = None
    timezone: str = "UTC"

    def may_create(self) -> bool:
        return self.role is not Role.VIEWER

    def may_edit(self, created_by: str) -> bool:
        return self.role is Role.ADMIN or (
            self.role is Role.EDITOR and self.member_id == created_by
        )

    def must_create(self, what: str) -> None:
        """Raises NotAllowed for a viewer. `what`: "sources", "integrations"…"""
        if not self.may_create():
            raise NotAllowed(
                f"You can look at everything here, but not create {what}: your role is viewer. "
                "Ask a workspace admin to make you an editor."
            )

    def must_edit(self, created_by: str, name: str) -> None:
        """Raises NotAllowed unless an admin, or an editor who created it."""
        if not self.may_edit(created_by):
            raise NotAllowed(
                f"You cannot change “{name}”: only the person who created it and admins can. "
                "Ask one of them, or ask an admin for another role."
            )

    def must_administer(self, what: str) -> None:
        """Raises NotAllowed unless an admin. `what`: "add projects", "change roles"…"""
        if self.role is not Role.ADMIN:
            raise NotAllowed(f"Only admins can {what}. Ask a workspace admin to do it.")


def role_of(member: Member) -> Role:
    """Slack's workspace admins are always admins; others edit, unless given another role."""
    if member.is_workspace_admin:
        return Role.ADMIN
    return member.role or Role.EDITOR


def as_actor(member: Member) -> Actor:
    return Actor(
        workspace_id=member.workspace_id,
        member_id=member.id,
        role=role_of(member),
        name=member.name,
        email=member.email,
        timezone=member.timezone,
    )
