"""A service that nobody has heard of: a member says where its records are."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.host import Playground
from bot.playground.member import Member
from store.models import Transfer
from tests.stories.members import ON_SQLITE, count, project_sql
from tests.stories.services import at, connects, served, written
from tests.stories.shop import sees_once
from tests.stories.test_member_services import syncs_again


class Parts:
    """Bare lists by page number; a key in a header."""

    def __init__(self) -> None:
        self.parts = [
            {"ref": f"P-{n:03}", "weight": n * 1.25, "in_stock": n % 3 > 0, "box": {"size": n % 5}}
            for n in range(1, 64)
        ]
        self.pages: list[str] = []

    async def listed(self, request: Request) -> Response:
        if request.headers.get("x-warehouse") != "open sesame":
            return JSONResponse({"error": "who are you?"}, status_code=403)
        asked = request.query_params
        assert asked["site"] == "lyon"
        page = asked.get("p", "0")
        self.pages.append(page)
        first = int(page) * 20
        return JSONResponse(self.parts[first : first + 20])

    async def root(self, request: Request) -> Response:
        if request.headers.get("x-warehouse") != "open sesame":
            return JSONResponse({"error": "who are you?"}, status_code=403)
        return JSONResponse({"hello": "warehouse"})

    def routes(self) -> list[Route]:
        return [Route("/", self.root), Route("/parts", self.listed)]


class Tickets:
    """Nested records behind a cursor in the answer; user name and password; changes since."""

    def __init__(self) -> None:
        self.tickets = [
            {"key": n, "fields": {"title": f"Ticket {n}"}, "changed_at": written(at(n))}
            for n in range(1, 121)
        ]
        self.since: list[str | None] = []

    async def listed(self, request: Request) -> Response:
        asked = request.query_params
        self.since.append(asked.get("changed_since"))
        found: list[dict[str, Any]] = [
            ticket
            for ticket in self.tickets
            if str(ticket["changed_at"]) >= asked.get("changed_since", "")
        ]
        first = int(asked.get("after", "0x0"), 16)
        following = hex(first + 50) if first + 50 < len(found) else None
        data = {"items": found[first : first + 50]}
        return JSONResponse({"data": data, "meta": {"next_cursor": following}})

    def routes(self) -> list[Route]:
        return [Route("/api", self.root), Route("/api/tickets", self.listed)]

    async def root(self, request: Request) -> Response:
        is_known = request.headers.get("authorization") == "Basic cGF0Y2g6YmF5"  # patch:bay
        return JSONResponse({}, status_code=200 if is_known else 401)


async def maps_and_activates(member: Member) -> None:
    """From the found fields to the end of the first sync."""
    await member.submits()
    await member.sees("fields are proposed", timeout=10)
    await member.submits()
    await member.sees("Active · ", timeout=10)
    await member.presses("Create an integration")
    await member.sees("Types of updates")
    await member.presses("Activate")
    await member.sees(":large_green_circle: Active")
    await member.closes(everything=True)
    await sees_once(member, "its first sync is done")


@ON_SQLITE
async def test_bare_lists_by_page_number(ground: Playground, boris: Member) -> None:
    warehouse = Parts()
    async with served(*warehouse.routes()) as url:
        await connects(
            boris,
            "Custom REST API",
            way="API key",
            params={"Base URL": url, "Where the key goes": "X-Warehouse"},
            secrets={"API key": "open sesame"},
        )
        await boris.presses("Add a data type")
        await boris.fills("Name of the data", "Parts")
        await boris.fills("Path", "/part?site=lyon")
        await boris.picks("Pages", "Page number")
        await boris.fills("Parameter for the page", "p")
        await boris.fills("Number of the first page", "0")
        await boris.submits()
        await boris.sees("404", timeout=10)  # the path is wrong; what was typed is still there
        await boris.fills("Path", "/parts?site=lyon")
        await boris.submits()
        found = await boris.sees("Parts has 4 fields in the sample.", timeout=10)
        types = "ref text, weight decimal number, in_stock yes or no, box.size whole number"
        assert types in found.text
        await boris.picks("Primary key", "ref")
        await maps_and_activates(boris)
        rows = await project_sql(
            ground, f"SELECT ref, weight, in_stock, box_size FROM {await _table(ground)}"
        )
        assert sorted((r[0], float(r[1]), bool(r[2]), r[3]) for r in rows) == [
            (part["ref"], part["weight"], part["in_stock"], part["box"]["size"])  # type: ignore[index]
            for part in warehouse.parts
        ]
        assert warehouse.pages[-5:] == ["0", "1", "2", "3", "4"]  # the last one was empty

        warehouse.parts[4]["weight"] = 99.5
        summary = await syncs_again(boris, "custom")
        assert "Updated 1" in summary


async def test_nested_records_behind_a_cursor(ground: Playground, boris: Member) -> None:
    desk = Tickets()
    async with served(*desk.routes()) as url:
        await connects(
            boris,
            "Custom REST API",
            way="User name and password",
            params={"Base URL": f"{url}/api"},
            secrets={"User name": "patch", "Password": "bay"},
        )
        await boris.presses("Add a data type")
        await boris.fills("Name of the data", "Tickets")
        await boris.fills("Path", "/tickets")
        await boris.fills("Where the records are", "data.items")
        await boris.picks("Pages", "Cursor from the answer")
        await boris.fills("Where the cursor is", "meta.next_cursor")
        await boris.fills("Parameter for the cursor", "after")
        await boris.submits()
        await boris.sees("Tickets has 3 fields in the sample.", timeout=10)
        assert boris.modal is not None
        assert boris.modal.value("Primary key") == "key"
        assert boris.modal.value("Time of the last change") == "changed_at"
        await boris.fills("Parameter for changes since", "changed_since")
        await maps_and_activates(boris)
        read = f"SELECT key, fields_title FROM {await _table(ground)} ORDER BY key"
        rows = await project_sql(ground, read)
        assert rows == [(n, f"Ticket {n}") for n in range(1, 121)]

        desk.tickets.append(
            {"key": 200, "fields": {"title": "New"}, "changed_at": written(at(500))}
        )
        summary = await syncs_again(boris, "custom")
        assert "Created 1" in summary
        assert desk.since[-1] == "2026-01-05T10:59:00Z"  # the latest change, less a minute


@ON_SQLITE
async def test_a_data_type_left_half_way_and_sent_twice(ground: Playground, boris: Member) -> None:
    warehouse = Parts()
    async with served(*warehouse.routes()) as url:
        await connects(
            boris,
            "Custom REST API",
            way="API key",
            params={"Base URL": url, "Where the key goes": "X-Warehouse"},
            secrets={"API key": "open sesame"},
        )
        await boris.presses("Add a data type")
        await boris.fills("Name of the data", "Half")
        await boris.closes()
        await boris.presses("Add a data type")
        await boris.sees("You continue where you left off.")
        assert boris.modal is not None
        assert boris.modal.value("Name of the data") == "Half"
        await boris.presses("Start over")
        await boris.sees_no_more("You continue where you left off.")
        assert boris.modal.value("Name of the data") == ""
        await boris.fills("Name of the data", "Parts")
        await boris.fills("Path", "/parts?site=lyon&p=0")
        await boris.submits(times=2)
        await boris.sees("Parts has 4 fields in the sample.", timeout=10)
        await boris.picks("Primary key", "ref")
        await boris.submits(times=2)
        await boris.sees("fields are proposed", timeout=10)
        assert await count(ground, Transfer) == 1
        await boris.closes()
        page = await boris.sees("Data transfer")
        assert page.text.count("Parts") == 1


async def _table(ground: Playground) -> str:
    async with ground.patchbay.engine.database.read() as session:
        transfer = await session.get_one(Transfer, 1)
    assert transfer.table_name is not None
    return transfer.table_name
