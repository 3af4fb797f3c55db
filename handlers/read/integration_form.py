"""The integration form as it stands in a draft, and what is shown around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine import Engine
from bot.errors import Refused
from bot.schedule import in_words, next_times, valid_cron, valid_timezone
from bot.setup.actor import Actor
from bot.setup.names import name_key
from bot.setup.names import narrowed as narrowed
from bot.setup.recipients import checked_email, member_emails
from bot.setup.wanted import Offer as Offer
from bot.setup.wanted import Wanted, offers, own_source, suggested_name
from store import drafts, members
from store.models import Draft, Source
from store.vocabulary import ScheduleKind, UpdateType

KIND = "integration"  # of the draft


class FormDraft(BaseModel, frozen=True):
    """What the form holds; kept as the draft's data."""

    wanted: Wanted = Wanted()
    suggested: str = ""  # the name that was filled in; another one was typed
    adding_email: bool = False  # the drop-down of addresses is open
    touched: bool = False  # somebody did something with it
    version: int = 0  # of the integration that is edited, when the form was opened
    resumed: bool = False  # it was left behind and taken up again
    fresh_starts: int = 0  # how often it was begun anew


@dataclass(frozen=True, slots=True)
class SourceChoice:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class EmailChoice:
    address: str
    name: str  # the member's; empty for an outside address


@dataclass(frozen=True, slots=True)
class IntegrationForm:
    """All that the form shows. Names are unescaped text."""

    draft_id: int
    draft: FormDraft
    source: str | None  # the chosen source's name
    offered: tuple[Offer, ...]  # its data types: active ones, and those chosen before
    schedule: str | None  # in words; None: not a valid cron (yet)
    next_runs: tuple[datetime, ...]
    outside: frozenset[str]  # addresses that are asked before they get alerts
    editing: str | None = None  # the name of the integration that is edited
    can_activate: bool = True


async def load_form(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    draft_id: int,
    draft: FormDraft,
    *,
    editing: str | None = None,
    can_activate: bool = True,
) -> IntegrationForm:
    wanted = draft.wanted
    source = await own_source(session, actor.workspace_id, wanted.source_id or 0)
    offered = await offers(session, engine, actor.workspace_id, source.id) if source else []
    schedule, times = _schedule(wanted, engine.clock.now())
    inside = await member_emails(session, actor.workspace_id) if wanted.emails else set()
    return IntegrationForm(
        draft_id=draft_id,
        draft=draft,
        source=source.name if source else None,
        offered=tuple(
            offer for offer in offered if offer.active or offer.transfer_id in wanted.updates
        ),
        schedule=schedule,
        next_runs=times,
        outside=frozenset(each for each in wanted.emails if each.casefold() not in inside),
        editing=editing,
        can_activate=can_activate,
    )


def _schedule(wanted: Wanted, now: datetime) -> tuple[str | None, tuple[datetime, ...]]:
    try:
        if wanted.schedule is ScheduleKind.CRON:
            valid_cron(wanted.cron)
        valid_timezone(wanted.timezone)
    except Refused:
        return None, ()
    cron = wanted.whole_cron
    return in_words(cron, wanted.timezone), tuple(next_times(cron, wanted.timezone, now))


async def take_in(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    draft_id: int,
    values: Mapping[str, Any],
) -> tuple[Draft, FormDraft] | None:
    """Merges a form's values (by block id) into its draft. None where the draft is gone."""
    row = await drafts.get(session, actor.workspace_id, actor.member_id, draft_id)
    if row is None:
        return None
    draft = await merged(session, engine, actor, FormDraft.model_validate(row.data), values)
    keep(row, draft, engine.clock.now())
    return row, draft


def keep(row: Draft, draft: FormDraft, now: datetime) -> None:
    """A draft that was saved already stays as it is."""
    if row.saved_as is None:
        row.data = draft.model_dump(mode="json")
        row.updated_at = now


async def merged(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    draft: FormDraft,
    values: Mapping[str, Any],
) -> FormDraft:
    wanted = draft.wanted
    changed: dict[str, Any] = {}
    if "name" in values:
        changed["name"] = values["name"] or ""
    if values.get("schedule"):
        changed["schedule"] = ScheduleKind(values["schedule"])
    if "cron" in values:
        changed["cron"] = values["cron"] or ""
    if values.get("timezone"):
        changed["timezone"] = values["timezone"]
    if "people" in values:
        changed["people"] = values["people"] or []
    if "channel" in values:
        changed["channel"] = values["channel"]
    wanted = wanted.model_copy(update=changed)
    source_id = int(values["source"]) if values.get("source") else wanted.source_id
    if source_id is not None and source_id != wanted.source_id:
        return await _other_source(session, engine, actor, draft, wanted, source_id)
    if "transfers" in values and source_id is not None:
        offered = await offers(session, engine, actor.workspace_id, source_id)
        updates = _chosen(wanted.updates, offered, values)
        wanted = wanted.model_copy(update={"updates": updates})
    return draft.model_copy(update={"wanted": wanted, "touched": True})


def _chosen(
    before: Mapping[int, list[UpdateType]], offered: list[Offer], values: Mapping[str, Any]
) -> dict[int, list[UpdateType]]:
    """The types of updates of what is picked: those ticked, or the usual ones at first."""
    picked = {int(value) for value in values["transfers"] or []}
    updates = {}
    for offer in offered:
        if offer.transfer_id not in picked:
            continue
        ticked = values.get(f"updates:{offer.transfer_id}")
        if ticked is not None and offer.transfer_id in before:
            updates[offer.transfer_id] = [UpdateType(value) for value in ticked]
        else:
            updates[offer.transfer_id] = before.get(offer.transfer_id, offer.usual)
    return updates


async def _other_source(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    draft: FormDraft,
    wanted: Wanted,
    source_id: int,
) -> FormDraft:
    """Everything of it is chosen at first; a name that was filled in follows the source."""
    source = await own_source(session, actor.workspace_id, source_id)
    if source is None:
        return draft
    offered = await offers(session, engine, actor.workspace_id, source_id)
    untyped = name_key(wanted.name) in ("", name_key(draft.suggested))
    name = await suggested_name(session, source) if untyped else wanted.name
    wanted = wanted.model_copy(
        update={
            "source_id": source_id,
            "name": name,
            "updates": {offer.transfer_id: offer.usual for offer in offered if offer.active},
        }
    )
    return draft.model_copy(
        update={
            "wanted": wanted,
            "suggested": name if untyped else draft.suggested,
            "touched": True,
        }
    )


async def load_sources(session: AsyncSession, workspace_id: str) -> list[SourceChoice]:
    found = await session.execute(
        select(Source.id, Source.name)
        .where(Source.workspace_id == workspace_id)
        .order_by(Source.name_key)
    )
    return [SourceChoice(*row) for row in found]


async def load_emails(session: AsyncSession, actor: Actor) -> list[EmailChoice]:
    """The workspace members' addresses, the actor's own first."""
    listed = await members.listed(session, actor.workspace_id)
    found = [EmailChoice(member.email, member.name) for member in listed if member.email]
    return sorted(found, key=lambda choice: choice.address != actor.email)


def looks_like_email(text: str) -> bool:
    try:
        checked_email(text)
    except Refused:
        return False
    return True
