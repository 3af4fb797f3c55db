"""Logs are events with facts, in one form, and secrets do not reach them."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from bot import logs
from bot.settings import OAuthClient, Settings
from store.vault import Secret

HIDDEN = "open-sesame"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Configuring logs is for a whole process; the other tests keep theirs."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_with_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.get_logger("bot.sync").info("sync.page_loaded", run_id=7, rows=500)
    [line] = lines(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "sync.page_loaded",
        "level": "info",
        "logger": "bot.sync",
        "rows": 500,
        "run_id": 7,
    }


def test_libraries_come_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    logging.getLogger("alembic").warning("%s is slow", "this")
    logging.getLogger("httpx").info("GET https://api.example.com/?key=%s", HIDDEN)
    [line] = lines(capsys)
    assert (line["event"], line["logger"]) == ("this is slow", "alembic")


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "name",
    [
        "token",
        "bot_token",
        "client_secret",
        "password",
        "SMTP_PASSWORD",
        "api_key",
        "authorization_header",
        "private_key",
    ],
)
def test_values_with_a_secrets_name_are_masked(
    capsys: pytest.CaptureFixture[str], form: str, name: str
) -> None:
    logs.configure("json" if form == "json" else "console")
    structlog.get_logger("bot").info("event", **{name: HIDDEN}, rows=3)
    text = capsys.readouterr().err
    assert HIDDEN not in text
    assert "***" in text
    assert "rows" in text


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_print_as_stars_under_any_name(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    logs.configure("json" if form == "json" else "console")
    log = structlog.get_logger("bot")
    log.info("event", given=Secret(HIDDEN), list=[Secret(HIDDEN)], nested={"a": Secret(HIDDEN)})
    log.info("event", answer={"ok": True, "access_token": HIDDEN, "rest": [{"password": HIDDEN}]})
    log.info(
        "event",
        given=SecretStr(HIDDEN),
        client=OAuthClient(client_id="x", client_secret=SecretStr(HIDDEN)),
    )
    log.info("event", settings=Settings(_env_file=None, slack_bot_token=SecretStr(HIDDEN)))
    logging.getLogger("library").warning("got %s and %r", Secret(HIDDEN), SecretStr(HIDDEN))
    assert HIDDEN not in capsys.readouterr().err


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_local_variables(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    logs.configure("json" if form == "json" else "console")

    def fails(key: str) -> None:
        raise ValueError("no good")

    try:
        fails("".join(reversed(HIDDEN)))
    except ValueError:
        structlog.get_logger("bot").exception("job.failed", job=3)
        logging.getLogger("library").exception("failed")
    text = capsys.readouterr().err
    assert text.count("ValueError: no good") == 2
    assert HIDDEN not in text
    assert "".join(reversed(HIDDEN)) not in text
    assert "test_logs.py" in text
