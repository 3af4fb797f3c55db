"""The app itself: oauth.v2.access, apps.uninstall, apps.connections.open."""

from bot.playground.slack.errors import SlackError
from bot.playground.slack.messages import APP_ID
from bot.playground.slack.web_api.call import Answer, Call, method


@method("oauth.v2.access", open=True)
def oauth_v2_access(call: Call) -> Answer:
    _check_client(call)
    token, workspace = call.slack.exchange(call.args.text("code"))
    installer = next((p.id for p in workspace.people.values() if not p.is_bot), workspace.bot.id)
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(sorted(call.slack.tokens[token].scopes)),
        "bot_user_id": workspace.bot.id,
        "app_id": APP_ID,
        "team": {"id": workspace.id, "name": workspace.name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": installer},
    }


@method("apps.uninstall")
def apps_uninstall(call: Call) -> Answer:
    _check_client(call)
    workspace = call.workspace
    call.slack.revoke_all(workspace)
    tokens = {"oauth": [], "bot": [workspace.bot.id]}
    call.slack.emit(workspace, {"type": "tokens_revoked", "tokens": tokens})
    call.slack.emit(workspace, {"type": "app_uninstalled"})
    return {}


@method("apps.connections.open", open=True)
def apps_connections_open(call: Call) -> Answer:
    if call.token_text != call.slack.app_token:
        raise SlackError("invalid_auth")
    return {"url": call.slack.sockets.url}


def _check_client(call: Call) -> None:
    if call.args.text("client_id") != call.slack.client_id:
        raise SlackError("invalid_client_id")
    if call.args.text("client_secret") != call.slack.client_secret:
        raise SlackError("bad_client_secret")
