"""The page in front of the stand-in for Slack, as a browser reaches it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.playground.page.app import Page
from tests.playground.conftest import Room


@dataclass(frozen=True)
class Tab:
    """A browser's tab of one member."""

    page: Page
    client: httpx.AsyncClient
    member: str

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.client.get(path, params={"as": self.member, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def does(self, what: str, **given: Any) -> Any:
        answer = await self.client.post(f"/api/{what}", json={"as": self.member, **given})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, what: str, **given: Any) -> tuple[int, str]:
        answer = await self.client.post(f"/api/{what}", json={"as": self.member, **given})
        return answer.status_code, answer.json()["error"]

    async def words(self, channel: str, **params: Any) -> list[str]:
        """The texts in a channel."""
        answer = await self.get("/api/messages", channel=channel, **params)
        return [message["text"] for message in answer["messages"]]


@pytest.fixture
async def page(room: Room) -> AsyncIterator[Page]:
    page = Page(room.slack)
    await page.start()
    yield page
    await page.stop()


@pytest.fixture
async def client(page: Page) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=page.url, headers={"Origin": page.url}, trust_env=False
    ) as client:
        yield client


@pytest.fixture
def alice(page: Page, client: httpx.AsyncClient) -> Tab:
    return Tab(page, client, "U1")


@pytest.fixture
def boris(page: Page, client: httpx.AsyncClient) -> Tab:
    return Tab(page, client, "U2")
