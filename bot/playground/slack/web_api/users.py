"""users.*"""

from typing import Any

from bot.playground.slack.errors import SlackError
from bot.playground.slack.state import Person, Workspace
from bot.playground.slack.web_api.call import Answer, Call, method, page_of


@method("users.info", "users:read")
def users_info(call: Call) -> Answer:
    person = call.workspace.person(call.args.text("user"))
    return {"user": _user(call, person)}


@method("users.list", "users:read")
def users_list(call: Call) -> Answer:
    people, cursor = page_of(list(call.workspace.people.values()), call.args)
    return {
        "members": [_user(call, person) for person in people],
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.lookupByEmail", "users:read.email")
def users_lookup_by_email(call: Call) -> Answer:
    wanted = call.args.required("email").lower()
    for person in call.workspace.people.values():
        if (person.email or "").lower() == wanted and not person.deleted:
            return {"user": _user(call, person)}
    raise SlackError("users_not_found")


def _user(call: Call, person: Person) -> dict[str, Any]:
    return user_json(call.workspace, person, with_email="users:read.email" in call.token.scopes)


def user_json(workspace: Workspace, person: Person, with_email: bool) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "real_name": person.name,
        "display_name": person.name,
        "real_name_normalized": person.name,
        "display_name_normalized": person.name,
        "team": workspace.id,
    }
    if with_email and person.email:
        profile["email"] = person.email
    user: dict[str, Any] = {
        "id": person.id,
        "team_id": workspace.id,
        "name": person.handle,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if not person.deleted:  # Slack leaves these out for who is gone
        user |= {
            "real_name": person.name,
            "tz": person.tz,
            "tz_label": person.tz,
            "tz_offset": person.utc_offset,
            "is_admin": person.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
        }
    return user
