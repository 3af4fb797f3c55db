"""What lies beside Slack, as JSON: the store, the project, the mailbox, the protocol, the tour."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtplib import send
from starlette.applications import Starlette

from bot.playground import journey
from bot.playground.host import Playground, playground
from bot.playground.page.answers import Refused, refused
from bot.playground.page.panels import Panels, project, tables
from bot.playground.page.panels.masking import masked
from bot.playground.slack.server import ApiCall


class Browser:
    """Asks the panels' routes as the page does."""

    def __init__(self, client: httpx.AsyncClient, panels: Panels) -> None:
        self.client = client
        self.panels = panels

    async def get(self, path: str, **asked: Any) -> Any:
        answer = await self.client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **asked: Any) -> Any:
        answer = await self.client.post(path, json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, path: str, **asked: Any) -> str:
        answer = await self.client.post(path, json=asked)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"])


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Playground]:
    async with playground(tmp_path) as ground:
        yield ground


@pytest.fixture
async def browser(ground: Playground) -> AsyncIterator[Browser]:
    panels = Panels(ground)
    app = Starlette(routes=panels.routes(), exception_handlers={Refused: refused})
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
        yield Browser(client, panels)
    await panels.close()


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` finds in the end; None where it does not."""
    for _ in range(400):
        if found := await look():
            return found
        await asyncio.sleep(0.05)
    return None


async def mail(ground: Playground, html: str, text: str = "Read https://example.com/help.") -> None:
    message = EmailMessage()
    message["From"], message["To"] = "bot@example.com", "alice@example.com"
    message["Subject"], message["Date"] = "An alert", format_datetime(ground.clock.now())
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    await send(message, hostname=ground.mailbox.host, port=ground.mailbox.port)


# the store


async def test_the_newest_changes_come_first(ground: Playground, browser: Browser) -> None:
    ground.store.change("products", [7], title="Lamp in gold")
    shown = await browser.get("/api/store", kind="products")
    assert shown["rows"][0]["id"] == 7
    assert "Lamp in gold" in shown["rows"][0]["cells"]
    assert (shown["total"], shown["page"], shown["pages"]) == (60, 1, 3)
    assert len((await browser.get("/api/store", kind="products", page=3))["rows"]) == 10
    assert (await browser.get("/api/store", kind="products", page=99))["page"] == 3


async def test_records_are_found_by_words(ground: Playground, browser: Browser) -> None:
    ground.store.change("customers", [3], first_name="Grace", last_name="Hopper")
    shown = await browser.get("/api/store", kind="customers", q="hopper GRACE")
    assert [row["id"] for row in shown["rows"]] == [3]


async def test_records_are_added_changed_and_deleted(ground: Playground, browser: Browser) -> None:
    added = await browser.post("/api/store/add", kind="orders", count=3)
    assert added["ids"] == [401, 402, 403]
    await browser.post("/api/store/change", kind="orders", ids=[401], fields={"total": "twelve"})
    assert ground.store.record("orders", 401)["total"] == "twelve"
    await browser.post("/api/store/delete", kind="orders", ids=[401])
    shown = await browser.get("/api/store", kind="orders")
    assert shown["rows"][0]["id"] == 401
    assert shown["rows"][0]["deleted"] is True
    assert shown["state"]["counts"]["orders"] == 402
    assert "not there any more" in await browser.refused(
        "/api/store/change", kind="orders", ids=[401]
    )


async def test_numbers_and_flags_stay_what_they_are(ground: Playground, browser: Browser) -> None:
    fields = {"stock": "12", "active": "no"}
    await browser.post("/api/store/change", kind="products", ids=[1], fields=fields)
    record = ground.store.record("products", 1)
    assert (record["stock"], record["active"]) == (12, False)


async def test_only_plain_fields_are_changed(browser: Browser) -> None:
    said = await browser.refused("/api/store/change", kind="customers", ids=[1], fields={"id": "2"})
    assert "id cannot be changed" in said
    assert "kind" in await browser.refused("/api/store/add", kind="ghosts")


@pytest.mark.parametrize(
    ("switch", "field", "trouble", "value"),
    [
        ("500", "", "errors_500", True),
        ("slow", "", "seconds", 3.0),
        ("timeout", "", "seconds", 12.0),
        ("bad", "", "bad_share", 0.3),
        ("malformed", "", "malformed", True),
        ("limited", "", "limited", True),
        ("drop", "email", "dropped", ["email"]),
    ],
)
async def test_each_switch_breaks_the_store_and_it_works_again(
    ground: Playground, browser: Browser, switch: str, field: str, trouble: str, value: Any
) -> None:
    state = await browser.post("/api/store/switch", switch=switch, on=True, field=field)
    assert [name for name, on in state["switches"].items() if on] == [switch]
    assert getattr(ground.store.trouble, trouble) == value
    state = await browser.post("/api/store/switch", switch=switch, on=False)
    assert not any(state["switches"].values())
    await browser.post("/api/store/switch", switch=switch, on=True, field=field)
    state = await browser.post("/api/store/works-again")
    assert not any(state["switches"].values())


async def test_tokens_are_revoked_and_expire(ground: Playground, browser: Browser) -> None:
    key = ground.store.api_key
    assert "authorizing again" in (await browser.post("/api/store/token/revoke"))["said"]
    assert ground.store.api_key != key
    assert "refresh" in (await browser.post("/api/store/token/expire"))["said"]
    assert "Tokens" in await browser.refused("/api/store/token/polish")


async def test_requests_are_counted(ground: Playground, browser: Browser) -> None:
    before = (await browser.panels.marks())["store"]
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(f"{ground.store.url}/v1/me")
    shown = await browser.get("/api/store")
    assert shown["state"]["requests"] == {"/v1/me": 1}
    assert (await browser.panels.marks())["store"] != before


# the project


async def test_the_project_is_shown_with_what_changed(ground: Playground, browser: Browser) -> None:
    empty = await browser.get("/api/project", look="mine")
    assert empty["tables"] == []
    before = (await browser.panels.marks())["project"]
    alice = ground.slack.member("U_ALICE")
    await journey.connects(alice, ground.store.url)
    await alice.sees("its first sync is done", timeout=15)
    assert (await browser.panels.marks())["project"] != before

    shown = await browser.get("/api/project", look="mine")
    assert shown["tables"] == [{"name": "demo_store_customers", "rows": 250, "changed": 250}]
    table = shown["table"]
    assert {"name": "id", "type": "integer", "key": True} in table["columns"]
    assert {row["mark"] for row in table["rows"]} == {"new"}

    await browser.post("/api/project/looked", look="mine")
    seen = await browser.get("/api/project", look="mine")
    assert {row["mark"] for row in seen["table"]["rows"]} == {None}

    ground.store.change("customers", [200], first_name="Grace")
    await alice.runs("/patchbay sync demo")

    async def changed() -> Any:
        seen = await browser.get("/api/project", look="mine")
        return seen if seen["table"]["changed"] else None

    shown = await until(changed)
    first = shown["table"]["rows"][0]
    assert (first["key"], first["mark"]) == ("200", "changed")
    assert "Grace" in first["cells"]
    found = await browser.get("/api/project", look="mine", q="customer77@example.com")
    assert [row["key"] for row in found["table"]["rows"]] == ["77"]


def test_the_project_is_never_written(tmp_path: Path) -> None:
    shown = tables.Tables(f"sqlite:///{tmp_path / 'there.db'}")
    assert shown.read() == {}
    assert list(tmp_path.iterdir()) == []


def test_rows_that_went_are_counted() -> None:
    column = tables.ColumnShown("id", "integer", is_key=True)
    now = tables.Contents("t", (column,), (), {("1",): 10, ("3",): 30}, 2)
    difference = project._difference({("1",): 11, ("2",): 20}, now)
    assert difference.new == {("3",)}
    assert difference.changed == {("1",)}
    assert difference.removed == 1


# the mailbox


async def test_a_mail_is_listed_and_read(ground: Playground, browser: Browser) -> None:
    before = (await browser.panels.marks())["mail"]
    link = "https://slack.com/app_redirect?channel=C_ALERTS&amp;team=T1"
    await mail(ground, f'<html><head></head><body><a href="{link}">Open</a></body></html>')
    assert (await browser.panels.marks())["mail"] != before
    listed = await browser.get("/api/mailbox")
    assert [one["subject"] for one in listed["mails"]] == ["An alert"]
    read = await browser.get("/api/mailbox/0")
    assert read["to"] == "alice@example.com"
    assert read["text"].startswith("Read https://example.com/help")
    html = await browser.client.get("/api/mailbox/0/html")
    assert 'href="/?as=U_ALICE#C_ALERTS"' in html.text
    assert '<base target="_blank">' in html.text


async def test_nothing_runs_and_nothing_is_loaded_in_a_mail(
    ground: Playground, browser: Browser
) -> None:
    await mail(ground, "<p>Hello</p>")
    policy = (await browser.client.get("/api/mailbox/0/html")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


async def test_a_mail_that_is_not_there(browser: Browser) -> None:
    assert (await browser.client.get("/api/mailbox/5")).status_code == 404


# the protocol


async def test_exchanges_go_both_ways(ground: Playground, browser: Browser) -> None:
    alice = ground.slack.member("U_ALICE")
    await alice.runs("/patchbay sources")
    await alice.sees_modal("Integration Sources")
    shown = (await browser.get("/api/protocol"))["exchanges"]
    command = next(one for one in shown if one["kind"] == "command")
    assert (command["what"], command["from"], command["status"]) == (
        "/patchbay sources",
        "slack",
        200,
    )
    assert command["ms"] > 0
    opened = next(one for one in shown if one["what"] == "views.open")
    assert opened["from"] == "bot"
    assert [one["number"] for one in shown] == sorted(
        (one["number"] for one in shown), reverse=True
    )
    sent = await browser.get(f"/api/protocol/{command['number']}")
    assert sent["sent"]["text"] == "sources"
    assert sent["sent"]["token"] == "•••"
    view = await browser.get(f"/api/protocol/{opened['number']}")
    assert view["sent"]["view"]["type"] == "modal"


async def test_exchanges_are_searched(ground: Playground, browser: Browser) -> None:
    alice = ground.slack.member("U_ALICE")
    await alice.runs("/patchbay sources")
    await alice.sees_modal("Integration Sources")
    found = await browser.get("/api/protocol", q="integration sources")
    assert "views.open" in {one["what"] for one in found["exchanges"]}
    assert {one["from"] for one in found["exchanges"]} == {"bot"}
    from_slack = await browser.get("/api/protocol", direction="slack")
    assert {one["from"] for one in from_slack["exchanges"]} == {"slack"}
    assert (await browser.get("/api/protocol", q="nowhere-to-be-found"))["exchanges"] == []


async def test_what_is_kept_of_the_protocol_is_bounded(
    ground: Playground, browser: Browser
) -> None:
    ground.slack.calls += [
        ApiCall("api.test", {}, float(at), 200, {"ok": True}) for at in range(850)
    ]
    shown = await browser.get("/api/protocol", limit=1000)
    assert len(shown["exchanges"]) == shown["kept"] == 400
    assert shown["total"] >= 850
    assert len(ground.slack.calls) <= 400


def test_secrets_are_masked() -> None:
    hidden = masked(
        {
            "token": "T",
            "view": {"url": "http://127.0.0.1:3000/authorize/abc-DEF_1?x=1"},
            "deep": [{"access_token": "A", "text": "with xoxb-123-abc in it"}],
            "response_url": "http://127.0.0.1/response/k1",
            "key": "demo_key_Zz9-_a",
            "empty": {"token": ""},
        }
    )
    assert hidden == {
        "token": "•••",
        "view": {"url": "http://127.0.0.1:3000/authorize/•••?x=1"},
        "deep": [{"access_token": "•••", "text": "with xoxb-••• in it"}],
        "response_url": "http://127.0.0.1/response/•••",
        "key": "demo_key-•••",
        "empty": {"token": ""},
    }


# time


async def test_an_hour_is_skipped(ground: Playground, browser: Browser) -> None:
    before = ground.clock.shift
    assert (await browser.post("/api/clock/skip", hours=1))["hours_left"] == 1
    assert "already" in await browser.refused("/api/clock/skip", hours=24)

    async def over() -> bool:
        return not (await browser.get("/api/clock"))["hours_left"]

    assert await until(over)
    assert (ground.clock.shift - before).total_seconds() == 3600


async def test_a_day_can_be_stopped(ground: Playground, browser: Browser) -> None:
    await browser.post("/api/clock/skip", hours=24)
    await asyncio.sleep(0.1)
    assert (await browser.post("/api/clock/stop"))["hours_left"] == 0
    assert 3600 <= ground.clock.shift.total_seconds() < 24 * 3600
    assert (await browser.post("/api/clock/skip", hours=1))["hours_left"] == 1


# the tour


async def done(browser: Browser) -> list[str]:
    steps = (await browser.get("/api/tour"))["steps"]
    assert len(steps) == 9
    return [step["id"] for step in steps if step["done"]]


async def test_the_tour_notices_each_step(ground: Playground, browser: Browser) -> None:
    alice, boris = ground.slack.member("U_ALICE"), ground.slack.member("U_BORIS")
    assert await done(browser) == []
    await boris.runs("/patchbay")
    assert await done(browser) == []
    await alice.runs("/patchbay")
    await alice.presses("Create a new Integration Source")
    await alice.sees("Integration source")
    assert await done(browser) == []
    await journey.creates_source(alice, ground.store.url)
    assert await done(browser) == ["source", "authorization"]
    await alice.picks("Choose the type of data", "Customers")
    await alice.presses("Add")
    await alice.sees_modal("Mapping")
    assert await done(browser) == ["source", "authorization", "transfer"]
    await alice.submits()
    await alice.sees_modal("Integration Source", timeout=10)
    await alice.sees("Active")
    upto = ["source", "authorization", "transfer", "mapping", "active"]
    assert await done(browser) == upto
    await alice.presses("Create an integration")
    await alice.sees("Types of updates")
    assert await done(browser) == [*upto, "integration"]
    await alice.ticks("Customers", "Deleted")
    assert await done(browser) == [*upto, "integration", "updates"]
    await alice.presses("Add", within="Email alert")
    await alice.picks("E-mail address", "alice@example.com")
    await alice.sees("Remove")
    assert await done(browser) == [*upto, "integration", "updates", "alert"]
    await alice.presses("Activate")
    await alice.sees("its first sync is done", timeout=15)
    tour = await browser.get("/api/tour")
    assert tour["synced"] is True
    assert tour["broken"] is False
    await browser.post("/api/store/token/revoke")
    ground.store.add("customers")
    await browser.post("/api/clock/skip", hours=1)
    await alice.sees("needs authorization", timeout=15)
    assert (await done(browser))[-1] == "break"
