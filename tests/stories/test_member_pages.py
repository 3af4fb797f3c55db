"""Going back shows the news: whatever lies under a window is drawn anew once it is outdated."""

from bot.playground import journey
from bot.playground.host import Playground
from bot.playground.member import Member
from store.models import Integration, Source
from store.vocabulary import IntegrationState
from tests.stories.members import ON_SQLITE, count, one
from tests.stories.shop import opens, sets_up

pytestmark = ON_SQLITE


async def test_a_source_authorized_again_says_so_below(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    ground.store.revokes_token()
    await scene.an_hour_goes_by()
    await alice.runs("/patchbay sources")
    await alice.sees("needs authorization")
    await alice.presses("Open", within="Demo Store")
    await alice.sees("needs authorization")
    await alice.presses("Re-authorize")
    await journey.goes_to_the_browser(alice)
    await alice.sees("is authorized again")
    await alice.closes()
    page = await alice.sees("Data transfer")
    assert "needs authorization" not in page.text
    assert "Re-authorize" not in page.text


async def test_an_integration_authorized_again_says_so_below(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    ground.store.revokes_token()
    await scene.an_hour_goes_by()
    await alice.runs("/patchbay integrations")
    await alice.presses("Open", within="Demo Store sync")
    await alice.sees("Needs authorization")
    await alice.presses("Re-authorize")
    await journey.goes_to_the_browser(alice)
    await alice.sees("is authorized again")
    await alice.closes()
    page = await alice.sees("Types of updates")
    assert "Needs authorization" not in page.text
    assert (await one(ground, Integration)).state is IntegrationState.ACTIVE
    await alice.presses("Pause")  # the page still knows the list that it was opened from
    await alice.sees("is paused")
    await alice.closes()
    await alice.sees("Paused")


async def test_a_source_deleted_after_mapping_is_gone_from_every_window(
    ground: Playground, alice: Member
) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.picks("Customers", "Mapping")
    await alice.sees("Mapped fields")
    await alice.submits()
    await alice.sees("Data transfer", timeout=10)
    await alice.presses("Delete")
    await alice.sees("Demo Store is deleted.")
    await alice.closes()
    below = await alice.sees("is deleted.")
    assert "Data transfer" not in below.text
    await alice.closes()
    listed = await alice.sees("Integration Source Configurations")
    assert "No integration source yet." in listed.text
    assert await count(ground, Source) == 0


async def test_a_source_deleted_after_it_was_edited(ground: Playground, alice: Member) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.presses("Edit")
    await alice.sees_modal("Edit source")
    await alice.fills("Name", "Shop")
    await alice.submits()
    await alice.sees_modal("Integration Source")
    await alice.sees("Shop")
    await alice.presses("Delete")
    await alice.sees("Shop is deleted.")
    await alice.closes()
    listed = await alice.sees("Integration Source Configurations")
    assert "No integration source yet." in listed.text


async def test_a_new_source_deleted_at_once(ground: Playground, alice: Member) -> None:
    await alice.runs("/patchbay source new")
    await journey.creates_source(alice, ground.store.url)
    await alice.presses("Delete")
    await alice.sees("Demo Store is deleted.")
    await alice.closes()
    below = await alice.sees("Demo Store is deleted.")
    assert "Data transfer" not in below.text
