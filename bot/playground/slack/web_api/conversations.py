"""conversations.*: channels and DMs, who is in them."""

from typing import Any

from bot.playground.slack.errors import SlackError
from bot.playground.slack.state import Channel, Workspace
from bot.playground.slack.web_api.call import Answer, Call, method, page_of

_READ = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
TYPES = {"public_channel": "public", "private_channel": "private", "im": "im"}


@method("conversations.open", "im:write")
def conversations_open(call: Call) -> Answer:
    """A DM with one member; groups of members are not part of this stand-in."""
    workspace = call.workspace
    if "channel" in call.args:
        channel = channel_of(call)
    else:
        users = call.args.listed("users")
        if not users:
            raise SlackError("no_users_supplied")
        if len(users) > 1:
            raise SlackError("not_enough_users")
        person = workspace.person(users[0])
        if person.deleted:
            raise SlackError("user_disabled")
        if person.is_bot:
            raise SlackError("cannot_dm_bot")
        channel = workspace.dm(person.id)
    full = call.args.flag("return_im")
    return {"channel": channel_json(workspace, channel) if full else {"id": channel.id}}


@method("conversations.info")
def conversations_info(call: Call) -> Answer:
    channel = channel_of(call)
    call.needs(_READ[channel.kind])
    shown = channel_json(call.workspace, channel)
    if call.args.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


@method("conversations.list")
def conversations_list(call: Call) -> Answer:
    channels = listed_channels(call, call.workspace.bot.id)
    page, cursor = page_of(channels, call.args)
    return {
        "channels": [channel_json(call.workspace, channel) for channel in page],
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.conversations")
def users_conversations(call: Call) -> Answer:
    """The channels that the bot (or `user`) is in."""
    member = call.workspace.person(call.args.text("user") or call.workspace.bot.id).id
    channels = [channel for channel in listed_channels(call, member) if member in channel.members]
    page, cursor = page_of(channels, call.args)
    return {
        "channels": [channel_json(call.workspace, channel) for channel in page],
        "response_metadata": {"next_cursor": cursor},
    }


@method("conversations.members")
def conversations_members(call: Call) -> Answer:
    channel = channel_of(call)
    call.needs(_READ[channel.kind])
    members, cursor = page_of(channel.members, call.args)
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


@method("conversations.join", "channels:join")
def conversations_join(call: Call) -> Answer:
    workspace = call.workspace
    channel = channel_of(call)
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    answer: Answer = {}
    if workspace.bot.id in channel.members:
        answer["warning"] = "already_in_channel"
    else:
        channel.members.append(workspace.bot.id)
        workspace.changes.add("channel.joined", workspace.id, channel=channel.id)
        joined = {"type": "member_joined_channel", "user": workspace.bot.id, "channel": channel.id}
        call.slack.emit(workspace, joined)
    return {**answer, "channel": channel_json(workspace, channel)}


def channel_of(call: Call, name: str = "channel") -> Channel:
    """The channel that the call names and the bot may see. Raises channel_not_found."""
    return call.workspace.channel(call.args.text(name), seen_by=call.workspace.bot.id)


def listed_channels(call: Call, seen_by: str) -> list[Channel]:
    """As `types` and `exclude_archived` ask; private ones only where the member is in them."""
    types = call.args.listed("types") or ["public_channel"]
    if unknown := [name for name in types if name not in (*TYPES, "mpim")]:
        raise SlackError("invalid_types", detail=unknown)
    kinds = [TYPES[name] for name in types if name in TYPES]
    call.needs(*(_READ[kind] for kind in kinds))
    archived_too = not call.args.flag("exclude_archived")
    return [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind == "public" or seen_by in channel.members)
        and (archived_too or not channel.archived)
    ]


def channel_json(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_org_shared": False,
        "context_team_id": workspace.id,
    }
    if channel.kind == "im":
        other = workspace.people[channel.other(workspace.bot.id)]
        return {**shown, "user": other.id, "is_user_deleted": other.deleted}
    return {
        **shown,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind == "private",
        "is_general": False,
        "is_member": workspace.bot.id in channel.members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
