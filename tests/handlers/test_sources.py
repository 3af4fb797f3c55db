"""Sources as members meet them: list, form, page, over Slack's protocol."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import ShiftedClock
from bot.engine import Engine
from store.models import Source
from tests.handlers.sourcing import Sourcing, sourcing


@pytest.fixture
async def ground(engine: Engine) -> AsyncIterator[Sourcing]:
    async with sourcing(engine) as ground:
        yield ground


async def saved(ground: Sourcing) -> list[Source]:
    async with ground.engine.database.read() as session:
        return list(await session.scalars(select(Source).order_by(Source.id)))


async def test_the_shortest_way_to_a_saved_source(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    alice.clicks = alice.typed = 0
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Demo Store"
    assert "none yet" in alice.modal.text
    await alice.presses("See third-party service authorizations")
    page = await ground.authorize(alice)
    assert "Demo Store is connected" in page
    assert "Acme Demo Store" in page
    await alice.sees("Acme Demo Store")
    assert alice.modal.value("Name") == "Demo Store"
    await alice.submits()
    await alice.sees("Data transfer")
    assert "Customers" in await alice.options("Choose the type of data")
    [source] = await saved(ground)
    assert (source.name, source.service) == ("Demo Store", "demo_store")
    assert alice.clicks == 6  # and one in the browser
    assert alice.typed == 1


async def test_submitting_twice_saves_once(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    await alice.presses("See third-party service authorizations")
    await ground.authorize(alice)
    await alice.sees("Save")
    await alice.submits(times=2)
    await alice.sees("Data transfer")
    assert len(await saved(ground)) == 1


async def test_a_source_needs_an_authorization(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    await alice.submits()
    await alice.sees("has to allow Patchbay to read from it")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Demo Store"
    assert await saved(ground) == []


async def test_the_service_comes_first(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    await alice.presses("See third-party service authorizations")
    await alice.sees("Choose an integration source first")


async def test_services_are_filtered_as_one_types(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    assert "Stripe" in await alice.options("Integration source")
    assert await alice.options("Integration source", "demo") == ["Demo Store"]


async def test_a_name_is_taken_once(ground: Sourcing) -> None:
    await ground.create(ground.editor, "Shop")
    admin = ground.admin
    await ground.greet(admin)
    await admin.presses("Create a new Integration Source")
    await admin.picks("Integration source", "Demo Store")
    await admin.fills("Name", "SHOP ")
    await admin.sees("Acme Demo Store")  # the only authorization is chosen already
    await admin.submits()
    assert admin.modal is not None
    assert "already" in admin.modal.errors["Name"]
    await admin.fills("Name", "Shop, the other one")
    await admin.submits()
    await admin.sees("Data transfer")
    assert [source.name for source in await saved(ground)] == ["Shop", "Shop, the other one"]


async def test_what_was_left_half_way_is_offered_again(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    await alice.fills("Name", "Half a sour")
    await alice.closes()
    await alice.presses("Create a new Integration Source")
    await alice.sees("Continue where you left off")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Half a sour"
    assert alice.modal.value("Integration source") == "Demo Store"
    await alice.presses("Start over")
    assert alice.modal.value("Name") == ""
    assert alice.modal.value("Integration source") == ""


async def test_viewers_look_and_do_not_create(ground: Sourcing) -> None:
    await ground.create(ground.editor, "Shop")
    bob = ground.viewer
    await ground.greet(bob)
    await bob.presses("Create a new Integration Source")
    await bob.sees("your role is viewer")
    await bob.presses("Integration Sources")
    assert bob.modal is not None
    assert "Create a new Integration Source" not in bob.modal.labels
    await bob.presses("Open")
    await bob.sees("Data transfer")
    assert not {"Edit", "Delete", "Add"} & set(bob.modal.labels)


async def test_hundreds_of_sources_come_in_pages(ground: Sourcing) -> None:
    await ground.create(ground.editor, "Shop 000")
    [first] = await saved(ground)
    async with ground.engine.database.begin() as session:
        for number in range(1, 201):
            session.add(
                Source(
                    workspace_id="T1",
                    service="demo_store",
                    name=f"Shop {number:03d} <&>",
                    name_key=f"shop {number:03d} <&>",
                    authorization_id=first.authorization_id,
                    created_by="U_EDITOR",
                    created_at=first.created_at,
                )
            )
    admin = ground.admin
    await ground.greet(admin)
    await admin.presses("Integration Sources")
    await admin.sees("1 to 20 of 201")
    await admin.presses("Next")
    await admin.sees("21 to 40 of 201")
    assert admin.modal is not None
    assert "Shop 025 <&>" in admin.modal.text
    await admin.presses("Previous")
    await admin.sees("1 to 20 of 201")
    await admin.presses("Open", within="Shop 007")
    await admin.sees("Create")


async def test_editing_ends_on_the_page(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.create(alice, "Shop")
    await alice.presses("Edit")
    await alice.sees("Edit source")
    await alice.fills("Name", "Shop in Paris")
    await alice.submits()
    await alice.sees("Shop in Paris")
    assert alice.modal is not None
    assert "Data transfer" in alice.modal.text
    assert [source.name for source in await saved(ground)] == ["Shop in Paris"]


async def test_a_change_left_half_way_is_offered_again(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.create(alice, "Shop")
    await alice.presses("Edit")
    await alice.fills("Name", "Shop, half ren")
    await alice.closes()
    await alice.presses("Edit")
    await alice.sees("Continue where you left off")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Shop, half ren"
    await alice.presses("Start over")
    assert alice.modal.value("Name") == "Shop"


async def test_the_later_of_two_editors_is_told_and_may_insist(ground: Sourcing) -> None:
    alice, admin = ground.editor, ground.admin
    await ground.create(alice, "Shop")
    await ground.greet(admin)
    await admin.presses("Integration Sources")
    await admin.presses("Open")
    await admin.presses("Edit")
    await admin.sees("Edit source")
    await alice.presses("Edit")
    await alice.fills("Name", "Alice's shop")
    await alice.submits()
    await alice.sees("Data transfer")
    await admin.fills("Name", "Admin's shop")
    await admin.submits()
    await admin.sees("renamed it to “Alice's shop”")
    assert admin.modal is not None
    assert admin.modal.value("Name") == "Admin's shop"
    assert [source.name for source in await saved(ground)] == ["Alice's shop"]
    await admin.submits()
    await admin.sees("Data transfer")
    assert [source.name for source in await saved(ground)] == ["Admin's shop"]


async def test_only_its_creator_and_admins_change_a_source(ground: Sourcing) -> None:
    await ground.create(ground.admin, "Shop")
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Integration Sources")
    await alice.presses("Open")
    await alice.sees("Data transfer")
    assert alice.modal is not None
    assert "Edit" not in alice.modal.labels


async def test_deleting_shows_the_list_without_it(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.create(alice, "Shop")
    await alice.closes(everything=True)
    await alice.presses("Integration Sources")
    await alice.presses("Open")
    await alice.presses("Delete")
    await alice.sees("is deleted")
    await alice.closes()
    await alice.sees("No integration source yet")
    assert await saved(ground) == []


async def test_an_authorization_is_checked_again_before_saving(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    await alice.presses("See third-party service authorizations")
    await ground.authorize(alice)
    await alice.sees("Save")
    skip(ground, timedelta(minutes=11))
    ground.store.revokes_token()
    await alice.submits()
    await alice.sees("does not accept this authorization any more")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Demo Store"
    assert await saved(ground) == []
    await alice.presses("See third-party service authorizations")
    await alice.sees("needs authorization")
    await alice.picks("Demo Store", "Authorize again")
    await alice.sees("Open Demo Store")
    await ground.consent(alice)
    await alice.sees("Save")
    await alice.submits()
    await alice.sees("Data transfer")
    assert len(await saved(ground)) == 1


async def test_a_slow_service_does_not_cost_the_form(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    await alice.presses("See third-party service authorizations")
    await ground.authorize(alice)
    await alice.sees("Save")
    skip(ground, timedelta(minutes=11))
    ground.store.is_slow(1.5)
    await alice.submits()
    await alice.sees("Loading")
    await alice.sees("Data transfer")
    assert max(exchange.ack_ms for exchange in ground.slack.log if exchange.ack_ms) < 1000


def skip(ground: Sourcing, span: timedelta) -> None:
    clock = ground.engine.clock
    assert isinstance(clock, ShiftedClock)
    clock.skip(span)
