import asyncio
from datetime import timedelta

from bot.clock import Clock
from store import deliveries, receipts
from store.database import Database
from store.models import Workspace
from store.vocabulary import Level, Way


async def claim(database: Database, key: str) -> bool:
    async with database.begin() as session:
        return await receipts.claim(session, key, Clock().now())


async def test_only_the_first_claims(database: Database) -> None:
    assert sorted(await asyncio.gather(*(claim(database, "event:1") for _ in range(5)))) == [
        False,
        False,
        False,
        False,
        True,
    ]
    assert await claim(database, "event:2")


async def test_a_swept_receipt_can_be_claimed_again(database: Database) -> None:
    assert await claim(database, "event:1")
    async with database.begin() as session:
        await receipts.sweep(session, Clock().now() + timedelta(seconds=1))
    assert await claim(database, "event:1")


async def test_a_delivery_is_owed_once(database: Database) -> None:
    now = Clock().now()
    async with database.begin() as session:
        session.add(Workspace(id="T1", created_at=now))
        await session.flush()
        for expected in (True, False):
            assert expected is await deliveries.owe(
                session,
                workspace_id="T1",
                key="incident:1:disabled:dm:U1",
                way=Way.DM,
                address="U1",
                level=Level.DISABLED,
                facts={},
                now=now,
            )
