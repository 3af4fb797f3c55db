"""Two people edit the same thing: the later one is told what changed and by whom."""

import pytest

from bot.playground.host import Playground
from bot.playground.member import Member
from store.models import Integration, MappingPair, Source
from tests.stories.members import ON_SQLITE, count, one
from tests.stories.shop import Shop, opens

pytestmark = ON_SQLITE

TOLD = "Somebody saved this while you were editing it, so nothing of yours was saved yet."


@pytest.fixture
async def shop(ground: Playground, boris: Member) -> Shop:
    """Made by Boris; Alice may edit it too, as she is an admin."""
    return await opens(ground.patchbay.engine, ground.slack, ground.store, boris.id)


async def opens_source(member: Member) -> None:
    await member.runs("/patchbay sources")
    await member.presses("Open", within="Demo Store")


async def test_the_same_source(
    ground: Playground, shop: Shop, alice: Member, boris: Member
) -> None:
    for member in (alice, boris):
        await opens_source(member)
        await member.presses("Edit")
        await member.sees_modal("Edit source")
    await alice.fills("Name", "Shop of Alice")
    await alice.submits()
    await alice.sees_modal("Integration Source")

    await boris.fills("Name", "Shop of Boris")
    await boris.submits()
    told = await boris.sees(TOLD)
    assert "Alice Moreau: renamed it to “Shop of Alice”" in told.text
    assert (await one(ground, Source)).name == "Shop of Alice"
    assert boris.modal is not None
    assert boris.modal.value("Name") == "Shop of Boris"
    await boris.submits()
    await boris.sees_modal("Integration Source")
    assert (await one(ground, Source)).name == "Shop of Boris"


async def test_the_same_mapping(
    ground: Playground, shop: Shop, alice: Member, boris: Member
) -> None:
    for member in (alice, boris):
        await opens_source(member)
        await member.picks("Customers", "Mapping")
        await member.sees("Mapped fields (9)")
    await alice.picks("birthday → birthday", "Remove")
    await alice.sees("Mapped fields (8)")
    await alice.submits()
    await alice.sees("8 fields mapped", timeout=10)

    await boris.picks("orders_count → orders_count", "Remove")
    await boris.sees("Mapped fields (8)")
    await boris.submits()
    told = await boris.sees(TOLD, timeout=10)
    assert "Alice Moreau: removed “birthday → birthday”" in told.text
    assert "birthday → birthday" in told.text.split("Mapped fields")[1]  # his own is as it was
    async with ground.patchbay.engine.database.read() as session:
        saved = await session.get_one(MappingPair, 1)
    assert saved.source_field == "id"
    assert await count(ground, MappingPair) == 8
    await boris.submits()
    await boris.sees("8 fields mapped", timeout=10)
    await boris.picks("Customers", "Mapping")
    form = await boris.sees("Mapped fields (8)")
    assert "birthday → birthday" in form.text
    assert "orders_count → orders_count" not in form.text


async def test_the_same_integration(
    ground: Playground, shop: Shop, alice: Member, boris: Member
) -> None:
    await shop.connects("Nightly")
    for member in (alice, boris):
        await member.runs("/patchbay integrations")
        await member.presses("Open", within="Nightly")
        await member.presses("Edit")
        await member.sees("Types of updates")
    await alice.picks("Schedule", "Every day")
    await alice.unticks("Customers", "Deleted")
    await alice.submits()
    await alice.sees("Saved.")

    await boris.fills("Name", "Every night")
    await boris.submits()
    told = await boris.sees(TOLD)
    assert "Alice Moreau: chose other types of updates" in told.text
    assert "Alice Moreau: changed the schedule to: Every day" in told.text
    kept = await one(ground, Integration)
    assert kept.name == "Nightly"
    assert kept.schedule_kind == "daily"
    await boris.submits()
    await boris.sees("Saved.")
    kept = await one(ground, Integration)
    assert kept.name == "Every night"
    assert kept.schedule_kind == "hourly"  # his, as he saw it and chose to save again


async def test_a_thing_that_was_deleted_meanwhile(
    ground: Playground, shop: Shop, alice: Member, boris: Member
) -> None:
    await opens_source(boris)
    await boris.presses("Edit")
    await boris.sees_modal("Edit source")
    await opens_source(alice)
    await alice.presses("Delete")
    await alice.sees("is deleted.")
    await boris.fills("Name", "Mine")
    await boris.submits()
    await boris.sees("not there any more")
    await boris.closes()
    await boris.picks("Customers", "Mapping")
    await boris.sees("does not exist any more")
