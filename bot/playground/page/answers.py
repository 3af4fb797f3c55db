"""What the page's routes read and answer: JSON, and refusals in a sentence."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

NEVER_KEPT = {"Cache-Control": "no-store"}
LONGEST = 1_000_000  # bytes of a request; a view has at most 250 KB


class Refused(Exception):
    """Said to the browser as `{"error": sentence}`."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def answer(data: Any) -> JSONResponse:
    return JSONResponse(data, headers=NEVER_KEPT)


async def refused(request: Request, error: Exception) -> JSONResponse:
    """Starlette's handler for Refused."""
    assert isinstance(error, Refused)
    return JSONResponse({"error": error.sentence}, status_code=error.status, headers=NEVER_KEPT)


class Body:
    """A JSON object whose members have to be of the expected type."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given

    def text(self, name: str, default: str | None = None) -> str:
        value = self._given.get(name, default)
        if not isinstance(value, str):
            raise Refused(f"“{name}” has to be a text.")
        return value

    def object(self, name: str) -> dict[str, Any]:
        """Empty where it is not given."""
        value = self._given.get(name) or {}
        if not isinstance(value, dict):
            raise Refused(f"“{name}” has to be an object.")
        return value

    def flag(self, name: str) -> bool:
        return self._given.get(name) is True

    def get(self, name: str, default: Any = None) -> Any:
        return self._given.get(name, default)


async def body(request: Request) -> Body:
    """Of a POST. Raises Refused where it is no JSON object, or very large."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused("The page sends JSON.", 415)
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > LONGEST:
            raise Refused("That is too much for one request.", 413)
    try:
        given = json.loads(read)
    except ValueError:
        raise Refused("This is not JSON.") from None
    if not isinstance(given, dict):
        raise Refused("A JSON object is expected.")
    return Body(given)
