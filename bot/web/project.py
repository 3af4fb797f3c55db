"""The one-time page where an admin types the database URL of a project."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine import Engine
from bot.errors import NotFound, PatchbayError
from bot.setup import projects
from bot.web import pages

_URL = "url"


def routes(engine: Engine) -> list[Route]:
    async def enter(request: Request) -> Response:
        try:
            return _ask(await projects.open_link(engine, *_link(request)))
        except NotFound as error:
            return _sorry(error)

    async def submit(request: Request) -> Response:
        draft_id, token = _link(request)
        try:
            link = await projects.open_link(engine, draft_id, token)
        except NotFound as error:
            return _sorry(error)
        url = (await pages.posted(request) or {}).get(_URL, "").strip()
        if not url:
            return _ask(link, "Enter the URL of the database, please.")
        try:
            project = await projects.add(engine, draft_id, token, url)
        except NotFound as error:
            return _sorry(error)
        except PatchbayError as error:
            return _ask(link, error.sentence)
        return pages.message(
            f"“{project.name}” is added",
            "Its database answered. It can now be chosen in the mapping of a data transfer.",
        )

    path = "/project/{draft:int}/{token}"
    return [Route(path, enter, methods=["GET"]), Route(path, submit, methods=["POST"])]


def _link(request: Request) -> tuple[int, str]:
    return int(request.path_params["draft"]), str(request.path_params["token"])


def _ask(link: projects.Link, problem: str | None = None) -> Response:
    hint = (
        "postgresql://user:password@host:5432/database, or mysql://… Its tables are read from it."
    )
    return pages.form(
        f"Add the project “{link.name}”",
        "Patchbay connects to the database at once and says whether it answers.",
        [pages.Field(_URL, "Database URL", "password", hint)],
        submit="Add the project",
        problem=problem,
        hint="The URL is kept encrypted and never shown again. This page works once.",
        status=200 if problem is None else 422,
    )


def _sorry(error: NotFound) -> Response:
    return pages.message(
        "This link does not work", error.sentence, tone="trouble", hint="", status=410
    )
