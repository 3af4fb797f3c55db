"""One-time links: to a service's consent page and back, or a form for a key."""

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine import Engine
from bot.errors import PatchbayError
from bot.setup import authorizing
from bot.setup.accepting import LinkGone, Opened, Verdict
from bot.web import pages
from store.vocabulary import AuthKind

log = structlog.get_logger(__name__)

COOKIE_SECONDS = 30 * 60


def routes(engine: Engine) -> list[Route]:
    is_https = engine.settings.public_url.startswith("https://")

    async def enter(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            opened = await authorizing.open_link(engine, token)
            if opened.request.kind is not AuthKind.OAUTH2:
                return _ask(opened)
            departure = await authorizing.depart(engine, token, request.cookies)
        except PatchbayError as error:
            return _sorry(error)
        answer = RedirectResponse(departure.url, status_code=303, headers=pages.HEADERS)
        answer.set_cookie(
            departure.cookie,
            departure.nonce,
            max_age=COOKIE_SECONDS,
            path="/",
            secure=is_https,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def submit(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            opened = await authorizing.open_link(engine, token)
        except PatchbayError as error:
            return _sorry(error)
        typed = await pages.posted(request)
        if opened.request.kind is AuthKind.OAUTH2 or typed is None:
            return pages.message(
                "That was not understood",
                "This page expected something else. Go back to Slack and open the link again.",
                tone="trouble",
                status=400,
            )
        secret = {field.name: typed.get(field.name, "").strip() for field in _fields(opened)}
        if not all(secret.values()):
            return _ask(opened, "Fill in every field, please.")
        try:
            return _welcome(await authorizing.complete(engine, token, secret))
        except LinkGone as error:
            return _sorry(error)
        except PatchbayError as error:
            return _ask(opened, error.sentence)

    async def callback(request: Request) -> Response:
        asked = request.query_params
        state = asked.get("state", "")
        try:
            verdict = await authorizing.arrive(
                engine, state, request.cookies, asked.get("code"), asked.get("error")
            )
        except PatchbayError as error:
            return _sorry(error)
        answer = _welcome(verdict)
        answer.delete_cookie(authorizing.cookie_of(state.partition(".")[0]), path="/")
        return answer

    return [
        Route("/authorize/{token}", enter, methods=["GET"]),
        Route("/authorize/{token}", submit, methods=["POST"]),
        Route("/oauth/callback", callback, methods=["GET"]),
    ]


def _fields(opened: Opened) -> list[pages.Field]:
    """What is asked for. Their names are the names within the secret."""
    method = opened.method
    if method.type is AuthKind.BASIC:
        return [
            pages.Field("username", method.username_label, hint=method.hint),
            pages.Field("password", method.password_label, "password"),
        ]
    if method.type is AuthKind.NONE:
        return []
    return [pages.Field("key", method.label, "password", method.hint)]


def _ask(opened: Opened, problem: str | None = None) -> Response:
    name = opened.service.name
    return pages.form(
        f"Connect {name}",
        f"For the authorization “{opened.request.name}” in Slack. {name} is asked at once "
        "whether it accepts what you enter here.",
        _fields(opened),
        submit=f"Connect {name}",
        problem=problem,
        hint="Patchbay keeps it encrypted and never shows it again, not even to you. "
        "This page works once.",
        status=200 if problem is None else 422,
    )


def _welcome(verdict: Verdict) -> Response:
    return pages.message(f"{verdict.service} is connected", verdict.sentence)


def _sorry(error: PatchbayError) -> Response:
    if isinstance(error, LinkGone):
        heading = "This link was used already" if error.why == "used" else "This link does not work"
        return pages.message(heading, error.sentence, tone="trouble", hint="", status=410)
    return pages.message("Nothing was connected", error.sentence, tone="trouble", status=400)
