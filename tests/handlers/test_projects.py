"""`/patchbay projects`, and the page where a project's URL is typed."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from bot.web import project
from bot.web.serving import Serving
from tests.conftest import PostgreSQL
from tests.handlers.conftest import Face


@pytest.fixture
async def pages(face: Face) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the bot's own pages."""
    web = Serving(Starlette(routes=project.routes(face.engine)))
    await web.start()
    async with httpx.AsyncClient(base_url=web.url, trust_env=False) as browser:
        yield browser
    await web.stop()


def _path(link: str) -> str:
    return "/project/" + link.partition("/project/")[2]


async def test_an_admin_adds_a_project(
    face: Face, pages: httpx.AsyncClient, postgresql: PostgreSQL
) -> None:
    admin, url = face.admin, postgresql.create()
    await admin.runs("/patchbay projects")
    await admin.sees("Default project (default)")
    await admin.presses("Add a project")
    await admin.fills("Name", "Warehouse")
    await admin.submits()
    link = await admin.opens_link("Enter the URL")

    page = await pages.get(_path(link))
    assert "Add the project “Warehouse”" in page.text
    answer = await pages.post(_path(link), data={"url": "postgresql://u:hush@127.0.0.1:1/x"})
    assert answer.status_code == 422
    assert "hush" not in answer.text
    await admin.sees("Warehouse is not added yet")

    answer = await pages.post(_path(link), data={"url": url})
    assert "“Warehouse” is added" in answer.text
    await admin.sees("“Warehouse” is added.")
    modal = await admin.sees_modal("Projects")
    assert url not in modal.text
    assert (await pages.get(_path(link))).status_code == 410  # it worked once


async def test_a_page_without_a_url_asks_again(face: Face, pages: httpx.AsyncClient) -> None:
    await face.admin.runs("/patchbay projects")
    await face.admin.presses("Add a project")
    await face.admin.fills("Name", "Warehouse")
    await face.admin.submits()
    link = await face.admin.opens_link("Enter the URL")
    answer = await pages.post(_path(link), data={"url": "  "})
    assert "Enter the URL of the database" in answer.text
    assert (await pages.get("/project/1/nonsense")).status_code == 410


async def test_a_name_that_is_taken_is_said_beside_the_name(face: Face) -> None:
    await face.admin.runs("/patchbay projects")
    await face.admin.presses("Add a project")
    await face.admin.fills("Name", "default project")
    modal = await face.admin.submits()
    assert modal is not None
    assert "already" in modal.errors["Name"]


async def test_a_project_is_renamed(face: Face) -> None:
    await face.admin.runs("/patchbay projects")
    await face.admin.picks("Default project", "Rename")
    await face.admin.fills("Name", "Main data")
    await face.admin.submits()
    await face.admin.sees("Main data (default)")


async def test_others_look_only(face: Face) -> None:
    await face.editor.runs("/patchbay projects")
    await face.editor.sees("Default project (default)")
    assert face.editor.modal is not None
    assert "Add a project" not in face.editor.modal.labels
