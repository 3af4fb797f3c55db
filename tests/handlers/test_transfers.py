"""The "Data transfer" part of a source's page, and Preview, over Slack's protocol."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.member import Member
from bot.playground.store import DemoStore
from bot.setup import mapping, saving
from store.vocabulary import IntegrationState, TransferState
from tests.handlers.conftest import Face
from tests.setup.shop import EDITOR, Shop, open_shop


@pytest.fixture
async def store() -> AsyncIterator[DemoStore]:
    async with DemoStore(customers=8, orders=5, products=5) as store:
        yield store


@pytest.fixture
async def shop(face: Face, store: DemoStore) -> Shop:
    return await open_shop(face.engine, store)


async def _opens(person: Member) -> None:
    await person.runs("/patchbay sources")
    await person.presses("Open", within="Shop")
    await person.sees("Data transfer")


async def _mapped(shop: Shop) -> int:
    transfer_id = await shop.add()
    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    await saving.save(shop.engine, EDITOR, form.draft_id)
    return transfer_id


async def test_add_without_a_choice_says_what_to_do(face: Face, shop: Shop) -> None:
    await _opens(face.editor)
    await face.editor.presses("Add")
    await face.editor.sees("Choose the type of data to transfer")
    assert await shop.transfers() == []


async def test_activating_what_is_not_mapped_says_what_is_missing(face: Face, shop: Shop) -> None:
    await shop.add()
    await _opens(face.editor)
    await face.editor.picks("Customers", "Activate")
    await face.editor.sees("“Customers” cannot be activated yet: no fields are mapped")


async def test_a_transfer_is_deactivated_and_activated_again(face: Face, shop: Shop) -> None:
    await _mapped(shop)
    await _opens(face.editor)
    await face.editor.picks("Customers", "Deactivate")
    await face.editor.sees("Inactive · 16 fields mapped")
    await face.editor.picks("Customers", "Activate")
    await face.editor.sees("Active · 16 fields mapped")
    [transfer] = await shop.transfers()
    assert transfer.state is TransferState.ACTIVE


async def test_removing_asks_first(face: Face, shop: Shop) -> None:
    await _mapped(shop)
    await _opens(face.editor)
    await face.editor.picks("Customers", "Remove")
    await face.editor.sees("The table demo_store_customers and its rows stay as they are")
    await face.editor.closes()
    assert len(await shop.transfers()) == 1

    await face.editor.picks("Customers", "Remove")
    await face.editor.submits()
    await face.editor.sees("No data is transferred yet")
    assert await shop.transfers() == []


async def test_what_is_being_synced_is_not_removed(face: Face, shop: Shop) -> None:
    transfer_id = await _mapped(shop)
    await shop.integrate(transfer_id, IntegrationState.ACTIVE)
    await _opens(face.editor)
    await face.editor.picks("Customers", "Remove")
    await face.editor.submits()
    await face.editor.sees("The integration “Shop → CRM” is syncing this data")


async def test_a_viewer_may_look_only(face: Face, shop: Shop) -> None:
    await _mapped(shop)
    await _opens(face.viewer)
    assert face.viewer.modal is not None
    assert "Add" not in face.viewer.modal.labels
    await face.viewer.presses("Preview", within="Customers")
    await face.viewer.sees("5 real records from the service")


async def test_preview_shows_records_before_and_after(face: Face, shop: Shop) -> None:
    await _mapped(shop)
    await _opens(face.editor)
    await face.editor.picks("Customers", "Preview")
    modal = await face.editor.sees("5 real records from the service")
    assert "Record 5" in modal.text
    assert "address.city → address_city" in modal.text


async def test_preview_of_an_unmapped_transfer_shows_how_records_come(
    face: Face, shop: Shop
) -> None:
    await shop.add()
    await _opens(face.editor)
    await face.editor.picks("Customers", "Preview")
    modal = await face.editor.sees("Nothing is mapped yet")
    assert "address.city" in modal.text


async def test_preview_shows_why_a_record_would_be_rejected(
    face: Face, shop: Shop, store: DemoStore
) -> None:
    await _mapped(shop)
    store.bad_records(1)
    await _opens(face.editor)
    await face.editor.picks("Customers", "Preview")
    await face.editor.sees("It would be rejected")


async def test_preview_says_when_the_service_does_not_answer(
    face: Face, shop: Shop, store: DemoStore
) -> None:
    await _mapped(shop)
    store.answers_500()
    await _opens(face.editor)
    await face.editor.picks("Customers", "Preview")
    await face.editor.sees_no_more("Loading…")
    modal = await face.editor.sees_modal("Preview")
    assert "Demo Store" in modal.text
