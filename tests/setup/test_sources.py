"""Sources: what a draft fills in by itself, what is refused, who may change what."""

from collections.abc import AsyncIterator

import pytest

from bot.engine import Engine
from bot.errors import ChangedMeanwhile, NotAllowed, NotFound, Refused
from bot.playground.store import DemoStore
from bot.setup import source_drafting, sources
from bot.setup.actor import Actor
from bot.setup.source_draft import SourceDraft
from store.models import Authorization, Draft, Integration, Source, Workspace
from store.vocabulary import (
    AuthKind,
    AuthorizationState,
    IntegrationState,
    Role,
    ScheduleKind,
)

EDITOR = Actor("T1", "U_EDITOR", Role.EDITOR)
ADMIN = Actor("T1", "U_ADMIN", Role.ADMIN)
VIEWER = Actor("T1", "U_VIEWER", Role.VIEWER)


@pytest.fixture
async def store(engine: Engine) -> AsyncIterator[DemoStore]:
    async with DemoStore(clock=engine.clock, customers=1) as store:
        yield store


async def authorization(
    engine: Engine,
    store: DemoStore,
    name: str = "Shop",
    *,
    service: str = "demo_store",
    workspace_id: str = "T1",
    checked: bool = True,
) -> int:
    now = engine.clock.now()
    async with engine.database.begin() as session:
        row = Authorization(
            workspace_id=workspace_id,
            service=service,
            name=name,
            name_key=name.casefold(),
            kind=AuthKind.API_KEY,
            params={"shop_url": store.url},
            secret=engine.vault.seal({"key": store.api_key}),
            created_by="U_EDITOR",
            created_at=now,
            checked_at=now if checked else None,
        )
        session.add(row)
    return row.id


async def draft(engine: Engine, actor: Actor = EDITOR, **fields: object) -> int:
    draft_id, _ = await source_drafting.start_new(engine, actor)
    await source_drafting.choose_service(engine, actor, draft_id, "demo_store")
    await fill(engine, draft_id, **fields)
    return draft_id


async def fill(engine: Engine, draft_id: int, **fields: object) -> None:
    async with engine.database.begin() as session:
        row = await session.get_one(Draft, draft_id)
        row.data = row.data | fields


async def filled(engine: Engine, draft_id: int) -> SourceDraft:
    async with engine.database.read() as session:
        return SourceDraft.model_validate((await session.get_one(Draft, draft_id)).data)


async def saved(engine: Engine, source_id: int) -> Source:
    async with engine.database.read() as session:
        return await session.get_one(Source, source_id)


async def integration(engine: Engine, source_id: int, state: IntegrationState) -> int:
    async with engine.database.begin() as session:
        row = Integration(
            workspace_id="T1",
            name=f"Integration {source_id}",
            name_key=f"integration {source_id}",
            source_id=source_id,
            state=state,
            schedule_kind=ScheduleKind.HOURLY,
            cron="0 * * * *",
            timezone="UTC",
            policy={},
            created_by="U_EDITOR",
            created_at=engine.clock.now(),
        )
        session.add(row)
    return row.id


async def test_choosing_a_service_fills_in_the_rest(engine: Engine, store: DemoStore) -> None:
    only = await authorization(engine, store)
    first = await filled(engine, await draft(engine))
    assert (first.name, first.authorization) == ("Demo Store", only)
    await authorization(engine, store, "Another")
    await sources.save(engine, EDITOR, await draft(engine))
    second = await filled(engine, await draft(engine))
    assert (second.name, second.authorization) == ("Demo Store 2", None)


async def test_a_name_of_ones_own_is_left_alone(engine: Engine, store: DemoStore) -> None:
    draft_id = await draft(engine, name="Mine")
    await source_drafting.choose_service(engine, EDITOR, draft_id, "stripe")
    assert (await filled(engine, draft_id)).name == "Mine"
    await fill(engine, draft_id, name="Demo Store")  # as it was filled in before
    await source_drafting.choose_service(engine, EDITOR, draft_id, "github")
    assert (await filled(engine, draft_id)).name == "GitHub"


async def test_saving_twice_ends_at_the_same_source(engine: Engine, store: DemoStore) -> None:
    await authorization(engine, store)
    draft_id = await draft(engine)
    one = await sources.save(engine, EDITOR, draft_id)
    two = await sources.save(engine, EDITOR, draft_id)
    assert one == two


async def test_an_authorization_not_checked_lately_is_asked_for(
    engine: Engine, store: DemoStore
) -> None:
    await authorization(engine, store, checked=False)
    draft_id = await draft(engine)
    assert await sources.must_ask_service(engine, EDITOR, draft_id)
    await sources.save(engine, EDITOR, draft_id)
    assert store.requests["/v1/me"] == 1
    assert not await sources.must_ask_service(engine, EDITOR, draft_id)


async def test_what_cannot_be_saved(engine: Engine, store: DemoStore) -> None:
    usable = await authorization(engine, store)
    other = await authorization(engine, store, service="stripe")
    async with engine.database.begin() as session:
        session.add(Workspace(id="T2", name="Other", created_at=engine.clock.now()))
    foreign = await authorization(engine, store, workspace_id="T2")
    draft_id = await draft(engine)
    with pytest.raises(Refused, match="not for Demo Store"):
        await save_with(engine, draft_id, authorization=other)
    with pytest.raises(NotFound):
        await save_with(engine, draft_id, authorization=foreign)
    with pytest.raises(Refused, match="has to allow Patchbay"):
        await save_with(engine, draft_id, authorization=None)
    with pytest.raises(Refused) as caught:
        await save_with(engine, draft_id, authorization=usable, name="  ")
    assert caught.value.field == "name"
    await save_with(engine, draft_id, name="Shop")
    with pytest.raises(Refused, match="already"):
        await save_with(engine, await draft(engine), name="shop")


async def save_with(engine: Engine, draft_id: int, **fields: object) -> None:
    await fill(engine, draft_id, **fields)
    await sources.save(engine, EDITOR, draft_id)


async def test_nobody_uses_another_ones_draft(engine: Engine, store: DemoStore) -> None:
    await authorization(engine, store)
    draft_id = await draft(engine)
    with pytest.raises(NotFound):
        await sources.save(engine, ADMIN, draft_id)
    with pytest.raises(NotAllowed):
        await source_drafting.start_new(engine, VIEWER)


async def test_the_later_save_is_told_and_goes_through_when_repeated(
    engine: Engine, store: DemoStore
) -> None:
    await authorization(engine, store)
    source_id = (await sources.save(engine, EDITOR, await draft(engine))).source_id
    one, _ = await source_drafting.start_editing(engine, EDITOR, source_id, None)
    two, _ = await source_drafting.start_editing(engine, ADMIN, source_id, None)
    await fill(engine, one, name="One")
    await sources.save(engine, EDITOR, one)
    await fill(engine, two, name="Two")
    with pytest.raises(ChangedMeanwhile) as caught:
        await sources.save(engine, ADMIN, two)
    assert caught.value.changes == ["Editor: renamed it to “One”"]
    assert (await saved(engine, source_id)).name == "One"
    await sources.save(engine, ADMIN, two)
    assert (await saved(engine, source_id)).name == "Two"


async def test_another_authorization_takes_its_integrations_up_again(
    engine: Engine, store: DemoStore
) -> None:
    lost = await authorization(engine, store)
    source_id = (await sources.save(engine, EDITOR, await draft(engine))).source_id
    waiting = await integration(engine, source_id, IntegrationState.NEEDS_AUTHORIZATION)
    async with engine.database.begin() as session:
        (await session.get_one(Authorization, lost)).state = AuthorizationState.LOST
    with pytest.raises(Refused, match="not accept"):
        await save_with(engine, await draft(engine), authorization=lost)
    draft_id, _ = await source_drafting.start_editing(engine, EDITOR, source_id, None)
    await save_with(engine, draft_id, name="A new name needs no service")
    draft_id, _ = await source_drafting.start_editing(engine, EDITOR, source_id, None)
    good = await authorization(engine, store, "Good")
    await save_with(engine, draft_id, authorization=good)
    async with engine.database.read() as session:
        row = await session.get_one(Integration, waiting)
        assert row.state is IntegrationState.ACTIVE
        assert row.next_run_at is not None
        assert (await session.get_one(Authorization, lost)).state is AuthorizationState.LOST


async def test_a_source_in_use_stays(engine: Engine, store: DemoStore) -> None:
    await authorization(engine, store)
    source_id = (await sources.save(engine, EDITOR, await draft(engine))).source_id
    used = await integration(engine, source_id, IntegrationState.PAUSED)
    with pytest.raises(Refused, match=f"“Integration {source_id}” uses it"):
        await sources.delete(engine, EDITOR, source_id)
    async with engine.database.begin() as session:
        await session.delete(await session.get_one(Integration, used))
    await source_drafting.start_editing(engine, ADMIN, source_id, None)
    await sources.delete(engine, EDITOR, source_id)
    await sources.delete(engine, EDITOR, source_id)  # twice is no error
    async with engine.database.read() as session:
        assert await session.get(Source, source_id) is None
