"""Very many deletions wait for a person, who may be asked only where they may answer."""

from bot.playground.host import Playground
from bot.playground.member import Member
from store.vocabulary import Way
from tests.stories.shop import TABLE, Scene, sees_once, sets_up

BORIS = ((Way.DM, "U_BORIS"), (Way.CHANNEL, "C_ALERTS"))


async def ids(scene: Scene) -> set[int]:
    return {row[0] for row in await scene.shop.sql(f"SELECT id FROM {TABLE}")}


async def test_many_deletions_wait_until_somebody_decides(
    ground: Playground, boris: Member, chiara: Member
) -> None:
    store = ground.store
    scene = await sets_up(ground, created_by="U_BORIS", recipients=BORIS)
    await scene.shop.makes_viewer("U_CHIARA")
    everybody = set(store.present("customers"))

    few = store.present("customers")[:50]  # a fifth: goes without asking
    store.delete("customers", few)
    await scene.an_hour_goes_by()
    assert await ids(scene) == everybody - set(few)
    assert scene.alerts() == []

    many = store.present("customers")[:60]
    store.delete("customers", many)
    await scene.an_hour_goes_by()
    assert await ids(scene) == everybody - set(few)
    [held] = scene.alerts("would delete 60 rows")
    assert "60 of 200 rows" in held.text
    await sees_once(boris, "would delete 60 rows")
    await scene.an_hour_goes_by()
    assert len(scene.alerts()) == 1  # the question is asked once

    await chiara.presses("Delete the rows", within=held)
    await chiara.sees("only the person who created it and admins can")
    await chiara.presses("Keep the rows", within=held)
    assert await ids(scene) == everybody - set(few)

    await boris.presses("Keep the rows", within=held, accept=False)
    assert "Keep the rows" in scene.alerts()[0].labels
    await boris.presses("Keep the rows", within=held)
    await boris.sees("60 rows are kept")
    await scene.quiet()
    [decided] = scene.alerts("were decided")
    assert decided.ts == held.ts
    assert "@Boris Lindqvist: 60 rows were kept" in decided.text
    assert "Delete the rows" not in decided.labels
    await scene.an_hour_goes_by()
    assert await ids(scene) == everybody - set(few)

    more = store.present("customers")[:70]
    store.delete("customers", more)
    await scene.an_hour_goes_by()
    [_, again] = scene.alerts()
    await boris.presses("Delete the rows", within=again)
    await sees_once(boris, "the rows were deleted")
    await scene.quiet()
    assert await ids(scene) == everybody - set(few) - set(more)
    assert "The deletion of 70 rows was confirmed" in scene.alerts("70 rows")[0].text


async def test_records_that_come_back_need_no_decision(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    many = ground.store.present("customers")[:100]
    ground.store.delete("customers", many)
    await scene.an_hour_goes_by()
    [held] = scene.alerts("would delete 100 rows")

    ground.store.change("customers", many, deleted_at=None)
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()
    [over] = scene.alerts()
    assert over.ts == held.ts
    assert "Nothing waits to be deleted any more" in over.text
    assert len(scene.mails("would delete")) == len(scene.mails("were decided")) == 1
    await sees_once(alice, "were decided")
