"""One call of a Web API method: its arguments, who calls, and what the method may lean on."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.playground.slack.core import Slack, Token
from bot.playground.slack.errors import SlackError
from bot.playground.slack.state import Workspace

Answer = dict[str, Any]
Item = TypeVar("Item")


class Arguments:
    """Form fields, or JSON; objects may come as JSON within a field."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = {key: value for key, value in given.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def text(self, name: str, default: str = "") -> str:
        return str(self._given.get(name, default))

    def required(self, name: str) -> str:
        if self.text(name) == "":
            raise missing(name)
        return self.text(name)

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def flag(self, name: str, default: bool = False) -> bool:
        return self.text(name, str(default)).lower() in ("true", "1")

    def integer(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise SlackError("invalid_arguments") from None

    def listed(self, name: str) -> list[str]:
        """A comma-separated list, or a JSON array."""
        value = self._given.get(name, "")
        items = value if isinstance(value, list) else str(value).split(",")
        return [str(item).strip() for item in items if str(item).strip()]

    def json(self, name: str) -> Any:
        """The object or array; None where it is not given. Raises invalid_arguments."""
        value = self._given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(
                "invalid_arguments",
                response_metadata={"messages": [f"[ERROR] {name} is not valid JSON"]},
            ) from None

    def as_dict(self) -> dict[str, Any]:
        return dict(self._given)


@dataclass(frozen=True, slots=True)
class Call:
    slack: Slack
    args: Arguments
    token_text: str
    _token: Token | None = None

    @property
    def token(self) -> Token:
        if self._token is None:
            raise SlackError("not_authed")
        return self._token

    @property
    def workspace(self) -> Workspace:
        return self.token.workspace

    def needs(self, *scopes: str) -> None:
        """Raises missing_scope unless the token was granted all of them."""
        lacking = [scope for scope in scopes if scope not in self.token.scopes]
        if lacking:
            provided = ",".join(sorted(self.token.scopes))
            raise SlackError("missing_scope", needed=",".join(lacking), provided=provided)


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    work: Callable[[Call], Answer]
    scopes: tuple[str, ...] = ()
    open: bool = False  # answers without a token


METHODS: dict[str, Method] = {}


def method(
    name: str, *scopes: str, open: bool = False
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Registers a function as the Web API method of that name."""

    def register(work: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        METHODS[name] = Method(name, work, scopes, open)
        return work

    return register


def missing(name: str) -> SlackError:
    message = f"[ERROR] missing required field: {name}"
    return SlackError("invalid_arguments", response_metadata={"messages": [message]})


def page_of(items: Sequence[Item], args: Arguments, most: int = 1000) -> tuple[list[Item], str]:
    """One page by `limit` and `cursor`, and the cursor of the next ("" for none)."""
    limit = min(max(args.integer("limit", 100), 1), most)
    start = _read_cursor(args.text("cursor"))
    after = start + limit
    return list(items[start:after]), _cursor(after) if after < len(items) else ""


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"next:{position}".encode()).decode()


def _read_cursor(text: str) -> int:
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("next:"))
    except ValueError:
        raise SlackError("invalid_cursor") from None
