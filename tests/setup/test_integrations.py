import asyncio

import pytest
from sqlalchemy import func, select

from bot.engine import Engine
from bot.errors import ChangedMeanwhile, NotAllowed, NotFound, Refused
from bot.setup import integrations
from bot.setup.actor import Actor
from bot.setup.wanted import Wanted, proposal, wanted_of
from store import runs
from store.models import Change, Integration, IntegrationTransfer, Workspace
from store.vocabulary import IntegrationState, ScheduleKind, TransferState, Trigger, UpdateType
from tests.setup.integrating import (
    ADMIN,
    EDITOR,
    STRANGER,
    VIEWER,
    WORKSPACE,
    add_source,
    new_draft,
)

BOTH = [UpdateType.CREATED, UpdateType.UPDATED]


async def proposed(engine: Engine, actor: Actor, source_id: int) -> Wanted:
    async with engine.database.read() as session:
        return await proposal(session, engine, actor, source_id)


async def saved(engine: Engine, actor: Actor = EDITOR, **changed: object) -> int:
    """An integration of a new source with all that is proposed, but for what is `changed`."""
    source_id, _ = await add_source(engine)
    wanted = (await proposed(engine, actor, source_id)).model_copy(update=changed)
    return await integrations.save(engine, actor, await new_draft(engine, actor), wanted)


async def loaded(engine: Engine, integration_id: int) -> Integration:
    async with engine.database.read() as session:
        return await integrations.get(session, WORKSPACE, integration_id)


async def test_everything_is_proposed(engine: Engine) -> None:
    source_id, transfers = await add_source(engine)
    assert await proposed(engine, EDITOR, source_id) == Wanted(
        source_id=source_id,
        name="Shop sync",
        updates=dict.fromkeys(transfers, BOTH),
        schedule=ScheduleKind.HOURLY,
        timezone="Europe/Paris",
        people=["U_EDITOR"],
    )


async def test_inactive_transfers_and_taken_names_are_not_proposed(engine: Engine) -> None:
    await saved(engine, name="OTHER sync")
    source_id, _ = await add_source(engine, "Other", state=TransferState.INACTIVE)
    wanted = await proposed(engine, EDITOR, source_id)
    assert wanted.name == "Other sync 2"
    assert wanted.updates == {}


async def test_a_new_one_is_inactive_and_holds_what_was_wanted(engine: Engine) -> None:
    integration = await loaded(engine, await saved(engine, schedule=ScheduleKind.DAILY))
    assert integration.state is IntegrationState.INACTIVE
    assert integration.next_run_at is None
    assert integration.cron == "0 6 * * *"
    assert integration.version == 1
    assert {
        wanted_of(integration).updates[part.transfer_id] == BOTH for part in integration.updates
    }
    assert wanted_of(integration).people == ["U_EDITOR"]


async def test_the_same_form_sent_twice_ends_at_one_row(engine: Engine) -> None:
    source_id, _ = await add_source(engine)
    wanted = await proposed(engine, EDITOR, source_id)
    draft_id = await new_draft(engine, EDITOR)
    first, second = await asyncio.gather(
        integrations.save(engine, EDITOR, draft_id, wanted),
        integrations.save(engine, EDITOR, draft_id, wanted),
    )
    assert first == second
    async with engine.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Integration)) == 1


async def test_somebody_elses_draft_cannot_be_saved(engine: Engine) -> None:
    source_id, _ = await add_source(engine)
    wanted = await proposed(engine, EDITOR, source_id)
    with pytest.raises(NotFound):
        await integrations.save(engine, ADMIN, await new_draft(engine, EDITOR), wanted)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"source_id": None}, "source"),
        ({"updates": {}}, "transfers"),
        ({"updates": {999_999: BOTH}}, "transfers"),
        ({"schedule": ScheduleKind.CRON, "cron": "every day"}, "cron"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"emails": ["not an address"]}, "email"),
    ],
)
async def test_what_cannot_be_is_refused_beside_its_field(
    engine: Engine, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        await saved(engine, **changed)
    assert refused.value.field == field


async def test_a_data_type_without_types_of_updates_is_refused(engine: Engine) -> None:
    source_id, [customers, _] = await add_source(engine)
    wanted = await proposed(engine, EDITOR, source_id)
    empty = wanted.model_copy(update={"updates": {customers: []}})
    with pytest.raises(Refused, match="Customers") as refused:
        await integrations.save(engine, EDITOR, await new_draft(engine, EDITOR), empty)
    assert refused.value.field == f"updates:{customers}"


async def test_two_of_one_name_are_refused(engine: Engine) -> None:
    await saved(engine, name="Nightly")
    source_id, _ = await add_source(engine, "Second")
    wanted = await proposed(engine, EDITOR, source_id)
    again = wanted.model_copy(update={"name": " NIGHTLY "})
    with pytest.raises(Refused, match="already") as refused:
        await integrations.save(engine, EDITOR, await new_draft(engine, EDITOR), again)
    assert refused.value.field == "name"


async def test_a_viewer_creates_nothing(engine: Engine) -> None:
    with pytest.raises(NotAllowed):
        await saved(engine, VIEWER)


async def test_a_source_of_another_workspace_does_not_exist(engine: Engine) -> None:
    async with engine.database.begin() as session:
        session.add(Workspace(id="T2", created_at=engine.clock.now()))
    theirs, transfers = await add_source(engine, workspace_id="T2")
    wanted = Wanted(source_id=theirs, name="Mine", updates=dict.fromkeys(transfers, BOTH))
    with pytest.raises(Refused) as refused:
        await integrations.save(engine, EDITOR, await new_draft(engine, EDITOR), wanted)
    assert refused.value.field == "source"
    assert (await proposed(engine, EDITOR, theirs)).source_id is None


async def test_an_edit_keeps_the_cursor_of_what_stays(engine: Engine) -> None:
    integration_id = await saved(engine)
    integration = await loaded(engine, integration_id)
    [customers, orders] = [part.transfer_id for part in integration.updates]
    async with engine.database.begin() as session:
        for part in await session.scalars(select(IntegrationTransfer)):
            part.cursor = "2026-01-01T00:00:00Z"
    wanted = wanted_of(integration).model_copy(
        update={"updates": {customers: [UpdateType.CREATED]}, "name": "Shop, new ones"}
    )
    draft_id = await new_draft(engine, EDITOR, integration_id)
    assert await integrations.save(engine, EDITOR, draft_id, wanted, version=1) == integration_id
    integration = await loaded(engine, integration_id)
    [part] = integration.updates
    assert (part.transfer_id, part.cursor) == (customers, "2026-01-01T00:00:00Z")
    assert (part.created, part.updated, part.deleted) == (True, False, False)
    assert integration.version == 2
    assert orders != customers


async def test_a_type_of_update_that_is_added_reads_from_the_start(engine: Engine) -> None:
    """What that type missed so far would never come otherwise."""
    integration_id = await saved(engine)
    integration = await loaded(engine, integration_id)
    first = integration.updates[0].transfer_id
    async with engine.database.begin() as session:
        for part in await session.scalars(select(IntegrationTransfer)):
            part.cursor = "2026-01-01T00:00:00Z"
    wanted = wanted_of(integration)
    more = wanted.updates | {first: [*wanted.updates[first], UpdateType.DELETED]}
    draft_id = await new_draft(engine, EDITOR, integration_id)
    await integrations.save(
        engine, EDITOR, draft_id, wanted.model_copy(update={"updates": more}), version=1
    )
    cursors = {p.transfer_id: p.cursor for p in (await loaded(engine, integration_id)).updates}
    assert cursors.pop(first) is None
    assert set(cursors.values()) == {"2026-01-01T00:00:00Z"}


async def test_an_active_one_gets_its_next_time_at_once(engine: Engine) -> None:
    integration_id = await saved(engine)
    async with engine.database.begin() as session:
        row = await integrations.get(session, WORKSPACE, integration_id)
        row.state = IntegrationState.ACTIVE
    wanted = wanted_of(await loaded(engine, integration_id)).model_copy(
        update={"schedule": ScheduleKind.CRON, "cron": "30 9 * * 1-5"}
    )
    draft_id = await new_draft(engine, EDITOR, integration_id)
    await integrations.save(engine, EDITOR, draft_id, wanted, version=1)
    changed = await loaded(engine, integration_id)
    assert changed.next_run_at is not None
    assert changed.next_run_at.minute == 30
    assert changed.state is IntegrationState.ACTIVE


async def test_the_later_of_two_editors_is_told_what_changed(engine: Engine) -> None:
    integration_id = await saved(engine)
    wanted = wanted_of(await loaded(engine, integration_id))
    mine = await new_draft(engine, EDITOR, integration_id)
    theirs = await new_draft(engine, ADMIN, integration_id)
    renamed = wanted.model_copy(update={"name": "Renamed"})
    await integrations.save(engine, ADMIN, theirs, renamed, version=1)
    with pytest.raises(ChangedMeanwhile) as changed:
        await integrations.save(engine, EDITOR, mine, wanted, version=1)
    assert changed.value.changes == ["Admin: renamed it from “Shop sync” to “Renamed”"]
    assert (await loaded(engine, integration_id)).name == "Renamed"
    await integrations.save(engine, EDITOR, mine, wanted, version=2)
    assert (await loaded(engine, integration_id)).name == "Shop sync"


async def test_only_its_creator_and_admins_edit_and_delete(engine: Engine) -> None:
    integration_id = await saved(engine)
    wanted = wanted_of(await loaded(engine, integration_id))
    other = Actor(WORKSPACE, "U_OTHER", EDITOR.role)
    for actor in (other, VIEWER):
        draft_id = await new_draft(engine, actor, integration_id)
        with pytest.raises(NotAllowed):
            await integrations.save(engine, actor, draft_id, wanted, version=1)
        with pytest.raises(NotAllowed):
            await integrations.remove(engine, actor, integration_id)
    with pytest.raises(NotFound):
        await integrations.remove(engine, STRANGER, integration_id)
    assert await integrations.remove(engine, ADMIN, integration_id) == "Shop sync"
    with pytest.raises(NotFound):
        await loaded(engine, integration_id)
    async with engine.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Change)) == 0


async def test_one_that_is_syncing_is_not_deleted(engine: Engine) -> None:
    integration_id = await saved(engine)
    async with engine.database.begin() as session:
        await runs.add(
            session,
            workspace_id=WORKSPACE,
            integration_id=integration_id,
            trigger=Trigger.MANUAL,
            now=engine.clock.now(),
        )
    with pytest.raises(Refused, match="syncing"):
        await integrations.remove(engine, EDITOR, integration_id)
