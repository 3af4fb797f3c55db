"""The command line refuses what cannot work: a clear sentence, exit code 2, no traceback."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import logs
from bot.__main__ import cli
from store import migrate
from store.vault import Vault

ROOT = Path(__file__).parents[1]
KEY = Vault.new_key()


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Enough to run; the command line reads nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "configure", lambda form: None)  # leaves the tests' logging alone
    for name in list(os.environ):
        if name.startswith(("PATCHBAY_", "SLACK_")):
            monkeypatch.delenv(name)
    return {
        "PATCHBAY_SECRET_KEYS": KEY,
        "PATCHBAY_DATABASE_URL": f"sqlite:///{tmp_path / 'patchbay.db'}",
        "PATCHBAY_PROJECT_URL": f"sqlite:///{tmp_path / 'project.db'}",
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_SIGNING_SECRET": "signing-secret",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
    }


def called(environment: dict[str, str], *words: str, **changes: str | None) -> Result:
    given: dict[str, str | None] = {**environment, **changes}
    return CliRunner().invoke(cli, list(words), env=given)


def refusal(result: Result) -> str:
    """What it said, in one line."""
    assert result.exit_code == 2, result.output
    text = " ".join(result.output.split())
    assert text.startswith("Patchbay: ")
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("command", ["run", "worker"])
@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("PATCHBAY_SECRET_KEYS", "`python -m bot doctor` makes one"),
        ("SLACK_BOT_TOKEN", "see “Installing” in README.md"),
        ("SLACK_SIGNING_SECRET", "could not be verified"),
    ],
)
def test_what_is_missing_is_named(
    environment: dict[str, str], command: str, missing: str, told: str
) -> None:
    text = refusal(called(environment, command, **{missing: None}))
    assert missing in text
    assert told in text


def test_a_client_id_without_its_secret_is_not_enough(environment: dict[str, str]) -> None:
    text = refusal(called(environment, "run", SLACK_BOT_TOKEN=None, SLACK_CLIENT_ID="1.2"))
    assert "SLACK_CLIENT_SECRET" in text


def test_a_malformed_key_is_not_repeated(environment: dict[str, str]) -> None:
    text = refusal(called(environment, "run", PATCHBAY_SECRET_KEYS="hidden-key"))
    assert "PATCHBAY_SECRET_KEYS is malformed" in text
    assert "hidden" not in text


@pytest.mark.parametrize("command", ["run", "worker", "migrate", "doctor"])
def test_a_setting_of_the_wrong_kind(environment: dict[str, str], command: str) -> None:
    text = refusal(called(environment, command, PATCHBAY_PORT="three thousand"))
    assert "PATCHBAY_PORT: Input should be a valid integer" in text


@pytest.mark.parametrize(
    "clients", ['{"github": {"client_secret": "hidden"}}', '{"github": "hidden"', "hidden"]
)
def test_a_setting_with_a_secret_in_it_is_not_repeated(
    environment: dict[str, str], clients: str
) -> None:
    text = refusal(called(environment, "doctor", PATCHBAY_OAUTH_CLIENTS=clients))
    assert "oauth_clients" in text.lower()
    assert "hidden" not in text


@pytest.mark.parametrize("command", ["run", "worker", "migrate"])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://patchbay:hidden@127.0.0.1:1/patchbay",
        "mysql://patchbay:hidden@127.0.0.1/patchbay",
        "hidden",
    ],
)
def test_a_database_that_does_not_answer(
    environment: dict[str, str], command: str, url: str
) -> None:
    text = refusal(called(environment, command, PATCHBAY_DATABASE_URL=url))
    assert "PATCHBAY_DATABASE_URL" in text
    assert "hidden" not in text


def test_a_bad_service_file(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("id: shop\nnmae: Shop\n")
    text = refusal(called(environment, "run", PATCHBAY_CATALOG_DIR=str(tmp_path)))
    assert "shop.yaml" in text


def test_a_port_that_is_taken(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        text = refusal(called(environment, "run", PATCHBAY_PORT=port))
    assert f"127.0.0.1:{port}" in text


def test_a_worker_waits_for_the_migration(environment: dict[str, str]) -> None:
    assert "python -m bot migrate" in refusal(called(environment, "worker"))


def test_migrate(environment: dict[str, str]) -> None:
    result = called(environment, "migrate")
    assert (result.exit_code, result.output.strip()) == (0, "The database is up to date.")
    assert not migrate.pending(environment["PATCHBAY_DATABASE_URL"])


def test_doctor_ends_with_1_where_something_is_bad(environment: dict[str, str]) -> None:
    result = called(environment, "doctor", SLACK_BOT_TOKEN=None, PATCHBAY_SECRET_KEYS=None)
    assert result.exit_code == 1
    assert "no SLACK_BOT_TOKEN" in result.output
    assert "2 to mend." in result.output
    made = re.search(r"PATCHBAY_SECRET_KEYS=(\S+)", result.output)
    assert made is not None
    Vault([made[1]])  # in one piece, to be copied


def test_without_a_command_it_shows_what_there_is(environment: dict[str, str]) -> None:
    shown = called(environment).output
    assert all(command in shown for command in ("run", "worker", "demo", "migrate", "doctor"))


def test_it_is_what_python_m_starts(environment: dict[str, str]) -> None:
    given = {**environment, "PATH": os.environ["PATH"], "PATCHBAY_SECRET_KEYS": ""}
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "PATCHBAY_SECRET_KEYS is not set" in ended.stderr
    assert "Traceback" not in ended.stderr
