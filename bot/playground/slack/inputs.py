"""What a member may enter: the state of each element, as Slack writes it in `state.values`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]  # {"type": …, "value": …} and the like
Values = dict[str, dict[str, State]]  # by block_id, then action_id

TEXT = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}

# element type → the key of its state, the key of its initial value, whether it is a list
_STATES: dict[str, tuple[str, str, bool]] = {
    **dict.fromkeys(TEXT, ("value", "initial_value", False)),
    "rich_text_input": ("rich_text_value", "initial_value", False),
    "static_select": ("selected_option", "initial_option", False),
    "external_select": ("selected_option", "initial_option", False),
    "radio_buttons": ("selected_option", "initial_option", False),
    "users_select": ("selected_user", "initial_user", False),
    "conversations_select": ("selected_conversation", "initial_conversation", False),
    "channels_select": ("selected_channel", "initial_channel", False),
    "multi_static_select": ("selected_options", "initial_options", True),
    "multi_external_select": ("selected_options", "initial_options", True),
    "checkboxes": ("selected_options", "initial_options", True),
    "multi_users_select": ("selected_users", "initial_users", True),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", True),
    "multi_channels_select": ("selected_channels", "initial_channels", True),
    "datepicker": ("selected_date", "initial_date", False),
    "timepicker": ("selected_time", "initial_time", False),
    "datetimepicker": ("selected_date_time", "initial_date_time", False),
    "file_input": ("files", "", True),
}

MULTI = {kind for kind, (_, _, many) in _STATES.items() if many}


@dataclass(frozen=True, slots=True)
class Placed:
    """An element and the block it stands in (the innermost one)."""

    block: dict[str, Any]
    element: dict[str, Any]

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def type(self) -> str:
        return str(self.element["type"])

    @property
    def is_input(self) -> bool:
        return bool(self.block["type"] == "input")

    @property
    def dispatches(self) -> bool:
        """Whether the bot hears of it before a form is submitted."""
        return not self.is_input or bool(self.block.get("dispatch_action"))


def inner_blocks(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks in a container or a carousel."""
    if block.get("type") == "container":
        return list(block.get("child_blocks", []))
    return list(block.get("elements", [])) if block.get("type") == "carousel" else []


def placed_elements(blocks: list[dict[str, Any]]) -> Iterator[Placed]:
    """Every interactive element, from top to bottom."""
    for block in blocks:
        yield from placed_elements(inner_blocks(block))
        for element in _elements(block):
            if "action_id" in element:
                yield Placed(block, element)


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    kind = block.get("type")
    if kind == "input":
        return [block["element"]]
    if kind in ("section", "auth_provider"):
        return [block["accessory"]] if "accessory" in block else []
    if kind in ("actions", "context_actions"):
        return list(block["elements"])
    return list(block.get("actions", [])) if kind == "card" else []


def is_stateful(element: dict[str, Any]) -> bool:
    return element.get("type") in _STATES


def state_key(kind: str) -> str:
    """Under which key a state of this element type keeps what was entered."""
    return _STATES[kind][0]


def entered(state: State) -> Any:
    """What was entered or chosen; None or [] where nothing was."""
    return state.get(state_key(str(state["type"])))


def state_of(kind: str, value: Any) -> State:
    return {"type": kind, state_key(kind): value}


def initial_state(element: dict[str, Any]) -> State:
    kind = str(element["type"])
    _, initial, many = _STATES[kind]
    return state_of(kind, element.get(initial, [] if many else None))


def values_of(blocks: list[dict[str, Any]], kept: Values | None = None) -> Values:
    """The states a view starts with: what was typed where the ids stayed, else what it proposes."""
    values: Values = {}
    for placed in placed_elements(blocks):
        if not is_stateful(placed.element):
            continue
        state = (kept or {}).get(placed.block_id, {}).get(placed.action_id)
        if state is None or state["type"] != placed.type or not _possible(placed.element, state):
            state = initial_state(placed.element)
        values.setdefault(placed.block_id, {})[placed.action_id] = state
    return values


def options_in(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The options that the element brings along, groups flattened."""
    options = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options += group.get("options", [])
    return options


def _possible(element: dict[str, Any], state: State) -> bool:
    """Whether what was chosen is still on offer (external selects cannot tell)."""
    if "options" not in element and "option_groups" not in element:
        return True
    chosen = entered(state)
    chosen = chosen if isinstance(chosen, list) else [chosen] if chosen else []
    offered = {option.get("value") for option in options_in(element)}
    return all(option.get("value") in offered for option in chosen)
