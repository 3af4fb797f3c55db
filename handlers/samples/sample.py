"""One view, message or list of blocks as it goes to Slack."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, ParamSpec

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from handlers.views.messages import Message

Size = Literal["typical", "extreme"]
Kind = Literal["view", "message", "blocks"]  # as blocks.validate takes them
Surface = Literal["modal", "home", "message"]
Given = ParamSpec("Given")

TYPICAL: Size = "typical"
EXTREME: Size = "extreme"


@dataclass(frozen=True, slots=True)
class Sample:
    """`payload` is plain JSON: an object, or an array where the kind is blocks."""

    builder: str  # mapping.mapping_view
    size: Size
    case: str  # which of several drawings; may be empty
    kind: Kind
    surface: Surface  # where it stands
    payload: Any

    @property
    def name(self) -> str:
        """For example `alerts.direct_message, typical: held`."""
        return f"{self.builder}, {self.size}" + (f": {self.case}" if self.case else "")


def drawn(
    size: Size,
    case: str,
    build: Callable[Given, View | Message | Block | Sequence[Block] | dict[str, Any]],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Sample:
    """What that builder makes of it: a view, a message, or blocks that stand in a message."""
    return _sample(size, case, build, build(*args, **kwargs), "message")


def drawn_in_modal(
    size: Size,
    case: str,
    build: Callable[Given, Sequence[Block]],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Sample:
    """As `drawn`, of blocks that stand in a modal."""
    return _sample(size, case, build, build(*args, **kwargs), "modal")


def _sample(size: Size, case: str, build: Any, built: Any, surface: Surface) -> Sample:
    builder = f"{build.__module__.rpartition('.')[2]}.{build.__name__}"
    if isinstance(built, Message):
        blocks = [block.to_dict() for block in built.blocks]
        payload: Any = {"text": built.text, "blocks": blocks}
        return Sample(builder, size, case, "message", "message", payload)
    if isinstance(built, View | dict):
        payload = built.to_dict() if isinstance(built, View) else built
        return Sample(builder, size, case, "view", payload["type"], payload)
    found = [built] if isinstance(built, Block) else built
    return Sample(builder, size, case, "blocks", surface, [block.to_dict() for block in found])
