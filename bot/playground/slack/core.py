"""Slack itself: the workspaces, the tokens of our app in them, trigger ids. No HTTP in here."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.playground.slack.changes import Changes
from bot.playground.slack.errors import SlackError
from bot.playground.slack.response_urls import ResponseUrls
from bot.playground.slack.sockets import Sockets
from bot.playground.slack.state import Workspace
from bot.playground.slack.triggers import Triggers
from bot.playground.slack.trouble import Trouble
from bot.scopes import SCOPES as SCOPES


@dataclass(frozen=True, slots=True)
class Token:
    workspace: Workspace
    scopes: frozenset[str]


class Slack:
    def __init__(self, *, client_id: str, client_secret: str, app_token: str) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.app_token = app_token  # for Socket Mode
        self.sockets = Sockets()
        self.changes = Changes()
        self.triggers = Triggers()
        self.trouble = Trouble()
        self.response_urls = ResponseUrls()
        self.workspaces: dict[str, Workspace] = {}
        self.tokens: dict[str, Token] = {}
        self.calls_under_way = 0
        self.last_call = 0.0  # monotonic seconds
        self._revoked: set[str] = set()
        self._codes: dict[str, Workspace] = {}
        self.emit: Callable[[Workspace, dict[str, Any]], None] = lambda workspace, event: None

    def add_workspace(self, team_id: str, name: str) -> Workspace:
        workspace = Workspace(team_id, name, self.changes)
        self.workspaces[team_id] = workspace
        return workspace

    # tokens

    def install(self, workspace: Workspace, token: str, scopes: tuple[str, ...] = SCOPES) -> None:
        """Grants what the app's manifest asks for, or only `scopes`."""
        self._revoked.discard(token)
        self.tokens[token] = Token(workspace, frozenset(scopes))

    def new_code(self, workspace: Workspace) -> str:
        """What OAuth's redirect carries once somebody allowed the app."""
        code = secrets.token_hex(8)
        self._codes[code] = workspace
        return code

    def exchange(self, code: object) -> tuple[str, Workspace]:
        """The code's new token. Raises invalid_code."""
        workspace = self._codes.pop(str(code), None)
        if workspace is None:
            raise SlackError("invalid_code")
        token = f"xoxb-{secrets.token_hex(8)}"
        self.install(workspace, token)
        return token, workspace

    def revoke(self, token: str) -> None:
        if self.tokens.pop(token, None) is not None:
            self._revoked.add(token)

    def revoke_all(self, workspace: Workspace) -> None:
        for token in [key for key, value in self.tokens.items() if value.workspace is workspace]:
            self.revoke(token)

    def authorize(self, token: str | None) -> Token:
        """Raises not_authed, token_revoked, invalid_auth."""
        if not token:
            raise SlackError("not_authed")
        if token in self._revoked:
            raise SlackError("token_revoked")
        if token not in self.tokens:
            raise SlackError("invalid_auth")
        return self.tokens[token]
