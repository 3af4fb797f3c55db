"""The integration form."""

from collections.abc import Iterator
from typing import Any

from bot.schedule import in_words
from bot.setup.wanted import Offer, Wanted
from handlers.read.integration_form import FormDraft, IntegrationForm
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import CHANNEL, HOUR, MEMBER, MOST, NOW, nasty
from handlers.views.integration_form import form_view
from store.vocabulary import ScheduleKind, UpdateType

ALL = tuple(UpdateType)
NEXT = (NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR)
OFFERED = (Offer(5, "Customers", True, ALL), Offer(6, "Orders", True, ALL[:2]))
TYPES = 100  # data types of one source


def _wanted(**rest: Any) -> Wanted:
    usual = {
        "source_id": 2,
        "name": "Shop sync",
        "updates": {5: ALL[:2], 6: ALL[:2]},
        "timezone": "Europe/Paris",
        "emails": ["alice@example.com", "ops@partner.example"],
        "people": [MEMBER],
        "channel": CHANNEL,
    }
    return Wanted.model_validate(usual | rest)


def _form(draft: FormDraft, **rest: Any) -> IntegrationForm:
    usual: dict[str, Any] = {
        "draft_id": 14,
        "source": "Shop",
        "offered": OFFERED,
        "next_runs": NEXT,
        "outside": frozenset({"ops@partner.example"}),
    }
    if "schedule" not in rest:
        usual["schedule"] = in_words(draft.wanted.whole_cron, draft.wanted.timezone)
    return IntegrationForm(draft=draft, **(usual | rest))


def _extreme() -> IntegrationForm:
    wanted = _wanted(
        source_id=MOST,
        name=nasty(),
        updates=dict.fromkeys(range(TYPES), ALL),
        schedule=ScheduleKind.CRON,
        cron="*/5 " * 30,
        timezone="America/Argentina/ComodRivadavia",
        emails=[f"{'x' * 240}{number:02}@example.com" for number in range(12)],
        people=["W" * 20] * 20,
    )
    return _form(
        FormDraft(wanted=wanted, adding_email=True, resumed=True, fresh_starts=99),
        source=nasty(1),
        offered=tuple(Offer(number, nasty(number), False, ALL) for number in range(TYPES)),
        schedule=nasty(2, 500),
        outside=frozenset(wanted.emails),
        editing=nasty(),
    )


def samples() -> Iterator[Sample]:
    empty = FormDraft(wanted=Wanted(people=[MEMBER]))
    yield drawn(TYPICAL, "new", form_view, _form(empty, source=None, offered=()))
    nothing = _form(FormDraft(wanted=_wanted(updates={})), offered=())
    yield drawn(TYPICAL, "no transfer", form_view, nothing)
    for kind in ScheduleKind:
        wanted = _wanted(schedule=kind, cron="30 9 * * 1-5" if kind is ScheduleKind.CRON else "")
        yield drawn(TYPICAL, kind, form_view, _form(FormDraft(wanted=wanted)))
    cron = FormDraft(wanted=_wanted(schedule=ScheduleKind.CRON, cron="30 9"), adding_email=True)
    yield drawn(TYPICAL, "bad cron", form_view, _form(cron, schedule=None, next_runs=()))
    edited = _form(
        FormDraft(wanted=_wanted(), resumed=True), editing="Shop sync", can_activate=False
    )
    yield drawn(TYPICAL, "edited", form_view, edited)
    yield drawn(EXTREME, "", form_view, _extreme(), below="source_page", list_first=MOST)
