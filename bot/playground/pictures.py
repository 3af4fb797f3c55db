"""The five pictures that the README and the docs show, made of the samples."""

from dataclasses import dataclass, replace
from typing import Any

from bot.alerts.email import message_of
from bot.alerts.facts import AlertFacts
from bot.alerts.letter import alert_letter
from handlers.read.mapping import PairRow
from handlers.samples import alerts, mapping, samples
from handlers.views.alerts import channel_message
from handlers.views.mapping import mapping_view
from store.models import Delivery
from store.vocabulary import FieldType, Level

_FIELDS = {
    "id": FieldType.INTEGER,
    "email": FieldType.EMAIL,
    "address.city": FieldType.STRING,
    "total_spent": FieldType.DECIMAL,
    "created_at": FieldType.DATETIME,
}


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    width: int  # pixels
    drawn: dict[str, Any] | None = None  # as the gallery's page takes it
    html: str | None = None  # a page of its own


def pictures() -> tuple[Picture, ...]:
    return (
        Picture("wizard", 600, _sample("integration_form.form_view, typical: hourly")),
        Picture("mapping", 600, _mapping()),
        Picture("home", 760, _sample("home.home_view, typical")),
        Picture("thread", 760, _thread()),
        Picture("mail", 640, html=_mail()),
    )


def _sample(name: str) -> dict[str, Any]:
    found = next(sample for sample in samples() if sample.name == name)
    return {"kind": found.kind, "surface": found.surface, "payload": found.payload}


def _mapping() -> dict[str, Any]:
    """As it opens once “Customers” was added: every field proposed, a table of its own."""
    pairs = tuple(
        PairRow(name, kind, name.replace(".", "_"), kind, None, name == "id", True, True, None)
        for name, kind in _FIELDS.items()
    )
    count = len(pairs)
    page = replace(mapping.EMPTY, pairs=pairs, count=count, suggested=count, more_suggestions=0)
    payload = mapping_view(replace(page, unmapped=("tags",))).to_dict()
    return {"kind": "view", "surface": "modal", "payload": payload}


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
