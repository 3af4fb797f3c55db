"""chat.*: posting, editing and removing messages."""

from typing import Any

from bot.playground.slack.errors import SlackError
from bot.playground.slack.limits import refuse_message
from bot.playground.slack.messages import Message
from bot.playground.slack.state import Channel
from bot.playground.slack.views import filled
from bot.playground.slack.web_api.call import Answer, Call, method
from bot.playground.slack.web_api.conversations import channel_of


@method("chat.postMessage", "chat:write")
def chat_post_message(call: Call) -> Answer:
    channel = _writable(call)
    content = _content(call)
    thread_ts = call.args.optional("thread_ts")
    if thread_ts and channel.message(thread_ts) is None:
        raise SlackError("thread_not_found")
    message = call.workspace.post(
        channel,
        _by_bot(
            call,
            channel,
            **content,
            thread_ts=thread_ts,
            broadcast=bool(thread_ts) and call.args.flag("reply_broadcast"),
            metadata=call.args.json("metadata"),
        ),
    )
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message.as_json(call.workspace.id, with_metadata=True),
    }


@method("chat.postEphemeral", "chat:write")
def chat_post_ephemeral(call: Call) -> Answer:
    channel = _writable(call)
    person = call.workspace.person(call.args.required("user"))
    if person.id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = _content(call)
    message = call.workspace.whisper(
        person.id,
        _by_bot(
            call,
            channel,
            **content,
            thread_ts=call.args.optional("thread_ts"),
            ephemeral_for=person.id,
        ),
    )
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
def chat_update(call: Call) -> Answer:
    """What is not given stays as it was."""
    channel, message = _own(call, "cant_update_message")
    content = _content(call, before=message)
    message.edit(content["text"], content["blocks"])
    message.attachments = content["attachments"]
    if "metadata" in call.args:
        message.metadata = call.args.json("metadata")
    workspace = call.workspace
    message.edited = workspace.new_ts()
    workspace.changes.add("message.edited", workspace.id, channel=channel.id, ts=message.ts)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.as_json(workspace.id, with_metadata=True),
    }


@method("chat.delete", "chat:write")
def chat_delete(call: Call) -> Answer:
    channel, message = _own(call, "cant_delete_message")
    channel.messages.remove(message)
    workspace = call.workspace
    workspace.changes.add("message.deleted", workspace.id, channel=channel.id, ts=message.ts)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
def chat_get_permalink(call: Call) -> Answer:
    channel = channel_of(call)
    message = channel.message(call.args.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": call.workspace.permalink(channel, message)}


def _writable(call: Call) -> Channel:
    """Where the bot may post; a member's id stands for their DM."""
    workspace = call.workspace
    wanted = call.args.required("channel")
    if wanted in workspace.people and not workspace.people[wanted].is_bot:
        channel = workspace.dm(wanted)
    else:
        channel = channel_of(call)
    gone = channel.kind == "im" and workspace.people[channel.other(workspace.bot.id)].deleted
    if channel.archived or gone:
        raise SlackError("is_archived")
    public = channel.kind == "public" and "chat:write.public" in call.token.scopes
    if workspace.bot.id not in channel.members and not public:
        raise SlackError("not_in_channel")
    return channel


def _own(call: Call, otherwise: str) -> tuple[Channel, Message]:
    """The bot's own message that the call names."""
    channel = channel_of(call)
    message = channel.message(call.args.text("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.user != call.workspace.bot.id:
        raise SlackError(otherwise)
    if channel.archived:
        raise SlackError("is_archived")
    return channel, message


def _content(call: Call, before: Message | None = None) -> dict[str, Any]:
    """Text, blocks and attachments, checked; those not given are the message's own."""
    text = call.args.text("text", before.text if before else "")
    given_blocks, given_attachments = call.args.json("blocks"), call.args.json("attachments")
    blocks = given_blocks if given_blocks is not None else before.blocks if before else []
    attachments = (
        given_attachments if given_attachments is not None else before.attachments if before else []
    )
    refuse_message(text, blocks, attachments)
    return {
        "text": text,
        "blocks": filled({"blocks": blocks})["blocks"],
        "attachments": attachments,
    }


def _by_bot(call: Call, channel: Channel, **rest: Any) -> Message:
    workspace = call.workspace
    return Message(
        channel=channel.id,
        ts=workspace.new_ts(),
        user=workspace.bot.id,
        bot_id=workspace.bot_id,
        **rest,
    )
