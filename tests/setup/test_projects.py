"""Projects: the default one, and adding, renaming and removing others."""

import asyncio

import pytest

from bot.engine import Engine
from bot.errors import NotAllowed, NotFound, ProjectError, Refused
from bot.setup import projects
from bot.signals import ProjectAdded, Signal
from store import members
from store import projects as kept
from store.models import Project, Transfer
from store.vocabulary import Role
from tests.conftest import PostgreSQL
from tests.setup.shop import ADMIN, EDITOR, STRANGER, VIEWER, WORKSPACE, open_shop


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    """A database of somebody's own, to be added."""
    return postgresql.create()


async def _link(engine: Engine, name: str = "Warehouse") -> tuple[int, str]:
    link = await projects.invite(engine, ADMIN, name, "V1")
    *_, draft_id, token = link.split("/")
    return int(draft_id), token


async def _listed(engine: Engine) -> list[Project]:
    async with engine.database.read() as session:
        return list(await kept.listed(session, WORKSPACE))


async def test_the_default_project_is_made_once(engine: Engine) -> None:
    await asyncio.gather(*(projects.prepare(engine, EDITOR) for _ in range(4)))
    [default] = await _listed(engine)
    assert default.name == "Default project"
    assert default.url is None


async def test_a_project_is_added_by_its_link_and_the_url_is_sealed(
    engine: Engine, url: str
) -> None:
    told: list[Signal] = []

    async def listen(signal: Signal) -> None:
        told.append(signal)

    engine.signals.subscribe(listen)
    draft_id, token = await _link(engine)
    project = await projects.add(engine, draft_id, token, f" {url} ")
    assert project.name == "Warehouse"
    assert project.url is not None
    assert url.encode() not in project.url
    assert engine.vault.open(project.url) == url
    assert told == [ProjectAdded(WORKSPACE, "U_ADMIN", "Warehouse", "V1", None)]
    assert await (await engine.projects.get(project)).tables() == []


async def test_a_link_works_once(engine: Engine, url: str) -> None:
    draft_id, token = await _link(engine)
    await projects.add(engine, draft_id, token, url)
    for attempt in (projects.open_link(engine, draft_id, token), _adding(engine, draft_id, token)):
        with pytest.raises(NotFound, match="used already"):
            await attempt


async def _adding(engine: Engine, draft_id: int, token: str) -> object:
    return await projects.add(engine, draft_id, token, "postgresql://x@127.0.0.1:1/x")


async def test_a_wrong_or_old_link_opens_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id, token = await _link(engine)
    with pytest.raises(NotFound):
        await projects.open_link(engine, draft_id, token + "x")
    with pytest.raises(NotFound):
        await projects.open_link(engine, draft_id + 1, token)
    engine.clock.skip(projects.LINK_VALID * 2)  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        await projects.open_link(engine, draft_id, token)


async def test_a_database_that_does_not_answer_is_not_added(engine: Engine) -> None:
    told: list[Signal] = []

    async def listen(signal: Signal) -> None:
        told.append(signal)

    engine.signals.subscribe(listen)
    draft_id, token = await _link(engine)
    with pytest.raises(ProjectError):
        await projects.add(engine, draft_id, token, "postgresql://u:hush@127.0.0.1:1/x")
    assert await _listed(engine) == []
    [signal] = told
    assert isinstance(signal, ProjectAdded)
    assert signal.problem
    assert "hush" not in signal.problem
    assert await projects.open_link(engine, draft_id, token)  # it may be tried again


@pytest.mark.parametrize("actor", [EDITOR, VIEWER])
async def test_only_admins_change_projects(engine: Engine, actor: projects.Actor) -> None:
    await projects.prepare(engine, ADMIN)
    [default] = await _listed(engine)
    with pytest.raises(NotAllowed):
        await projects.invite(engine, actor, "Mine")
    with pytest.raises(NotAllowed):
        await projects.rename(engine, actor, default.id, "Mine")
    with pytest.raises(NotAllowed):
        await projects.remove(engine, actor, default.id)


async def test_an_admin_who_is_none_any_more_adds_nothing(engine: Engine, url: str) -> None:
    draft_id, token = await _link(engine)
    async with engine.database.begin() as session:
        member = await members.get(session, WORKSPACE, "U_ADMIN")
        assert member is not None
        member.role, member.is_workspace_admin = Role.EDITOR, False
    with pytest.raises(NotAllowed):
        await projects.add(engine, draft_id, token, url)
    assert await _listed(engine) == []


async def test_names_are_one_of_a_kind(engine: Engine) -> None:
    await projects.prepare(engine, ADMIN)
    with pytest.raises(Refused, match="named “DEFAULT project” already") as refused:
        await projects.invite(engine, ADMIN, "DEFAULT project")
    assert refused.value.field == "name"
    [default] = await _listed(engine)
    renamed = await projects.rename(engine, ADMIN, default.id, "Main data")
    assert renamed.name == "Main data"
    assert (await projects.rename(engine, ADMIN, default.id, "main data")).name == "main data"


async def test_a_project_in_use_is_not_removed(engine: Engine, url: str) -> None:
    shop = await open_shop(engine)
    draft_id, token = await _link(engine)
    project = await projects.add(engine, draft_id, token, url)
    transfer_id = await shop.add()
    async with engine.database.begin() as session:
        (await session.get_one(Transfer, transfer_id)).project_id = project.id
    with pytest.raises(Refused, match="1 data transfer goes to “Warehouse”"):
        await projects.remove(engine, ADMIN, project.id)
    async with engine.database.begin() as session:
        transfer = await session.get_one(Transfer, transfer_id)
        await session.delete(transfer)
    await projects.remove(engine, ADMIN, project.id)
    assert [each.name for each in await _listed(engine)] == ["Default project"]


async def test_the_default_project_stays(engine: Engine) -> None:
    await projects.prepare(engine, ADMIN)
    [default] = await _listed(engine)
    with pytest.raises(Refused, match="default project"):
        await projects.remove(engine, ADMIN, default.id)


async def test_another_workspaces_projects_are_out_of_reach(engine: Engine) -> None:
    await projects.prepare(engine, ADMIN)
    [default] = await _listed(engine)
    with pytest.raises(NotFound):
        await projects.rename(engine, STRANGER, default.id, "Mine now")
