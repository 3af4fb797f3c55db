"""views.*: what the bot draws on the members' screens."""

from typing import Any

from bot.playground.slack.errors import SlackError
from bot.playground.slack.limits import refuse_view
from bot.playground.slack.state import Workspace
from bot.playground.slack.views import ShownView
from bot.playground.slack.web_api.call import Answer, Call, method, missing


@method("views.open")
def views_open(call: Call) -> Answer:
    view = _view(call, "modal")
    workspace, member = call.workspace, _who(call)
    return _answer(workspace, workspace.views.open(member, view))


@method("views.push")
def views_push(call: Call) -> Answer:
    view = _view(call, "modal")
    workspace, member = call.workspace, _who(call)
    return _answer(workspace, workspace.views.push(member, view))


@method("views.update")
def views_update(call: Call) -> Answer:
    view = _view(call, "modal")
    views = call.workspace.views
    view_id, external_id = call.args.optional("view_id"), call.args.optional("external_id")
    if not view_id and not external_id:
        raise missing("view_id")
    shown = views.find(view_id, external_id)
    return _answer(call.workspace, views.update(shown, view, call.args.optional("hash")))


@method("views.publish")
def views_publish(call: Call) -> Answer:
    view = _view(call, "home")
    member = call.workspace.person(call.args.required("user_id"))
    if member.deleted:
        raise SlackError("user_disabled")
    home = call.workspace.views.publish(member.id, view, call.args.optional("hash"))
    return _answer(call.workspace, home)


def _view(call: Call, kind: str) -> dict[str, Any]:
    if "view" not in call.args:
        raise missing("view")
    view = call.args.json("view")
    refuse_view(view, kind)
    checked: dict[str, Any] = view
    return checked


def _who(call: Call) -> str:
    """Whose click the trigger id came from."""
    trigger = call.args.optional("trigger_id") or call.args.optional("interactivity_pointer")
    if trigger is None:
        raise missing("trigger_id")
    return call.slack.triggers.exchange(trigger)


def _answer(workspace: Workspace, shown: ShownView) -> Answer:
    return {"view": workspace.views.as_json(shown)}
