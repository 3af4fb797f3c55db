"""A real SMTP server on loopback that keeps what it gets, and can be made to refuse it."""

import asyncio
import threading
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

STARTING = 10  # seconds


class Mailbox:
    """Runs in a thread of its own, so that it also answers while a test blocks the loop."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port  # 0: a free one, known after `start()`
        self._handler = _Keeper()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._problem: OSError | None = None

    @property
    def url(self) -> str:
        """For PATCHBAY_SMTP_URL."""
        return f"smtp://{self.host}:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """All that came so far, oldest first."""
        return list(self._handler.messages)

    @property
    def refusals(self) -> int:
        """How many messages were refused so far."""
        return self._handler.refusals

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if message["To"] == address]

    def refuse(self, on: bool) -> None:
        """From now on every message is answered with 421 (busy, try again), or no longer."""
        self._handler.refuses = on

    def close_box(self, address: str) -> None:
        """From now on mail to that address is refused for good (550)."""
        self._handler.closed.add(address.lower())

    def clear(self) -> None:
        self._handler.messages.clear()

    def restore(self, messages: Iterable[bytes]) -> None:
        """What an earlier mailbox had, oldest first."""
        self._handler.messages += [_parsed(message) for message in messages]

    def start(self) -> None:
        """Raises OSError where the port is taken."""
        self._ready.clear()
        self._problem = None
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._thread.start()
        if not self._ready.wait(STARTING):
            raise TimeoutError("the mailbox did not start")
        if self._problem is not None:
            raise self._problem

    def stop(self) -> None:
        """Closes the port; what came is kept, and `start()` opens the same port again."""
        if self._thread is None or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._thread = self._loop = None

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            server = loop.run_until_complete(
                loop.create_server(
                    lambda: SMTP(self._handler, enable_SMTPUTF8=True, loop=loop),
                    self.host,
                    self.port,
                )
            )
        except OSError as error:
            self._problem = error
            self._ready.set()
            loop.close()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._loop = loop
        self._ready.set()
        try:
            loop.run_forever()
        finally:
            server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()


class _Keeper:
    """aiosmtpd's hooks."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuses = False
        self.refusals = 0
        self.closed: set[str] = set()

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses:
            self.refusals += 1
            return "421 4.3.2 The mailbox refuses for now"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() in self.closed:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(_parsed(content))
        return "250 OK"


def _parsed(message: bytes) -> EmailMessage:
    return message_from_bytes(message, policy=policy.default)
