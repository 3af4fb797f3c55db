"""What is old is removed, what is young or unfinished stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot import housekeeping
from bot.engine import Engine
from bot.housekeeping import sweep
from store.models import (
    Authorization,
    AuthorizationRequest,
    Change,
    Checkpoint,
    Delivery,
    Draft,
    Incident,
    Integration,
    MappingPair,
    Member,
    Project,
    Receipt,
    Recipient,
    Reject,
    Run,
    Source,
    Transfer,
    Workspace,
)
from store.models.base import Base
from store.vocabulary import (
    AuthKind,
    DeliveryState,
    FieldType,
    IncidentKind,
    IncidentState,
    Level,
    RunState,
    ScheduleKind,
    Trigger,
    Way,
)


async def integration(engine: Engine, workspace_id: str = "T1") -> tuple[int, int]:
    """An integration with everything around it. Returns its id and its transfer's."""
    owned = {
        "workspace_id": workspace_id,
        "name": "One",
        "name_key": "one",
        "created_by": "U_EDITOR",
        "created_at": engine.clock.now(),
    }
    async with engine.database.begin() as session:
        authorization = Authorization(
            **owned, service="demo_store", kind=AuthKind.API_KEY, params={}, secret=b"x"
        )
        project = Project(**owned)
        session.add_all([authorization, project])
        await session.flush()
        source = Source(**owned, service="demo_store", authorization_id=authorization.id)
        session.add(source)
        await session.flush()
        transfer = Transfer(
            workspace_id=workspace_id,
            source_id=source.id,
            data_type="customers",
            project_id=project.id,
            created_by="U_EDITOR",
            created_at=engine.clock.now(),
            pairs=[
                MappingPair(
                    source_field="id",
                    source_type=FieldType.INTEGER,
                    project_field="id",
                    project_type=FieldType.INTEGER,
                )
            ],
        )
        made = Integration(
            **owned,
            source_id=source.id,
            schedule_kind=ScheduleKind.HOURLY,
            cron="0 * * * *",
            timezone="UTC",
            policy={},
            recipients=[Recipient(way=Way.DM, address="U_EDITOR", added_by="U_EDITOR")],
        )
        session.add_all([transfer, made])
    return made.id, transfer.id


def run(integration_id: int, finished_at: datetime | None, workspace_id: str = "T1") -> Run:
    return Run(
        workspace_id=workspace_id,
        integration_id=integration_id,
        trigger=Trigger.SCHEDULE,
        state=RunState.RUNNING if finished_at is None else RunState.SUCCEEDED,
        queued_at=datetime(2020, 1, 1).astimezone(),
        finished_at=finished_at,
    )


def reject(whose: tuple[int, int], key: str, at: datetime, workspace_id: str = "T1") -> Reject:
    return Reject(
        workspace_id=workspace_id,
        integration_id=whose[0],
        transfer_id=whose[1],
        record_key=key,
        payload="{}",
        reason="id is empty",
        created_at=at,
    )


def delivery(key: str, state: DeliveryState, at: datetime) -> Delivery:
    return Delivery(
        workspace_id="T1",
        key=key,
        way=Way.DM,
        address="U_EDITOR",
        level=Level.WARNING,
        facts={},
        state=state,
        next_attempt_at=at,
        created_at=at,
        sent_at=at if state is DeliveryState.SENT else None,
    )


async def count(engine: Engine, model: type[Base]) -> int:
    async with engine.database.read() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_old_runs_go_with_their_checkpoints_and_unfinished_ones_stay(engine: Engine) -> None:
    now = engine.clock.now()
    integration_id, transfer_id = await integration(engine)
    async with engine.database.begin() as session:
        old = run(integration_id, now - timedelta(days=91))
        young = run(integration_id, now - timedelta(days=89))
        session.add_all([old, young, run(integration_id, None)])
        await session.flush()
        session.add_all(
            [
                Checkpoint(run_id=each.id, transfer_id=transfer_id, next_page=None)
                for each in (old, young)
            ]
        )

    assert (await sweep(engine))["runs"] == 1

    assert await count(engine, Run) == 2
    assert await count(engine, Checkpoint) == 1


async def test_old_rejects_and_settled_deliveries_go(engine: Engine) -> None:
    now = engine.clock.now()
    old, young = now - timedelta(days=31), now - timedelta(days=29)
    whose = await integration(engine)
    async with engine.database.begin() as session:
        session.add_all([reject(whose, "[1]", old), reject(whose, "[2]", young)])
        session.add_all(
            [
                delivery("sent long ago", DeliveryState.SENT, old),
                delivery("dropped long ago", DeliveryState.DROPPED, old),
                delivery("sent lately", DeliveryState.SENT, young),
                delivery("still owed", DeliveryState.OWED, old),
            ]
        )

    removed = await sweep(engine)

    assert (removed["rejects"], removed["deliveries"]) == (1, 2)
    assert (await count(engine, Reject), await count(engine, Delivery)) == (1, 2)


async def test_resolved_incidents_changes_drafts_receipts_and_links_go(engine: Engine) -> None:
    now = engine.clock.now()
    incident = {
        "workspace_id": "T1",
        "kind": IncidentKind.ERRORS,
        "level": Level.WARNING,
        "facts": {},
        "opened_at": now - timedelta(days=200),
    }
    draft = {"workspace_id": "T1", "member_id": "U_EDITOR", "kind": "source", "data": {}}
    link = {
        "workspace_id": "T1",
        "member_id": "U_EDITOR",
        "service": "demo_store",
        "name": "Shop",
        "kind": AuthKind.OAUTH2,
        "params": {},
        "created_at": now,
    }
    change = {"workspace_id": "T1", "subject": "source:1", "version": 1, "member_id": "U_EDITOR"}
    async with engine.database.begin() as session:
        session.add_all(
            [
                Incident(
                    **incident,
                    cause="errors:1",
                    state=IncidentState.RESOLVED,
                    resolved_at=now - timedelta(days=100),
                ),
                Incident(**incident, cause="errors:2", state=IncidentState.OPEN),
                Change(**change, what=["old"], at=now - timedelta(days=100)),
                Change(**change, what=["new"], at=now),
                Draft(**draft, updated_at=now - timedelta(days=31)),
                Draft(**draft, updated_at=now),
                Receipt(key="old", at=now - timedelta(days=3)),
                Receipt(key="new", at=now),
                AuthorizationRequest(**link, token_hash="a", expires_at=now - timedelta(days=2)),
                AuthorizationRequest(**link, token_hash="b", expires_at=now),
            ]
        )

    removed = await sweep(engine)

    for model in (Incident, Change, Draft, Receipt, AuthorizationRequest):
        assert removed[model.__tablename__] == 1
        assert await count(engine, model) == 1


async def test_a_workspace_that_left_is_forgotten_after_its_time(engine: Engine) -> None:
    now = engine.clock.now()
    async with engine.database.begin() as session:
        for name, days in (("T_OLD", 31), ("T_NEW", 29)):
            session.add(
                Workspace(id=name, created_at=now, uninstalled_at=now - timedelta(days=days))
            )
    for name in ("T_OLD", "T_NEW"):
        whose = await integration(engine, name)
        async with engine.database.begin() as session:
            session.add(run(whose[0], now, name))
            session.add(reject(whose, "[1]", now, name))

    assert (await sweep(engine))["workspaces"] == 1

    async with engine.database.read() as session:
        left = (await session.scalars(select(Workspace.id).order_by(Workspace.id))).all()
    assert left == ["T1", "T_NEW"]
    for model in (Authorization, Integration, Project, Reject, Run, Source, Transfer):
        assert await count(engine, model) == 1
    assert await count(engine, Member) == 3


async def test_it_goes_in_small_batches_until_nothing_is_left(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 10)
    long_ago = engine.clock.now() - timedelta(days=3)
    async with engine.database.begin() as session:
        session.add_all([Receipt(key=str(number), at=long_ago) for number in range(35)])

    assert (await sweep(engine))["receipts"] == 35

    assert await count(engine, Receipt) == 0
    assert (await sweep(engine))["receipts"] == 0
