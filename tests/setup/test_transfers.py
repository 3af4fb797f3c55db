"""Transfers: adding, activating, deactivating and removing them."""

import asyncio
from dataclasses import replace

import pytest

from bot.connectors.catalog import DataType
from bot.engine import Engine
from bot.errors import NotAllowed, NotFound, Refused
from bot.setup import mapping, saving, transfers
from store.vocabulary import IntegrationState, TransferState
from tests.setup.shop import ADMIN, EDITOR, STRANGER, VIEWER, Shop, open_shop


@pytest.fixture
async def shop(engine: Engine) -> Shop:
    return await open_shop(engine)


async def _mapped(shop: Shop) -> int:
    transfer_id = await shop.add()
    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    await saving.save(shop.engine, EDITOR, form.draft_id)
    return transfer_id


async def test_a_data_type_is_added_inactive_to_the_default_project(shop: Shop) -> None:
    transfer = await shop.transfer(await shop.add("orders"))
    assert transfer.data_type == "orders"
    assert transfer.state is TransferState.INACTIVE
    assert transfer.table_name is None


async def test_pressing_add_twice_adds_once(shop: Shop) -> None:
    one, two = await asyncio.gather(shop.add(), shop.add())
    assert one == two
    assert len(await shop.transfers()) == 1


async def test_a_data_type_that_the_service_lacks_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused, match="Choose the type of data"):
        await shop.add("")


async def test_viewers_add_nothing(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        await transfers.add(shop.engine, VIEWER, shop.source_id, "customers")


async def test_nobody_reaches_into_another_workspace(shop: Shop) -> None:
    transfer_id = await shop.add()
    with pytest.raises(NotFound):
        await transfers.add(shop.engine, STRANGER, shop.source_id, "customers")
    with pytest.raises(NotFound):
        await transfers.activate(shop.engine, STRANGER, transfer_id)
    await transfers.remove(shop.engine, STRANGER, transfer_id)
    assert len(await shop.transfers()) == 1


async def test_activating_says_what_is_missing(shop: Shop) -> None:
    transfer_id = await shop.add()
    with pytest.raises(Refused, match="“Customers” cannot be activated yet: no fields are mapped"):
        await transfers.activate(shop.engine, EDITOR, transfer_id)


async def test_activating_without_a_primary_key_says_so(shop: Shop) -> None:
    await shop.sql("CREATE TABLE people (mail TEXT)")
    transfer_id = await shop.add()
    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    form = await mapping.choose_table(shop.engine, EDITOR, form.draft_id, "people")
    assert [pair.project_field for pair in form.draft.pairs] == ["mail"]
    await mapping.step(
        shop.engine,
        EDITOR,
        form.draft_id,
        lambda draft, _: draft.model_copy(update={"activate": False}),
    )
    await saving.save(shop.engine, EDITOR, form.draft_id)
    with pytest.raises(Refused, match="no primary key is mapped"):
        await transfers.activate(shop.engine, EDITOR, transfer_id)


async def test_a_mapped_transfer_goes_off_and_on(shop: Shop) -> None:
    transfer_id = await _mapped(shop)
    assert (await shop.transfer(transfer_id)).state is TransferState.ACTIVE
    await transfers.deactivate(shop.engine, EDITOR, transfer_id)
    assert (await shop.transfer(transfer_id)).state is TransferState.INACTIVE
    await transfers.activate(shop.engine, ADMIN, transfer_id)
    assert (await shop.transfer(transfer_id)).state is TransferState.ACTIVE


async def test_only_the_creator_and_admins_change_it(shop: Shop) -> None:
    transfer_id = await _mapped(shop)
    other = replace(EDITOR, member_id="U_OTHER")
    for use_case in (transfers.activate, transfers.deactivate, transfers.remove):
        with pytest.raises(NotAllowed, match="“Shop”"):
            await use_case(shop.engine, other, transfer_id)


async def test_removing_twice_is_no_error_and_the_table_stays(shop: Shop) -> None:
    transfer_id = await _mapped(shop)
    await transfers.remove(shop.engine, EDITOR, transfer_id)
    await transfers.remove(shop.engine, EDITOR, transfer_id)
    assert await shop.transfers() == []
    assert await shop.database.tables() == ["demo_store_customers"]


async def test_what_an_active_integration_syncs_is_not_removed(shop: Shop) -> None:
    transfer_id = await _mapped(shop)
    await shop.integrate(transfer_id)
    with pytest.raises(Refused, match="“Shop → CRM” is syncing this data"):
        await transfers.remove(shop.engine, EDITOR, transfer_id)


async def test_what_a_paused_integration_syncs_may_be_removed(shop: Shop) -> None:
    transfer_id = await _mapped(shop)
    await shop.integrate(transfer_id, IntegrationState.PAUSED)
    await transfers.remove(shop.engine, EDITOR, transfer_id)
    assert await shop.transfers() == []


async def test_a_source_is_full_at_some_point(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "MAX_TRANSFERS", 2)
    shop = await open_shop(engine, service="custom_rest")
    for name in ("one", "two"):
        await transfers.add_custom(engine, EDITOR, shop.source_id, _data_type(name))
    with pytest.raises(Refused, match="as many as it can hold"):
        await transfers.add_custom(engine, EDITOR, shop.source_id, _data_type("three"))


async def test_a_custom_data_type_is_its_own_definition(engine: Engine) -> None:
    shop = await open_shop(engine, service="custom_rest")
    added = await transfers.add_custom(engine, EDITOR, shop.source_id, _data_type("people"))
    again = await transfers.add_custom(engine, EDITOR, shop.source_id, _data_type("people"))
    assert again.id == added.id
    with pytest.raises(Refused, match="named “people” already"):
        await transfers.add_custom(engine, EDITOR, shop.source_id, _data_type("people", "/other"))


async def test_a_service_of_the_catalog_takes_no_definitions(shop: Shop) -> None:
    with pytest.raises(Refused, match="pick one from the list"):
        await transfers.add_custom(shop.engine, EDITOR, shop.source_id, _data_type("people"))


def _data_type(name: str, path: str = "/x") -> DataType:
    return DataType.model_validate(
        {
            "id": name,
            "name": name,
            "primary_key": "id",
            "list": {"path": path},
            "fields": {"id": "integer"},
        }
    )
