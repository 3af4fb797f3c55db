from tests.handlers.conftest import Face
from tests.handlers.test_commands import made


async def test_an_empty_home_says_where_to_begin(face: Face) -> None:
    await face.editor.opens_home()
    home = await face.editor.sees("None yet: this is where to begin.")
    assert "Create a new Integration Source" in home.labels
    assert "Members and roles" not in home.labels


async def test_it_lists_integrations_and_sources_with_buttons(face: Face) -> None:
    await made(face, "Shop")
    await face.admin.opens_home()
    home = await face.admin.sees("Shop source")
    assert "Shop · :white_circle: Inactive" in home.text
    assert {"All integrations", "All sources", "Projects", "Help", "Members and roles"} <= set(
        home.labels
    )


async def test_it_is_redrawn_by_what_the_member_does(face: Face) -> None:
    await made(face, "Shop")
    await face.editor.opens_home()
    await face.editor.presses("Open", within="Shop ·")
    await face.editor.presses("Activate")
    await face.editor.sees("is active")
    await face.editor.closes()
    await face.editor.sees("Shop · :large_green_circle: Active")


async def test_help_from_the_home_comes_by_dm(face: Face) -> None:
    await face.editor.opens_home()
    await face.editor.presses("Help")
    await face.editor.sees("/patchbay source new")
