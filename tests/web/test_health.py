"""/health: 200 while everything answers, 503 with what does not."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot import app
from bot.playground.slack import SlackServer
from bot.settings import Settings
from bot.web import health


async def asked(checks: dict[str, health.Check]) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=health.routes(checks)))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        return await client.get("/health")


async def fine() -> None:
    pass


async def broken() -> None:
    raise ConnectionRefusedError("postgresql://u:open-sesame@db refused")


async def silent() -> None:
    await asyncio.sleep(60)


async def test_all_is_well() -> None:
    answer = await asked({"database": fine, "slack": fine})
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "slack": "ok"}


async def test_what_does_not_work_is_named_and_its_reason_only_logged() -> None:
    with capture_logs() as logged:
        answer = await asked({"database": broken, "slack": fine})
    assert answer.status_code == 503
    assert answer.json() == {"status": "trouble", "database": "trouble", "slack": "ok"}
    assert "sesame" not in answer.text
    [entry] = [entry for entry in logged if entry["event"] == "health.not_well"]
    assert (entry["part"], entry["kind"]) == ("database", "ConnectionRefusedError")


async def test_what_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    answer = await asked({"database": silent, "slack": silent, "scheduler": fine})
    assert answer.status_code == 503
    assert answer.json()["database"] == "no answer"
    assert answer.json()["scheduler"] == "ok"


async def test_the_whole_bot_is_asked(settings: Settings, tmp_path: Path) -> None:
    """Database, Slack and scheduler, as they come and go."""
    slack = SlackServer(bot_token="xoxb-test")
    await slack.start()
    patchbay = app.build(settings.model_copy(update={"slack_api_url": slack.api_url}))
    transport = httpx.ASGITransport(patchbay.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        before = await client.get("/health")
        assert before.json()["scheduler"] == "trouble"  # it has not been started
        await patchbay.start()
        try:
            well = await client.get("/health")
            assert well.json() == {
                "status": "ok",
                "database": "ok",
                "slack": "ok",
                "scheduler": "ok",
            }
            slack.trouble.fail("api.test", "fatal_error")
            away = await client.get("/health")
            assert away.status_code == 503
            assert away.json()["slack"] == "trouble"
            assert away.json()["database"] == "ok"
        finally:
            await patchbay.stop()
            await slack.stop()
