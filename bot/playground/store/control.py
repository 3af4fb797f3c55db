"""The same switches over HTTP, for a page or a person with curl: POST JSON to /control/<switch>."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError, validate_call
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def routes(
    switches: Mapping[str, Callable[..., Any]], state: Callable[[], dict[str, Any]]
) -> list[Route]:
    async def look(_: Request) -> Response:
        return JSONResponse(state())

    async def turn(request: Request) -> Response:
        switch = switches.get(request.path_params["switch"])
        if switch is None:
            answer = {"error": "unknown_switch", "known": list(switches)}
            return JSONResponse(answer, status_code=404)
        try:
            asked = await request.json() if await request.body() else {}
            validate_call(switch)(**asked)
        except (ValidationError, ValueError, TypeError, KeyError) as error:
            return JSONResponse({"error": "bad_request", "message": str(error)}, status_code=400)
        return JSONResponse(state())

    return [
        Route("/control", look, methods=["GET"]),
        Route("/control/{switch}", turn, methods=["POST"]),
    ]
