"""Sends the outbox's e-mails by SMTP, as text and HTML from the same facts as Slack's messages."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.alerts.facts import AlertFacts, ConfirmEmailFacts
from bot.alerts.letter import Letter, alert_letter, confirmation_letter
from bot.alerts.links import slack_link
from bot.alerts.sending import RetryLater, Sent, Undeliverable
from bot.engine import Engine
from store import members
from store.models import Delivery
from store.vocabulary import Level

TIMEOUT = 20.0  # seconds, each SMTP command


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, as PATCHBAY_SMTP_URL names it."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool  # from the first byte
    starttls: bool | None  # None: where the server offers it


class EmailSender:
    """Its `send` never looks before repeating: the fixed Message-ID makes a repeat recognisable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def send(self, delivery: Delivery, *, maybe_sent: bool) -> Sent:
        url = self._engine.settings.smtp_url
        if url is None:
            raise Undeliverable("this Patchbay has no mail server (PATCHBAY_SMTP_URL is not set).")
        letter = await self._letter(delivery)
        message = message_of(
            letter,
            delivery,
            sender=self._engine.settings.email_from,
            date=format_datetime(self._engine.clock.now()),
        )
        await _hand_over(server_of(url.get_secret_value()), message)
        return Sent()

    async def _letter(self, delivery: Delivery) -> Letter:
        if delivery.level is Level.CONFIRM_EMAIL:
            return confirmation_letter(ConfirmEmailFacts.model_validate(delivery.facts))
        facts = AlertFacts.model_validate(delivery.facts)
        workspace_id = delivery.workspace_id
        async with self._engine.database.read() as session:
            link = await slack_link(session, workspace_id, delivery.incident_id)
            by = await members.get(session, workspace_id, facts.by_member or "")
        return alert_letter(facts, link, by.name if by else "")


def server_of(url: str) -> Server:
    """Reads `smtp://user:pass@host:587?starttls=true` or `smtps://…`.

    Raises ValueError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("the mail server's URL reads smtp://user:pass@host:587 or smtps://…")
    tls = parts.scheme == "smtps"
    wanted = parse_qs(parts.query).get("starttls", [""])[-1].lower()
    starttls = {"true": True, "1": True, "false": False, "0": False}.get(wanted)
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587 if starttls else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=False if tls else starttls,
    )


def message_of(letter: Letter, delivery: Delivery, *, sender: str, date: str) -> EmailMessage:
    """The same delivery always becomes the same message, by its Message-ID."""
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2] or "localhost"
    message = EmailMessage(policy=SMTP_POLICY)
    message["Subject"] = letter.subject
    message["From"] = Address(name or "Patchbay", addr_spec=address)
    message["To"] = delivery.address
    message["Date"] = date
    message["Message-ID"] = _message_id(delivery.key, domain)
    if delivery.incident_id is not None:  # mail programs show an incident as one conversation
        message["References"] = _message_id(f"incident:{delivery.incident_id}", domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_template("letter.txt", letter))
    message.add_alternative(_template("letter.html", letter), subtype="html")
    return message


async def _hand_over(server: Server, message: EmailMessage) -> None:
    """Returns once the server has accepted it. Raises Undeliverable or RetryLater."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=TIMEOUT,
    )
    try:
        await client.connect()
        await client.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [refused.code for refused in error.recipients]
        if codes and min(codes) >= 500:
            raise Undeliverable(f"the mail server refuses the address ({codes[0]}).") from error
        raise RetryLater(f"mail server: {codes}") from error
    except aiosmtplib.SMTPDataError as error:
        if error.code >= 500:
            raise Undeliverable(f"the mail server refuses the message ({error.code}).") from error
        raise RetryLater(f"mail server: {error.code}") from error
    except (aiosmtplib.SMTPException, OSError) as error:  # down, busy, or our log-in is wrong
        raise RetryLater(f"mail server: {type(error).__name__}") from error
    except ValueError as error:
        raise Undeliverable("this is no address that mail can be sent to.") from error
    else:
        with suppress(aiosmtplib.SMTPException, OSError):  # it has the message already
            await client.quit(timeout=2)
    finally:
        client.close()


def _message_id(key: str, domain: str) -> str:
    return f"<patchbay.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _template(name: str, letter: Letter) -> str:
    return _templates().get_template(name).render(letter=letter)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
