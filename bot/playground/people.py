"""The members' roles in the playground: Chiara looks on, until an admin says otherwise."""

from bot.playground.host import PEOPLE, Playground
from bot.setup.actor import role_of
from handlers.members import refresh_all
from store import members
from store.vocabulary import Role

VIEWER = "U_CHIARA"


async def seat(ground: Playground) -> None:
    """Makes the bot know everybody, and who has which role, before anybody acts."""
    engine, workspace = ground.patchbay.engine, ground.slack.workspace
    async with engine.database.begin() as session:
        await members.ensure_workspace(session, workspace.id, engine.clock.now(), workspace.name)
        known = await members.get(session, workspace.id, VIEWER)
    if known is not None:
        return
    client = await ground.patchbay.clients.for_workspace(workspace.id)
    await refresh_all(engine, client, workspace.id)
    async with engine.database.begin() as session:
        viewer = await members.get(session, workspace.id, VIEWER)
        if viewer is not None:
            viewer.role = Role.VIEWER


async def roles(ground: Playground) -> dict[str, str]:
    """What the bot lets each of them do, by member."""
    found = {}
    async with ground.patchbay.engine.database.read() as session:
        for person in PEOPLE:
            member = await members.get(session, ground.slack.workspace.id, person[0])
            if member is not None:
                found[member.id] = str(role_of(member))
    return found
