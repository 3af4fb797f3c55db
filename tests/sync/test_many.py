"""Many small syncs: one that finds nothing new costs next to nothing."""

from sqlalchemy import update

from store.models import Checkpoint, IntegrationTransfer, Run
from store.vocabulary import RunState
from tests.sync.world import World, figures

LATER = "2040-01-01T00:00:00.000Z"  # than anything in the shop


async def nothing_new(world: World, cursor: str = LATER) -> None:
    """As if everything that the shop has were synced already."""
    async with world.engine.database.begin() as session:
        await session.execute(update(IntegrationTransfer).values(cursor=cursor))


async def test_an_idle_sync_writes_no_checkpoint_and_leaves_the_table_alone(world: World) -> None:
    await world.set_up("customers")
    await nothing_new(world)
    await world.sql("DROP TABLE customers")

    run = await world.sync()

    assert (run.state, run.error, figures(run)) == (RunState.SUCCEEDED, None, {})
    assert world.shop.requests["/v1/customers"] == 1
    assert await world.cursor("customers") == LATER
    async with world.engine.database.read() as session:
        assert await session.get(Checkpoint, (run.id, world.transfers["customers"])) is None


async def test_what_is_new_is_not_idle(world: World) -> None:
    await world.set_up("customers")
    await nothing_new(world)
    await world.sync()
    await nothing_new(world, "2020-01-01T00:00:00.000Z")

    assert figures(await world.sync()) == {"created": 1200}
    assert await world.count(Run) == 2
