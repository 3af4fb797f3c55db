"""auth.*, api.test, team.info, bots.info."""

from bot.playground.slack.errors import SlackError
from bot.playground.slack.messages import APP_ID
from bot.playground.slack.web_api.call import Answer, Call, method


@method("api.test", open=True)
def api_test(call: Call) -> Answer:
    if "error" in call.args:
        raise SlackError(call.args.text("error"))
    return {"args": call.args.as_dict()}


@method("auth.test")
def auth_test(call: Call) -> Answer:
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": workspace.bot.handle,
        "team_id": workspace.id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


@method("auth.revoke")
def auth_revoke(call: Call) -> Answer:
    if call.args.flag("test"):
        return {"revoked": False}
    workspace = call.workspace
    call.slack.revoke(call.token_text)
    tokens = {"oauth": [], "bot": [workspace.bot.id]}
    call.slack.emit(workspace, {"type": "tokens_revoked", "tokens": tokens})
    return {"revoked": True}


@method("team.info", "team:read")
def team_info(call: Call) -> Answer:
    workspace = call.workspace
    if call.args.text("team", workspace.id) != workspace.id:
        raise SlackError("team_not_found")
    return {
        "team": {
            "id": workspace.id,
            "name": workspace.name,
            "domain": workspace.domain,
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


@method("bots.info", "users:read")
def bots_info(call: Call) -> Answer:
    workspace = call.workspace
    if call.args.text("bot", workspace.bot_id) != workspace.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": workspace.bot_id,
            "deleted": False,
            "name": workspace.bot.name,
            "app_id": APP_ID,
            "user_id": workspace.bot.id,
            "updated": 0,
        }
    }
