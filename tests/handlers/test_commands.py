from bot.setup import integrations
from bot.setup.actor import Actor
from bot.setup.wanted import proposal
from tests.handlers.conftest import Face
from tests.setup.integrating import ADMIN, EDITOR, add_source, new_draft


async def made(face: Face, *names: str, actor: Actor = EDITOR) -> list[int]:
    """Integrations of those names, each with a source of its own."""
    ids = []
    for name in names:
        source_id, _ = await add_source(face.engine, f"{name} source")
        async with face.engine.database.read() as session:
            wanted = await proposal(session, face.engine, actor, source_id)
        draft_id = await new_draft(face.engine, actor)
        named = wanted.model_copy(update={"name": name})
        ids.append(await integrations.save(face.engine, actor, draft_id, named))
    return ids


async def test_help_shows_every_command_with_a_button(face: Face) -> None:
    await face.editor.runs("/patchbay")
    shown = face.editor.ephemeral
    assert shown is not None
    for command in (
        "source new",
        "sources",
        "integration new",
        "integrations",
        "status",
        "sync",
        "pause",
        "activate",
        "errors",
        "history",
        "projects",
    ):
        assert f"/patchbay {command}" in shown.text
    assert "Create a new Integration Source" in shown.labels
    assert "Members and roles" not in shown.labels
    await face.admin.runs("/patchbay help")
    assert face.admin.ephemeral is not None
    assert "Members and roles" in face.admin.ephemeral.labels


async def test_an_unknown_word_gets_the_nearest(face: Face) -> None:
    await face.editor.runs("/patchbay integrationz")
    await face.editor.sees("Did you mean /patchbay integrations?")
    await face.editor.runs("/patchbay sorce new")
    await face.editor.sees("Did you mean /patchbay source new?")
    await face.editor.runs("/patchbay xyzzy <!channel>")
    await face.editor.sees("There is no command “xyzzy <!channel>”.")


async def test_a_name_may_be_shortened(face: Face) -> None:
    await made(face, "Ärzte sync", "Shop sync")
    await face.editor.runs("/patchbay status arz")
    shown = await face.editor.sees("Ärzte sync")
    assert "Inactive" in shown.text
    assert "Shop sync" not in shown.text


async def test_of_two_that_fit_the_member_chooses(face: Face) -> None:
    await made(face, "Shop one", "Shop two")
    await face.editor.runs("/patchbay activate shop")
    await face.editor.sees("“shop” fits several integrations.")
    await face.editor.presses("Activate", within="Shop two")
    await face.editor.sees("“Shop two” is active.")


async def test_a_misspelled_name_offers_the_nearest(face: Face) -> None:
    await made(face, "Billing", "Shop")
    await face.editor.runs("/patchbay history biling")
    await face.editor.sees("There is no integration called “biling”. Did you mean one of these?")
    await face.editor.presses("History", within="Billing")
    await face.editor.sees("There was no sync yet.")


async def test_without_a_name_the_command_asks(face: Face) -> None:
    await face.editor.runs("/patchbay sync")
    await face.editor.sees("Create an integration")
    await made(face, "Shop")
    await face.editor.runs("/patchbay")
    await face.editor.presses("Pause", within="/patchbay pause")
    await face.editor.sees("Which one shall be paused?")


async def test_status_lists_everything_with_its_state(face: Face) -> None:
    await made(face, "Shop", "Billing")
    await face.editor.runs("/patchbay activate shop")
    await face.editor.sees("is active")
    await face.editor.runs("/patchbay status")
    shown = await face.editor.sees("All integrations")
    assert "Shop · :large_green_circle: Active" in shown.text
    assert "Billing · :white_circle: Inactive" in shown.text


async def test_sync_says_why_not(face: Face) -> None:
    await made(face, "Shop")
    await face.editor.runs("/patchbay sync shop")
    await face.editor.sees("is not active")
    await face.viewer.runs("/patchbay activate shop")
    await face.viewer.sees("You cannot change “Shop”")


async def test_activate_pause_and_sync(face: Face) -> None:
    await made(face, "Shop")
    await face.editor.runs("/patchbay activate shop")
    await face.editor.sees("“Shop” is active. The first sync has started")
    await face.editor.runs("/patchbay activate shop")
    await face.editor.sees("is active already")
    await face.editor.runs("/patchbay pause shop")
    await face.editor.sees("“Shop” is paused")
    await face.editor.runs("/patchbay sync shop")
    await face.editor.sees("is not active")


async def test_lists_and_forms_open(face: Face) -> None:
    await made(face, "Shop", actor=ADMIN)
    for command, title in {
        "sources": "Integration Sources",
        "integrations": "Integrations",
        "integration new": "Create an integration",
        "projects": "Projects",
        "errors shop": "Errors",
        "history shop": "History",
    }.items():
        await face.admin.runs(f"/patchbay {command}")
        assert face.admin.modal is not None, command
        assert face.admin.modal.title == title
        await face.admin.closes(everything=True)


async def test_nothing_stays_unacknowledged(face: Face) -> None:
    await face.editor.runs("/elsewhere")
    await face.slack.send_event({"type": "pin_added", "user": "U_EDITOR"})
    assert all(exchange.status == 200 for exchange in face.slack.log)
    assert len(face.slack.log) >= 2
