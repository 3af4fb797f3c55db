"""The help article as it is written, slowly, with everything chosen and mapped by hand."""

from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from tests.stories.members import ON_SQLITE, another_authorization
from tests.stories.shop import Shop, opens, sees_once

TABLE = "people"


async def maps(member: Member, source: str, project: str, *, key: bool = False) -> None:
    await member.picks("Source field", source)
    await member.picks("Project field", project)
    if key:
        await member.ticks("Primary key")
    await member.presses("Add pair")


async def opens_page(member: Member) -> None:
    await member.runs("/patchbay sources")
    await member.presses("Open", within="Shop")
    await member.sees("5 fields mapped")


async def rows(shop: Shop) -> list[tuple[object, ...]]:
    return await shop.sql(f"SELECT id, mail, spent, joined, city FROM {TABLE} ORDER BY id")


async def test_the_help_article_by_hand(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await another_authorization(ground, "Second shop")
    await shop.sql(
        f"CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, mail VARCHAR(200), spent NUMERIC(12, 2), "
        "joined DATE, note VARCHAR(50))"
    )

    # Step 0: the source, with an authorization that is there already.
    await alice.runs("/patchbay sources")
    await alice.sees("Integration Source Configurations")
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo", query="dem")
    await alice.fills("Name", "Shop")
    await alice.presses("See third-party service authorizations")
    await alice.sees_modal("Authorizations")
    await alice.picks("Authorization", "Second shop")
    await alice.presses("Select")
    await alice.sees("Authorization: :white_check_mark: Second shop")
    await alice.presses("Save")
    page = await alice.sees("Data transfer")
    assert "No data is transferred yet." in page.text

    # The type of data; by default it is inactive, and cannot be activated before it is mapped.
    await alice.picks("Choose the type of data", "Customers")
    await alice.presses("Add")
    await alice.sees_modal("Mapping")
    await alice.sees("Mapped fields")
    await alice.closes()
    await alice.sees("Inactive · not mapped yet")
    await alice.picks("Customers", "Activate")
    await alice.sees("“Customers” cannot be activated yet: no fields are mapped.")

    # The mapping: the primary key first, then field by field.
    await alice.picks("Customers", "Mapping")
    await alice.sees("Mapped fields")
    await alice.picks("Table", TABLE)
    await alice.sees("id → id")
    await alice.presses("Remove suggestions")
    await alice.sees("Primary key first")
    assert await alice.options("Project field") == ["id", "mail", "spent", "joined", "note"]
    await maps(alice, "id", "id", key=True)
    await alice.sees(":key: Primary key")
    await maps(alice, "email", "mail")
    await alice.sees("email → mail")
    await maps(alice, "total_spent", "spent")

    # A pair whose types cannot fit is refused with the reason, when it is chosen.
    await alice.picks("Source field", "tags")
    await alice.picks("Project field", "joined")
    await alice.sees("JSON is not a date")
    await alice.picks("Source field", "created_at")
    await alice.sees("the time of day would be lost")
    await alice.presses("Add pair")
    await alice.sees("the time of day would be lost")
    await alice.picks("Transform", "To date")
    await alice.sees_no_more("the time of day would be lost")
    await alice.presses("Add pair")
    await alice.sees("created_at → joined")

    # A field that the table lacks is made.
    await alice.picks("Source field", "address.city")
    await alice.presses("Create a field")
    await alice.fills("Name of the new field", "city")
    await alice.presses("Create")
    await alice.presses("Add pair")
    await alice.sees("address.city → city")
    form = await alice.sees("new field")
    assert "Not mapped: first_name, last_name, phone" in form.text

    # One too many is removed again.
    await maps(alice, "phone", "note")
    await alice.sees("phone → note")
    await alice.picks("phone → note", "Remove")
    await alice.sees_no_more("phone → note")
    await alice.unticks("Activate this data transfer")
    await alice.submits()
    await alice.sees_modal("Integration Source", timeout=10)
    await alice.sees("Inactive · 5 fields mapped")

    # Back to the gear: a preview, then Activate, and the status has changed.
    await alice.picks("Customers", "Preview")
    preview = await alice.sees("5 real records")
    assert preview.text.count("created_at → joined") == 5
    first = ground.store.record("customers", 1)
    assert f"{first['created_at']} → {first['created_at'][:10]}" in preview.text
    await alice.closes()
    await alice.picks("Customers", "Activate")
    await alice.sees("Active · 5 fields mapped")

    # Steps 1 to 4.
    await alice.presses("Create an integration")
    await alice.sees("Types of updates")
    await alice.fills("Name", "People")
    await alice.ticks("Customers", "Deleted")
    await alice.presses("Add", within="Email alert")
    assert (await alice.options("E-mail address"))[0] == "alice@example.com"
    await alice.picks("E-mail address", "alice@example.com")
    await alice.sees("alice@example.com")
    await alice.presses("Save")
    await alice.sees("Saved. Press Activate to start syncing.")
    await alice.presses("Activate")
    await alice.sees(":large_green_circle: Active")
    await alice.closes(everything=True)
    await sees_once(alice, "its first sync is done")
    await until(lambda: ground.store.requests["/v1/customers"] > 0, "the sync")

    there = await rows(shop)
    records = [r for r in ground.store.records("customers") if r["deleted_at"] is None]
    assert [row[0] for row in there] == [record["id"] for record in records]
    assert [row[1] for row in there] == [record["email"] for record in records]
    assert [f"{row[2]:.2f}" for row in there] == [record["total_spent"] for record in records]
    assert [str(row[3]) for row in there] == [record["created_at"][:10] for record in records]
    assert [row[4] for row in there] == [record["address"]["city"] for record in records]

    # And undone: deactivated, and removed once nothing syncs it; the rows stay.
    await opens_page(alice)
    await alice.picks("Customers", "Deactivate")
    await alice.sees("Inactive · 5 fields mapped")
    await alice.picks("Customers", "Remove")
    asked = await alice.sees_modal("Remove data transfer")
    assert f"The table {TABLE} and its rows stay as they are." in asked.text
    await alice.submits()
    await alice.sees("The integration “People” is syncing this data. Pause it")
    await alice.closes(everything=True)
    await alice.runs("/patchbay pause people")
    await alice.sees("“People” is paused")
    await opens_page(alice)
    await alice.picks("Customers", "Remove")
    await alice.sees_modal("Remove data transfer")
    await alice.submits()
    await alice.sees("No data is transferred yet.")
    assert await rows(shop) == there


@ON_SQLITE
async def test_a_second_data_type_in_the_same_source(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.picks("Choose the type of data", "Orders")
    await alice.presses("Add")
    await alice.sees("11 fields are proposed")
    await alice.submits()
    page = await alice.sees_modal("Integration Source", timeout=10)
    assert "demo_store_orders" in page.text
    assert "Customers" not in await alice.options("Choose the type of data")

    await alice.presses("Create an integration")
    form = await alice.sees("Types of updates")
    assert "Orders" in form.text
    assert "Customers" in form.text
    await alice.unpicks("Data", "Customers")
    await alice.presses("Activate")
    await alice.sees(":large_green_circle: Active")
    await alice.closes(everything=True)
    await sees_once(alice, "its first sync is done")

    found = await shop.sql("SELECT id, number, items FROM demo_store_orders ORDER BY id")
    present = [r for r in ground.store.records("orders") if r["deleted_at"] is None]
    assert [(row[0], row[1]) for row in found] == [(r["id"], r["number"]) for r in present]
    assert await shop.sql("SELECT COUNT(*) FROM demo_store_customers") == [(0,)]
