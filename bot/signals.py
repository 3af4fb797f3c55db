"""What happened, for those in this process who show it live. Nothing durable goes this way.

The engine knows no Slack: it says here that a run moved on or an authorization came back, and
the handlers that show such things have subscribed. Whatever must not be lost is a delivery.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunMoved:
    """A run that somebody watches wrote a checkpoint."""

    workspace_id: str
    run_id: int


@dataclass(frozen=True, slots=True)
class Authorized:
    """A one-time authorization link was used, successfully or not."""

    workspace_id: str
    member_id: str
    service: str
    authorization_id: int | None  # None: it failed
    draft_id: int | None  # the source draft that waits for it
    view_id: str | None  # the modal that waits for it
    problem: str | None = None  # a sentence, where it failed
    below: Mapping[str, Any] | None = None  # the page under that modal, as its handler knows it


@dataclass(frozen=True, slots=True)
class ProjectAdded:
    """A one-time link for a project's URL was used, successfully or not."""

    workspace_id: str
    member_id: str
    name: str
    view_id: str | None  # the modal that waits for it
    problem: str | None = None  # a sentence, where its database did not answer


Signal = RunMoved | Authorized | ProjectAdded
Listener = Callable[[Signal], Awaitable[None]]


class Signals:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def send(self, signal: Signal) -> None:
        """Tells every listener; one that fails is logged and stops nobody."""
        for listener in self._listeners:
            try:
                await listener(signal)
            except Exception:  # a broken display must not break what it shows
                log.exception("signals.listener_failed", signal=type(signal).__name__)
