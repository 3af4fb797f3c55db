"""The Mapping modal, over Slack's protocol: what a member sees and does."""

from collections.abc import AsyncIterator

import pytest

from bot.connectors.catalog import DataType
from bot.playground.member import Member, Modal
from bot.playground.store import DemoStore
from bot.setup import transfers
from store import members
from store.vocabulary import FieldType, Role, TransferState
from tests.handlers.conftest import Face
from tests.setup.shop import EDITOR, WORKSPACE, Shop, open_shop

PEOPLE = (
    "CREATE TABLE people (id BIGINT PRIMARY KEY, email TEXT, spent NUMERIC(12, 2), orders BIGINT)"
)


@pytest.fixture
async def shop(face: Face) -> AsyncIterator[Shop]:
    async with DemoStore(customers=8, orders=5, products=5) as store:
        yield await open_shop(face.engine, store)


async def _adds(face: Face, data_type: str = "Customers") -> Modal:
    """From the source's page to the Mapping modal."""
    editor = face.editor
    await editor.runs("/patchbay sources")
    await editor.presses("Open", within="Shop")
    await editor.picks("Choose the type of data", data_type)
    await editor.presses("Add")
    return await _sees_form(editor)


async def _sees_form(person: Member) -> Modal:
    """Waits until the form stands in place of "Loading…"."""
    await person.sees("Once it is saved")
    return await person.sees_modal("Mapping")


async def _picks_table(person: Member, table: str) -> None:
    """Picks a table that exists, and waits for its fields."""
    await person.picks("Table", table)
    await person.sees_no_more("Name of the new table")


async def test_the_shortest_way_is_a_pick_and_two_presses(face: Face, shop: Shop) -> None:
    editor = face.editor
    await editor.runs("/patchbay sources")
    await editor.presses("Open", within="Shop")
    before = editor.clicks
    await editor.picks("Choose the type of data", "Customers")
    await editor.presses("Add")
    modal = await _sees_form(editor)
    assert modal.value("Table") == "Create a table for this data type"
    assert modal.value("Name of the new table") == "demo_store_customers"
    assert "Activate this data transfer" in modal.value("Once it is saved")
    await editor.sees("16 fields are proposed")
    await editor.submits()
    await editor.sees("Active")
    await editor.sees("Create an integration")
    assert editor.clicks - before == 3

    [transfer] = await shop.transfers()
    assert transfer.state is TransferState.ACTIVE
    assert await shop.database.tables() == ["demo_store_customers"]


async def test_the_page_below_shows_the_transfer_too(face: Face, shop: Shop) -> None:
    await _adds(face)
    await face.editor.closes()
    page = await face.editor.sees("Inactive")
    assert "not mapped yet" in page.text
    assert "Customers" not in await face.editor.options("Choose the type of data")

    await face.editor.picks("Customers", "Mapping")
    await _sees_form(face.editor)
    await face.editor.submits()
    await face.editor.sees("Active")
    await face.editor.closes()
    await face.editor.sees("Active")


async def test_a_form_submitted_twice_ends_at_one_mapping(face: Face, shop: Shop) -> None:
    await _adds(face)
    await face.editor.submits(times=2)
    await face.editor.sees("Create an integration")
    [transfer] = await shop.transfers()
    assert transfer.version == 2


async def test_the_seeds_way_key_first_then_field_by_field(face: Face, shop: Shop) -> None:
    await shop.sql(PEOPLE)
    editor = face.editor
    await _adds(face)
    await _picks_table(editor, "people")
    await editor.presses("Remove suggestions")
    await editor.sees("Primary key first")
    assert "Primary key" in editor.modal.value("Key")  # type: ignore[union-attr]

    await editor.picks("Source field", "id", query="id")
    await editor.picks("Project field", "id", query="")
    await editor.presses("Add pair")
    await editor.sees("Mapped fields (1)")
    assert editor.modal.value("Key") == ""  # type: ignore[union-attr]
    await editor.picks("Source field", "total_spent", query="spent")
    await editor.picks("Project field", "spent", query="")
    await editor.submits()  # the last pair needs no press of its own
    await editor.sees("2 fields mapped")
    [transfer] = await shop.transfers()
    assert [(p.source_field, p.project_field, p.is_primary_key) for p in transfer.pairs] == [
        ("id", "id", True),
        ("total_spent", "spent", False),
    ]


async def test_a_pair_that_cannot_fit_is_refused_when_chosen(face: Face, shop: Shop) -> None:
    await shop.sql(PEOPLE)
    editor = face.editor
    await _adds(face)
    await _picks_table(editor, "people")
    await editor.picks("Source field", "first_name")
    await editor.picks("Project field", "spent", query="")
    await editor.sees("not every text is a decimal number")
    await editor.picks("Transform", "Text to number")
    await editor.sees_no_more("not every text is a decimal number")
    await editor.presses("Add pair")
    await editor.submits()
    await editor.sees("Create an integration")
    [transfer] = await shop.transfers()
    assert ("first_name", "as_number") in [(p.source_field, p.transform) for p in transfer.pairs]


async def test_a_misfit_is_said_beside_the_field_on_submit(face: Face, shop: Shop) -> None:
    await shop.sql(PEOPLE)
    editor = face.editor
    await _adds(face)
    await _picks_table(editor, "people")
    await editor.picks("Source field", "birthday")
    await editor.picks("Project field", "orders", query="")
    modal = await editor.submits()
    assert modal is not None
    assert "whole number" in modal.errors["Project field"]


async def test_a_field_is_created_in_the_projects_table(face: Face, shop: Shop) -> None:
    await shop.sql(PEOPLE)
    editor = face.editor
    await _adds(face)
    await _picks_table(editor, "people")
    await editor.picks("Source field", "birthday")
    await editor.presses("Create a field")
    modal = await editor.sees_modal("Mapping")
    assert modal.value("Name of the new field") == "birthday"
    assert modal.value("Type of the new field") == "date"
    await editor.fills("Name of the new field", "born")
    await editor.presses("Create")
    assert modal.value("Project field") == "born"
    await editor.submits()
    await editor.sees("Create an integration")
    column = (await shop.database.table("people")).column("born")
    assert column is not None
    assert column.type is FieldType.DATE


async def test_pairs_are_removed_and_join_the_primary_key(face: Face, shop: Shop) -> None:
    editor = face.editor
    await _adds(face)
    await editor.picks("phone → phone", "Remove")
    await editor.sees("Not mapped: phone")
    await editor.picks("email → email", "Primary key")
    await editor.submits()
    await editor.sees("Create an integration")
    [transfer] = await shop.transfers()
    assert {p.source_field for p in transfer.pairs if p.is_primary_key} == {"id", "email"}
    assert "phone" not in {p.source_field for p in transfer.pairs}


async def test_trouble_after_the_acknowledgement_leads_back_to_the_form(
    face: Face, shop: Shop
) -> None:
    await shop.sql(PEOPLE)
    editor = face.editor
    await _adds(face)
    await editor.fills("Name of the new table", "people")
    await editor.submits()
    modal = await editor.sees("The project has a table named “people” already")
    assert isinstance(modal, Modal)
    assert modal.value("Name of the new table") == "people"
    await editor.fills("Name of the new table", "customers")
    await editor.submits()
    await editor.sees("Create an integration")
    assert await shop.database.tables() == ["customers", "people"]


async def test_a_closed_form_is_offered_again(face: Face, shop: Shop) -> None:
    editor = face.editor
    await _adds(face)
    await editor.fills("Name of the new table", "clients")
    await editor.closes()
    await editor.picks("Customers", "Mapping")
    await editor.sees("You continue where you left off")
    modal = await editor.sees_modal("Mapping")
    assert modal.value("Name of the new table") == "clients"
    await editor.presses("Start over")
    await editor.sees_no_more("You continue where you left off")
    modal = await _sees_form(editor)
    assert modal.value("Name of the new table") == "demo_store_customers"


async def test_two_editors_the_later_is_told_what_changed(face: Face, shop: Shop) -> None:
    await _adds(face)
    await face.editor.submits()
    await face.editor.sees("Create an integration")
    await face.editor.closes(everything=True)
    for person in (face.editor, face.admin):
        await person.runs("/patchbay sources")
        await person.presses("Open", within="Shop")
        await person.picks("Customers", "Mapping")
        await _sees_form(person)
    await face.admin.picks("phone → phone", "Remove")
    await face.admin.submits()
    await face.admin.sees("Create an integration")

    await face.editor.submits()
    await face.editor.sees("Admin: removed “phone → phone”")
    await face.editor.submits()
    await face.editor.sees("Create an integration")
    [transfer] = await shop.transfers()
    assert "phone" in {pair.source_field for pair in transfer.pairs}


async def test_three_hundred_fields_are_found_by_typing_and_turned_page_by_page(
    face: Face,
) -> None:
    wide = DataType.model_validate(
        {
            "id": "wide",
            "name": "Wide",
            "primary_key": "id",
            "list": {"path": "/wide"},
            "fields": {"id": "integer"} | {f"field_{n}": "string" for n in range(299)},
        }
    )
    shop = await open_shop(face.engine, service="custom_rest")
    await transfers.add_custom(face.engine, EDITOR, shop.source_id, wide)
    editor = face.editor
    await editor.runs("/patchbay sources")
    await editor.presses("Open", within="Shop")
    await editor.picks("Wide", "Mapping")
    modal = await _sees_form(editor)
    await editor.sees("1–20 of 300 mapped fields")
    await editor.presses("Next")
    await editor.sees("21–40 of 300 mapped fields")
    assert "Previous" in modal.labels
    assert len(await editor.options("Source field")) == 100  # more, and Slack would show none
    assert (await editor.options("Source field", "field_297"))[0] == "field_297"
    await editor.picks("field_20 → field_20", "Remove")
    await editor.sees("21–40 of 299 mapped fields")
    await editor.submits()
    await editor.sees("299 fields mapped")


async def test_the_role_is_checked_when_it_is_pressed(face: Face, shop: Shop) -> None:
    await _adds(face)
    async with face.engine.database.begin() as session:
        member = await members.get(session, WORKSPACE, "U_EDITOR")
        assert member is not None
        member.role = Role.VIEWER
    await face.editor.submits()
    await face.editor.sees("You cannot change “Shop”")
    [transfer] = await shop.transfers()
    assert not transfer.pairs
