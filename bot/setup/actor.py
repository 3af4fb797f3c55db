"""Who is asking, and what they may do. Checked when a button is pressed, on every path."""

from dataclasses import dataclass

from bot.errors import NotAllowed
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
