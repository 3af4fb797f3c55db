import pytest
from sqlalchemy import func, select

from bot.setup import integrations
from store import rejects
from store.models import Reject, Run
from store.rejects import Rejected
from store.vocabulary import RunState, Trigger
from tests.handlers.conftest import Face
from tests.handlers.test_commands import made
from tests.handlers.test_integrations import finished
from tests.setup.integrating import WORKSPACE


@pytest.fixture
async def shop(face: Face) -> int:
    """An active integration with three rejected records, for two reasons, and a failed sync."""
    [integration_id] = await made(face, "Shop")
    run_id = await finished(face, integration_id, RunState.FAILED, error="The shop is down.")
    async with face.engine.database.begin() as session:
        integration = await integrations.get(session, WORKSPACE, integration_id)
        await rejects.keep(
            session,
            workspace_id=WORKSPACE,
            integration_id=integration_id,
            transfer_id=integration.updates[0].transfer_id,
            run_id=run_id,
            rejected=[
                Rejected("1", '{"id": 1, "total": "<b>"}', "total", "total is not a number"),
                Rejected("2", '{"id": 2}', "total", "total is not a number"),
                Rejected("3", '{"id": 3}', "email", "email is not an e-mail address"),
            ],
            at=face.engine.clock.now(),
        )
    return integration_id


async def left(face: Face) -> int:
    async with face.engine.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Reject)) or 0


async def test_errors_are_grouped_with_a_sample(face: Face, shop: int) -> None:
    await face.editor.runs("/patchbay errors shop")
    shown = await face.editor.sees("3 records were rejected, for 2 reasons")
    assert "Customers · 2 records" in shown.text
    assert "total is not a number" in shown.text
    assert '{"id": 1, "total": "<b>"}' in shown.text
    assert "The shop is down." in shown.text


async def test_drop_asks_first(face: Face, shop: int) -> None:
    await face.editor.runs("/patchbay errors shop")
    await face.editor.presses("Drop", within='{"id": 3}', accept=False)
    assert await left(face) == 3
    await face.editor.presses("Drop", within='{"id": 1')
    await face.editor.sees("2 records dropped.")
    assert await left(face) == 1


async def test_retry_starts_a_run(face: Face, shop: int) -> None:
    await face.editor.runs("/patchbay errors shop")
    await face.editor.presses("Retry", within='{"id": 1')
    await face.editor.sees("2 records are tried again.")
    async with face.engine.database.read() as session:
        run = await session.scalar(select(Run).where(Run.state == RunState.QUEUED))
    assert run is not None
    assert (run.trigger, run.watcher_id) == (Trigger.RETRY, "U_EDITOR")


async def test_what_was_dropped_meanwhile_is_told(face: Face, shop: int) -> None:
    await face.editor.runs("/patchbay errors shop")
    await face.admin.runs("/patchbay errors shop")
    await face.admin.presses("Drop", within='{"id": 3}')
    await face.editor.presses("Retry", within='{"id": 3}')
    shown = await face.editor.sees("Those records are not waiting any more")
    assert "email is not" not in shown.text


async def test_a_viewer_sees_errors_without_buttons(face: Face, shop: int) -> None:
    await face.viewer.runs("/patchbay errors shop")
    shown = await face.viewer.sees("3 records were rejected")
    assert not {"Retry", "Drop"} & set(shown.labels)
