"""Which records reach the project, and what becomes of those that cannot."""

from bot.playground.host import Playground
from bot.playground.member import Member
from store.vocabulary import UpdateType
from tests.stories.shop import NAME, TABLE, Scene, sees_once, sets_up


async def chooses(alice: Member, scene: Scene, ticked: str, unticked: str) -> None:
    """Edits the integration's types of updates."""
    await alice.runs("/patchbay integrations")
    await alice.presses("Open", within=NAME)
    await alice.presses("Edit")
    await alice.sees("Types of updates")
    await alice.ticks("Customers", ticked)
    await alice.unticks("Customers", unticked)
    await alice.submits()
    await alice.sees(f"Customers: {ticked.lower()}")
    await alice.closes(everything=True)


async def names(scene: Scene) -> dict[int, str]:
    rows = await scene.shop.sql(f"SELECT id, first_name FROM {TABLE}")
    return {row[0]: row[1] for row in rows}


async def test_a_record_of_the_wrong_type_is_kept_aside(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    bad, worse, good = 7, 8, 9
    ground.store.change("customers", [bad, worse], total_spent="twelve", first_name="Ada")
    ground.store.change("customers", [good], first_name="Grace")
    await scene.an_hour_goes_by()

    assert (await names(scene))[good] == "Grace"  # the others are synced
    assert (await names(scene))[bad] != "Ada"
    await alice.runs("/patchbay errors demo")
    errors = await alice.sees("2 records were rejected, for 1 reason")
    assert "total_spent is not a decimal number" in errors.text
    assert '"total_spent": "twelve"' in errors.text or '"total_spent":"twelve"' in errors.text
    await alice.closes()

    # The mapping is mended: that amount is not wanted after all.
    await alice.runs("/patchbay sources")
    await alice.presses("Open", within="Demo Store")
    await alice.sees("Data transfer")
    await alice.picks("Mapping", "Mapping", within="Customers")
    await alice.sees_modal("Mapping")
    await alice.picks("Remove", "Remove", within="total_spent")
    await alice.submits()
    await alice.sees_modal("Integration Source")
    await alice.closes(everything=True)
    await alice.runs("/patchbay errors demo")
    await alice.presses("Retry", within="total_spent")
    await alice.sees("2 records are tried again")
    await sees_once(alice, "the rejected records were tried again")
    await scene.quiet()
    assert (await names(scene))[bad] == (await names(scene))[worse] == "Ada"
    await alice.closes()
    await alice.runs("/patchbay errors demo")
    await alice.sees("No record is waiting")


async def test_a_record_mended_in_the_store_is_synced_too(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    ground.store.change("customers", [7], total_spent="twelve")
    await scene.an_hour_goes_by()
    assert await scene.figure("patchbay_rejects") == 1

    ground.store.change("customers", [7], total_spent="12.00")
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()
    assert await scene.figure("patchbay_rejects") == 0


async def test_a_record_that_nobody_needs_is_dropped(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    ground.store.change("customers", [7], total_spent="twelve")
    await scene.an_hour_goes_by()

    await alice.runs("/patchbay errors demo")
    await alice.presses("Drop", within="total_spent", accept=False)
    assert await scene.figure("patchbay_rejects") == 1
    await alice.presses("Drop", within="total_spent")
    await alice.sees("1 record dropped.")
    assert await scene.figure("patchbay_rejects") == 0


async def test_each_type_of_update_alone(ground: Playground, alice: Member) -> None:
    store = ground.store
    scene = await sets_up(ground, updates={UpdateType.CREATED})
    before = await names(scene)

    # Created only: new records come in, nothing else happens.
    new = store.add("customers", 3, first_name="New")
    store.change("customers", [1], first_name="Changed")
    store.delete("customers", [2])
    await scene.an_hour_goes_by()
    assert await names(scene) == before | dict.fromkeys(new, "New")

    # Updated only: what is there follows the store.
    await chooses(alice, scene, "Updated", "Created")
    store.add("customers", 2)
    store.change("customers", [3], first_name="Changed")
    store.delete("customers", [4])
    await scene.an_hour_goes_by()
    now = await names(scene)
    assert set(now) == set(before) | set(new)
    assert now[3] == "Changed"

    # Deleted only: rows go, none comes, none changes.
    await chooses(alice, scene, "Deleted", "Updated")
    store.change("customers", [5], first_name="Changed")
    store.delete("customers", [6])
    store.add("customers", 1)
    await scene.an_hour_goes_by()
    after = await names(scene)
    assert after[5] == before[5]
    assert set(now) - set(after) >= {6}
    assert set(after) <= set(now)


async def test_columns_that_are_not_mapped_stay_as_they_are(ground: Playground) -> None:
    scene = await sets_up(ground)
    await scene.shop.sql(f"ALTER TABLE {TABLE} ADD COLUMN note VARCHAR(20)")
    await scene.shop.sql(f"UPDATE {TABLE} SET note = 'ours', phone = 'ours' WHERE id <= 20")

    ground.store.change("customers", range(1, 11), first_name="Grace")
    ground.store.delete("customers", [11])
    await scene.an_hour_goes_by()

    await scene.has_the_same_rows()
    kept = await scene.shop.sql(
        f"SELECT id FROM {TABLE} WHERE note = 'ours' AND phone = 'ours' ORDER BY id"
    )
    assert [row[0] for row in kept] == [*range(1, 11), *range(12, 21)]
