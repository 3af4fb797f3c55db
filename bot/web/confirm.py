"""The link in a confirmation mail: an outside address says that it wants the alerts.

Opening it changes nothing, since mail scanners open links; pressing the button does.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine import Engine
from bot.errors import NotFound
from bot.setup import confirmations
from bot.setup.confirmations import Confirmation
from bot.web import pages

NOTHING_MORE = "You can close this window."


def routes(engine: Engine) -> list[Route]:
    async def ask(request: Request) -> Response:
        found = await confirmations.look_up(engine, request.path_params["token"])
        if found.confirmed:
            return _confirmed(found)
        return pages.form(
            "Do you want these alerts?",
            f"Patchbay will write to {found.address} when “{found.integration_name}” has been "
            "disabled due to a large number of errors, and when it works again.",
            [],
            submit="Yes, send me alerts",
            hint="If you did not expect this, close this window and nothing will be sent.",
        )

    async def agree(request: Request) -> Response:
        return _confirmed(await confirmations.confirm(engine, request.path_params["token"]))

    async def either(request: Request) -> Response:
        try:
            return await (agree if request.method == "POST" else ask)(request)
        except NotFound as error:
            return pages.message(
                "This link does not work", error.sentence, tone="trouble", hint="", status=404
            )

    return [Route("/confirm-email/{token}", either, methods=["GET", "POST"])]


def _confirmed(found: Confirmation) -> Response:
    return pages.message(
        "Thank you",
        f"Alerts about “{found.integration_name}” will be sent to {found.address}.",
        hint=NOTHING_MORE,
    )
