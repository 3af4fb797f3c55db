import pytest

from bot.engine import Engine
from bot.errors import NotAllowed, NotFound, Refused
from bot.setup.actor import as_actor
from bot.setup.roles import set_role
from store import members
from store.vocabulary import Role
from tests.setup.integrating import ADMIN, EDITOR, STRANGER, WORKSPACE


async def role(engine: Engine, member_id: str) -> Role:
    async with engine.database.read() as session:
        member = await members.get(session, WORKSPACE, member_id)
    assert member is not None
    return as_actor(member).role


async def test_an_admin_gives_and_takes_back_a_role(engine: Engine) -> None:
    await set_role(engine, ADMIN, "U_EDITOR", Role.VIEWER)
    assert await role(engine, "U_EDITOR") is Role.VIEWER
    await set_role(engine, ADMIN, "U_EDITOR", None)
    assert await role(engine, "U_EDITOR") is Role.EDITOR


async def test_only_admins_do(engine: Engine) -> None:
    with pytest.raises(NotAllowed):
        await set_role(engine, EDITOR, "U_EDITOR", Role.ADMIN)
    assert await role(engine, "U_EDITOR") is Role.EDITOR


async def test_a_workspace_admin_stays_admin(engine: Engine) -> None:
    with pytest.raises(Refused):
        await set_role(engine, ADMIN, "U_ADMIN", Role.VIEWER)
    async with engine.database.begin() as session:
        member = await members.get(session, WORKSPACE, "U_ADMIN")
        assert member is not None
        member.role = Role.VIEWER  # given before Slack made them an admin
    assert await role(engine, "U_ADMIN") is Role.ADMIN


async def test_another_workspace_has_no_say(engine: Engine) -> None:
    with pytest.raises(NotFound):
        await set_role(engine, STRANGER, "U_EDITOR", Role.VIEWER)
    assert await role(engine, "U_EDITOR") is Role.EDITOR
