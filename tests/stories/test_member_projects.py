"""More databases than one: added by an admin on a page of its own, chosen in a mapping."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from pydantic import SecretStr

from bot.playground.browser import Browser
from bot.playground.host import Playground, playground
from bot.playground.member import Member
from store.models import Project
from tests.conftest import PostgreSQL
from tests.stories.members import ON_SQLITE, count, one
from tests.stories.shop import opens, sees_once

PASSWORD = "wren-4711-hush"


@pytest.fixture
def warehouse(postgresql: PostgreSQL) -> str:
    """The URL of a database whose user has a password."""
    parts = urlsplit(postgresql.create())
    user = f"loader_of_{parts.path.lstrip('/')}"
    with psycopg.connect(parts.geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'")
        connection.execute(f"GRANT ALL ON SCHEMA public TO {user}")
    return f"postgresql://{user}:{PASSWORD}@{parts.path}?{parts.query}"


async def asks(member: Member, name: str) -> str:
    """Up to the one-time page, whose address is returned."""
    await member.runs("/patchbay projects")
    await member.sees("A project is a database")
    await member.presses("Add a project")
    await member.fills("Name", name)
    await member.submits()
    await member.sees("The link works once")
    return await member.opens_link("Enter the URL")


async def test_a_second_project_and_a_transfer_into_it(
    ground: Playground, alice: Member, warehouse: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await opens(ground.patchbay.engine, ground.slack, ground.store)
    url = await asks(alice, "Warehouse")
    wrong = warehouse.replace("?", "_missing?")
    async with Browser() as browser:
        page = await browser.opens(url)
        browser.fills("Database URL", wrong)
        page = await browser.presses("Add the project")
        assert browser.status == 422
        assert PASSWORD not in browser.html
        await alice.sees("Warehouse is not added yet.")
        browser.fills("Database URL", warehouse)
        page = await browser.presses("Add the project")
        assert "“Warehouse” is added" in page
        assert PASSWORD not in browser.html
        assert "This link does not work" in await browser.opens(url)
    listed = await alice.sees("“Warehouse” is added.")
    assert "Default project (default)" in listed.text
    assert await count(ground, Project) == 2
    await alice.closes()

    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.picks("Choose the type of data", "Products")
    await alice.presses("Add")
    await alice.sees("Mapped fields")
    await alice.picks("Project", "Warehouse")
    await alice.sees("demo_store_products")
    await alice.submits()
    await alice.sees("demo_store_products in Warehouse", timeout=10)
    await alice.presses("Create an integration")
    await alice.sees("Types of updates")
    await alice.unpicks("Data", "Customers")
    await alice.presses("Activate")
    await alice.sees(":large_green_circle: Active")
    await alice.closes(everything=True)
    await sees_once(alice, "its first sync is done")
    with psycopg.connect(warehouse) as connection:
        rows = connection.execute("SELECT id, title FROM demo_store_products ORDER BY id")
        found = rows.fetchall()
    present = [r for r in ground.store.records("products") if r["deleted_at"] is None]
    assert found == [(record["id"], record["title"]) for record in present]

    # It is in use, so it stays; and nobody reads its password anywhere.
    await alice.runs("/patchbay projects")
    await alice.sees("Warehouse")
    await alice.picks("Warehouse", "Remove")
    await alice.sees_modal("Remove the project")
    await alice.submits()
    await alice.sees("1 data transfer goes to “Warehouse”, so it cannot be removed yet.")
    await alice.closes()
    await alice.picks("Warehouse", "Rename")
    await alice.fills("Name", "Depot")
    await alice.submits()
    await alice.sees("“Depot” has its new name.")
    shown = str([call.args for call in ground.slack.calls])
    assert "Depot" in shown
    assert "project.added" in caplog.text
    assert PASSWORD not in shown + caplog.text


@ON_SQLITE
async def test_names_are_told_apart_and_links_grow_old(ground: Playground, alice: Member) -> None:
    await alice.runs("/patchbay projects")
    await alice.presses("Add a project")
    await alice.fills("Name", " default  PROJECT ")
    await alice.submits()
    await alice.sees("There is a project named “default PROJECT” already.")
    await alice.closes(everything=True)
    url = await asks(alice, "Depot")
    async with Browser() as browser:
        await browser.opens(url)
        for typed in ("nonsense", "mysql://host/db", "sqlite:////etc/passwd"):
            browser.fills("Database URL", typed)
            await browser.presses("Add the project")
            assert browser.status == 422, typed
        assert await count(ground, Project) == 1


@ON_SQLITE
async def test_an_admin_no_more_cannot_use_the_link(
    ground: Playground, alice: Member, boris: Member, tmp_path: Path
) -> None:
    await boris.runs("/patchbay")
    await alice.runs("/patchbay")
    await alice.presses("Members and roles")
    await alice.picks("@Boris Lindqvist", "Admin")
    url = await asks(boris, "Depot")
    await alice.picks("@Boris Lindqvist", "Editor")
    async with Browser() as browser:
        await browser.opens(url)
        browser.fills("Database URL", f"sqlite:///{tmp_path / 'depot.db'}")
        await browser.presses("Add the project")
        assert browser.status == 422
    assert (await one(ground, Project)).url is None


@pytest.fixture
async def careful(database_url: str, project_url: str, tmp_path: Path) -> AsyncIterator[Playground]:
    """A bot that may not reach private networks."""
    async with playground(
        tmp_path,
        database_url=SecretStr(database_url),
        project_url=SecretStr(project_url),
        allow_private_networks=False,
    ) as ground:
        yield ground


@ON_SQLITE
async def test_private_addresses_are_refused(careful: Playground) -> None:
    alice = careful.slack.member("U_ALICE")
    url = await asks(alice, "Inside")
    async with Browser() as browser:
        await browser.opens(url)
        for place in (
            "postgresql://user:pass@127.0.0.1:5432/db",
            "postgresql://user:pass@localhost/db",
            "postgresql://user:pass@[::1]/db",
            "postgresql://user:pass@169.254.169.254/db",
            "postgresql://user:pass@10.1.2.3/db",
            "postgresql:///db?host=/var/run/postgresql",
            "sqlite:///other.db",
        ):
            browser.fills("Database URL", place)
            await browser.presses("Add the project")
            assert browser.status == 422, place
    assert await count(careful, Project) == 1

    # And so are services there.
    await alice.closes(everything=True)
    await alice.runs("/patchbay source new")
    await alice.picks("Integration source", "Demo Store")
    await alice.presses("See third-party service authorizations")
    await alice.picks("How to authorize", "API key")
    await alice.fills("Shop URL", careful.store.url)
    await alice.submits()
    async with Browser() as browser:
        await browser.opens(await alice.opens_link("Open Demo Store"))
        browser.fills("API key", careful.store.api_key)
        page = await browser.presses("Connect Demo Store")
    assert "private network" in page
    assert careful.store.requests["/v1/me"] == 0
