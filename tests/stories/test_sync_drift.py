"""A service's fields change: only those that somebody mapped are anybody's business."""

from bot.playground.host import Playground
from bot.playground.member import Member
from tests.stories.shop import NAME, TABLE, sees_once, sets_up


async def test_a_field_that_nobody_mapped_may_go(ground: Playground) -> None:
    scene = await sets_up(ground)
    ground.store.drops_field("phone")
    ground.store.drops_field("address.postcode")
    ground.store.change("customers", range(1, 51))
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()
    await scene.nobody_was_told()


async def test_a_mapped_field_that_goes_pauses_its_transfer(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    before = await scene.shop.sql(f"SELECT * FROM {TABLE} ORDER BY id")
    ground.store.drops_field("first_name")
    ground.store.change("customers", range(1, 51))
    await scene.an_hour_goes_by()

    [card] = scene.alerts("its data transfer is paused")
    assert "Customers come without the field “first_name” now" in card.text
    assert NAME in card.text
    await sees_once(alice, "its data transfer is paused")
    assert len(scene.mails("its data transfer is paused")) == 1
    assert await scene.shop.sql(f"SELECT * FROM {TABLE} ORDER BY id") == before  # nothing emptied
    asked = ground.store.requests["/v1/customers"]
    await scene.walk.quiet()
    await alice.runs("/patchbay sync demo")
    await alice.sees("Mapped fields of “Demo Store” changed")
    assert ground.store.requests["/v1/customers"] == asked

    # Alice takes the pair away, and it goes on.
    await alice.presses("Open the source", within=card)
    await alice.sees("Needs attention: fields changed")
    await alice.picks("Mapping", "Mapping", within="Customers")
    await alice.sees("Customers come without the field “first_name” now")
    await alice.picks("Remove", "Remove", within="first_name → first_name")
    await alice.submits()
    await alice.sees_modal("Integration Source")
    await alice.sees("Active")
    await alice.closes(everything=True)
    await scene.quiet()
    [mended] = scene.alerts()
    assert mended.ts == card.ts
    assert "the mapping fits again" in mended.text
    assert "@Alice Moreau: The mapping was brought up to date" in mended.text
    await sees_once(alice, "the mapping fits again")
    assert len(scene.mails("the mapping fits again")) == 1

    await scene.an_hour_goes_by()
    counts = await scene.shop.sql(f"SELECT id, orders_count FROM {TABLE} ORDER BY id")
    records = ground.store.records("customers")
    assert counts == [(record["id"], record["orders_count"]) for record in records]
