import pytest
from sqlalchemy import func, select

from bot.setup import integrations
from bot.setup.wanted import wanted_of
from store import changes
from store.models import Delivery, Draft, Integration, Run
from store.vocabulary import IntegrationState, ScheduleKind, TransferState, Trigger, UpdateType, Way
from tests.handlers.conftest import Face
from tests.setup.integrating import WORKSPACE, add_source


async def only(face: Face) -> Integration:
    async with face.engine.database.read() as session:
        integration_id = (await session.scalars(select(Integration.id))).one()
        return await integrations.get(session, WORKSPACE, integration_id)


async def opened(face: Face) -> None:
    await face.editor.runs("/patchbay integration new")
    await face.editor.sees("Create an integration")


async def saved(face: Face) -> Integration:
    await add_source(face.engine)
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.submits()
    await face.editor.sees("Saved. Press Activate")
    return await only(face)


async def test_choosing_a_source_fills_in_the_rest(face: Face) -> None:
    await add_source(face.engine)
    await opened(face)
    assert face.editor.modal is not None
    assert "The types of data appear here" in face.editor.modal.text
    await face.editor.picks("Integration configuration", "Shop", query="sh")
    modal = face.editor.modal
    assert modal.value("Name") == "Shop sync"
    assert modal.value("Data") == "Customers, Orders"
    assert modal.value("Customers") == "Created, Updated"
    assert modal.value("Schedule") == "Every hour"
    assert modal.value("Direct messages to") == "@Editor"
    assert modal.value("Channel for alert threads") == ""
    assert modal.submit == "Save"
    assert "Activate" in modal.labels


async def test_activate_at_the_bottom_saves_and_starts_the_first_sync(face: Face) -> None:
    await add_source(face.engine)
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.presses("Activate")
    page = await face.editor.sees("Active. The first sync has started")
    assert ":large_green_circle: Active" in page.text
    integration = await only(face)
    assert integration.state is IntegrationState.ACTIVE
    async with face.engine.database.read() as session:
        run = (await session.scalars(select(Run))).one()
    assert (run.trigger, run.watcher_id) == (Trigger.BACKFILL, "U_EDITOR")


async def test_save_leaves_it_inactive_and_holds_what_was_chosen(face: Face) -> None:
    await add_source(face.engine)
    await opened(face)
    editor = face.editor
    await editor.picks("Integration configuration", "Shop")
    await editor.unpicks("Data", "Orders")
    await editor.ticks("Customers", "Deleted")
    await editor.unticks("Customers", "Created")
    await editor.fills("Name", "Nightly <customers> & co")
    await editor.picks("Schedule", "Every day")
    await editor.picks("Time zone", "America/New_York", query="new york")
    await editor.picks("Direct messages to", "Admin")
    await editor.picks("Channel for alert threads", "#alerts")
    await editor.submits()
    await editor.sees("Saved. Press Activate to start syncing.")
    wanted = wanted_of(await only(face))
    assert wanted.name == "Nightly <customers> & co"
    assert list(wanted.updates.values()) == [[UpdateType.UPDATED, UpdateType.DELETED]]
    assert (wanted.schedule, wanted.timezone) == (ScheduleKind.DAILY, "America/New_York")
    assert (sorted(wanted.people), wanted.channel) == (["U_ADMIN", "U_EDITOR"], "C_ALERTS")


async def test_a_cron_shows_in_words_what_it_means(face: Face) -> None:
    await add_source(face.engine)
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.picks("Schedule", "Cron expression")
    await face.editor.sees("do not make a schedule yet")
    await face.editor.fills("Cron expression", "30 9 * *")
    await face.editor.submits()
    assert face.editor.modal is not None
    assert "five fields" in face.editor.modal.errors["Cron expression"]
    await face.editor.fills("Cron expression", "30 9 * * 1-5")
    await face.editor.sees("At 09:30, Monday through Friday (Europe/Paris). Next:")
    await face.editor.submits()
    await face.editor.sees("Saved.")
    assert (await only(face)).cron == "30 9 * * 1-5"


async def test_email_alerts_own_address_first_and_outsiders_asked(face: Face) -> None:
    await add_source(face.engine)
    await opened(face)
    editor = face.editor
    await editor.picks("Integration configuration", "Shop")
    await editor.presses("Add", within="Email alert")
    offered = await editor.options("E-mail address")
    assert offered[0] == "editor@example.com"
    assert "viewer@example.com" in offered
    await editor.picks("E-mail address", "editor@example.com", query="")
    assert editor.modal is not None
    assert "E-mail address" not in editor.modal.labels
    await editor.presses("Add", within="Email alert")
    await editor.picks(
        "E-mail address",
        "Add ann@else.example (will be asked to confirm)",
        query="ann@else.example",
    )
    await editor.sees("ann@else.example (will be asked to confirm)")
    await editor.presses("Add", within="Email alert")
    await editor.picks("E-mail address", "admin@example.com", query="adm")
    await editor.presses("Remove", within="admin@example.com")
    await editor.submits()
    page = await editor.sees("ann@else.example (waits for the link mailed there)")
    assert "editor@example.com" in page.text
    assert wanted_of(await only(face)).emails == ["ann@else.example", "editor@example.com"]
    async with face.engine.database.read() as session:
        [asked] = await session.scalars(select(Delivery).where(Delivery.way == Way.EMAIL))
    assert asked.address == "ann@else.example"


async def test_a_data_type_needs_a_type_of_update(face: Face) -> None:
    await add_source(face.engine)
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.unticks("Customers", "Created")
    await face.editor.unticks("Customers", "Updated")
    await face.editor.submits()
    assert face.editor.modal is not None
    assert "Check at least one" in face.editor.modal.errors["Customers"]


async def test_a_closed_form_is_offered_again(face: Face) -> None:
    await add_source(face.engine)
    await add_source(face.engine, "Warehouse")
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.fills("Name", "Half done")
    await face.editor.closes()
    await opened(face)
    modal = await face.editor.sees("Continuing where you left off.")
    assert modal.value("Name") == "Half done"
    await face.editor.presses("Start over")
    assert face.editor.modal is not None
    assert face.editor.modal.value("Name") == "Shop sync"
    await face.editor.picks("Integration configuration", "Warehouse")
    assert face.editor.modal.value("Name") == "Warehouse sync"


async def test_an_untouched_form_leaves_nothing_behind(face: Face) -> None:
    await opened(face)
    await face.editor.closes()
    await opened(face)
    assert face.editor.modal is not None
    assert "Continuing" not in face.editor.modal.text
    async with face.engine.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Draft)) == 1


async def test_a_name_that_was_typed_stays_when_the_source_changes(face: Face) -> None:
    await add_source(face.engine)
    await add_source(face.engine, "Warehouse")
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.fills("Name", "Mine")
    await face.editor.picks("Integration configuration", "Warehouse")
    assert face.editor.modal is not None
    assert face.editor.modal.value("Name") == "Mine"


async def test_a_double_click_on_save_makes_one(face: Face) -> None:
    await add_source(face.engine)
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.submits(times=2)
    assert (await only(face)).name == "Shop sync"


async def test_two_editors(face: Face) -> None:
    await saved(face)
    await face.editor.closes(everything=True)
    for member in (face.editor, face.admin):
        await member.runs("/patchbay integrations")
        await member.presses("Open", within="Shop sync")
        await member.presses("Edit")
        await member.sees("Edit the integration")
    await face.admin.fills("Name", "Shop of the admin")
    await face.admin.submits()
    await face.admin.sees("Shop of the admin")
    await face.editor.picks("Schedule", "Every 6 hours")
    await face.editor.submits()
    modal = await face.editor.sees("Admin: renamed it from “Shop sync” to “Shop of the admin”")
    assert modal.value("Schedule") == "Every 6 hours"
    assert (await only(face)).schedule_kind is ScheduleKind.HOURLY
    await face.editor.fills("Name", "Shop of both")
    await face.editor.submits()
    await face.editor.sees("Saved.")
    integration = await only(face)
    assert (integration.name, integration.schedule_kind) == (
        "Shop of both",
        ScheduleKind.EVERY_6_HOURS,
    )
    async with face.engine.database.read() as session:
        told = await changes.since(session, WORKSPACE, f"integration:{integration.id}", 2)
    assert [change.member_id for change in told] == ["U_EDITOR"]


async def test_an_edited_form_shows_its_page_again(face: Face) -> None:
    await saved(face)
    await face.editor.presses("Edit")
    await face.editor.fills("Name", "Renamed")
    await face.editor.submits()
    page = await face.editor.sees("Renamed")
    assert page.title == "Integration"
    assert "Saved." in page.text


async def test_a_viewer_gets_no_form(face: Face) -> None:
    await face.viewer.runs("/patchbay integration new")
    await face.viewer.sees("your role is viewer")
    assert face.viewer.modal is None


@pytest.mark.parametrize("data_types", [(), ("customers",)])
async def test_a_source_without_active_transfers_says_so(
    face: Face, data_types: tuple[str, ...]
) -> None:
    await add_source(face.engine, data_types=data_types, state=TransferState.INACTIVE)
    await opened(face)
    await face.editor.picks("Integration configuration", "Shop")
    await face.editor.sees("“Shop” has no active data transfer yet.")
    await face.editor.submits()
    await face.editor.sees("Choose at least one type of data.")


async def test_from_a_source_page_activate_is_the_only_click(face: Face) -> None:
    await add_source(face.engine)
    await face.editor.runs("/patchbay sources")
    await face.editor.presses("Open", within="Shop")
    await face.editor.sees("Data transfer")
    await face.editor.presses("Create an integration")
    form = await face.editor.sees("Types of updates")
    assert form.value("Integration configuration") == "Shop"
    before = face.editor.clicks
    await face.editor.presses("Activate")
    await face.editor.sees("Active. The first sync has started")
    assert face.editor.clicks == before + 1
    # three views lie on each other, so editing takes the page's place and leaves the source alone
    await face.editor.presses("Edit")
    await face.editor.fills("Name", "Renamed")
    await face.editor.submits()
    await face.editor.sees("Saved.")
    await face.editor.closes()
    await face.editor.sees("Data transfer")


async def test_activating_an_edited_one_leaves_the_list_in_its_place(face: Face) -> None:
    await saved(face)
    await face.editor.closes(everything=True)
    await face.editor.runs("/patchbay integrations")
    await face.editor.presses("Open", within="Shop sync")
    await face.editor.presses("Edit")
    await face.editor.presses("Activate")
    await face.editor.sees("Active. The first sync has started")
    await face.editor.presses("Pause")
    await face.editor.sees("is paused")
    await face.editor.closes()
    page = await face.editor.sees("Who is told when there is trouble")
    assert page.title == "Integration"
