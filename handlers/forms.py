"""What was typed and picked in a modal, as plain values, and where it is kept meanwhile."""

from collections.abc import Mapping
from typing import Any

from bot.errors import NotFound
from handlers.click import Click
from store import drafts

Value = str | list[str] | None

_ONE = (  # where Slack puts the answer of an element that has one
    "value",
    "selected_date",
    "selected_time",
    "selected_user",
    "selected_channel",
    "selected_conversation",
)
_MANY = ("selected_users", "selected_channels", "selected_conversations")


def values_of(view: Mapping[str, Any]) -> dict[str, Value]:
    """By block id: text and single choices as str (None: empty), multiple ones as list[str].

    Check boxes are a list of the ticked values, also where there is only one box. In a block
    of several elements the first one that holds a value counts (buttons hold none).
    """
    state: Mapping[str, Mapping[str, Any]] = (view.get("state") or {}).get("values") or {}
    return {
        block_id: value_of(next(iter(elements.values())))
        for block_id, elements in state.items()
        if elements
    }


def value_of(element: Mapping[str, Any]) -> Value:
    """The answer in one element of `view.state.values`."""
    if "selected_options" in element:
        return [picked["value"] for picked in element["selected_options"] or []]
    if "selected_option" in element:
        picked = element["selected_option"]
        return str(picked["value"]) if picked else None
    for name in _MANY:
        if name in element:
            return list(element[name] or [])
    for name in _ONE:
        if name in element:
            return str(element[name]) if element[name] is not None else None
    return None


async def save_draft(click: Click, draft_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Merges `values` into the member's draft and returns all of it. Raises NotFound.

    A draft that was saved already stays as it is.
    """
    actor, engine = click.actor, click.engine
    async with engine.database.begin() as session:
        draft = await drafts.get(session, actor.workspace_id, actor.member_id, draft_id)
        if draft is None:
            raise NotFound(
                "What you were filling in is not there any more: it was kept for a while only. "
                "Close this window and start again."
            )
        if draft.saved_as is None:
            draft.data = {**draft.data, **values}
            draft.updated_at = engine.clock.now()
        return dict(draft.data)
