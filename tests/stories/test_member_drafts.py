"""A window that was closed loses nothing: what was filled in is offered again."""

from bot.playground import journey
from bot.playground.browser import Browser
from bot.playground.host import Playground
from bot.playground.member import Member
from store.models import Integration, Source
from tests.stories.members import ON_SQLITE, count
from tests.stories.shop import opens

pytestmark = ON_SQLITE


async def test_a_source_left_half_way(ground: Playground, boris: Member, alice: Member) -> None:
    await boris.runs("/patchbay source new")
    await boris.picks("Integration source", "Demo Store")
    await boris.fills("Name", "Half a shop")
    await boris.closes()
    await alice.runs("/patchbay source new")  # it is his alone
    form = await alice.sees_modal("New source")
    assert "Continue where you left off" not in form.text
    assert form.value("Integration source") == ""

    await boris.runs("/patchbay source new")
    form = await boris.sees_modal("New source")
    assert "Continue where you left off" in form.text
    assert form.value("Integration source") == "Demo Store"
    assert form.value("Name") == "Half a shop"
    await boris.presses("Start over")
    await boris.sees_no_more("Continue where you left off")
    assert boris.modal is not None
    assert boris.modal.value("Name") == ""
    assert boris.modal.value("Integration source") == ""
    await journey.creates_source(boris, ground.store.url)
    assert await count(ground, Source) == 1
    await boris.closes(everything=True)
    await boris.runs("/patchbay source new")
    form = await boris.sees_modal("New source")
    assert form.value("Name") == ""


async def test_a_window_closed_while_the_browser_is_open(ground: Playground, boris: Member) -> None:
    await boris.runs("/patchbay source new")
    await boris.picks("Integration source", "Demo Store")
    await boris.fills("Name", "Shop")
    await boris.presses("See third-party service authorizations")
    await boris.fills("Shop URL", ground.store.url)
    await boris.submits()
    url = await boris.opens_link("Open Demo Store")
    await boris.closes(everything=True)
    async with Browser() as browser:
        await browser.opens(url)
        await browser.presses("Allow")
    await boris.sees("Demo Store is connected. Your source is not saved yet.")
    await boris.presses("Continue")
    form = await boris.sees("Authorization: :white_check_mark: Demo Store (Acme Demo Store)")
    assert "Shop" in form.text
    await boris.submits()
    await boris.sees("Data transfer")


async def test_an_edit_left_half_way(ground: Playground, alice: Member) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.presses("Edit")
    await alice.sees_modal("Edit source")
    await alice.fills("Name", "Renamed")
    await alice.closes(everything=True)
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.presses("Edit")
    form = await alice.sees("Continue where you left off")
    assert "Renamed" in form.text
    await alice.presses("Start over")
    await alice.sees_no_more("Renamed")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Demo Store"


async def test_a_mapping_left_half_way(ground: Playground, alice: Member) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.picks("Choose the type of data", "Products")
    await alice.presses("Add")
    await alice.sees("Mapped fields (11)")
    await alice.fills("Name of the new table", "goods")
    await alice.picks("sku → sku", "Remove")
    await alice.sees("Mapped fields (10)")
    await alice.picks("Source field", "sku")
    await alice.closes(everything=True)

    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.picks("Products", "Mapping")
    form = await alice.sees("You continue where you left off.")
    assert "Mapped fields (10)" in form.text
    assert alice.modal is not None
    assert alice.modal.value("Name of the new table") == "goods"
    assert alice.modal.value("Source field") == "sku"
    await alice.presses("Start over")
    await alice.sees("Mapped fields (11)")
    assert alice.modal is not None
    assert alice.modal.value("Name of the new table") == "demo_store_products"
    assert alice.modal.value("Source field") == ""


async def test_an_integration_left_half_way(ground: Playground, alice: Member) -> None:
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay integration new")
    await alice.picks("Integration configuration", "Demo Store")
    await alice.sees("Types of updates")
    await alice.fills("Name", "Nightly")
    await alice.picks("Schedule", "Every day")
    await alice.ticks("Customers", "Deleted")
    await alice.presses("Add", within="Email alert")
    await alice.picks("E-mail address", "boris@example.com")
    await alice.sees("boris@example.com")
    await alice.closes()
    assert await count(ground, Integration) == 0

    await alice.runs("/patchbay integration new")
    form = await alice.sees("Continuing where you left off.")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Nightly"
    assert alice.modal.value("Schedule") == "Every day"
    assert alice.modal.value("Customers") == "Created, Updated, Deleted"
    assert "boris@example.com" in form.text
    await alice.presses("Start over")
    await alice.sees_no_more("Continuing where you left off.")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Demo Store sync"
    assert alice.modal.value("Schedule") == "Every hour"
    assert "boris@example.com" not in alice.modal.text
    await alice.submits()
    await alice.sees("Saved. Press Activate to start syncing.")
    assert await count(ground, Integration) == 1
