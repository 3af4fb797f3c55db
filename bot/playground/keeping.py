"""What a demo leaves in its folder for the next one, beside the two databases.

Kept: channels and messages, what was read, the store's records, tokens and switches, the mails,
the time that was skipped, the ports. Forgotten: open windows, Homes (drawn anew when opened), the
protocol so far.
"""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.playground.host import Playground
from bot.playground.mailbox import Mailbox
from bot.playground.page.session import Session
from bot.playground.slack import SlackServer
from bot.playground.slack.messages import Message
from bot.playground.slack.state import Channel

NAME = "playground.json"
VERSION = 1
BYTES = "latin-1"  # a mail is bytes, JSON is text: one character for each byte


class Ports(BaseModel):
    """Where things listened; links and authorizations name these. 0: any."""

    page: int = 0
    bot: int = 0
    store: int = 0


class Kept(BaseModel):
    version: int
    ports: Ports
    skipped_seconds: float
    store: dict[str, Any]
    channels: list[dict[str, Any]]
    whispers: dict[str, list[dict[str, Any]]]
    read: list[tuple[str, str, str]]  # member, channel, ts
    mails: list[str]


def load(folder: Path) -> Kept | None:
    """None where nothing was kept, or by another version."""
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        kept = Kept.model_validate_json(path.read_bytes())
    except ValidationError:
        return None
    return kept if kept.version == VERSION else None


def save(folder: Path, kept: Kept) -> None:
    """All of it or, where the machine goes down meanwhile, what was kept before."""
    fresh = folder / f"{NAME}.new"
    fresh.write_text(kept.model_dump_json())
    fresh.chmod(0o600)
    os.replace(fresh, folder / NAME)


def take(ground: Playground, session: Session, ports: Ports) -> Kept:
    workspace = ground.slack.workspace
    return Kept(
        version=VERSION,
        ports=ports,
        skipped_seconds=ground.clock.shift.total_seconds(),
        store=ground.store.kept(),
        channels=[asdict(channel) for channel in workspace.channels.values()],
        whispers={
            member: [asdict(message) for message in messages]
            for member, messages in workspace.ephemerals.items()
        },
        read=[(member, channel, ts) for (member, channel), ts in session.read.items()],
        mails=[mail.as_bytes().decode(BYTES) for mail in ground.mailbox.messages],
    )


def restore(kept: Kept, slack: SlackServer, mailbox: Mailbox) -> None:
    """Before the bot starts, or it would miss the threads of its alerts."""
    workspace = slack.workspace
    for channel in kept.channels:
        messages = [_message(message) for message in channel["messages"]]
        workspace.channels[channel["id"]] = Channel(**channel | {"messages": messages})
    for member, whispers in kept.whispers.items():
        workspace.ephemerals[member] = [_message(message) for message in whispers]
    mailbox.restore(mail.encode(BYTES) for mail in kept.mails)


def mark(ground: Playground) -> tuple[object, ...]:
    """Another one once there is something new to keep."""
    return (
        len(ground.slack.slack.changes.entries),
        ground.store.last_change,
        ground.store.trouble.model_dump_json(),
        len(ground.mailbox.messages),
        ground.clock.shift,
    )


def _message(kept: dict[str, Any]) -> Message:
    message = Message(**kept)
    message.values = kept["values"]
    return message
