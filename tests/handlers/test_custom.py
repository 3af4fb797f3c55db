"""Adding a data type of a Custom REST API, over Slack's protocol and with a real service."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.member import Member
from bot.playground.store import DemoStore
from tests.handlers.conftest import Face
from tests.setup.shop import Shop, open_shop


@pytest.fixture
async def shop(face: Face) -> AsyncIterator[Shop]:
    """Demo Store as any other API: what is known of it, a member says."""
    async with DemoStore(customers=8, orders=5, products=5) as store:
        params = {"base_url": f"{store.url}/v1", "key_name": "X-Api-Key"}
        yield await open_shop(face.engine, store, service="custom_rest", params=params)


async def _opens_form(person: Member) -> None:
    await person.runs("/patchbay sources")
    await person.presses("Open", within="Shop")
    await person.presses("Add a data type")
    await person.sees("Where the records are")


async def _fills_form(person: Member) -> None:
    await person.fills("Name of the data", "Clients")
    await person.fills("Path", "/customers")
    await person.fills("Where the records are", "data")
    await person.picks("Pages", "Cursor from the answer")
    await person.fills("Where the cursor is", "next_cursor")
    await person.fills("Parameter for the cursor", "cursor")


async def test_from_an_address_to_a_mapped_table(face: Face, shop: Shop) -> None:
    editor = face.editor
    await _opens_form(editor)
    await _fills_form(editor)
    await editor.submits()
    modal = await editor.sees("Clients has 16 fields in the sample")
    assert "id" in modal.value("Primary key")  # type: ignore[union-attr]
    assert modal.value("Time of the last change") == "updated_at"  # type: ignore[union-attr]
    await editor.fills("Parameter for changes since", "updated_since")
    await editor.submits()
    await editor.sees("Once it is saved")
    await editor.submits()
    await editor.sees("16 fields mapped")

    [transfer] = await shop.transfers()
    assert transfer.data_type == "clients"
    assert transfer.definition is not None
    assert transfer.definition["incremental"]["field"] == "updated_at"
    assert await shop.database.tables() == ["custom_rest_clients"]


async def test_a_path_that_leads_nowhere_leads_back_to_the_form(face: Face, shop: Shop) -> None:
    editor = face.editor
    await _opens_form(editor)
    await _fills_form(editor)
    await editor.fills("Path", "/nothing")
    await editor.submits()
    await editor.sees("404")
    modal = await editor.sees_modal("Add a data type")
    assert modal.value("Name of the data") == "Clients"
    assert modal.value("Where the cursor is") == "next_cursor"
    await editor.fills("Path", "/customers")
    await editor.submits()
    await editor.sees("Clients has 16 fields in the sample")


async def test_what_is_wrong_is_said_beside_the_input(face: Face, shop: Shop) -> None:
    editor = face.editor
    await _opens_form(editor)
    await _fills_form(editor)
    await editor.fills("Path", "https://elsewhere.example.com/")
    modal = await editor.submits()
    assert modal is not None
    assert "only what follows the base URL" in modal.errors["Path"]


async def test_a_closed_form_is_offered_again(face: Face, shop: Shop) -> None:
    editor = face.editor
    await _opens_form(editor)
    await editor.fills("Name of the data", "Clients")
    await editor.closes()
    await editor.presses("Add a data type")
    await editor.sees("You continue where you left off")
    assert editor.modal is not None
    assert editor.modal.value("Name of the data") == "Clients"
    await editor.presses("Start over")
    await editor.sees_no_more("You continue where you left off")
    assert editor.modal.value("Name of the data") == ""


async def test_the_form_sent_twice_adds_one_data_type(face: Face, shop: Shop) -> None:
    editor = face.editor
    await _opens_form(editor)
    await _fills_form(editor)
    await editor.submits(times=2)
    await editor.sees("Clients has 16 fields in the sample")
    await editor.submits(times=2)
    await editor.sees("Once it is saved")
    assert len(await shop.transfers()) == 1
