from datetime import timedelta

from sqlalchemy import select

from bot.alerts import incidents as alerts
from bot.alerts.facts import AlertFacts, SummaryFacts
from bot.clock import ShiftedClock
from bot.engine import Engine
from bot.sync.policy import authorization_lost, deletions_held, drifted, judge
from store import deliveries
from store.models import Authorization, Delivery, Incident, Integration, Reject, Run
from store.vocabulary import (
    AuthorizationState,
    IncidentKind,
    IncidentState,
    IntegrationState,
    Level,
    ScheduleKind,
    TransferState,
    Trigger,
    Way,
)
from tests.alerts.parts import CREATOR, a_run, a_source, a_transfer, an_integration

HOUR = timedelta(hours=1)


async def start(engine: Engine, *recipients: tuple[Way, str], **kind: object) -> int:
    async with engine.database.begin() as session:
        integration = await an_integration(session, engine, *recipients, **kind)  # type: ignore[arg-type]
        return integration.id


async def ends(engine: Engine, integration_id: int, **run: object) -> int:
    """A run of the integration ends, and is judged in the same transaction."""
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        ended = await a_run(session, engine, integration, **run)  # type: ignore[arg-type]
        await judge(session, engine, integration, ended)
        return ended.id


async def pass_time(engine: Engine, span: timedelta = HOUR) -> None:
    assert isinstance(engine.clock, ShiftedClock)
    engine.clock.skip(span)


async def state_of(engine: Engine, integration_id: int) -> IntegrationState:
    async with engine.database.read() as session:
        return (await session.get_one(Integration, integration_id)).state


async def incidents_of(engine: Engine) -> list[Incident]:
    async with engine.database.read() as session:
        return list(await session.scalars(select(Incident).order_by(Incident.id)))


async def owed(engine: Engine, level: Level | None = None) -> list[Delivery]:
    async with engine.database.read() as session:
        found = await session.scalars(select(Delivery).order_by(Delivery.id))
        return [one for one in found if level in (None, one.level)]


async def test_the_third_failure_in_a_row_warns_with_the_budget_left(engine: Engine) -> None:
    integration_id = await start(engine, (Way.DM, "U_ADMIN"))
    await ends(engine, integration_id, error="Demo Store answered 500.")
    began = engine.clock.now()
    await pass_time(engine)
    await ends(engine, integration_id, error="Demo Store answered 500.")
    assert await owed(engine) == []
    await pass_time(engine)
    await ends(engine, integration_id, error="Demo Store did not answer in time.")

    [warning] = await owed(engine)
    facts = AlertFacts.model_validate(warning.facts)
    assert (warning.way, warning.address, warning.level) == (Way.DM, "U_ADMIN", Level.WARNING)
    assert "keeps failing: 3 runs in a row" in facts.title
    assert facts.budget == "after 7 more failed runs"
    assert facts.failed_runs == 3
    assert abs(facts.since - began) < timedelta(seconds=5)
    assert facts.not_before is not None
    assert abs(facts.not_before - (began + timedelta(hours=24))) < timedelta(minutes=1)
    assert [(cause.reason, cause.count) for cause in facts.causes] == [
        ("Demo Store answered 500.", 2),
        ("Demo Store did not answer in time.", 1),
    ]
    assert facts.next_step
    assert len(facts.recent) == 3


async def test_disablement_needs_ten_failures_and_a_day(engine: Engine) -> None:
    integration_id = await start(engine)
    for _ in range(12):
        await ends(engine, integration_id, error="Down.")
        await pass_time(engine)
    assert await state_of(engine, integration_id) is IntegrationState.ACTIVE
    await pass_time(engine, 12 * HOUR)
    await ends(engine, integration_id, error="Down.")

    assert await state_of(engine, integration_id) is IntegrationState.DISABLED
    async with engine.database.read() as session:
        assert (await session.get_one(Integration, integration_id)).next_run_at is None
    [incident] = await incidents_of(engine)
    assert incident.level is Level.DISABLED
    levels = [one.level for one in await owed(engine)]
    assert levels == [Level.WARNING, Level.DISABLED]  # the creator, once each
    assert "disabled because of a large number of errors" in incident.facts["title"]


async def test_the_last_of_the_budget_is_one_more_run(engine: Engine) -> None:
    integration_id = await start(engine)
    for _ in range(12):
        await ends(engine, integration_id, error="Down.")

    [incident] = await incidents_of(engine)
    assert incident.facts["budget"] == "after 1 more failed run"


async def test_a_daily_integration_is_disabled_by_five(engine: Engine) -> None:
    integration_id = await start(engine, schedule=ScheduleKind.DAILY, cron="0 6 * * *")
    for _ in range(5):
        await ends(engine, integration_id, error="Down.")
        await pass_time(engine, timedelta(days=1))

    assert await state_of(engine, integration_id) is IntegrationState.DISABLED


async def test_a_warning_of_a_daily_integration_counts_in_days(engine: Engine) -> None:
    integration_id = await start(engine, schedule=ScheduleKind.DAILY, cron="0 6 * * *")
    for _ in range(3):
        await ends(engine, integration_id, error="Down.")

    [incident] = await incidents_of(engine)
    facts = AlertFacts.model_validate(incident.facts)
    assert facts.budget == "after 2 more failed runs"
    assert facts.not_before is not None
    assert timedelta(days=1) < facts.not_before - engine.clock.now() <= timedelta(days=2)


async def test_rejected_records_warn_then_disable(engine: Engine) -> None:
    integration_id = await start(engine)
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        transfer = await a_transfer(session, engine, integration)
        transfer_id = transfer.id
    run_id = await ends(engine, integration_id, read=1000, rejected=300)
    async with engine.database.begin() as session:
        for number in range(3):
            session.add(
                Reject(
                    workspace_id="T1",
                    integration_id=integration_id,
                    transfer_id=transfer_id,
                    run_id=run_id,
                    record_key=str(number),
                    payload="{}",
                    reason="total_spent is not a decimal number",
                    created_at=engine.clock.now(),
                )
            )
    [warned] = await incidents_of(engine)
    assert warned.level is Level.WARNING
    assert "300 of 1,000" in warned.facts["title"]
    assert "30% in the last run" in warned.facts["budget"]

    await ends(engine, integration_id, read=100, rejected=40)
    await ends(engine, integration_id, read=100, rejected=40)

    assert await state_of(engine, integration_id) is IntegrationState.DISABLED
    [disabled] = await incidents_of(engine)
    facts = AlertFacts.model_validate(disabled.facts)
    assert disabled.id == warned.id
    assert (facts.records_rejected, facts.records_read) == (380, 1200)
    assert facts.causes[0].reason == "total_spent is not a decimal number"


async def test_a_run_that_works_takes_the_warning_back(engine: Engine) -> None:
    integration_id = await start(engine, (Way.DM, "U_ADMIN"), (Way.CHANNEL, "C1"))
    for _ in range(3):
        await ends(engine, integration_id, error="Down.")
    await ends(engine, integration_id, read=10)

    [incident] = await incidents_of(engine)
    assert incident.state is IncidentState.RESOLVED
    assert incident.resolved_by is None
    resolved = [(one.way, one.facts["part"]) for one in await owed(engine, Level.RESOLVED)]
    assert resolved == [
        (Way.DM, "message"),
        (Way.CHANNEL, "message"),
        (Way.CHANNEL, "thread"),
    ]


async def test_a_run_that_works_does_not_undo_a_disablement(engine: Engine) -> None:
    integration_id = await start(engine, schedule=ScheduleKind.DAILY, cron="0 6 * * *")
    for _ in range(5):
        await ends(engine, integration_id, error="Down.")
    await ends(engine, integration_id, read=10, trigger=Trigger.MANUAL)

    [incident] = await incidents_of(engine)
    assert incident.state is IncidentState.OPEN


async def test_runs_before_the_activation_do_not_count(engine: Engine) -> None:
    integration_id = await start(engine)
    for _ in range(2):
        await ends(engine, integration_id, read=100, rejected=90)
    await pass_time(engine)
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        integration.activated_at = engine.clock.now()
        await alerts.resolve_for_integration(
            session, engine, integration, by=CREATOR, resolution="Re-activated."
        )
    await ends(engine, integration_id, read=100, rejected=90)

    assert await state_of(engine, integration_id) is IntegrationState.ACTIVE


async def test_repairs_are_not_judged(engine: Engine) -> None:
    integration_id = await start(engine)
    for _ in range(5):
        await ends(engine, integration_id, read=200, rejected=200, trigger=Trigger.RETRY)

    assert await incidents_of(engine) == []


async def test_a_paused_integration_is_left_alone(engine: Engine) -> None:
    integration_id = await start(engine)
    async with engine.database.begin() as session:
        (await session.get_one(Integration, integration_id)).state = IntegrationState.PAUSED
    for _ in range(3):
        await ends(engine, integration_id, error="Down.", trigger=Trigger.MANUAL)

    assert await incidents_of(engine) == []


async def test_who_watched_gets_the_summary(engine: Engine) -> None:
    integration_id = await start(engine)
    run_id = await ends(engine, integration_id, read=12, rejected=2, watcher_id="U_ADMIN")

    [summary] = await owed(engine)
    facts = SummaryFacts.model_validate(summary.facts)
    assert (summary.way, summary.address, summary.run_id) == (Way.DM, "U_ADMIN", run_id)
    assert (facts.created, facts.rejected, facts.seconds) == (10, 2, 3.0)
    assert facts.next_run_at is not None


async def test_a_lost_authorization_is_one_incident_for_all_its_integrations(
    engine: Engine,
) -> None:
    async with engine.database.begin() as session:
        source = await a_source(session, engine)
        first = await an_integration(
            session, engine, (Way.DM, "U_ADMIN"), (Way.CHANNEL, "C1"), name="A", source=source
        )
        second = await an_integration(
            session, engine, (Way.CHANNEL, "C1"), (Way.EMAIL, "a@x.org"), name="B", source=source
        )
        paused = await an_integration(session, engine, name="C", source=source)
        paused.state = IntegrationState.PAUSED
        authorization = await session.get_one(Authorization, source.authorization_id)
        await authorization_lost(session, engine, authorization, engine.clock.now())
        await authorization_lost(session, engine, authorization, engine.clock.now())
        assert authorization.state is AuthorizationState.LOST
        ids = (first.id, second.id, paused.id)

    [incident] = await incidents_of(engine)
    assert incident.kind is IncidentKind.AUTHORIZATION
    assert [await state_of(engine, one) for one in ids] == [
        IntegrationState.NEEDS_AUTHORIZATION,
        IntegrationState.NEEDS_AUTHORIZATION,
        IntegrationState.PAUSED,
    ]
    told = [(one.way, one.address) for one in await owed(engine)]
    assert sorted(told) == [
        (Way.CHANNEL, "C1"),  # the parent
        (Way.CHANNEL, "C1"),  # its thread
        (Way.DM, "U_ADMIN"),
        (Way.DM, CREATOR),  # the second names nobody
        (Way.EMAIL, "a@x.org"),
    ]


async def test_authorizing_again_makes_its_integrations_due(engine: Engine) -> None:
    async with engine.database.begin() as session:
        source = await a_source(session, engine)
        integration = await an_integration(session, engine, source=source)
        authorization = await session.get_one(Authorization, source.authorization_id)
        await authorization_lost(session, engine, authorization, engine.clock.now())
    async with engine.database.begin() as session:
        authorization = await session.get_one(Authorization, authorization.id)
        await alerts.resolve_for_authorization(
            session, engine, authorization, by="U_ADMIN", resolution="It was authorized again."
        )

    async with engine.database.read() as session:
        integration = await session.get_one(Integration, integration.id)
        assert integration.state is IntegrationState.ACTIVE
        assert integration.next_run_at is not None
        assert integration.next_run_at <= engine.clock.now()
    [incident] = await incidents_of(engine)
    assert (incident.state, incident.resolved_by) == (IncidentState.RESOLVED, "U_ADMIN")
    assert len(await owed(engine, Level.RESOLVED)) == 1


async def test_a_failed_run_for_want_of_authorization_is_not_judged_twice(engine: Engine) -> None:
    integration_id = await start(engine)
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        for _ in range(4):
            run = await a_run(session, engine, integration, error="Revoked.")
            run.error_code = "authorization"
            await judge(session, engine, integration, run)

    assert await incidents_of(engine) == []


async def test_drift_pauses_the_transfer_until_its_mapping_fits(engine: Engine) -> None:
    integration_id = await start(engine)
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        transfer = await a_transfer(session, engine, integration)
        change = "The field “phone” disappeared."
        await drifted(session, engine, integration, transfer, [change])
        assert transfer.state is TransferState.DRIFTED
    [incident] = await incidents_of(engine)
    assert (incident.kind, incident.facts["details"]) == (IncidentKind.DRIFT, [change])

    async with engine.database.begin() as session:
        await alerts.resolve_for_transfer(
            session, engine, transfer, by=CREATOR, resolution="The mapping was changed."
        )
    [incident] = await incidents_of(engine)
    assert incident.state is IncidentState.RESOLVED


async def test_held_deletions_of_several_tables_add_up_in_one_alert(engine: Engine) -> None:
    integration_id = await start(engine)
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        run = await a_run(session, engine, integration, watcher_id="U_ADMIN")
        await deletions_held(session, engine, integration, run, "Customers", 240, 1000)
        await deletions_held(session, engine, integration, run, "Orders", 60, 100)
        await judge(session, engine, integration, run)

    [incident] = await incidents_of(engine)
    [held, summary] = await owed(engine)
    facts = AlertFacts.model_validate(held.facts)
    assert facts.rows_held == 300
    assert [(one.data_type, one.rows, one.total) for one in facts.held] == [
        ("Customers", 240, 1000),
        ("Orders", 60, 100),
    ]
    assert "300 rows" in incident.facts["title"]
    assert SummaryFacts.model_validate(summary.facts).held_deletions == 300


async def test_nothing_is_kept_of_a_judgement_that_is_rolled_back(engine: Engine) -> None:
    integration_id = await start(engine)
    await ends(engine, integration_id, error="Down.")
    await ends(engine, integration_id, error="Down.")
    async with engine.database.begin() as session:
        integration = await session.get_one(Integration, integration_id)
        run = await a_run(session, engine, integration, error="Down.")
        await judge(session, engine, integration, run)
        assert await deliveries.told(session, 1) != []
        await session.rollback()

    assert await incidents_of(engine) == []
    assert await owed(engine) == []
    async with engine.database.read() as session:
        assert len((await session.scalars(select(Run))).all()) == 2
