"""`/slack/events`: what Slack sends by HTTP comes in here; Bolt checks the signature."""

import time

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.courtesy import answering
from bot.web.metrics import Metrics

MAX_BODY = 1024 * 1024  # bytes; a view is at most 250 KB, doubled by its encoding


def routes(app: AsyncApp, metrics: Metrics, *, is_signed: bool = True) -> list[Route]:
    """`is_signed`: whether there is a signing secret; without one nothing is taken by HTTP."""
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or "transfer-encoding" in request.headers:
            return PlainTextResponse("say how long it is", status_code=411)  # as Slack does
        if int(length) > MAX_BODY:
            return PlainTextResponse("too large", status_code=413)
        started = time.perf_counter()
        with answering():
            response = await handler.handle(request)
        metrics.acknowledgement.observe(time.perf_counter() - started)
        return response

    async def install(request: Request) -> Response:
        return await handler.handle(request)

    found = [Route("/slack/events", events, methods=["POST"])] if is_signed else []
    if app.oauth_flow is not None:
        found += [
            Route(app.oauth_flow.install_path, install),
            Route(app.oauth_flow.redirect_uri_path, install),
        ]
    return found
