"""Who may do what is asked when something is pressed, wherever that is."""

from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from store.models import Integration, Source, Transfer
from store.vocabulary import IntegrationState
from tests.stories.members import ON_SQLITE, answer_to, count, one
from tests.stories.shop import opens, scene_of, sets_up

pytestmark = ON_SQLITE


async def gives_role(admin: Member, name: str, role: str) -> None:
    await admin.runs("/patchbay")
    await admin.presses("Members and roles")
    await admin.sees("Find a member")
    await admin.picks(f"@{name}", role)
    await admin.sees(role)
    await admin.closes()


async def met(*members: Member) -> None:
    """They have used Patchbay before."""
    for member in members:
        await member.runs("/patchbay")


async def test_a_viewer_looks_and_changes_nothing(
    ground: Playground, alice: Member, boris: Member, chiara: Member
) -> None:
    scene = await sets_up(ground, boris.id)
    await gives_role(alice, "Chiara Ogawa", "Viewer")

    # By command.
    await chiara.runs("/patchbay source new")
    await chiara.sees("but not create integration sources: your role is viewer.")
    await chiara.runs("/patchbay integration new")
    await chiara.sees("but not create integrations: your role is viewer.")
    for word in ("pause", "sync", "activate"):
        await chiara.runs(f"/patchbay {word} demo")
    assert (await one(ground, Integration)).state is IntegrationState.ACTIVE
    assert await scene.shop.runs() == 1

    # She looks at everything.
    await chiara.runs("/patchbay history demo")
    await chiara.sees_modal("History")
    await chiara.closes()
    await chiara.runs("/patchbay errors demo")
    await chiara.sees("No record is waiting")
    await chiara.closes()
    await chiara.runs("/patchbay sources")
    listed = await chiara.sees("Integration Source Configurations")
    assert "[Create a new Integration Source]" not in listed.text
    await chiara.presses("Open", within="Demo Store")
    page = await chiara.sees("Data transfer")
    for button in ("Edit", "Delete", "Add", "Create an integration", "⋮"):
        assert f"[{button}" not in page.text
    await chiara.presses("Preview")
    await chiara.sees("5 real records")
    await chiara.closes(everything=True)

    # By the buttons of help and Home, which everybody has.
    answer = await answer_to(chiara, "/patchbay help")
    await chiara.presses("Create a new Integration Source", within=answer)
    await chiara.sees("but not create integration sources: your role is viewer.")
    said = len(chiara.dm())
    await chiara.opens_home()
    await chiara.presses("Create an integration")
    await until(lambda: len(chiara.dm()) > said, "an answer")
    [told] = chiara.dm()[said:]
    assert "but not create integrations: your role is viewer." in told.text
    assert chiara.modal is None
    assert await count(ground, Source) == 1


async def test_buttons_drawn_before_the_role_was_taken_away(
    ground: Playground, alice: Member, chiara: Member
) -> None:
    await met(chiara, alice)
    scene = await sets_up(ground, chiara.id)
    answer = await answer_to(chiara, "/patchbay status demo")
    await chiara.runs("/patchbay sources")
    await chiara.presses("Open", within="Demo Store")
    await chiara.sees("Data transfer")
    await gives_role(alice, "Chiara Ogawa", "Viewer")

    await chiara.picks("Customers", "Deactivate")
    await chiara.sees("You cannot change “Demo Store”: only the person who created it")
    await chiara.presses("Delete")
    await chiara.sees("You cannot change “Demo Store")
    await chiara.closes(everything=True)
    for button in ("Pause", "Sync now", "Edit", "Delete"):
        await chiara.presses(button, within=answer)
        assert chiara.modal is None
    assert (await one(ground, Integration)).state is IntegrationState.ACTIVE
    assert await scene.shop.runs() == 1
    assert await count(ground, Transfer) == await count(ground, Source) == 1


async def test_a_form_opened_before_the_role_was_taken_away(
    ground: Playground, alice: Member, chiara: Member
) -> None:
    await met(chiara, alice)
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store, chiara.id)
    await chiara.runs("/patchbay integration new")
    await chiara.picks("Integration configuration", "Demo Store")
    await chiara.sees("Types of updates")
    await gives_role(alice, "Chiara Ogawa", "Viewer")
    await chiara.submits()
    await chiara.sees("but not create integrations: your role is viewer.")
    await chiara.presses("Activate")
    assert await count(ground, Integration) == 0

    await gives_role(alice, "Chiara Ogawa", "Editor")  # and given back: it holds at once
    await chiara.submits()
    await chiara.sees("Saved. Press Activate to start syncing.")
    assert await count(ground, Integration) == 1
    await scene_of(ground, shop).quiet()


async def test_an_editor_edits_what_is_theirs(
    ground: Playground, alice: Member, boris: Member, chiara: Member
) -> None:
    scene = await sets_up(ground, boris.id)
    await chiara.runs("/patchbay pause demo")
    await chiara.sees("You cannot change “Demo Store")
    assert (await one(ground, Integration)).state is IntegrationState.ACTIVE
    await chiara.runs("/patchbay sources")
    await chiara.presses("Open", within="Demo Store")
    page = await chiara.sees("Data transfer")
    assert "[Edit]" not in page.text
    await chiara.presses("Create an integration")  # of her own, from what he made
    await chiara.sees("Types of updates")
    await chiara.fills("Name", "For Chiara")
    await chiara.submits()
    await chiara.sees("Saved. Press Activate to start syncing.")
    await chiara.closes(everything=True)

    await boris.runs("/patchbay pause for chiara")
    await boris.sees("You cannot change “For Chiara”")
    await boris.runs("/patchbay pause demo")
    await boris.sees("is paused")
    await alice.runs("/patchbay activate demo")
    await alice.sees("is active")
    await scene.quiet()


async def test_only_admins_change_roles(
    ground: Playground, alice: Member, boris: Member, chiara: Member
) -> None:
    await met(boris, chiara)
    await alice.runs("/patchbay")
    await gives_role(alice, "Boris Lindqvist", "Admin")
    await boris.runs("/patchbay")
    await boris.presses("Members and roles")
    form = await boris.sees("Find a member")
    assert "@Alice Moreau\nAdmin of the workspace" in form.text
    await boris.picks("@Chiara Ogawa", "Viewer")
    await boris.sees("Viewer: looks at everything")
    await gives_role(alice, "Boris Lindqvist", "By Slack")
    await boris.picks("@Chiara Ogawa", "Admin")
    await boris.sees("Only admins can change roles")
    await chiara.runs("/patchbay source new")
    await chiara.sees("but not create integration sources: your role is viewer.")


async def test_a_member_cannot_add_a_project(ground: Playground, boris: Member) -> None:
    await boris.runs("/patchbay projects")
    listed = await boris.sees("A project is a database")
    assert "[Add a project]" not in listed.text
    assert "Admins can add projects" in listed.text
