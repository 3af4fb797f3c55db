"""Members' roles: viewer, editor, admin. Slack's workspace admins are always admins."""

from bot.engine import Engine
from bot.errors import NotFound, Refused
from bot.setup.actor import Actor
from store import members
from store.models import Member
from store.vocabulary import Role


async def set_role(engine: Engine, actor: Actor, member_id: str, role: Role | None) -> Member:
    """Gives a member of the actor's workspace a role; None: what Slack's own flag says.

    Raises NotAllowed, NotFound, and Refused for a workspace admin.
    """
    actor.must_administer("change roles")
    async with engine.database.begin() as session:
        member = await members.get(session, actor.workspace_id, member_id)
        if member is None:
            raise NotFound("Patchbay does not know this member yet. Try again in a minute.")
        if member.is_workspace_admin and role not in (None, Role.ADMIN):
            raise Refused(
                f"{member.name} is an admin of this Slack workspace, and those are always "
                "admins here. To change that, change it in Slack.",
                "role",
            )
        member.role = role
    return member
