"""The guided tour: which of its nine steps are done, by what can be seen in the workspace.

It looks at members' screens, messages and the store as a person would, never into the bot.
"""

import hashlib
import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.host import Playground
from bot.playground.page.answers import answer
from bot.playground.slack.reading import Modal, Post
from bot.playground.store.trouble import Trouble

STEPS = (
    "source",
    "authorization",
    "transfer",
    "mapping",
    "active",
    "integration",
    "updates",
    "alert",
    "break",
)
RECENT = 30  # messages of each channel that are read

# Where words stand that show a step done: (title of the modal, what it says).
_SEEN: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("source", "New source", re.compile(r"^‹Demo Store›$", re.MULTILINE)),
    ("authorization", "New source", re.compile(r"^‹.*Acme Demo Store.*›$", re.MULTILINE)),
    ("authorization", "Integration Source", re.compile(r"Authorization: :white_check_mark:")),
    ("transfer", "Mapping", re.compile("")),
    ("transfer", "Integration Source", re.compile(r"not mapped yet|\d fields? mapped")),
    ("mapping", "Integration Source", re.compile(r"\d fields? mapped")),
    ("active", "Integration Source", re.compile(r":large_green_circle: Active")),
    ("integration", "Create an integration", re.compile(r"^Types of updates$", re.MULTILINE)),
    ("updates", "", re.compile(r"☑ Deleted")),
    ("updates", "Integration", re.compile(r"^• .*: (created|updated|deleted)", re.MULTILINE)),
    ("alert", "", re.compile(r"^Email alert$(?s:.)*^\S+@\S+$\s^\[Remove\]$", re.MULTILINE)),
    ("alert", "Integration", re.compile(r"^• \S+@\S+$", re.MULTILINE)),
)
_SYNCED = re.compile(r"first sync is done")
_BROKEN = re.compile(r"keeps failing|was disabled because|needs authorization")


class TourPanel:
    def __init__(self, ground: Playground) -> None:
        self._slack = ground.slack
        self._store = ground.store
        self._place = _place(ground)
        self._done: set[str] = set()
        self._synced = False
        self._looked_at = -1

    def routes(self) -> list[Route]:
        return [Route("/api/tour", self._tell)]

    async def _tell(self, _: Request) -> Response:
        self.look()
        return answer(
            {
                "place": self._place,
                "store_url": self._store.url,
                "steps": [{"id": step, "done": step in self._done} for step in STEPS],
                "synced": self._synced,
                "broken": self._store.trouble != Trouble(),
            }
        )

    def look(self) -> None:
        """Notices what is done; what was once seen stays done."""
        happened = len(self._slack.slack.changes.entries)
        if happened == self._looked_at or "break" in self._done:
            return
        self._looked_at = happened
        for title, text in self._screens():
            for step, on, words in _SEEN:
                if step not in self._done and on in ("", title) and words.search(text):
                    self._did(step)
        for text in self._messages():
            if _SYNCED.search(text):
                self._synced = True
                self._did("integration")
            if _BROKEN.search(text):
                self._did("break")

    def _did(self, step: str) -> None:
        """With the steps that lead there; choices that may be left as they are do not count."""
        at = STEPS.index(step)
        self._done.update(each for each in STEPS[:at] if each not in ("updates", "alert"))
        self._done.add(step)

    def _screens(self) -> Iterator[tuple[str, str]]:
        workspace = self._slack.workspace
        for member_id in workspace.people:
            for view in workspace.views.stack(member_id):
                modal = Modal(workspace, view)
                yield modal.title, modal.text

    def _messages(self) -> Iterator[str]:
        workspace = self._slack.workspace
        for channel in workspace.channels.values():
            for message in channel.messages[-RECENT:]:
                if message.bot_id:
                    yield Post(workspace, message).text


def _place(ground: Playground) -> str:
    """The same for as long as the demo's folder is kept; progress belongs to it."""
    key = ground.settings.secret_keys[0].get_secret_value()
    return hashlib.sha256(f"tour:{key}".encode()).hexdigest()[:12]
