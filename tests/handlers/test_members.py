import asyncio

import pytest

from bot.errors import NotAllowed
from handlers import members as members_handlers
from handlers.click import Click
from store import members
from store.models import Member
from store.vocabulary import Role
from tests.handlers.conftest import Face
from tests.setup.integrating import EDITOR, VIEWER, WORKSPACE


async def known(face: Face, member_id: str) -> Member | None:
    async with face.engine.database.read() as session:
        return await members.get(session, WORKSPACE, member_id)


async def test_an_admin_changes_a_role(face: Face) -> None:
    await face.admin.opens_home()
    await face.admin.presses("Members and roles")
    shown = await face.admin.sees("@Editor")
    assert "Admin of the workspace" in shown.text
    await face.admin.picks("@U_EDITOR", "Viewer: looks at everything")
    member = await known(face, "U_EDITOR")
    assert member is not None
    assert member.role is Role.VIEWER
    await face.editor.runs("/patchbay integration new")
    await face.editor.sees("your role is viewer")
    await face.admin.picks("@U_EDITOR", "By Slack: as for everybody")
    await face.editor.runs("/patchbay integration new")
    await face.editor.sees("Create an integration")


async def test_others_do_not_get_there(face: Face) -> None:
    client = await face.clients.for_workspace(WORKSPACE)
    for actor in (EDITOR, VIEWER):
        click = Click(face.engine, client, {"trigger_id": "1.2"}, actor)
        with pytest.raises(NotAllowed):
            await members_handlers.show_members(click)
    assert not [call for call in face.slack.calls if call.method == "views.open"]


async def test_members_are_found_in_a_long_list(face: Face) -> None:
    async with face.engine.database.begin() as session:
        for number in range(30):
            await members.ensure(session, WORKSPACE, f"U{number:03}", face.engine.clock.now())
    await face.admin.runs("/patchbay help")
    await face.admin.presses("Members and roles")
    await face.admin.sees("1–20 of 33")
    await face.admin.presses("Next")
    await face.admin.sees("21–33 of 33")
    await face.admin.picks("Find a member", "Viewer")
    found = await face.admin.sees("1–1 of 1")
    assert "@Viewer" in found.text
    await face.admin.presses("All members")
    await face.admin.sees("1–20 of 33")


async def test_everybody_is_taken_in_page_by_page(face: Face) -> None:
    for number in range(250):
        face.slack.add_member(f"U{number:03}", f"Person {number}", f"p{number}@example.com")
    client = await face.clients.for_workspace(WORKSPACE)
    await members_handlers.refresh_stale(face.engine, client, WORKSPACE)
    member = await known(face, "U249")
    assert member is not None
    assert (member.name, member.email) == ("Person 249", "p249@example.com")
    calls = [call for call in face.slack.calls if call.method == "users.list"]
    assert len(calls) >= 2
    await members_handlers.refresh_stale(face.engine, client, WORKSPACE)
    assert len([call for call in face.slack.calls if call.method == "users.list"]) == len(calls)


async def eventually(face: Face, member_id: str, gone: bool) -> Member:
    """An event is acknowledged before it is worked on."""
    for _ in range(200):
        member = await known(face, member_id)
        if member is not None and member.is_gone is gone:
            return member
        await asyncio.sleep(0.02)
    raise AssertionError(f"{member_id} is not known")


async def test_slack_tells_of_changes(face: Face) -> None:
    profile = {"email": "new@example.com"}
    user = {"id": "U_NEW", "name": "new", "tz": "Asia/Tokyo", "profile": profile}
    await face.slack.send_event(
        {"type": "team_join", "user": {"id": "U_BOT", "name": "bot", "is_bot": True}}
    )
    await face.slack.send_event({"type": "team_join", "user": user})
    member = await eventually(face, "U_NEW", gone=False)
    assert (member.email, member.timezone) == ("new@example.com", "Asia/Tokyo")
    await face.slack.send_event({"type": "user_change", "user": {**user, "deleted": True}})
    await eventually(face, "U_NEW", gone=True)
    assert await known(face, "U_BOT") is None
