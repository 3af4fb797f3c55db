"""`python -m bot demo`: what the next one finds again, and what it refuses."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from aiosmtplib import send

from bot.playground import keeping, people
from bot.playground.demo import opened
from bot.playground.slack.messages import Message
from bot.web.serving import free_port
from tests.playground.views import section

STARTING = 30  # seconds


async def test_the_next_one_begins_where_this_one_ended(tmp_path: Path) -> None:
    async with opened(tmp_path) as (ground, page):
        workspace = ground.slack.workspace
        channel = workspace.channels["C_GENERAL"]
        written = Message("C_GENERAL", workspace.new_ts(), "U_ALICE", "Hello")
        workspace.post(channel, written)
        whispered = Message(
            "C_GENERAL", workspace.new_ts(), "UBOT", blocks=[section("Psst")], bot_id="BBOT"
        )
        whispered.ephemeral_for = "U_BORIS"
        workspace.whisper("U_BORIS", whispered)
        page.session.mark_read(page.session.member("U_BORIS"), channel, written.ts)
        ground.store.delete("customers", [7])
        ground.store.answers_500(3)
        ground.clock.skip(timedelta(hours=5))
        mailbox = ground.mailbox
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "Größe"
        mail.set_content("Schöne Grüße", cte="8bit")
        await send(mail, hostname=mailbox.host, port=mailbox.port)
        before = (page.port, ground.settings.port, ground.store.port, ground.store.api_key)

    async with opened(tmp_path) as (ground, page):
        after = (page.port, ground.settings.port, ground.store.port, ground.store.api_key)
        assert after == before
        workspace = ground.slack.workspace
        assert workspace.channels["C_GENERAL"].messages == [written]
        assert workspace.ephemerals["U_BORIS"] == [whispered]
        assert page.session.sidebar(workspace.people["U_BORIS"])[1]["read"] == written.ts
        assert ground.store.record("customers", 7)["deleted_at"] is not None
        assert ground.store.trouble.errors_500 == 3
        assert ground.clock.shift == timedelta(hours=5)
        [kept] = ground.mailbox.messages
        assert (kept["Subject"], kept.get_content().strip()) == ("Größe", "Schöne Grüße")


async def test_each_of_the_three_has_another_role(tmp_path: Path) -> None:
    async with opened(tmp_path) as (ground, page):
        expected = {"U_ALICE": "admin", "U_BORIS": "editor", "U_CHIARA": "viewer"}
        assert await people.roles(ground) == expected
        async with httpx.AsyncClient(base_url=page.url, trust_env=False) as client:
            members = (await client.get("/api/members")).json()["members"]
        assert {one["id"]: one["role"] for one in members} == expected


async def test_what_another_version_kept_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / keeping.NAME).write_text('{"version": 1}')
    assert keeping.load(tmp_path) is None
    async with opened(tmp_path) as (ground, _):
        assert ground.store.count("customers") > 0


async def test_takes_another_port_where_its_own_is_taken(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, page):
        before = page.port
    with socket.create_server(("127.0.0.1", before)):
        async with opened(tmp_path) as (_, page):
            assert page.port != before


def demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--no-browser", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "example.com"])
def test_refuses_to_be_reached_from_elsewhere(tmp_path: Path, host: str) -> None:
    with demo(tmp_path, "--host", host) as process:
        said, _ = process.communicate(timeout=STARTING)
    assert process.returncode == 2
    assert f"it does not listen on {host}" in " ".join(said.split())
    assert not list(tmp_path.iterdir())


def test_says_where_the_page_is_and_stops_in_peace(tmp_path: Path) -> None:
    port = free_port()
    with demo(tmp_path, "--port", str(port)) as process:
        assert process.stdout
        said = ""
        deadline = time.monotonic() + STARTING
        while "Ctrl-C" not in said and time.monotonic() < deadline:
            said += process.stdout.readline()
        assert f"http://127.0.0.1:{port}" in said
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        assert "text/html" in answer.headers["content-type"]
        with demo(tmp_path) as second:
            refused, _ = second.communicate(timeout=STARTING)
        assert second.returncode == 2
        assert f"is running already: http://127.0.0.1:{port}" in " ".join(refused.split())
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=STARTING)
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert (tmp_path / ".patchbay-demo" / keeping.NAME).is_file()
