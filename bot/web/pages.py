"""The few web pages a member meets beside Slack: a sentence, or a short form. No scripts."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

_FOLDER = Path(__file__).parent / "templates"
_CSS = (_FOLDER / "page.css").read_text(encoding="utf-8")
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
LARGEST_FORM = 64 * 1024  # bytes

_templates = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True)
_templates.globals["css"] = Markup(_CSS)  # noqa: S704 - our own file


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a form page; what was typed is never shown again."""

    name: str
    label: str
    kind: Literal["text", "password", "url"] = "text"
    hint: str = ""


def message(
    heading: str,
    text: str,
    *,
    tone: Literal["good", "trouble"] = "good",
    hint: str = "You can close this window and go back to Slack.",
    status: int = 200,
) -> HTMLResponse:
    """A page that says what happened. All texts are plain."""
    page = _templates.get_template("message.html")
    html = page.render(heading=heading, text=text, tone=tone, hint=hint)
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def form(
    heading: str,
    text: str,
    fields: Sequence[Field],
    *,
    submit: str,
    problem: str | None = None,
    hint: str = "",
    status: int = 200,
) -> HTMLResponse:
    """A page with a form that posts to its own address. `problem`: why it is shown again."""
    page = _templates.get_template("form.html")
    html = page.render(
        heading=heading, text=text, fields=fields, submit=submit, problem=problem, hint=hint
    )
    return HTMLResponse(html, status_code=status, headers=HEADERS)


async def posted(request: Request) -> dict[str, str] | None:
    """The fields of a posted form; None where it is too large to be one of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
