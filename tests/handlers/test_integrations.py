from bot.setup import integrations
from handlers.read.integrations import load_list
from store import runs
from store.models import Incident, Workspace
from store.vocabulary import (
    IncidentKind,
    IntegrationState,
    Level,
    RunState,
    Trigger,
)
from tests.handlers.conftest import Face
from tests.handlers.test_commands import made
from tests.setup.integrating import WORKSPACE, add_source


async def finished(face: Face, integration_id: int, state: RunState, **more: object) -> int:
    """A run that ended a minute after it was queued."""
    now = face.engine.clock.now()
    async with face.engine.database.begin() as session:
        run = await runs.add(
            session,
            workspace_id=WORKSPACE,
            integration_id=integration_id,
            trigger=Trigger.SCHEDULE,
            now=now,
        )
        assert run is not None
        run.state, run.started_at, run.finished_at = state, now, now
        for name, value in more.items():
            setattr(run, name, value)
        return run.id


async def opened(face: Face, name: str) -> None:
    await face.editor.runs("/patchbay integrations")
    await face.editor.presses("Open", within=name)
    await face.editor.sees("Who is told when there is trouble")


async def test_the_page_tells_everything(face: Face) -> None:
    [integration_id] = await made(face, "Shop")
    await finished(face, integration_id, RunState.SUCCEEDED, created=1234, rejected=2)
    await opened(face, "Shop")
    assert face.editor.modal is not None
    text = face.editor.modal.text
    assert "Inactive" in text
    assert "Shop source (Demo Store)" in text
    assert "Customers: created, updated" in text
    assert "Every hour" in text
    assert "1,234 created, 2 rejected" in text
    assert "@Editor by direct message" in text
    assert "Created by @Editor" in text


async def test_activate_sync_pause_on_the_page(face: Face) -> None:
    await made(face, "Shop")
    await opened(face, "Shop")
    await face.editor.presses("Activate")
    await face.editor.sees("“Shop” is active. The first sync has started")
    await face.editor.presses("Sync now")
    await face.editor.sees("is syncing already")
    await face.editor.presses("Pause")
    await face.editor.sees("“Shop” is paused")
    await face.editor.closes()
    await face.editor.sees(":double_vertical_bar: Paused")  # the list under it knows


async def test_the_page_is_drawn_anew_when_asked(face: Face) -> None:
    [integration_id] = await made(face, "Shop")
    await opened(face, "Shop")
    await face.editor.sees("There was none yet.")
    await finished(face, integration_id, RunState.SUCCEEDED, created=250)
    await face.editor.presses("Refresh")
    await face.editor.sees("250 created")
    await face.editor.closes()
    listed = await face.editor.sees("Find by name")
    assert "250 created" in listed.text  # the list under it knows


async def test_a_viewer_only_looks(face: Face) -> None:
    await made(face, "Shop")
    await face.viewer.runs("/patchbay integrations")
    await face.viewer.presses("Open", within="Shop")
    await face.viewer.sees("Who is told")
    assert face.viewer.modal is not None
    labels = face.viewer.modal.labels
    assert {"History", "Errors", "Refresh"} <= set(labels)
    assert not {"Sync now", "Activate", "Edit", "Delete"} & set(labels)


async def test_delete_asks_first_and_says_what_stays(face: Face) -> None:
    await made(face, "Shop")
    await opened(face, "Shop")
    await face.editor.presses("Delete", accept=False)
    await face.editor.sees("Who is told")
    await face.editor.presses("Delete")
    await face.editor.sees("“Shop” is deleted. The rows it brought into your project")
    await face.editor.closes()
    await face.editor.sees("There is no integration yet.")


async def test_long_lists_have_pages_and_a_search(face: Face) -> None:
    await made(face, *(f"Sync {number:02}" for number in range(23)))
    await face.editor.runs("/patchbay integrations")
    await face.editor.sees("1–20 of 23")
    await face.editor.presses("Next")
    await face.editor.sees("21–23 of 23")
    await face.editor.presses("Open", within="Sync 22")
    await face.editor.sees("Who is told")
    await face.editor.presses("Activate")
    await face.editor.closes()
    await face.editor.sees("21–23 of 23")  # the same place, with the news
    await face.editor.sees("Active")
    await face.editor.picks("Find by name", "Sync 07", query="07")
    await face.editor.sees("Sync 07 source")


async def test_open_trouble_is_shown_wherever_it_counts(face: Face) -> None:
    [shop, _] = await made(face, "Shop", "Billing")
    async with face.engine.database.begin() as session:
        row = await integrations.get(session, WORKSPACE, shop)
        row.state = IntegrationState.DISABLED
        session.add(
            Incident(
                workspace_id=WORKSPACE,
                cause=f"errors:{shop}",
                kind=IncidentKind.ERRORS,
                level=Level.DISABLED,
                integration_id=shop,
                facts={"title": "“Shop” was disabled <at once>"},
                opened_at=face.engine.clock.now(),
            )
        )
    async with face.engine.database.read() as session:
        found = await load_list(session, WORKSPACE, trouble_first=True)
    assert [row.name for row in found.rows] == ["Shop", "Billing"]
    assert found.rows[0].trouble is not None
    assert found.rows[1].trouble is None
    await opened(face, "Shop")
    await face.editor.sees("“Shop” was disabled <at once>")
    await face.editor.closes(everything=True)
    await face.editor.opens_home()
    home = await face.editor.sees("Needs attention")
    assert home.text.index("Shop") < home.text.index("Billing")


async def test_another_workspace_sees_nothing_of_it(face: Face) -> None:
    await made(face, "Shop")
    async with face.engine.database.begin() as session:
        session.add(Workspace(id="T2", created_at=face.engine.clock.now()))
    await add_source(face.engine, "Theirs", workspace_id="T2")
    async with face.engine.database.read() as session:
        assert (await load_list(session, "T2")).total == 0
    await face.editor.runs("/patchbay integration new")
    assert await face.editor.options("Integration configuration") == ["Shop source"]


async def test_history_turns_pages(face: Face) -> None:
    [integration_id] = await made(face, "Shop")
    for number in range(12):
        state = RunState.FAILED if number == 11 else RunState.SUCCEEDED
        error = "The shop & its API did not answer." if number == 11 else None
        await finished(face, integration_id, state, updated=number, error=error)
    await face.editor.runs("/patchbay history shop")
    newest = await face.editor.sees("The shop & its API did not answer.")
    assert "11 updated" in newest.text
    assert "1 updated" not in newest.text.replace("11 updated", "")
    await face.editor.presses("Older")
    await face.editor.sees("1 updated")
    await face.editor.presses("Newest")
    await face.editor.sees("11 updated")
    await finished(face, integration_id, RunState.SUCCEEDED, updated=500)
    await face.editor.presses("Refresh")
    await face.editor.sees("500 updated")


async def test_an_integration_that_needs_authorization_offers_it(face: Face) -> None:
    [integration_id] = await made(face, "Shop")
    async with face.engine.database.begin() as session:
        row = await integrations.get(session, WORKSPACE, integration_id)
        row.state = IntegrationState.NEEDS_AUTHORIZATION
    await opened(face, "Shop")
    assert face.editor.modal is not None
    assert "Re-authorize" in face.editor.modal.labels


async def test_a_button_of_a_deleted_integration_answers_kindly(face: Face) -> None:
    [integration_id] = await made(face, "Shop")
    await face.editor.runs("/patchbay status shop")
    async with face.engine.database.begin() as session:
        await session.delete(await integrations.get(session, WORKSPACE, integration_id))
    await face.editor.presses("Open")
    await face.editor.sees("does not exist any more")


async def test_an_edit_under_way_is_taken_up_again(face: Face) -> None:
    await made(face, "Shop")
    await opened(face, "Shop")
    await face.editor.presses("Edit")
    await face.editor.fills("Name", "Shop, renamed")
    await face.editor.closes(everything=True)
    await opened(face, "Shop")
    await face.editor.presses("Edit")
    modal = await face.editor.sees("Continuing where you left off.")
    assert modal.value("Name") == "Shop, renamed"
