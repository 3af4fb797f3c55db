"""The mailbox: a list, and each mail as HTML and as text, its links leading where they can."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.playground.host import Playground
from bot.playground.page.answers import NEVER_KEPT, Refused, answer
from bot.playground.page.panels import asking
from bot.playground.page.panels.asking import Asked

KEPT = 500  # the newest mails; older ones are not listed
SLACK_HOSTS = ("slack.com", "app.slack.com")

_HREF = re.compile(r"""\bhref=("[^"]*"|'[^']*')""", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")

# Inside the frame nothing runs and nothing is loaded; links open in a tab of their own.
FRAME_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)
FRAME_HEAD = '<base target="_blank">'


class Refuse(Asked):
    on: bool


class MailboxPanel:
    def __init__(self, ground: Playground) -> None:
        self._mailbox = ground.mailbox
        self._people = ground.slack.workspace.people
        self._refuses = False

    def routes(self) -> list[Route]:
        return [
            Route("/api/mailbox", self._list),
            Route("/api/mailbox/refuse", self._refuse, methods=["POST"]),
            Route("/api/mailbox/{number:int}", self._read),
            Route("/api/mailbox/{number:int}/html", self._html),
        ]

    def mark(self) -> str:
        return f"{len(self._mailbox.messages)}|{self._refuses}"

    async def _list(self, _: Request) -> Response:
        messages = self._mailbox.messages
        numbered = list(enumerate(messages))[-KEPT:]
        mails = [_summary(number, message) for number, message in reversed(numbered)]
        return answer({"mails": mails, "total": len(messages), "refuses": self._refuses})

    async def _read(self, request: Request) -> Response:
        number, message = self._asked(request)
        text = _body(message, "plain")
        return answer(
            _summary(number, message)
            | {
                "has_html": bool(_body(message, "html")),
                "text": text,
                "links": {
                    address: self._leads_to(address, message) for address in _ADDRESS.findall(text)
                },
            }
        )

    async def _html(self, request: Request) -> Response:
        """For a frame."""
        _, message = self._asked(request)
        html = _framed(_body(message, "html"), lambda address: self._leads_to(address, message))
        headers = {**NEVER_KEPT, "Content-Security-Policy": FRAME_POLICY}
        return HTMLResponse(html, headers=headers)

    def _asked(self, request: Request) -> tuple[int, EmailMessage]:
        number, messages = request.path_params["number"], self._mailbox.messages
        if number >= len(messages):
            raise Refused("This mail is not there any more.", 404)
        return number, messages[number]

    def _leads_to(self, address: str, message: EmailMessage) -> str:
        """A link into Slack leads to this page, as whom the mail is for; others stay."""
        parts = urlsplit(address)
        if parts.hostname not in SLACK_HOSTS:
            return address
        to = str(message["To"]).casefold()
        person = next((one.id for one in self._people.values() if one.email == to), "")
        channel = parse_qs(parts.query).get("channel", [""])[0]
        return f"/?as={quote(person)}#{quote(channel)}" if person else f"/#{quote(channel)}"

    async def _refuse(self, request: Request) -> Response:
        """The mail server answers 421 (busy), or works again."""
        self._refuses = (await asking.read(request, Refuse)).on
        self._mailbox.refuse(self._refuses)
        return answer({"refuses": self._refuses})


def _summary(number: int, message: EmailMessage) -> dict[str, Any]:
    return {
        "number": number,
        "from": str(message["From"]),
        "to": str(message["To"]),
        "subject": str(message["Subject"] or "(no subject)"),
        "at": _at(message),
        "preview": " ".join(_body(message, "plain").split())[:140],
    }


def _at(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(str(message["Date"])).isoformat()
    except ValueError:
        return None


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _framed(html: str, leads_to: Callable[[str], str]) -> str:
    """The mail as it is put into a frame: see FRAME_POLICY."""

    def lead(found: re.Match[str]) -> str:
        return f'href="{escape(leads_to(unescape(found[1][1:-1])))}" rel="noopener noreferrer"'

    led = _HREF.sub(lead, html)
    head = re.search(r"<head[^>]*>", led, re.IGNORECASE)
    at = head.end() if head else 0
    return led[:at] + FRAME_HEAD + led[at:]
