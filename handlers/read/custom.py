"""The form in which a member defines a data type, as it is shown."""

from dataclasses import dataclass

from bot.setup.custom import KEY_TYPES, TIME_TYPES, CustomDraft
from store.vocabulary import FieldType


@dataclass(frozen=True, slots=True)
class WherePage:
    """The first form: where the records are. `notice`: a sentence about the last attempt."""

    draft_id: int
    source_id: int
    name: str
    path: str
    records: str
    pagination: str
    first: str
    second: str
    round: int = 0
    is_resumed: bool = False
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The second form: what was found. Names are unescaped text."""

    draft_id: int
    source_id: int
    name: str
    fields: tuple[tuple[str, FieldType], ...]
    keys: tuple[str, ...]  # fields that can be a key
    key: tuple[str, ...]  # chosen
    times: tuple[str, ...]  # fields that can tell the last change
    updated: str | None
    since: str
    round: int = 0
    notice: str | None = None


def where_page(
    draft_id: int,
    source_id: int,
    draft: CustomDraft,
    *,
    is_resumed: bool = False,
    notice: str | None = None,
) -> WherePage:
    return WherePage(
        draft_id=draft_id,
        source_id=source_id,
        name=draft.name,
        path=draft.path,
        records=draft.records,
        pagination=draft.pagination,
        first=draft.first,
        second=draft.second,
        round=draft.round,
        is_resumed=is_resumed,
        notice=notice,
    )


def found_page(
    draft_id: int, source_id: int, draft: CustomDraft, notice: str | None = None
) -> FoundPage:
    fields = fields_of(draft)
    return FoundPage(
        draft_id=draft_id,
        source_id=source_id,
        name=draft.name,
        fields=tuple(fields.items()),
        keys=tuple(path for path, kind in fields.items() if kind in KEY_TYPES),
        key=draft.key,
        times=tuple(path for path, kind in fields.items() if kind in TIME_TYPES),
        updated=draft.updated,
        since=draft.since,
        round=draft.round,
        notice=notice,
    )


def fields_of(draft: CustomDraft) -> dict[str, FieldType]:
    found = (draft.definition or {}).get("fields", {})
    return {path: FieldType(kind) for path, kind in found.items()}
