"""The store's OAuth 2 endpoints, the page where its owner says yes or no among them."""

from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.playground.store.grants import CLIENT_ID, Grants, InvalidGrant

SCOPES = {
    "read_customers": "Read customers",
    "read_orders": "Read orders",
    "read_products": "Read products",
}

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"), autoescape=True
)


def routes(grants: Grants, account: str) -> list[Route]:
    async def ask(request: Request) -> Response:
        problem = _problem(request.query_params)
        if problem is not None:
            return problem
        page = _pages.get_template("consent.html").render(
            account=account,
            scopes=[SCOPES.get(scope, scope) for scope in _scopes(request.query_params)],
            hidden=dict(request.query_params),
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    async def decide(request: Request) -> Response:
        form = await request.form()
        problem = _problem(form)
        if problem is not None:
            return problem
        if form.get("decision") != "allow":
            return _back(form, error="access_denied", error_description="The owner said no")
        scope = " ".join(_scopes(form))
        code = grants.code(str(form["redirect_uri"]), str(form["code_challenge"]), scope)
        return _back(form, code=code)

    async def token(request: Request) -> Response:
        form = await request.form()
        if form.get("client_id") != CLIENT_ID:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        try:
            match form.get("grant_type"):
                case "authorization_code":
                    tokens = grants.exchange(
                        str(form.get("code")),
                        str(form.get("code_verifier")),
                        str(form.get("redirect_uri")),
                    )
                case "refresh_token":
                    tokens = grants.refresh(str(form.get("refresh_token")))
                case _:
                    return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        except InvalidGrant as reason:
            body = {"error": "invalid_grant", "error_description": str(reason)}
            return JSONResponse(body, status_code=400)
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(asdict(tokens) | {"token_type": "Bearer"}, headers=headers)

    async def revoke(request: Request) -> Response:
        grants.revoke(str((await request.form()).get("token")))
        return Response()  # the same for unknown tokens (RFC 7009, 2.2)

    return [
        Route("/oauth/authorize", ask, methods=["GET"]),
        Route("/oauth/authorize", decide, methods=["POST"]),
        Route("/oauth/token", token, methods=["POST"]),
        Route("/oauth/revoke", revoke, methods=["POST"]),
    ]


def _problem(asked: QueryParams | FormData) -> Response | None:
    """What is wrong with a request to authorize; None: nothing."""
    redirect_uri = urlsplit(str(asked.get("redirect_uri", "")))
    if asked.get("client_id") != CLIENT_ID:
        return HTMLResponse("<h1>Demo Store does not know this application</h1>", status_code=400)
    if redirect_uri.scheme not in ("http", "https") or not redirect_uri.netloc:
        return HTMLResponse("<h1>There is no address to go back to</h1>", status_code=400)
    if asked.get("response_type") != "code":
        return _back(asked, error="unsupported_response_type")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return _back(asked, error="invalid_request", error_description="PKCE (S256) is required")
    return None


def _scopes(asked: QueryParams | FormData) -> list[str]:
    return str(asked.get("scope") or " ".join(SCOPES)).split()


def _back(asked: QueryParams | FormData, **answer: str) -> Response:
    if asked.get("state"):
        answer["state"] = str(asked["state"])
    uri = str(asked["redirect_uri"])
    joint = "&" if urlsplit(uri).query else "?"
    return RedirectResponse(f"{uri}{joint}{urlencode(answer)}", status_code=303)
