"""What is set up is changed while it runs, and taken away without a row being lost."""

from bot.playground.host import Playground
from bot.playground.member import Member, Post
from bot.playground.walk import until
from store.models import Integration, Run, Source
from store.vocabulary import IntegrationState, ScheduleKind
from tests.stories.members import ON_SQLITE, answer_to, count, one
from tests.stories.shop import TABLE, sets_up


async def opens_it(member: Member) -> None:
    await member.runs("/patchbay integrations")
    await member.presses("Open", within="Demo Store sync")
    await member.sees_modal("Integration")


@ON_SQLITE
async def test_an_integration_is_edited_while_it_is_active(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    await opens_it(alice)
    await alice.presses("Edit")
    form = await alice.sees("Types of updates")
    assert "[Activate]" not in form.text  # it is
    await alice.fills("Name", "Customers, nightly")
    await alice.picks("Schedule", "Every day")
    await alice.unticks("Customers", "Deleted")
    await alice.unpicks("Direct messages to", "Alice Moreau")
    await alice.submits()
    page = await alice.sees("Saved.")
    assert "Customers: created, updated\n" in page.text
    assert "Every day at 06:00" in page.text
    assert "by direct message" not in page.text
    await alice.closes()
    await alice.sees("Customers, nightly")

    kept = await one(ground, Integration)
    assert kept.state is IntegrationState.ACTIVE
    assert kept.schedule_kind is ScheduleKind.DAILY
    assert kept.next_run_at is not None
    ground.store.delete("customers", [7])
    await alice.closes()
    await alice.runs("/patchbay sync nightly")
    await scene.quiet()
    assert await scene.shop.sql(f"SELECT COUNT(*) FROM {TABLE} WHERE id = 7") == [(1,)]


async def test_deleted_with_confirmation_and_the_rows_stay(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    before = await scene.has_the_same_rows()
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.presses("Delete")
    await alice.sees("“Demo Store” cannot be deleted: the integration “Demo Store sync” uses it.")
    assert await count(ground, Source) == 1
    await alice.closes(everything=True)

    await opens_it(alice)
    await alice.presses("Delete", accept=False)
    assert await count(ground, Integration) == 1
    await alice.presses("Delete")
    await alice.sees("“Demo Store sync” is deleted.")
    await alice.closes()
    await alice.sees("There is no integration yet.")
    assert await count(ground, Integration) == await count(ground, Run) == 0
    await alice.closes()
    await alice.runs("/patchbay status demo")
    await alice.sees("There is no integration called “demo”.")

    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.presses("Delete", accept=False)
    await alice.sees("Data transfer")
    await alice.presses("Delete")
    await alice.sees("Demo Store is deleted.")
    assert await count(ground, Source) == 0
    assert await scene.has_the_same_rows() == before


async def next_told(member: Member, before: int) -> Post:
    """What the member was told after so many messages that nobody else sees."""
    await until(lambda: len(member.ephemerals) > before, "an answer")
    return member.ephemerals[before]


@ON_SQLITE
async def test_buttons_of_what_is_gone(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    old = await answer_to(alice, "/patchbay status demo")
    await alice.presses("Delete", within=old)
    await alice.sees("“Demo Store sync” is deleted.")
    for button in ("Open", "Sync now", "Pause", "Edit", "History", "Errors", "Delete"):
        said = len(alice.ephemerals)
        await alice.presses(button, within=old)
        told = await next_told(alice, said)
        assert "This integration does not exist any more" in told.text, button
        assert alice.modal is None
    await scene.quiet()
