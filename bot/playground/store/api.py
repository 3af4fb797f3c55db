"""The store's JSON API: the account, and its records page by page."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.store.grants import Grants
from bot.playground.store.records import timestamp
from bot.playground.store.shelf import BadCursor, Shelf
from bot.playground.store.trouble import Trouble

MOST = 1000  # records on a page
USUAL = 100


def routes(
    account: str,
    shelves: Mapping[str, Shelf],
    grants: Grants,
    trouble: Trouble,
    requests: Counter[str],
) -> list[Route]:
    async def refused(request: Request) -> Response | None:
        requests[request.url.path] += 1
        answer = await trouble.answer()
        if answer is None and not grants.allows(_bearer(request), request.headers.get("x-api-key")):
            answer = JSONResponse({"error": "unauthorized"}, status_code=401)
        return answer

    async def me(request: Request) -> Response:
        return await refused(request) or JSONResponse({"account": account, "plan": "demo"})

    async def listed(request: Request) -> Response:
        no = await refused(request)
        if no is not None:
            return no
        shelf = shelves.get(request.path_params["kind"])
        if shelf is None:
            return JSONResponse({"error": "not_found"}, status_code=404)
        asked = request.query_params
        try:
            limit = max(1, min(int(asked.get("limit", USUAL)), MOST))
            since = asked.get("updated_since")
            page = shelf.page(
                limit, asked.get("cursor"), timestamp(_time(since)) if since else None
            )
        except (BadCursor, ValueError):
            return JSONResponse({"error": "bad_request"}, status_code=400)
        records = list(page.records)
        if trouble.alters_records:
            records = [_altered(trouble, record) for record in records]
        return Response(_body(records, page.next_cursor), media_type="application/json")

    return [
        Route("/v1/me", me, methods=["GET"]),
        Route("/v1/{kind}", listed, methods=["GET"]),
    ]


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("updated_since needs a time zone")
    return moment


def _altered(trouble: Trouble, record: bytes) -> bytes:
    return msgspec.json.encode(trouble.alter(msgspec.json.decode(record)))


def _body(records: list[bytes], next_cursor: str | None) -> bytes:
    return b'{"data":[%b],"next_cursor":%b}' % (
        b",".join(records),
        msgspec.json.encode(next_cursor),
    )
