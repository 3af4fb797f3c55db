"""Beside Slack: the demo store, the project, the mailbox, the protocol, the time, the tour."""

from starlette.routing import Route

from bot.playground.host import Playground
from bot.playground.page.panels.mails import MailboxPanel
from bot.playground.page.panels.project import ProjectPanel
from bot.playground.page.panels.protocol import ProtocolPanel
from bot.playground.page.panels.shop import StorePanel
from bot.playground.page.panels.time import TimePanel
from bot.playground.page.panels.tour import TourPanel

__all__ = ["Panels", "routes"]


class Panels:
    """One for each page; `routes()` are its JSON, `marks()` says that something changed."""

    def __init__(self, ground: Playground) -> None:
        self._store = StorePanel(ground)
        self._project = ProjectPanel(ground)
        self._mailbox = MailboxPanel(ground)
        self._protocol = ProtocolPanel(ground)
        self._time = TimePanel(ground)
        self._tour = TourPanel(ground)

    def routes(self) -> list[Route]:
        return [
            *self._store.routes(),
            *self._project.routes(),
            *self._mailbox.routes(),
            *self._protocol.routes(),
            *self._time.routes(),
            *self._tour.routes(),
        ]

    async def marks(self) -> dict[str, str]:
        """A mark for each event of the stream; another one where something changed.

        Cheap enough to be asked for once a second by everybody who listens.
        """
        self._tour.look()
        return {
            "store": self._store.mark(),
            "mail": self._mailbox.mark(),
            "project": await self._project.mark(),
            "exchange": self._protocol.mark(),
        }

    async def close(self) -> None:
        """Lets go of the project's database and of a day that is going by."""
        await self._time.close()
        await self._project.close()


def routes(ground: Playground) -> list[Route]:
    return Panels(ground).routes()
