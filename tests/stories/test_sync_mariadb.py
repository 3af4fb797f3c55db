"""A project on MariaDB: added by its URL, given a table, and kept like the service's records."""

from decimal import Decimal

import pymysql
import pytest
from sqlalchemy import select

from bot.playground.browser import Browser
from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import HOUR, until
from store.models import Run
from tests.mariadb import MariaDB
from tests.stories.members import ON_SQLITE
from tests.stories.shop import opens, scene_of, sees_once

PASSWORD = "wren-4711-hush"
TABLE = "demo_store_products"


@pytest.fixture
def warehouse(mariadb: MariaDB) -> str:
    """The URL of a database whose user has a password, and may do there what Patchbay needs."""
    name = mariadb.create().rpartition("/")[2]
    user = f"loader_of_{name}"
    may = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, CREATE TEMPORARY TABLES"
    mariadb.run(
        f"CREATE USER {user} IDENTIFIED BY '{PASSWORD}'", f"GRANT {may} ON {name}.* TO {user}"
    )
    return mariadb.url(name, f"{user}:{PASSWORD}")


async def last_run(ground: Playground) -> dict[str, int]:
    """What the latest run counted, without the zeros."""
    async with ground.patchbay.engine.database.read() as session:
        run = (await session.scalars(select(Run).order_by(Run.id.desc()).limit(1))).one()
    names = ("created", "updated", "deleted", "unchanged", "rejected")
    return {name: getattr(run, name) for name in names if getattr(run, name)}


@ON_SQLITE
async def test_a_warehouse_on_mariadb(
    ground: Playground, alice: Member, warehouse: str, mariadb: MariaDB
) -> None:
    store = ground.store
    shop = await opens(ground.patchbay.engine, ground.slack, store)
    name = warehouse.rpartition("/")[2]

    def titles() -> dict[int, str]:
        with (
            pymysql.connect(
                host="127.0.0.1", port=mariadb.port, user="root", database=name, ssl_disabled=True
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT id, title, price FROM {TABLE}")
            rows = cursor.fetchall()
        assert all(
            price == Decimal(str(store.record("products", id)["price"]))
            for id, title, price in rows
            if title == store.record("products", id)["title"]
        )
        return {id: title for id, title, _ in rows}

    async def an_hour_goes_by() -> None:
        asked = store.requests["/v1/products"]
        ground.clock.skip(HOUR)
        await until(lambda: store.requests["/v1/products"] > asked, "a due run")
        await scene_of(ground, shop).quiet()

    def titles_in_store() -> dict[int, str]:
        return {id: store.record("products", id)["title"] for id in store.present("products")}

    # Added by its URL, on a page that no message quotes.
    await alice.runs("/patchbay projects")
    await alice.presses("Add a project")
    await alice.fills("Name", "Warehouse")
    await alice.submits()
    url = await alice.opens_link("Enter the URL")
    async with Browser() as browser:
        await browser.opens(url)
        browser.fills("Database URL", warehouse.replace(PASSWORD, "a-wrong-one"))
        assert "refused the user name or password" in await browser.presses("Add the project")
        browser.fills("Database URL", warehouse.replace("mysql:", "mariadb:"))
        assert "“Warehouse” is added" in await browser.presses("Add the project")
    await alice.sees("“Warehouse” is added.")
    await alice.closes()

    # A table is made there, and filled.
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.picks("Choose the type of data", "Products")
    await alice.presses("Add")
    await alice.sees("Mapped fields")
    await alice.picks("Project", "Warehouse")
    await alice.sees(TABLE)
    await alice.picks("Remove", "Remove", within="updated_at")
    await alice.submits()
    await alice.sees(f"{TABLE} in Warehouse", timeout=10)
    await alice.presses("Create an integration")
    await alice.sees("Types of updates")
    await alice.unpicks("Data", "Customers")
    await alice.ticks("Products", "Deleted")
    await alice.presses("Activate")
    await alice.sees(":large_green_circle: Active")
    await alice.closes(everything=True)
    await sees_once(alice, "its first sync is done")
    assert titles() == titles_in_store()
    assert await last_run(ground) == {"created": len(titles_in_store())}

    # What changes in the store changes there, each in its way.
    present = store.present("products")
    store.add("products", 4)
    store.change("products", present[:3], title="A new title")
    store.change("products", present[3:4], title="a NEW title 客😀 ")
    store.change("products", present[4:6], shelf="A7")  # which nobody mapped
    store.delete("products", present[6:8])
    await an_hour_goes_by()
    assert titles() == titles_in_store()
    assert titles()[present[3]] == "a NEW title 客😀 "
    # the newest of the first sync comes once more, as the cursor overlaps
    assert await last_run(ground) == {"created": 4, "updated": 4, "deleted": 2, "unchanged": 3}

    # A rule of the table's own keeps one record out, and no other.
    mariadb.run(f"ALTER TABLE {name}.{TABLE} ADD CONSTRAINT sane CHECK (price < 100000)")
    store.change("products", [present[0]], title="Dear", price="1000000.00")
    store.change("products", [present[1]], title="Cheap", price="1.00")
    await an_hour_goes_by()
    assert titles() == {**titles_in_store(), present[0]: "A new title"}
    counted = await last_run(ground)
    assert (counted["updated"], counted["rejected"]) == (1, 1)
    await alice.runs("/patchbay errors demo")
    errors = await alice.sees("1 record was rejected")
    assert "the project’s table refuses it by its rule “sane”" in errors.text
