"""Modals and Homes on the members' screens: a stack of three each, hashes, what was typed."""

import copy
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from bot.playground.slack.changes import Changes
from bot.playground.slack.errors import SlackError
from bot.playground.slack.inputs import Values, is_stateful, values_of
from bot.playground.slack.messages import APP_ID

STACK = 3  # views that may lie on each other


@dataclass(slots=True)
class ShownView:
    id: str
    member_id: str
    body: dict[str, Any]  # as the bot gave it, ids filled in
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)  # beside inputs, by block_id
    notice: str = ""  # Slack's own words about trouble with the bot

    @property
    def blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = self.body["blocks"]
        return blocks


class Views:
    """Of one workspace."""

    def __init__(self, workspace_id: str, bot_id: str, changes: Changes) -> None:
        self._workspace_id = workspace_id
        self._bot_id = bot_id
        self._changes = changes
        self._stacks: dict[str, list[ShownView]] = {}  # by member; the last one is on top
        self.homes: dict[str, ShownView] = {}  # by member

    def stack(self, member_id: str) -> list[ShownView]:
        return self._stacks.setdefault(member_id, [])

    def top(self, member_id: str) -> ShownView | None:
        stack = self.stack(member_id)
        return stack[-1] if stack else None

    def find(self, view_id: str | None = None, external_id: str | None = None) -> ShownView:
        """One that is on a screen now. Raises not_found."""
        shown = [view for stack in self._stacks.values() for view in stack]
        for view in [*shown, *self.homes.values()]:
            if view_id and view.id == view_id:
                return view
            if not view_id and external_id and view.body.get("external_id") == external_id:
                return view
        raise SlackError("not_found")

    def open(self, member_id: str, body: dict[str, Any]) -> ShownView:
        """A stack of its own; one that was open gives way."""
        self._check_external_id(body)
        view = self._new(member_id, body)
        self._stacks[member_id] = [view]
        return self._told("view.opened", view)

    def push(self, member_id: str, body: dict[str, Any]) -> ShownView:
        stack = self.stack(member_id)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        self._check_external_id(body)
        view = self._new(member_id, body, below=stack[-1])
        stack.append(view)
        return self._told("view.pushed", view)

    def update(self, view: ShownView, body: dict[str, Any], hash: str | None = None) -> ShownView:
        """Redraws in place; what was typed stays where block_id and action_id stay."""
        if hash is not None and hash != view.hash:
            raise SlackError("hash_conflict")
        view.body = filled(body)
        view.values = values_of(view.blocks, view.values)
        view.hash = _new_hash()
        view.errors, view.notice = {}, ""
        return self._told("view.updated", view)

    def publish(self, member_id: str, body: dict[str, Any], hash: str | None = None) -> ShownView:
        home = self.homes.get(member_id)
        if home is not None:
            return self.update(home, body, hash)
        self.homes[member_id] = self._new(member_id, body)
        return self._told("view.published", self.homes[member_id])

    def close(self, view: ShownView) -> list[ShownView]:
        """Takes it off the screen, with all that lie on it. Returns what went, top first."""
        stack = self.stack(view.member_id)
        if view not in stack:
            return []
        at = stack.index(view)
        gone = stack[at:][::-1]
        del stack[at:]
        self._told("view.closed", view)
        return gone

    def clear(self, member_id: str) -> list[ShownView]:
        stack = self.stack(member_id)
        return self.close(stack[0]) if stack else []

    def touched(self, view: ShownView) -> None:
        """Says that something typed, an error or a notice in it changed."""
        self._told("view.touched", view)

    def as_json(self, view: ShownView, *, with_state: bool = True) -> dict[str, Any]:
        """As it stands in payloads and answers."""
        body = view.body
        return {
            "id": view.id,
            "team_id": self._workspace_id,
            "type": body["type"],
            "blocks": body["blocks"],
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "state": {"values": copy.deepcopy(view.values) if with_state else {}},
            "hash": view.hash,
            "title": body.get("title")
            or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(body.get("clear_on_close")),
            "notify_on_close": bool(body.get("notify_on_close")),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
            "app_id": APP_ID,
            "external_id": body.get("external_id", ""),
            "app_installed_team_id": self._workspace_id,
            "bot_id": self._bot_id,
        }

    def _new(
        self, member_id: str, body: dict[str, Any], below: ShownView | None = None
    ) -> ShownView:
        view_id = "V" + secrets.token_hex(5).upper()
        view = ShownView(
            id=view_id,
            member_id=member_id,
            body=filled(body),
            hash=_new_hash(),
            root_id=below.root_id if below else view_id,
            previous_id=below.id if below else None,
        )
        view.values = values_of(view.blocks)
        return view

    def _check_external_id(self, body: dict[str, Any]) -> None:
        external_id = body.get("external_id")
        if not external_id:
            return
        try:
            self.find(external_id=external_id)
        except SlackError:
            return
        raise SlackError("duplicate_external_id")

    def _told(self, kind: str, view: ShownView) -> ShownView:
        self._changes.add(kind, self._workspace_id, member=view.member_id, view=view.id)
        return view


def filled(body: dict[str, Any]) -> dict[str, Any]:
    """A copy completed as Slack does: every block and element has its id, plain texts `emoji`."""
    body = copy.deepcopy(body)
    _complete(body, is_block=False)
    return body


_PRESSED = {"button", "overflow", "workflow_button", "icon_button", "feedback_buttons"}


def _complete(node: Any, is_block: bool) -> None:
    if isinstance(node, list):
        for item in node:
            _complete(item, is_block)
        return
    if not isinstance(node, dict):
        return
    kind = str(node.get("type"))
    if kind == "plain_text":
        node.setdefault("emoji", True)
    if is_block and "type" in node:
        node.setdefault("block_id", secrets.token_urlsafe(4))
    elif kind in _PRESSED or is_stateful(node):
        node.setdefault("action_id", secrets.token_urlsafe(4))
    for key, value in node.items():
        nested = key in ("blocks", "child_blocks") or (kind == "carousel" and key == "elements")
        if isinstance(value, dict | list):
            _complete(value, nested)


def _new_hash() -> str:
    return f"{int(time.time())}.{secrets.token_hex(4)}"
