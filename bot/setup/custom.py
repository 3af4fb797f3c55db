"""A data type that a member defines, for a service such as Custom REST API.

First where its records are and how to page; then, from a sample, its fields, primary key and what
tells changes.
"""

import hashlib
import re
from typing import Any, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.accounts import connect
from bot.connectors.catalog import DataType, data_type_from
from bot.engine import Engine
from bot.errors import NotFound, Refused
from bot.setup import transfers
from bot.setup.actor import Actor
from bot.setup.names import checked_name
from store import drafts
from store.models import Draft, Transfer
from store.vocabulary import FieldType

KIND = "data_type"

# the inputs, as refusals name them
NAME, PATH, RECORDS, PAGINATION = "name", "path", "records", "pagination"
FIRST, SECOND = "first", "second"
KEY, UPDATED, SINCE = "key", "updated", "since"

Pagination = Literal["none", "page", "offset", "cursor", "next_url", "link_header"]

_DOTTED = re.compile(r"([^.\s]+(\.[^.\s]+)*)?")

OVERLAP_SECONDS = 60  # read again with every sync: clocks and pages are never quite exact
KEY_TYPES = (FieldType.INTEGER, FieldType.STRING, FieldType.EMAIL)
TIME_TYPES = (FieldType.DATETIME, FieldType.DATE, FieldType.INTEGER)


class CustomDraft(BaseModel):
    """What the form holds. `first` and `second`: the pagination's one or two parameters."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    path: str = ""
    records: str = ""
    pagination: Pagination = "none"
    first: str = ""
    second: str = ""
    definition: dict[str, Any] | None = None  # once its fields were discovered
    key: tuple[str, ...] = ()
    updated: str | None = None
    since: str = ""
    round: int = 0  # counts how often the form was started over; its inputs are new with each

    @property
    def is_empty(self) -> bool:
        return self == CustomDraft(round=self.round)


async def begin(
    engine: Engine, actor: Actor, source_id: int, *, start_over: bool = False
) -> tuple[int, CustomDraft]:
    """The form as it was left, or an empty one: its id and what it holds."""
    await transfers.may_add(engine, actor, source_id)
    now = engine.clock.now()
    async with engine.database.begin() as session:
        left = await drafts.unfinished(
            session, actor.workspace_id, actor.member_id, KIND, source_id
        )
        if left is None:
            left = await drafts.start(
                session,
                workspace_id=actor.workspace_id,
                member_id=actor.member_id,
                kind=KIND,
                subject_id=source_id,
                now=now,
                data=CustomDraft().model_dump(mode="json"),
            )
        elif start_over:
            anew = CustomDraft(round=CustomDraft.model_validate(left.data).round + 1)
            left.data, left.updated_at = anew.model_dump(mode="json"), now
        return left.id, CustomDraft.model_validate(left.data)


async def keep(engine: Engine, actor: Actor, draft_id: int, news: dict[str, Any]) -> CustomDraft:
    """Keeps what was typed; `news` by the fields of CustomDraft."""
    async with engine.database.begin() as session:
        held = await _held(session, actor, draft_id)
        draft = CustomDraft.model_validate(held.data | news)
        if held.saved_as is None:
            held.data, held.updated_at = draft.model_dump(mode="json"), engine.clock.now()
    return draft


async def discover(engine: Engine, actor: Actor, draft_id: int) -> CustomDraft:
    """Fetches a sample and learns the fields from it. Raises Refused and ServiceErrors."""
    async with engine.database.read() as session:
        held = await _held(session, actor, draft_id)
        draft, source_id = CustomDraft.model_validate(held.data), held.subject_id
    source = await transfers.may_add(engine, actor, source_id)
    connection = await connect(engine, source.authorization_id)
    found = await connection.discover(described(draft))
    times = [path for path, kind in found.fields.items() if kind is FieldType.DATETIME]
    usual = [path for path in times if re.search(r"(updated|modified|changed)", path, re.I)]
    news = {
        "definition": found.model_dump(mode="json", exclude_none=True),
        "key": found.primary_key,
        "updated": usual[0] if usual else None,
    }
    return await keep(engine, actor, draft_id, news)


async def add(engine: Engine, actor: Actor, draft_id: int) -> Transfer:
    """Adds the data type to its source. The same form sent twice adds it once."""
    async with engine.database.read() as session:
        held = await _held(session, actor, draft_id)
        draft, source_id = CustomDraft.model_validate(held.data), held.subject_id
    transfer = await transfers.add_custom(engine, actor, source_id, completed(draft))
    async with engine.database.begin() as session:
        held = await _held(session, actor, draft_id)
        held.saved_as = transfer.id
    return transfer


async def _held(session: AsyncSession, actor: Actor, draft_id: int) -> Draft:
    held = await drafts.get(session, actor.workspace_id, actor.member_id, draft_id)
    if held is None:
        raise NotFound(
            "What you were filling in is not there any more: it was kept for a while only. "
            "Close this window and press “Add a data type” again."
        )
    return held


def described(draft: CustomDraft) -> DataType:
    """The data type as far as the first form tells it. Raises Refused about the input."""
    name = checked_name(draft.name, NAME)
    path, params = _path(draft.path)
    records = draft.records.strip()
    if not _DOTTED.fullmatch(records):
        raise Refused(
            "Write the way to the records with dots and without blanks, such as data.items; "
            "leave it empty where the answer is the list itself.",
            RECORDS,
        )
    definition = {
        "id": _id(name),
        "name": name,
        "list": {"path": path, "params": params, "records": records},
        "paginator": _paginator(draft),
    }
    try:
        return data_type_from(definition)
    except Refused as error:  # only the paginator can still be wrong
        raise Refused(error.sentence, PAGINATION) from error


def completed(draft: CustomDraft) -> DataType:
    """The whole data type. Raises Refused about the input that is wrong."""
    if draft.definition is None:
        raise Refused("The fields of this data type are not known yet. Start over, please.")
    fields = draft.definition["fields"]
    if not draft.key or any(path not in fields for path in draft.key):
        raise Refused("Choose the field that tells one record from another.", KEY)
    since = draft.since.strip()
    if since and not draft.updated:
        raise Refused("Choose the field with the time of the last change too.", UPDATED)
    found = draft.definition | {"primary_key": list(draft.key)}
    found["updates"] = draft.definition.get("updates", {}) | {"updated": draft.updated or True}
    if since:
        found["incremental"] = {
            "field": draft.updated,
            "param": since,
            "overlap_seconds": OVERLAP_SECONDS,
        }
    return data_type_from(found)


def _path(typed: str) -> tuple[str, dict[str, str]]:
    path, _, query = typed.strip().partition("?")
    if "://" in path:
        raise Refused(
            "Enter only what follows the base URL of the authorization, such as /customers.", PATH
        )
    if any(sign in path for sign in "{}# \n"):
        raise Refused("A path has no blanks and none of the signs { } #.", PATH)
    return "/" + path.lstrip("/"), dict(parse_qsl(query, keep_blank_values=True))


def _paginator(draft: CustomDraft) -> dict[str, Any] | None:
    first, second = draft.first.strip(), draft.second.strip()
    match draft.pagination:
        case "none":
            return None
        case "page":
            if second and not second.isdecimal():
                raise Refused("The number of the first page is 0 or 1.", SECOND)
            return {"type": "page", "param": first or "page", "first": int(second or 1)}
        case "offset":
            return {"type": "offset", "param": first or "offset"}
        case "cursor":
            if not first or not second:
                raise Refused("Fill in both: without them there is no next page.", SECOND)
            return {"type": "cursor", "cursor": first, "param": second}
        case "next_url":
            if not first:
                raise Refused("Say where in the answer the next page's address stands.", FIRST)
            return {"type": "next_url", "path": first}
        case "link_header":
            return {"type": "link_header"}


def _id(name: str) -> str:
    """The name as an id of the catalog's grammar; names without Latin letters by their hash."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    if not re.match(r"[a-z]", plain):
        plain = f"data_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return plain[:64].rstrip("_")
