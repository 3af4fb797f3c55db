"""How trouble looks: a banner on the open modal, or a short message."""

from typing import Any

from slack_sdk.models.blocks import Block

from handlers.views.common import bullet_list, escape, section

BANNER = "error_banner"

# What Slack sends with a view in a payload, and does not take back in views.update.
_KEPT = (
    "type",
    "title",
    "submit",
    "close",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
)


def apology(reference: str) -> str:
    return (
        "Something went wrong on our side and nothing was changed. Try again in a minute; "
        f"if it happens again, tell your Patchbay engineer this number: {reference}."
    )


def explanation(sentence: str, details: list[str]) -> list[Block]:
    text = f":warning: {escape(sentence)}"
    if details:
        text += "\n" + bullet_list([escape(detail) for detail in details])
    return [section(text)]


def banner_on(view: dict[str, Any], sentence: str, details: list[str]) -> dict[str, Any]:
    """The same modal with the sentence on top; block ids stay, so what was typed stays."""
    [banner] = explanation(sentence, details)
    banner.block_id = BANNER
    blocks = [block for block in view["blocks"] if block.get("block_id") != BANNER]
    shown = {key: view[key] for key in _KEPT if view.get(key) not in (None, "")}
    return {**shown, "blocks": [banner.to_dict(), *blocks][:100]}
