"""Data goes into tables that the project had before, and leaves alone what is not its own."""

from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from tests.stories.members import ON_SQLITE
from tests.stories.shop import Shop, opens, sees_once


async def opens_mapping(member: Member, shop: Shop, data_type: str) -> None:
    await member.runs("/patchbay sources")
    await member.presses("Open", within="Demo Store")
    await member.picks("Choose the type of data", data_type)
    await member.presses("Add")
    await member.sees("Mapped fields")


async def activates(member: Member, leave_out: str | None = None) -> None:
    """From the source's page to the end of the first sync."""
    await member.presses("Create an integration")
    await member.sees("Types of updates")
    if leave_out is not None:
        await member.unpicks("Data", leave_out)
    await member.presses("Activate")
    await member.sees(":large_green_circle: Active")
    await member.closes(everything=True)
    await sees_once(member, "its first sync is done")


async def test_a_table_without_a_key_of_its_own(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await shop.sql(
        "CREATE TABLE stock (sku VARCHAR(40), title VARCHAR(200), items INTEGER, "
        "shelf VARCHAR(20), note VARCHAR(40))"
    )
    product = ground.store.record("products", 3)
    await shop.sql(
        "INSERT INTO stock (sku, title, items, shelf, note) VALUES "
        f"('{product['sku']}', 'An old title', 1, 'A7', 'ours'), ('X-1', 'Own', 5, 'B1', 'ours')"
    )
    await opens_mapping(alice, shop, "Products")
    await alice.picks("Table", "stock")
    await alice.sees("title → title")
    await alice.presses("Remove suggestions")
    for source, project in (("sku", "sku"), ("title", "title"), ("stock", "items")):
        await alice.picks("Source field", source)
        await alice.picks("Project field", project)
        await alice.presses("Add pair")
        await alice.sees(f"{source} → {project}")
    await alice.submits()
    await alice.sees("Active · 3 fields mapped", timeout=10)
    await activates(alice, leave_out="Customers")

    records = [r for r in ground.store.records("products") if r["deleted_at"] is None]
    found = await shop.sql("SELECT sku, title, items, shelf, note FROM stock")
    rows = {row[0]: row[1:] for row in found}
    assert len(found) == len(records) + 1  # nothing twice; the row of their own is still there
    assert rows["X-1"] == ("Own", 5, "B1", "ours")
    assert rows[product["sku"]] == (product["title"], product["stock"], "A7", "ours")
    others = {r["sku"]: (r["title"], r["stock"], None, None) for r in records}
    del others[product["sku"]]
    assert others.items() <= rows.items()

    ground.store.change("products", [3], title="A new title")
    asked = ground.store.requests["/v1/products"]
    await alice.runs("/patchbay sync demo")
    await until(lambda: ground.store.requests["/v1/products"] > asked, "the sync")
    await sees_once(alice, "the sync is done")
    [changed] = await shop.sql(f"SELECT title, note FROM stock WHERE sku = '{product['sku']}'")
    assert changed == ("A new title", "ours")
    assert await shop.sql("SELECT COUNT(*) FROM stock") == [(len(found),)]


async def test_a_key_of_two_fields(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await shop.sql(
        "CREATE TABLE purchases (buyer BIGINT NOT NULL, number VARCHAR(40) NOT NULL, "
        "total NUMERIC(12, 2), PRIMARY KEY (buyer, number))"
    )
    await opens_mapping(alice, shop, "Orders")
    await alice.picks("Table", "purchases")
    await alice.sees("number → number")
    await alice.presses("Remove suggestions")
    for source, project, is_key in (
        ("customer_id", "buyer", True),
        ("number", "number", True),
        ("total", "total", False),
    ):
        await alice.picks("Source field", source)
        await alice.picks("Project field", project)
        if is_key:
            await alice.ticks("Primary key")
        await alice.presses("Add pair")
        await alice.sees(f"{source} → {project}")
    form = await alice.sees("Mapped fields (3)")
    assert form.text.count(":key: Primary key") == 2
    await alice.submits()
    await alice.sees("Active · 3 fields mapped", timeout=10)
    await activates(alice, leave_out="Customers")

    records = [r for r in ground.store.records("orders") if r["deleted_at"] is None]
    found = await shop.sql("SELECT buyer, number, total FROM purchases")
    assert {(row[0], row[1]): f"{row[2]:.2f}" for row in found} == {
        (r["customer_id"], r["number"]): r["total"] for r in records
    }
    assert len(found) == len(records)


@ON_SQLITE
async def test_a_table_that_cannot_take_new_rows(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await shop.sql("CREATE TABLE strict (id BIGINT PRIMARY KEY, owner VARCHAR(20) NOT NULL)")
    await opens_mapping(alice, shop, "Products")
    await alice.picks("Table", "strict")
    form = await alice.sees("Every new row needs a value here")
    assert "owner" in form.text


async def test_a_table_name_that_is_taken(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await shop.sql("CREATE TABLE goods (id BIGINT PRIMARY KEY)")
    await opens_mapping(alice, shop, "Products")
    await alice.fills("Name of the new table", "goods")
    await alice.submits()
    await alice.sees("The project has a table named “goods” already.", timeout=10)
    await alice.fills("Name of the new table", "Our goods")
    await alice.submits()
    await alice.sees("Products → Our goods in Default project", timeout=10)
    assert await shop.sql('SELECT COUNT(*) FROM "Our goods"') == [(0,)]
    assert await shop.sql("SELECT * FROM goods") == []
