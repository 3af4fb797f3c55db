"""E-mails, handed to a real SMTP server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.alerts.email import EmailSender, Server, message_of, server_of
from bot.alerts.facts import AlertFacts, Cause, ConfirmEmailFacts
from bot.alerts.letter import alert_letter, subject
from bot.alerts.outbox import Outbox
from bot.clock import ShiftedClock
from bot.engine import Engine
from bot.playground.mailbox import Mailbox
from store import deliveries
from store.models import Delivery
from store.vocabulary import DeliveryState, IncidentKind, Level, Way
from tests.alerts.parts import Post, an_integration

NOW = datetime(2025, 6, 5, 12, tzinfo=UTC)
A, B = "a@example.com", "b@example.com"


def facts(level: Level = Level.WARNING, name: str = "Shop → CRM") -> AlertFacts:
    return AlertFacts(
        incident_id=1,
        kind=IncidentKind.ERRORS,
        level=level,
        title=f"“{name}” keeps failing: 3 runs in a row",
        integration_ids=[1],
        integration_names=[name],
        source_name="Shop",
        service_name="Demo Store",
        since=NOW - timedelta(hours=3),
        happened_at=NOW,
        timezone="Europe/Paris",
        failed_runs=3,
        records_read=1200,
        records_rejected=140,
        causes=[Cause(reason="total is not a number", count=140)],
        budget="after 7 more failed runs",
        not_before=NOW + timedelta(hours=21),
        next_step="Look at the errors and mend the cause.",
        resolution="The last sync worked.",
        trouble="It kept failing",
    )


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def outbox(engine: Engine, mailbox: Mailbox) -> Outbox:
    engine.settings.smtp_url = SecretStr(mailbox.url)
    engine.settings.email_from = "Patchbay <patchbay@acme.example>"
    slack = Post()
    return Outbox(engine, {Way.EMAIL: EmailSender(engine), Way.DM: slack, Way.CHANNEL: slack})


async def owe(engine: Engine, *addresses: str, about: AlertFacts | None = None) -> None:
    async with engine.database.begin() as session:
        await an_integration(session, engine)
        for address in addresses:
            await deliveries.owe(
                session,
                workspace_id="T1",
                key=f"test:{address}",
                way=Way.EMAIL,
                address=address,
                level=Level.WARNING,
                facts=(about or facts()).model_dump(mode="json"),
                now=engine.clock.now(),
            )


async def states(engine: Engine) -> set[DeliveryState]:
    async with engine.database.read() as session:
        return set(await session.scalars(select(Delivery.state)))


def skip(engine: Engine, span: timedelta) -> None:
    assert isinstance(engine.clock, ShiftedClock)
    engine.clock.skip(span)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


async def test_text_and_html_say_the_same_facts(
    engine: Engine, mailbox: Mailbox, outbox: Outbox
) -> None:
    await owe(engine, A)
    await outbox.sweep()

    [mail] = mailbox.messages
    assert mail["Subject"] == "“Shop → CRM” keeps failing: 3 runs in a row"
    assert mail["From"] == "Patchbay <patchbay@acme.example>"
    assert mail["To"] == A
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        said = part(mail, kind)
        for fact in (
            "“Shop → CRM” keeps failing",
            "after 7 more failed runs, and not before Friday 6 June 2025, 11:00 (Europe/Paris)",
            "3 in a row",
            "140 of 1,200 (12%)",
            "140 × total is not a number",
            "Thursday 5 June 2025, 11:00 (Europe/Paris)",
            "Look at the errors and mend the cause.",
            "https://app.slack.com/client/T1",
        ):
            assert fact in said, (kind, fact)


async def test_the_end_names_who_brought_it_about(
    engine: Engine, mailbox: Mailbox, outbox: Outbox
) -> None:
    ended = facts(Level.RESOLVED).model_copy(update={"by_member": "U_ADMIN"})
    await owe(engine, A, about=ended)
    await outbox.sweep()

    [mail] = mailbox.messages
    assert "By: Admin" in part(mail, "plain")


async def test_names_cannot_write_headers_or_html(
    engine: Engine, mailbox: Mailbox, outbox: Outbox
) -> None:
    name = "X\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>"
    await owe(engine, A, about=facts(name=name))
    await outbox.sweep()

    [mail] = mailbox.messages
    assert mail["Bcc"] is None
    assert "\n" not in str(mail["Subject"])
    assert "<script>" not in part(mail, "html")
    assert "&lt;script&gt;" in part(mail, "html")


async def test_a_mail_server_that_is_down_loses_and_repeats_nothing(
    engine: Engine, mailbox: Mailbox, outbox: Outbox
) -> None:
    mailbox.stop()
    await owe(engine, A, B)
    await outbox.sweep()
    assert await states(engine) == {DeliveryState.OWED}

    mailbox.start()
    for _ in range(3):
        skip(engine, timedelta(minutes=20))
        await outbox.sweep()
    assert sorted(mail["To"] for mail in mailbox.messages) == [A, B]
    assert await states(engine) == {DeliveryState.SENT}


async def test_a_mail_server_that_is_busy_is_asked_again(
    engine: Engine, mailbox: Mailbox, outbox: Outbox
) -> None:
    mailbox.refuse(True)
    await owe(engine, A)
    await outbox.sweep()
    assert await states(engine) == {DeliveryState.OWED}

    mailbox.refuse(False)
    skip(engine, timedelta(minutes=1))
    await outbox.sweep()
    assert len(mailbox.to(A)) == 1


async def test_without_a_mail_server_nothing_stays_owed(engine: Engine) -> None:
    await owe(engine, A)
    await Outbox(engine, {Way.EMAIL: EmailSender(engine)}).sweep()

    assert await states(engine) == {DeliveryState.DROPPED}


async def test_an_address_that_is_refused_is_given_up_at_once(
    engine: Engine, mailbox: Mailbox, outbox: Outbox
) -> None:
    mailbox.close_box(A)
    await owe(engine, A)
    await outbox.sweep()

    assert await states(engine) == {DeliveryState.DROPPED}
    assert mailbox.messages == []


async def test_a_confirmation_has_its_link(
    engine: Engine, mailbox: Mailbox, outbox: Outbox
) -> None:
    async with engine.database.begin() as session:
        asked = ConfirmEmailFacts(
            integration_name="Shop", added_by_name="Ada <b>", url="https://bot.example/c/1?a=b&c=d"
        )
        await deliveries.owe(
            session,
            workspace_id="T1",
            key="confirm:1",
            way=Way.EMAIL,
            address=A,
            level=Level.CONFIRM_EMAIL,
            facts=asked.model_dump(mode="json"),
            now=engine.clock.now(),
        )
    await outbox.sweep()

    [mail] = mailbox.messages
    assert "https://bot.example/c/1?a=b&c=d" in part(mail, "plain")
    assert "https://bot.example/c/1?a=b&amp;c=d" in part(mail, "html")
    assert "Ada <b>" in part(mail, "plain")
    assert "<b>" not in part(mail, "html")


def test_a_repeat_has_the_same_message_id() -> None:
    delivery = Delivery(key="incident:1:warning:email:a@x", address=A, incident_id=1)
    letter = alert_letter(facts(), "https://slack.com")
    first, second = (
        message_of(letter, delivery, sender="p@x.org", date="Thu, 5 Jun 2025 12:00:00 +0000")
        for _ in range(2)
    )

    assert first["Message-ID"] == second["Message-ID"]
    assert str(first["Message-ID"]).endswith("@x.org>")
    other = Delivery(key="incident:1:disabled:email:a@x", address=A, incident_id=1)
    third = message_of(letter, other, sender="p@x.org", date="Thu, 5 Jun 2025 12:00:00 +0000")
    assert third["Message-ID"] != first["Message-ID"]
    assert third["References"] == first["References"]  # one conversation


@pytest.mark.parametrize("level", [Level.WARNING, Level.DISABLED, Level.RESOLVED, Level.HELD])
def test_every_level_has_a_letter(level: Level) -> None:
    letter = alert_letter(facts(level), "https://slack.com")
    delivery = Delivery(key="k", address=A, incident_id=1)

    message = message_of(letter, delivery, sender="p@x.org", date="Thu, 5 Jun 2025 12:00:00 +0000")
    assert letter.heading in part(message, "plain")
    assert ("The last sync worked." in part(message, "plain")) is (level is Level.RESOLVED)


def test_long_names_make_no_long_subject() -> None:
    assert len(subject("x" * 999)) == 180
    assert subject("a\r\n b") == "a b"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", Server("mail", 25, None, None, False, None)),
        (
            "smtp://u:p%40ss@mail:587?starttls=true",
            Server("mail", 587, "u", "p@ss", False, True),
        ),
        ("smtp://mail?starttls=false", Server("mail", 25, None, None, False, False)),
        ("smtps://u:p@mail", Server("mail", 465, "u", "p", True, False)),
    ],
)
def test_the_servers_url(url: str, server: Server) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize("url", ["", "mail:25", "http://mail"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        server_of(url)
