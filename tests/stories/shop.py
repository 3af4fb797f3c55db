"""What stories about syncing begin with: Demo Store's customers, connected and active.

How members click their way there is told elsewhere (bot/playground/journey.py); here the rows
are simply there, as those clicks leave them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from rich.console import Console
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.engine import Engine
from bot.playground import truth
from bot.playground.host import Playground
from bot.playground.member import Member, Post
from bot.playground.slack import SlackServer
from bot.playground.store import DemoStore
from bot.playground.store.grants import s256
from bot.playground.walk import CHANNEL, Walk, until
from bot.projects.shape import proposed_table
from bot.setup.projects import ensure_default
from store import members, models
from store.database import async_url
from store.models import (
    Authorization,
    Integration,
    IntegrationTransfer,
    MappingPair,
    Recipient,
    Run,
    Source,
    Transfer,
)
from store.vocabulary import (
    AuthKind,
    IntegrationState,
    Role,
    RunState,
    ScheduleKind,
    TransferState,
    UpdateType,
    Way,
)

NAME = "Demo Store sync"
TABLE = truth.CUSTOMERS_TABLE
ALICE = "U_ALICE"
EVERYTHING = frozenset(UpdateType)
EVERYBODY = ((Way.DM, ALICE), (Way.CHANNEL, CHANNEL), (Way.EMAIL, "alice@example.com"))

Recipients = Sequence[tuple[Way, str]]


@dataclass
class Shop:
    """A source of Demo Store with its customers mapped, and integrations that use it."""

    engine: Engine
    authorization_id: int
    source_id: int
    transfer_id: int
    created_by: str
    integrations: dict[str, int] = field(default_factory=dict)  # ids by name

    async def connects(
        self,
        name: str = NAME,
        *,
        updates: Collection[UpdateType] = EVERYTHING,
        recipients: Recipients = EVERYBODY,
        policy: dict[str, Any] | None = None,
        state: IntegrationState = IntegrationState.ACTIVE,
    ) -> int:
        """One more integration; an active one's first sync is due now. Returns its id."""
        now = self.engine.clock.now()
        is_active = state is IntegrationState.ACTIVE
        async with self.engine.database.begin() as session:
            integration = Integration(
                **_owned(self.engine, self.created_by),
                name=name,
                name_key=name.casefold(),
                source_id=self.source_id,
                state=state,
                schedule_kind=ScheduleKind.HOURLY,
                cron="0 * * * *",
                timezone="Europe/Paris",
                next_run_at=now if is_active else None,
                policy=policy or {},
                activated_at=now if is_active else None,
                updates=[
                    IntegrationTransfer(
                        transfer_id=self.transfer_id,
                        **{update.value: update in updates for update in UpdateType},
                    )
                ],
                recipients=[
                    Recipient(way=way, address=address, confirmed_at=now, added_by=self.created_by)
                    for way, address in recipients
                ],
            )
            session.add(integration)
        self.integrations[name] = integration.id
        return integration.id

    async def runs(self, state: RunState | None = None) -> int:
        """How many runs there are."""
        query = select(func.count()).select_from(Run)
        async with self.engine.database.read() as session:
            found = await session.scalar(
                query if state is None else query.where(Run.state == state)
            )
        return found or 0

    async def last_run(self, name: str = NAME) -> Run:
        """The latest run, as it stands."""
        query = select(Run).where(Run.integration_id == self.integrations[name])
        async with self.engine.database.read() as session:
            return (await session.scalars(query.order_by(Run.id.desc()).limit(1))).one()

    async def makes_viewer(self, member_id: str) -> None:
        async with self.engine.database.begin() as session:
            row = await session.get_one(models.Member, ("T1", member_id))
            row.role = Role.VIEWER

    async def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs SQL in the project, as its owner would; the rows of a SELECT."""
        url = self.engine.settings.project_url.get_secret_value()
        engine = create_async_engine(async_url(url))
        try:
            async with engine.begin() as connection:
                result = await connection.execute(text(statement))
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            await engine.dispose()


async def opens(
    engine: Engine, slack: SlackServer, store: DemoStore, created_by: str = ALICE
) -> Shop:
    """The source, signed in by OAuth, with the customers that `truth` compares; no integration."""
    await _know_people(engine, slack)
    data_type = engine.catalog.get("demo_store").data_types["customers"]
    _, columns = proposed_table("demo_store", data_type)
    owned = _owned(engine, created_by)
    async with engine.database.begin() as session:
        project = await ensure_default(session, "T1", created_by, engine.clock.now())
        names = {"service": "demo_store", "name": "Demo Store", "name_key": "demo store"}
        authorization = Authorization(
            **owned,
            **names,
            kind=AuthKind.OAUTH2,
            params={"shop_url": store.url},
            secret=engine.vault.seal(_signed_in(engine, store)),
        )
        session.add(authorization)
        await session.flush()
        source = Source(**owned, **names, authorization_id=authorization.id)
        session.add(source)
        await session.flush()
        transfer = Transfer(
            **owned,
            source_id=source.id,
            data_type="customers",
            project_id=project.id,
            table_name=TABLE,
            state=TransferState.ACTIVE,
            pairs=[
                MappingPair(
                    source_field=path,
                    source_type=data_type.fields[path],
                    project_field=column,
                    project_type=data_type.fields[path],
                    is_primary_key=path == "id",
                    position=position,
                )
                for position, (path, (column, _)) in enumerate(truth.CUSTOMER.items())
            ],
        )
        session.add(transfer)
    await (await engine.projects.get(project)).create_table(TABLE, columns)
    return Shop(engine, authorization.id, source.id, transfer.id, created_by)


async def _know_people(engine: Engine, slack: SlackServer) -> None:
    """As the bot knows members whom it has met."""
    now = engine.clock.now()
    async with engine.database.begin() as session:
        await members.ensure_workspace(session, "T1", now)
        for person in slack.workspace.people.values():
            if not person.is_bot:
                row = await members.ensure(session, "T1", person.id, now)
                row.name, row.email, row.timezone = person.name, person.email, person.tz
                row.is_workspace_admin, row.refreshed_at = person.is_admin, now


def _signed_in(engine: Engine, store: DemoStore) -> dict[str, Any]:
    """Tokens of the store, as its consent page gives them out."""
    code = store.grants.code("http://localhost/", s256("verifier"), "read_customers")
    tokens = store.grants.exchange(code, "verifier", "http://localhost/")
    until_ = engine.clock.now() + timedelta(seconds=tokens.expires_in)
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": until_.timestamp(),
    }


def _owned(engine: Engine, by: str) -> dict[str, Any]:
    return {"workspace_id": "T1", "created_by": by, "created_at": engine.clock.now()}


@dataclass
class Scene:
    """A shop between the stand-ins; what stories do and look at over and over."""

    ground: Playground
    shop: Shop
    walk: Walk

    async def an_hour_goes_by(self) -> None:
        """What is due then comes to its end, and what it owes is told."""
        await self.walk.an_hour_goes_by()

    async def quiet(self) -> None:
        await self.walk.quiet()

    async def has_the_same_rows(self) -> int:
        return await self.walk.same_rows()

    def alerts(self, words: str = "") -> list[Post]:
        """Messages in the alerts' channel that say so."""
        posts = self.ground.slack.member(ALICE).channel(CHANNEL)
        return [post for post in posts if words in post.text]

    def mails(self, words: str = "", to: str = "alice@example.com") -> list[str]:
        """Subjects of the mails that say so."""
        found = [str(mail["Subject"]) for mail in self.ground.mailbox.to(to)]
        return [subject for subject in found if words in subject]

    async def nobody_was_told(self) -> None:
        await self.quiet()
        alice = self.ground.slack.member(ALICE)
        assert [post.text for post in [*alice.dm(), *self.alerts()]] == []
        assert self.mails() == []

    async def figure(self, name: str) -> float:
        """A figure of the bot's /metrics, for example `patchbay_rows_kept{outcome="updated"}`."""
        lines = (await self.ground.metrics()).splitlines()
        [line] = [line for line in lines if line.startswith(f"{name} ")]
        return float(line.rsplit(" ", 1)[1])

    async def records_read(self) -> float:
        """By all runs together."""
        outcomes = ("created", "updated", "deleted", "unchanged", "rejected")
        figures = [await self.figure(f'patchbay_rows_kept{{outcome="{o}"}}') for o in outcomes]
        return sum(figures)


def scene_of(ground: Playground, shop: Shop) -> Scene:
    return Scene(ground, shop, Walk(ground, Console(quiet=True)))


async def sets_up(ground: Playground, created_by: str = ALICE, **more: Any) -> Scene:
    """An active integration (`more`: see `Shop.connects`) whose first sync is done."""
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store, created_by)
    await shop.connects(**more)
    scene = scene_of(ground, shop)
    await until(lambda: ground.store.requests["/v1/customers"] > 0, "the first sync")
    await scene.quiet()
    return scene


def said(posts: Sequence[Post], words: str) -> list[Post]:
    return [post for post in posts if words in post.text]


async def sees_once(member: Member, words: str) -> Post:
    """The one DM that says so, once it has come."""
    await until(lambda: bool(said(member.dm(), words)), f"a DM “{words}”")
    [post] = said(member.dm(), words)
    return post
