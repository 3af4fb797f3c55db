"""The page's server: its files, who may ask, and what is refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.playground.page.app import STATIC, Page
from bot.playground.page.commands import MANIFEST, read
from bot.playground.slack import SlackServer
from tests.playground.page.conftest import Tab


async def test_the_page_and_all_that_it_names_is_served(client: httpx.AsyncClient) -> None:
    index = await client.get("/")
    assert index.headers["content-type"].startswith("text/html")
    for path in re.findall(r'(?:src|href)="([^"]+)"', index.text):
        answer = await client.get(path)
        assert answer.status_code == 200, path


async def test_modules_are_javascript_on_every_machine(client: httpx.AsyncClient) -> None:
    answer = await client.get("/static/main.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    again = await client.get("/static/main.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_nothing_outside_the_folder_is_served(client: httpx.AsyncClient) -> None:
    answer = await client.get("/static/..%2f..%2fapp.py")
    assert answer.status_code == 404


def modules() -> Iterator[Path]:
    yield from STATIC.rglob("*.js")
    yield from STATIC.rglob("*.css")
    yield from STATIC.rglob("*.html")


def test_no_file_asks_for_anything_elsewhere() -> None:
    for path in modules():
        text = path.read_text()
        found = re.findall(
            r"""(?:src|href|url|import|from|fetch)\s*[=(]?\s*["'](https?:)?//""", text
        )
        assert not found, path


def test_every_import_of_a_module_is_there() -> None:
    for path in STATIC.rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', path.read_text()):
            assert (path.parent / name).is_file(), f"{path}: {name}"


async def test_scripts_come_from_files_only(client: httpx.AsyncClient) -> None:
    for path in ("/", "/api/members", "/static/main.js", "/nowhere"):
        policy = (await client.get(path)).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
async def test_a_name_that_is_pointed_here_is_refused(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/", "/api/members", "/static/main.js"):
        answer = await client.get(path, headers={"Host": host})
        assert answer.status_code == 403, path


async def test_both_names_of_this_machine_are_answered(page: Page) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for host in (f"127.0.0.1:{page.port}", f"localhost:{page.port}", "localhost"):
            answer = await client.get(f"{page.url}/api/members", headers={"Host": host})
            assert answer.status_code == 200, host


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://{here}"]
)
async def test_another_page_cannot_act(page: Page, alice: Tab, origin: str | None) -> None:
    here = page.url.removeprefix("http://")
    headers = {} if origin is None else {"Origin": origin.format(here=here)}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{page.url}/api/write",
            json={"as": "U1", "channel": "C1", "text": "Hello"},
            headers=headers,
        )
    assert answer.status_code == 403
    assert await alice.words("C1") == []


async def test_a_form_of_another_page_is_no_json(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/write", data={"as": "U1", "channel": "C1", "text": "Hello"})
    assert answer.status_code == 415


@pytest.mark.parametrize("sent", [b"", b"[]", b"{", b'{"as": 1}', b"\xff"])
async def test_what_is_no_request_is_refused(client: httpx.AsyncClient, sent: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/api/write", content=sent, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_a_request_may_not_be_endless(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/write", json={"as": "U1", "text": "x" * 1_100_000})
    assert answer.status_code == 413


async def test_listens_on_this_machine_only() -> None:
    for host in ("0.0.0.0", "192.168.1.2", "::"):
        with pytest.raises(ValueError, match="does not listen"):
            Page(SlackServer(), host=host)


async def test_members_that_one_can_act_as(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/members")).json()
    assert [member["id"] for member in answer["members"]] == ["U1", "U2"]
    assert (await client.get("/api/sight", params={"as": "UBOT"})).status_code == 404


def test_the_manifest_says_what_the_command_takes() -> None:
    command = read()
    assert f'usage_hint: "{command.hint}"' in MANIFEST.read_text()
    assert command.name == "/patchbay"
    assert any(word.words == "/patchbay source new" for word in command.words)
