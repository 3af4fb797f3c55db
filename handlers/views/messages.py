"""A message as it is given to Slack: blocks, and the text for notifications and screen readers."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from handlers.views.common import cut_mrkdwn

MESSAGE_BLOCKS = 50
TEXT = 3000  # shown in notifications, cut there anyway


@dataclass(frozen=True, slots=True)
class Message:
    text: str  # mrkdwn
    blocks: list[Block]


def message(text: str, blocks: Sequence[Block | None]) -> Message:
    """`text` is mrkdwn, escaped; blocks that are None are left out."""
    shown = [block for block in blocks if block is not None]
    return Message(cut_mrkdwn(text, TEXT), shown[:MESSAGE_BLOCKS])
