"""Sources that integrations can be made of, as rows, without a service behind them."""

from bot.engine import Engine
from bot.setup.actor import Actor
from store import drafts
from store.models import Authorization, Project, Source, Transfer
from store.vocabulary import AuthKind, Role, TransferState

WORKSPACE = "T1"
ADMIN = Actor(WORKSPACE, "U_ADMIN", Role.ADMIN, "Admin", "admin@example.com", "Europe/Paris")
EDITOR = Actor(WORKSPACE, "U_EDITOR", Role.EDITOR, "Editor", "editor@example.com", "Europe/Paris")
VIEWER = Actor(WORKSPACE, "U_VIEWER", Role.VIEWER, "Viewer", "viewer@example.com", "Europe/Paris")
STRANGER = Actor("T2", "U_ADMIN", Role.ADMIN, "Stranger")


async def add_source(
    engine: Engine,
    name: str = "Shop",
    data_types: tuple[str, ...] = ("customers", "orders"),
    state: TransferState = TransferState.ACTIVE,
    workspace_id: str = WORKSPACE,
) -> tuple[int, list[int]]:
    """A Demo Store source with transfers in that state: its id and theirs."""
    owned = {
        "workspace_id": workspace_id,
        "created_by": "U_EDITOR",
        "created_at": engine.clock.now(),
    }
    async with engine.database.begin() as session:
        authorization = Authorization(
            **owned,
            service="demo_store",
            name=name,
            name_key=name.casefold(),
            kind=AuthKind.API_KEY,
            params={"shop_url": "http://127.0.0.1:1"},
            secret=engine.vault.seal({"key": "k"}),
        )
        project = Project(**owned, name=f"{name} data", name_key=f"{name} data".casefold())
        session.add_all([authorization, project])
        await session.flush()
        source = Source(
            **owned,
            service="demo_store",
            name=name,
            name_key=name.casefold(),
            authorization_id=authorization.id,
        )
        session.add(source)
        await session.flush()
        transfers = [
            Transfer(
                **owned,
                source_id=source.id,
                data_type=data_type,
                project_id=project.id,
                table_name=data_type,
                state=state,
                pairs=[],
            )
            for data_type in data_types
        ]
        session.add_all(transfers)
        await session.flush()
        return source.id, [transfer.id for transfer in transfers]


async def new_draft(engine: Engine, actor: Actor, subject_id: int = 0) -> int:
    async with engine.database.begin() as session:
        draft = await drafts.start(
            session,
            workspace_id=actor.workspace_id,
            member_id=actor.member_id,
            kind="integration",
            subject_id=subject_id,
            now=engine.clock.now(),
        )
        return draft.id
