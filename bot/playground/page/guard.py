"""Keeps other sites away from the page: it is for the browser on this machine alone.

A page elsewhere could point a name of its own at 127.0.0.1 (DNS rebinding) or post a form here;
so the Host header has to be a loopback name, and what changes something has to come from here.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = {"127.0.0.1", "localhost"}
READING = {"GET", "HEAD"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Around the whole page; a route may bring a Content-Security-Policy of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        reason = _reason(scope["method"], headers)

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    sent.setdefault(name, value)
            await send(message)

        app = self._app if reason is None else JSONResponse({"error": reason}, status_code=403)
        await app(scope, receive, sealed)


def _reason(method: str, headers: Headers) -> str | None:
    """Why it is refused; None where it is not."""
    host = headers.get("host", "")
    if host_name(host) not in LOOPBACK:
        return "The playground answers to 127.0.0.1 and localhost only."
    origin = headers.get("origin")
    if origin is None:
        same = method in READING
    else:
        parts = urlsplit(origin)
        same = parts.scheme == "http" and parts.netloc == host
    return None if same else "The playground obeys its own page only."


def host_name(host: str) -> str:
    """A Host header without its port."""
    return host if host.endswith("]") else host.rpartition(":")[0] or host
