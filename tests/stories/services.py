"""Small third-party services of the tests' own, which speak as the real ones do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.browser import Browser
from bot.playground.member import Member
from bot.web.serving import Serving

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def at(position: int) -> datetime:
    """When the record at that position was made."""
    return BEGAN + timedelta(minutes=position)


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@asynccontextmanager
async def served(*routes: Route) -> AsyncIterator[str]:
    """Serves them on loopback; gives the URL."""
    web = Serving(Starlette(routes=list(routes)))
    await web.start()
    try:
        yield web.url
    finally:
        await web.stop()


def in_catalog(folder: Path, service: str, url: str) -> Path:
    """A catalog folder that has the service of our own catalog once more, on loopback."""
    text = (files("bot.catalog") / f"{service}.yaml").read_text(encoding="utf-8")
    base = next(line for line in text.splitlines() if line.startswith("base_url:"))
    text = text.replace(base, f"base_url: {url}").replace(f"id: {service}", f"id: {service}_here")
    text = text.replace("\nname: ", "\nname: Local ", 1)
    folder.mkdir(exist_ok=True)
    (folder / f"{service}.yaml").write_text(text, encoding="utf-8")
    return folder


async def connects(
    member: Member,
    service: str,
    *,
    way: str | None = None,
    params: dict[str, str] | None = None,
    secrets: dict[str, str],
) -> None:
    """A source of the service with a secret typed on the one-time page; ends at its page."""
    await member.runs("/patchbay source new")
    await member.picks("Integration source", service)
    await member.presses("See third-party service authorizations")
    await member.sees_modal("Create an authorization")
    if way is not None:
        await member.picks("How to authorize", way)
    for label, value in (params or {}).items():
        await member.fills(label, value)
    await member.submits()
    async with Browser() as browser:
        await browser.opens(await member.opens_link(f"Open {service}"))
        for label, value in secrets.items():
            browser.fills(label, value)
        page = await browser.presses(f"Connect {service}")
        assert browser.status == 200, page
    await member.sees_modal("New source")
    await member.submits()
    await member.sees("Data transfer")


class GitHub:
    """One repository's issues (pull requests among them) behind a Link header."""

    def __init__(self) -> None:
        self.issues = [self._issue(number) for number in range(1, 231)]
        self.since: list[str | None] = []
        self.pages: list[str] = []

    def _issue(self, number: int) -> dict[str, Any]:
        issue: dict[str, Any] = {
            "id": 9_000_000_000 + number,
            "number": number,
            "title": f"Issue {number}",
            "body": None,
            "state": "open",
            "state_reason": None,
            "locked": False,
            "comments": number % 4,
            "user": {"login": "octocat"},
            "assignee": None,
            "author_association": "MEMBER",
            "milestone": None,
            "labels": [{"name": "bug"}],
            "html_url": f"https://github.com/acme/app/issues/{number}",
            "created_at": written(at(number)),
            "updated_at": written(at(number)),
            "closed_at": None,
        }
        if number % 10 == 0:
            issue["pull_request"] = {"url": "https://api.github.com/…"}
        return issue

    @property
    def only_issues(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if "pull_request" not in issue]

    def closes(self, number: int) -> None:
        issue = self.issues[number - 1]
        moment = written(at(10_000 + number))
        issue.update(state="closed", closed_at=moment, updated_at=moment)

    def routes(self) -> list[Route]:
        return [
            Route("/repos/acme/app", self._repository),
            Route("/repos/acme/app/issues", self._list),
        ]

    def _allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == "Bearer ghp_right"

    async def _repository(self, request: Request) -> Response:
        if not self._allowed(request):
            return JSONResponse({"message": "Bad credentials"}, status_code=401)
        return JSONResponse({"id": 77, "full_name": "acme/app", "topics": ["slack"]})

    async def _list(self, request: Request) -> Response:
        if not self._allowed(request):
            return JSONResponse({"message": "Bad credentials"}, status_code=401)
        asked = request.query_params
        self.since.append(asked.get("since"))
        found = [i for i in self.issues if i["updated_at"] >= asked.get("since", "")]
        found.sort(key=lambda issue: str(issue["updated_at"]))
        size, page = int(asked["per_page"]), int(asked.get("page", 1))
        self.pages.append(f"{page}")
        headers = {}
        if len(found) > page * size:
            following = request.url.include_query_params(page=page + 1)
            headers["Link"] = f'<{following}>; rel="next", <{request.url}>; rel="first"'
        return JSONResponse(found[(page - 1) * size : page * size], headers=headers)


class Stripe:
    """Customers in pages that begin after a record, the newest first."""

    def __init__(self) -> None:
        self.customers = [self._customer(number) for number in range(1, 251)]
        self.asked: list[str | None] = []

    def _customer(self, number: int) -> dict[str, Any]:
        address = dict.fromkeys(("line1", "line2", "postal_code", "state"))
        address |= {"city": "Lyon", "country": "FR"}
        return {
            "id": f"cus_{number:05}",
            "object": "customer",
            "email": f"buyer{number}@example.com",
            "name": f"Buyer {number}",
            "phone": None,
            "description": None,
            "address": address if number % 2 else None,
            "balance": -number,
            "currency": None,
            "delinquent": False,
            "livemode": False,
            "metadata": {"tier": "gold"} if number % 7 == 0 else {},
            "created": int(at(number).timestamp()),
        }

    def routes(self) -> list[Route]:
        return [Route("/v1/account", self._account), Route("/v1/customers", self._list)]

    def _refused(self, request: Request) -> Response | None:
        if request.headers.get("authorization") == "Bearer sk_test_right":
            return None
        error = {"message": "Invalid API Key provided", "type": "invalid_request_error"}
        return JSONResponse({"error": error}, status_code=401)

    async def _account(self, request: Request) -> Response:
        account = {"id": "acct_1", "settings": {"dashboard": {"display_name": "Acme SAS"}}}
        return self._refused(request) or JSONResponse(account)

    async def _list(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        asked = request.query_params
        after = asked.get("starting_after")
        self.asked.append(after)
        newest = self.customers[::-1]
        ids = [customer["id"] for customer in newest]
        first = ids.index(after) + 1 if after else 0
        page = newest[first : first + int(asked["limit"])]
        has_more = first + len(page) < len(newest)
        return JSONResponse(
            {"object": "list", "url": "/v1/customers", "has_more": has_more, "data": page}
        )
