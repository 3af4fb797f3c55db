"""Small parts that every view uses; all text is cut and escaped to Slack's limits here."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from slack_sdk.models.blocks import (
    Block,
    BlockElement,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

OPTION_TEXT = 75
SECTION_TEXT = 3000
FIELD_TEXT = 2000
TITLE = 24
MODAL_BLOCKS = 100

# Slack has no way to escape these. A zero-width space beside one counts as the end of a word,
# which rather invites formatting, so a sign is shown as one that looks alike. An underscore
# within a word, as in customer_id, is nothing to Slack and stays.
_SIGN = re.compile(r"[*~`]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_ALIKE = str.maketrans("*_~`", "\u2217\u02cd\u223c\u02cb")
_URL = re.compile(r"https?://\S+")


def escape(text: object) -> str:
    """Text from outside, safe in mrkdwn (https://docs.slack.dev/messaging/formatting-message-text).

    For reading only: a sign of formatting becomes one that looks like it, in a URL its %-code.
    """
    words = _URL.sub(lambda url: _SIGN.sub(_coded, url[0]), _entities(text))
    return _SIGN.sub(lambda sign: sign[0].translate(_ALIKE), words)


def escape_code(text: object) -> str:
    """Text from outside as it may stand between backticks, where no other sign formats."""
    return _entities(text).replace("`", "\u02cb")


def _entities(text: object) -> str:
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _coded(sign: re.Match[str]) -> str:
    return f"%{ord(sign[0]):02X}"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def cut_mrkdwn(text: str, limit: int) -> str:
    """As `cut`, never leaving half of an entity such as `&am…` behind."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    amp = head.rfind("&", -6)
    if amp != -1 and ";" not in head[amp:]:
        head = head[:amp]
    return head + "…"


def plain(text: str, limit: int = OPTION_TEXT) -> PlainTextObject:
    return PlainTextObject(text=cut(text, limit) or "–", emoji=True)


def title(text: str) -> PlainTextObject:
    return plain(text, TITLE)


def mrkdwn(text: str, limit: int = SECTION_TEXT) -> MarkdownTextObject:
    return MarkdownTextObject(text=cut_mrkdwn(text, limit) or "–")


def option(text: str, value: str | int, description: str | None = None) -> Option:
    return Option(
        text=plain(text),
        value=str(value),
        description=plain(description) if description else None,
    )


def section(
    text: str,
    *,
    block_id: str | None = None,
    accessory: BlockElement | None = None,
    fields: Sequence[str] = (),
) -> SectionBlock:
    """`text` and `fields` are mrkdwn: escape what came from outside before it comes here."""
    return SectionBlock(
        text=mrkdwn(text) if text else None,
        block_id=block_id,
        accessory=accessory,
        fields=[mrkdwn(field, FIELD_TEXT) for field in fields[:10]] or None,
    )


def header(text: str) -> HeaderBlock:
    return HeaderBlock(text=plain(text, 150))


def context(*texts: str) -> ContextBlock:
    return ContextBlock(elements=[mrkdwn(text) for text in texts[:10]])


def divider() -> DividerBlock:
    return DividerBlock()


def button(
    text: str,
    action_id: str,
    value: str | int = "",
    *,
    style: Literal["primary", "danger"] | None = None,
    url: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    return ButtonElement(
        text=plain(text),
        action_id=action_id,
        value=str(value) or None,
        style=style,
        url=url,
        confirm=confirm,
    )


def confirm(heading: str, text: str, yes: str, no: str = "Cancel") -> ConfirmObject:
    """Asked before something that cannot be taken back. `text` is mrkdwn."""
    return ConfirmObject(
        title=plain(heading, 100),
        text=mrkdwn(text, 300),
        confirm=plain(yes, 30),
        deny=plain(no, 30),
        style="danger",
    )


def when(moment: datetime | None, never: str = "never") -> str:
    """A time that everyone reads in their own zone (mrkdwn)."""
    if moment is None:
        return never
    fallback = moment.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def number(value: int) -> str:
    return f"{value:,}"


def bullet_list(lines: Sequence[str], limit: int = 10) -> str:
    """mrkdwn lines with bullets; says how many more there are."""
    shown = [f"• {line}" for line in lines[:limit]]
    if len(lines) > limit:
        shown.append(f"…and {number(len(lines) - limit)} more")
    return "\n".join(shown)


def modal(
    heading: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    metadata: str = "",
    submit: str | None = None,
    close: str = "Close",
    notify_on_close: bool = False,
) -> View:
    """A modal; more blocks than Slack takes are cut, with a line that says so."""
    shown = list(blocks)
    if len(shown) > MODAL_BLOCKS:
        shown = [*shown[: MODAL_BLOCKS - 1], context("Not everything fits here.")]
    return View(
        type="modal",
        title=title(heading),
        blocks=shown,
        callback_id=callback_id,
        private_metadata=metadata,
        submit=title(submit) if submit else None,
        close=title(close),
        notify_on_close=notify_on_close,
    )


def loading(heading: str) -> View:
    """Opened at once where the real view needs an answer from elsewhere."""
    return modal(heading, [section(":hourglass_flowing_sand: Loading…")], callback_id="loading")
