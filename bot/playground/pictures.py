"""The five pictures that the README and the docs show, made of the samples."""

from dataclasses import dataclass
from typing import Any

from bot.alerts.email import message_of
from bot.alerts.facts import AlertFacts
from bot.alerts.letter import alert_letter
from handlers.samples import alerts, samples
from handlers.views.alerts import channel_message
from store.models import Delivery
from store.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    width: int  # pixels
    drawn: dict[str, Any] | None = None  # as the gallery's page takes it
    html: str | None = None  # a page of its own


def pictures() -> tuple[Picture, ...]:
    return (
        Picture("wizard", 600, _sample("integration_form.form_view, typical: new")),
        Picture("mapping", 600, _sample("mapping.mapping_view, typical: suggested")),
        Picture("home", 760, _sample("home.home_view, typical")),
        Picture("thread", 760, _thread()),
        Picture("mail", 640, html=_mail()),
    )


def _sample(name: str) -> dict[str, Any]:
    """The first of that name: of those for which there are several cases, the first."""
    found = next(sample for sample in samples() if sample.name.startswith(name))
    return {"kind": found.kind, "surface": found.surface, "payload": found.payload}


def _thread() -> dict[str, Any]:
    levels = [(Level.DISABLED, "message"), (Level.DISABLED, "thread"), (Level.RESOLVED, "thread")]
    told = [channel_message(alerts.typical(level, part=part)) for level, part in levels]
    payload = [
        {"text": message.text, "blocks": [block.to_dict() for block in message.blocks]}
        for message in told
    ]
    return {"kind": "message", "surface": "message", "payload": payload}


def _mail() -> str:
    facts: AlertFacts = alerts.typical(Level.DISABLED)
    letter = alert_letter(facts, link="https://slack.com/app_redirect?app=APATCHBAY")
    delivery = Delivery(key="sample", address="alice@example.com")
    mail = message_of(letter, delivery, sender="patchbay@example.com", date="")
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())
