"""The whole bot between its stand-ins, on SQLite and on PostgreSQL; people who use it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.playground import truth
from bot.playground.host import Playground, playground
from bot.playground.member import Member


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than Slack's second between two messages: whoever tests the pauses minds them."""
    monkeypatch.setattr("bot.alerts.outbox.PACE", timedelta(seconds=0.1))
    monkeypatch.setattr("handlers.progress.PACE", 0.1)
    # a machine that is busy with other tests is no reason for a trigger to expire
    monkeypatch.setattr("bot.playground.slack.triggers.LIFETIME", 15.0)


@pytest.fixture
async def ground(database_url: str, project_url: str, tmp_path: Path) -> AsyncIterator[Playground]:
    async with playground(
        tmp_path,
        database_url=SecretStr(database_url),
        project_url=SecretStr(project_url),
    ) as ground:
        yield ground


@pytest.fixture
def alice(ground: Playground) -> Member:
    """A workspace admin."""
    return ground.slack.member("U_ALICE")


@pytest.fixture
def boris(ground: Playground) -> Member:
    """A member like any other: an editor of what he creates."""
    return ground.slack.member("U_BORIS")


@pytest.fixture
def chiara(ground: Playground) -> Member:
    """Another member like any other; stories make her a viewer."""
    return ground.slack.member("U_CHIARA")


async def has_the_same_rows(ground: Playground) -> int:
    """Holds the project's customers against the store's; returns how many there are."""
    wanted = truth.expected(ground.store)
    got = await truth.found(ground.settings.project_url.get_secret_value())
    assert truth.checksum(got) == truth.checksum(wanted), f"{len(got)} rows, not {len(wanted)}"
    return len(got)
