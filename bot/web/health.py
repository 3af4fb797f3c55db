"""`/health`: is it alive, and do the things it stands on answer?"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[None]]  # raises where something is wrong
PATIENCE = 3.0  # seconds for each check


def routes(checks: dict[str, Check]) -> list[Route]:
    async def health(_request: Request) -> Response:
        """200 with `{"status": "ok", …}`, or 503 with what is wrong. Reasons go to the log."""
        verdicts = await asyncio.gather(*(_verdict(name, check) for name, check in checks.items()))
        answer = dict(zip(checks, verdicts, strict=True))
        fine = all(verdict == "ok" for verdict in verdicts)
        return JSONResponse(
            {"status": "ok" if fine else "trouble", **answer}, status_code=200 if fine else 503
        )

    return [Route("/health", health)]


async def _verdict(name: str, check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except Exception as error:  # whatever it is, the answer is "not well"
        log.warning("health.not_well", part=name, error=str(error), kind=type(error).__name__)
        return "no answer" if isinstance(error, TimeoutError) else "trouble"
    return "ok"
