"""How to get from one page to the next: five ways behind one interface.

A position says where a page starts; it is JSON, so that a run can resume at it, and the first
page has none. Each paginator answers three questions: which URL a position means (None: the list's
own), which query parameters it adds, and which position follows a page that was read (None: it
was the last). Raises Unusable for an answer that leaves that open.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.connectors.addresses import BadUrl, joined
from bot.connectors.values import MISSING, value_at

Position = dict[str, Any]

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s;,=]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]*))?)*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bnext\b[^\"]*\"|next\b)", re.IGNORECASE)


class Unusable(Exception):
    """An answer of a service that cannot be worked with; the text completes "it sent …"."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a paginator sees of a page: everything as it came, before any filter."""

    url: str
    body: Any
    records: Sequence[Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    page_size: int | None = None
    size: int = 0  # bytes of the answer
    structs: Sequence[Any] | None = None  # the records, as a reader typed them


class Cursor(BaseModel):
    """A token from the answer (`cursor`) or from the last record (`last_record`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["cursor"]
    param: str
    cursor: str | None = None  # path in the answer
    last_record: str | None = None  # path in the last record
    has_more: str | None = None  # path in the answer; false there ends the list

    @model_validator(mode="after")
    def _one_of_both(self) -> "Cursor":
        if (self.cursor is None) == (self.last_record is None):
            raise ValueError("give either cursor or last_record")
        return self

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Paths in the answer's body that `after` reads, beside the records."""
        return tuple(path for path in (self.cursor, self.has_more) if path is not None)

    def url(self, position: Position) -> str | None:
        return None

    def query(self, position: Position) -> dict[str, str]:
        return {self.param: str(position["cursor"])}

    def after(self, position: Position | None, page: Read) -> Position | None:
        if self.has_more is not None and not value_at(page.body, self.has_more):
            return None
        if self.cursor is not None:
            token = value_at(page.body, self.cursor)
            if token is None or token is MISSING or token == "":
                return None
        elif page.records:
            token = value_at(page.records[-1], self.last_record or "")
        elif self.has_more is not None:
            raise Unusable("an empty page that says more follows, without saying where")
        else:
            return None
        if token == "" or isinstance(token, bool) or not isinstance(token, str | int):
            raise Unusable("a page token that is neither text nor a whole number")
        return {"cursor": token}


class NextUrl(BaseModel):
    """The next page's whole address, at `path` in the answer; relative ones are joined."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["next_url"]
    path: str

    @property
    def looks_at(self) -> tuple[str, ...]:
        return (self.path,)

    def url(self, position: Position) -> str | None:
        return str(position["url"])

    def query(self, position: Position) -> dict[str, str]:
        return {}

    def after(self, position: Position | None, page: Read) -> Position | None:
        found = value_at(page.body, self.path)
        if not found:
            return None
        if not isinstance(found, str):
            raise Unusable("an address of the next page that is not text")
        return {"url": _joined(page.url, found)}


class LinkHeader(BaseModel):
    """The address with rel="next" in the Link header (RFC 8288)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["link_header"]

    @property
    def looks_at(self) -> tuple[str, ...]:
        return ()

    def url(self, position: Position) -> str | None:
        return str(position["url"])

    def query(self, position: Position) -> dict[str, str]:
        return {}

    def after(self, position: Position | None, page: Read) -> Position | None:
        for link in _LINK.finditer(page.headers.get("link", "")):
            if _NEXT.search(link[2]):
                return {"url": _joined(page.url, link[1])}
        return None


class PageNumber(BaseModel):
    """Pages by number, until an empty one; with `total_pages` (a path) until that many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["page"]
    param: str = "page"
    first: int = Field(1, ge=0)
    total_pages: str | None = None

    @property
    def looks_at(self) -> tuple[str, ...]:
        return (self.total_pages,) if self.total_pages is not None else ()

    def url(self, position: Position) -> str | None:
        return None

    def query(self, position: Position) -> dict[str, str]:
        return {self.param: str(position["page"])}

    def after(self, position: Position | None, page: Read) -> Position | None:
        number = position["page"] if position else self.first
        if self.total_pages is not None:
            total = _count(page.body, self.total_pages)
            return {"page": number + 1} if number + 1 - self.first < total else None
        return {"page": number + 1} if page.records else None


class Offset(BaseModel):
    """Records skipped, until an empty page; with `total` (a path) until that many records."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["offset"]
    param: str = "offset"
    total: str | None = None

    @property
    def looks_at(self) -> tuple[str, ...]:
        return (self.total,) if self.total is not None else ()

    def url(self, position: Position) -> str | None:
        return None

    def query(self, position: Position) -> dict[str, str]:
        return {self.param: str(position["offset"])}

    def after(self, position: Position | None, page: Read) -> Position | None:
        start = position["offset"] if position else 0
        if self.total is None:
            return {"offset": start + len(page.records)} if page.records else None
        step = len(page.records) or page.page_size or 0
        if start + step >= _count(page.body, self.total):
            return None
        if not step:
            raise Unusable("an empty page although it counts more records")
        return {"offset": start + step}


Paginator = Annotated[
    Cursor | NextUrl | LinkHeader | PageNumber | Offset, Field(discriminator="type")
]


def _joined(current: str, target: str) -> str:
    try:
        return joined(current, target)
    except BadUrl as error:
        raise Unusable("an address of the next page that is not an address") from error


def _count(body: Any, path: str) -> int:
    found = value_at(body, path)
    if isinstance(found, str) and found.isdecimal() and len(found) < 16:
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        raise Unusable(f"no number at “{path}”, where the count should be")
    return found
