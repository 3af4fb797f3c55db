"""The bot is removed from a workspace: its syncs stop, its secrets go, others notice nothing."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from bot.engine import Engine
from store.models import (
    Authorization,
    AuthorizationRequest,
    Integration,
    Project,
    Run,
    Workspace,
)
from store.vocabulary import (
    AuthKind,
    AuthorizationState,
    IntegrationState,
    RunState,
    ScheduleKind,
    Trigger,
)
from tests.handlers.conftest import Face
from tests.setup.integrating import add_source

SECRET = {"key": "k"}
URL = "postgresql://u:open-sesame@db/x"
UNINSTALLED = {"type": "app_uninstalled"}
REVOKED = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}


@dataclass(frozen=True)
class Standing:
    """What of a workspace an uninstallation touches."""

    uninstalled: bool
    integrations: set[tuple[IntegrationState, bool]]  # the state, and whether it is scheduled
    runs: set[RunState]
    authorizations: set[AuthorizationState]
    secrets: list[Any]
    urls: list[Any]
    requests: int


async def furnish(engine: Engine, workspace_id: str) -> None:
    """A source with its secret, an active and a paused integration, a queued run, a link."""
    now = engine.clock.now()
    if workspace_id != "T1":
        async with engine.database.begin() as session:
            session.add(Workspace(id=workspace_id, name=workspace_id, created_at=now))
    source_id, _ = await add_source(engine, workspace_id=workspace_id)
    async with engine.database.begin() as session:
        integrations = [
            Integration(
                workspace_id=workspace_id,
                name=state.value,
                name_key=state.value,
                source_id=source_id,
                state=state,
                schedule_kind=ScheduleKind.HOURLY,
                cron="0 * * * *",
                timezone="UTC",
                next_run_at=now if state is IntegrationState.ACTIVE else None,
                policy={},
                created_by="U_EDITOR",
                created_at=now,
            )
            for state in (IntegrationState.ACTIVE, IntegrationState.DISABLED)
        ]
        session.add_all(integrations)
        await session.flush()
        session.add(
            Run(
                workspace_id=workspace_id,
                integration_id=integrations[0].id,
                trigger=Trigger.SCHEDULE,
                state=RunState.QUEUED,
                queued_at=now,
            )
        )
        session.add(
            Project(
                workspace_id=workspace_id,
                name="Warehouse",
                name_key="warehouse",
                url=engine.vault.seal(URL),
                created_by="U_ADMIN",
                created_at=now,
            )
        )
        session.add(
            AuthorizationRequest(
                workspace_id=workspace_id,
                member_id="U_EDITOR",
                token_hash=f"hash-{workspace_id}",
                service="demo_store",
                name="Another",
                kind=AuthKind.OAUTH2,
                params={},
                created_at=now,
                expires_at=now,
            )
        )


async def standing(engine: Engine, workspace_id: str) -> Standing:
    async with engine.database.read() as session:

        async def of(model: Any) -> list[Any]:
            found = await session.scalars(select(model).where(model.workspace_id == workspace_id))
            return list(found)

        workspace = await session.get_one(Workspace, workspace_id)
        integrations = await of(Integration)
        authorizations = await of(Authorization)
        return Standing(
            uninstalled=workspace.uninstalled_at is not None,
            integrations={(each.state, each.next_run_at is not None) for each in integrations},
            runs={run.state for run in await of(Run)},
            authorizations={each.state for each in authorizations},
            secrets=[engine.vault.open(each.secret) for each in authorizations],
            urls=[engine.vault.open(each.url) for each in await of(Project) if each.url],
            requests=len(await of(AuthorizationRequest)),
        )


AT_WORK = Standing(
    uninstalled=False,
    integrations={(IntegrationState.ACTIVE, True), (IntegrationState.DISABLED, False)},
    runs={RunState.QUEUED},
    authorizations={AuthorizationState.OK},
    secrets=[SECRET],
    urls=[URL],
    requests=1,
)
GONE = Standing(
    uninstalled=True,
    integrations={(IntegrationState.PAUSED, False), (IntegrationState.DISABLED, False)},
    runs={RunState.CANCELLED},
    authorizations={AuthorizationState.LOST},
    secrets=[{}],
    urls=[{}],
    requests=0,
)


async def becomes(face: Face, workspace_id: str, wanted: Standing) -> None:
    """Events are acknowledged before they are taken in."""
    for _ in range(100):
        found = await standing(face.engine, workspace_id)
        if found == wanted:
            return
        await asyncio.sleep(0.05)
    assert found == wanted


@pytest.mark.parametrize(
    "events",
    [
        [UNINSTALLED],
        [REVOKED],
        [UNINSTALLED, REVOKED],
        [REVOKED, UNINSTALLED],
        [UNINSTALLED, UNINSTALLED, REVOKED],
    ],
    ids=lambda events: " ".join(event["type"] for event in events),
)
async def test_syncs_stop_and_secrets_go_in_whatever_order_it_is_told(
    face: Face, events: list[dict[str, Any]]
) -> None:
    await furnish(face.engine, "T1")
    await furnish(face.engine, "T2")
    assert await standing(face.engine, "T1") == AT_WORK
    for event in events:
        exchange = await face.slack.send_event(event)
        assert exchange.status == 200
        await becomes(face, "T1", GONE)
    assert await standing(face.engine, "T2") == AT_WORK


async def test_it_is_heard_although_the_token_is_dead_already(face: Face) -> None:
    """Slack revokes the token first; a bot that just started has never asked who it is."""
    await furnish(face.engine, "T1")
    face.slack.slack.revoke_all(face.slack.workspace)
    exchange = await face.slack.send_event(UNINSTALLED)
    assert (exchange.status, exchange.problem) == (200, None)
    await becomes(face, "T1", GONE)


async def test_a_redelivered_event_is_taken_in_once(face: Face) -> None:
    await furnish(face.engine, "T1")
    await face.slack.send_event(UNINSTALLED)
    await becomes(face, "T1", GONE)
    async with face.engine.database.begin() as session:
        workspace = await session.get_one(Workspace, "T1")
        first = workspace.uninstalled_at
    assert (await face.slack.redeliver_last()).status == 200
    await asyncio.sleep(0.3)
    async with face.engine.database.read() as session:
        assert (await session.get_one(Workspace, "T1")).uninstalled_at == first


@pytest.mark.parametrize("tokens", [{"oauth": ["U_EDITOR"]}, {"oauth": ["U1"], "bot": []}, {}])
async def test_a_members_own_token_is_none_of_ours(face: Face, tokens: dict[str, Any]) -> None:
    await furnish(face.engine, "T1")
    await face.slack.send_event({"type": "tokens_revoked", "tokens": tokens})
    await asyncio.sleep(0.3)
    assert await standing(face.engine, "T1") == AT_WORK


async def test_a_workspace_that_was_never_used(face: Face) -> None:
    other = face.slack.add_workspace("T9", "Never", "xoxb-never")
    exchange = await face.slack.send_event(UNINSTALLED, workspace=other)
    assert exchange.problem is None
    async with face.engine.database.read() as session:
        assert await session.get(Workspace, "T9") is None


async def test_who_uses_the_bot_again_shows_that_it_is_back(face: Face) -> None:
    await furnish(face.engine, "T1")
    await face.slack.send_event(UNINSTALLED)
    await becomes(face, "T1", GONE)
    await face.editor.runs("/patchbay help")
    await face.editor.sees("Patchbay")
    back = await standing(face.engine, "T1")
    assert back.uninstalled is False
    assert back.secrets == [{}]  # authorizing again is for the members
    assert back.integrations == GONE.integrations
