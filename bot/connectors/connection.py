"""A conversation with one account of a service: prove it, list records, look at a sample."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.connectors import addresses, discovery
from bot.connectors.credentials import Credentials, key_parameter, signer
from bot.connectors.grammar import Check, DataType, Service
from bot.connectors.http import Answer, HttpPool
from bot.connectors.paginators import Paginator, Read, Unusable
from bot.connectors.reading import Content, RawRecords, Reader, Trail, read_with, records_in
from bot.connectors.sending import body_of, explanation, misbehaves, refuses, send
from bot.connectors.templates import fill_url
from bot.connectors.turns import Turn
from bot.connectors.values import earlier_by, latest, value_at
from bot.errors import AuthorizationLost, ServiceRefuses
from bot.settings import Settings
from store.vocabulary import AuthKind

__all__ = ["Connection", "Credentials", "Page", "Renew", "cursor_of"]

# Gives new credentials in place of those that do not work (any more), or raises
# AuthorizationLost where there are none to have.
Renew = Callable[[Credentials], Awaitable[Credentials]]

_DISCOVERED_FROM = 100  # records
_SAMPLED_PAGES = 3  # pages looked through for a sample, where the first ones are empty


@dataclass(frozen=True, slots=True)
class Page:
    records: Sequence[Any]
    next: dict[str, Any] | None  # where the page after starts (JSON); None: this is the last
    number: int  # from 1
    size: int = 0  # bytes of the answer
    structs: Sequence[Any] | None = None  # the records, as the reader typed them


@dataclass(slots=True)
class Connection:
    """Raises the ServiceErrors of bot/errors.py, from every method."""

    service: Service
    credentials: Credentials
    pool: HttpPool
    settings: Settings
    now: Callable[[], datetime]
    renew: Renew | None = None
    turn: Turn = field(default_factory=Turn)

    async def check(self) -> str:
        """Proves the authorization. Returns what the service calls the account."""
        check = self.service.check
        answer = await self._ask(self._address(check.path), {})
        if check.any_answer and answer.status < 500 and answer.status not in (401, 403):
            return urlsplit(answer.url).hostname or ""
        return _account(check, await self._body(answer))

    async def pages(
        self,
        data_type: DataType,
        *,
        since: str | None = None,
        start: dict[str, Any] | None = None,
        limit: int | None = None,
        reader: Reader | None = None,
    ) -> AsyncGenerator[Page, None]:
        """The pages of a list, from the position `start` on (`Page.next` of an earlier page).

        `since`: a cursor; the data type's overlap is subtracted here. `limit`: that many records
        will do: the page they end on is cut and is the last. `reader`: tries each body first.
        """
        paginator, left = data_type.paginator, limit
        trail = Trail(self.settings.max_pages, start if _fits(paginator, start) else None)
        query = self._query(data_type, since, limit)
        while True:
            position = trail.position
            try:
                read = await self._read(data_type, paginator, position, query, reader)
                following = paginator.after(position, read) if paginator else None
                if following is not None and "url" in following:
                    following = {"url": self._without_key(following["url"])}
                page = Page(
                    records=_kept(data_type, read.records, left),
                    next=trail.step(following, read.records, paginator),
                    number=trail.number,
                    size=read.size,
                    structs=read.structs,
                )
            except Unusable as error:
                raise misbehaves(self.service.name, str(error)) from error
            if left is not None:
                left -= len(page.records)
                if left <= 0:
                    page = Page(page.records, None, page.number)
            yield page
            if page.next is None:
                return
            trail.move(page.next)

    async def sample(self, data_type: DataType, count: int = 5) -> list[dict[str, Any]]:
        """A few real records; fewer where there are no more."""
        found: list[dict[str, Any]] = []
        async for page in self.pages(data_type, limit=count):
            found += [record for record in page.records if isinstance(record, dict)]
            if page.number >= _SAMPLED_PAGES:
                break
        return found

    async def discover(self, data_type: DataType) -> DataType:
        """The data type with fields, their types and a primary key guessed from a sample.

        Raises Refused where there is no record to learn from.
        """
        return discovery.discovered(data_type, await self.sample(data_type, _DISCOVERED_FROM))

    def _query(self, data_type: DataType, since: str | None, limit: int | None) -> dict[str, str]:
        query = dict(data_type.list.params)
        if size := data_type.list.page_size:
            query[size.param] = str(min(size.value, limit or size.value))
        if data_type.incremental and since is not None:
            incremental = data_type.incremental
            query[incremental.param] = earlier_by(since, incremental.overlap_seconds)
        return query

    async def _read(
        self,
        data_type: DataType,
        paginator: Paginator | None,
        position: dict[str, Any] | None,
        query: dict[str, str],
        reader: Reader | None,
    ) -> Read:
        url = paginator.url(position) if paginator and position else None
        if url is not None:
            address, asked = self._own(url), {}
        else:
            address = self._address(data_type.list.path)
            asked = query | (paginator.query(position) if paginator and position else {})
        answer = await self._ask(address, asked)
        content = await self._content(data_type, answer, reader)
        size = data_type.list.page_size
        return Read(
            url=answer.url,
            body=content.body,
            records=content.records,
            headers=answer.headers,
            page_size=size.value if size else None,
            size=len(answer.body),
            structs=content.structs,
        )

    async def _content(self, data_type: DataType, answer: Answer, reader: Reader | None) -> Content:
        if reader is not None and answer.status < 300:
            content = await read_with(reader, answer.body, answer.content_type)
            if content is not None:
                return content
        body = await self._body(answer)
        return Content(body, records_in(body, data_type.list))

    async def _ask(self, url: str, query: dict[str, str]) -> Answer:
        """An answer to an authorized request; new credentials are asked for at most once."""
        renewed = False
        if self.renew is not None and self.credentials.expired(self.now()):
            self.credentials, renewed = await self.renew(self.credentials), True
        answer = await self._send(url, query)
        if self.renew is not None and not renewed and _unauthorized(answer):
            self.credentials = await self.renew(self.credentials)
            answer = await self._send(url, query)
        if _unauthorized(answer) and self.credentials.kind is not AuthKind.NONE:
            raise self._lost(answer)
        return answer

    async def _send(self, url: str, query: dict[str, str]) -> Answer:
        sign = signer(self.service, self.credentials)

        async def request() -> Answer:
            async with self.turn:
                return await self.pool.get(url, query=query, headers=self._headers(), sign=sign)

        return await send(self.service.name, self.settings, request)

    async def _body(self, answer: Answer) -> Any:
        if 400 <= answer.status < 500:
            raise refuses(self.service.name, answer, self.credentials.leak_in)
        return await body_of(self.service.name, answer)

    def _lost(self, answer: Answer) -> AuthorizationLost:
        told = explanation(answer)
        if self.credentials.leak_in(told):
            told = ""
        said = f"HTTP {answer.status}: {told}" if told else f"HTTP {answer.status}"
        return AuthorizationLost(
            f"{self.service.name} does not accept this authorization ({said}). It was revoked, "
            "has expired or does not cover this data: authorize again."
        )

    def _headers(self) -> dict[str, str]:
        return {"Accept": "application/json"} | self.service.headers

    def _address(self, path: str) -> str:
        """An address below the service's base URL. Raises ServiceRefuses for an unusable one."""
        params = self.credentials.params
        try:
            base = fill_url(self.service.base_url, params).rstrip("/")
            address = base + "/" + fill_url(path, params).lstrip("/") if path else base
            addresses.split(address)
        except KeyError as error:
            raise AuthorizationLost(
                f"The authorization of {self.service.name} lacks “{error.args[0]}”. Authorize it "
                "again to fill it in."
            ) from error
        except addresses.BadUrl as error:
            raise ServiceRefuses(
                f"The address of {self.service.name} cannot be used: it {error}. "
                "Authorize it again with another address."
            ) from error
        return address

    def _own(self, url: str) -> str:
        """The next page's address, if it is the service's own: credentials go nowhere else."""
        base = addresses.origin(self._address(""))
        try:
            if base[0] == "https" and url.startswith("http://"):  # a service behind a proxy
                url = "https://" + url.removeprefix("http://")
            found = addresses.origin(url)
        except addresses.BadUrl as error:
            raise Unusable(f"an address of the next page that {error}") from error
        if found != base:
            raise Unusable(f"an address of the next page on another host ({found[1]})")
        return url

    def _without_key(self, url: str) -> str:
        """The address without the key in it: positions are stored in the open."""
        parameter = key_parameter(self.service, self.credentials)
        try:
            return str(httpx.URL(url).copy_remove_param(parameter)) if parameter else url
        except httpx.InvalidURL as error:
            raise Unusable("an address of the next page that is not a valid address") from error


def cursor_of(data_type: DataType, records: Sequence[Any]) -> str | None:
    """The highest incremental value among the records, as the service writes it."""
    if data_type.incremental is None:
        return None
    path = data_type.incremental.field
    return latest((value_at(record, path) for record in records), data_type.fields.get(path))


def _fits(paginator: Paginator | None, start: dict[str, Any] | None) -> bool:
    """Whether a position is of this paginator; it is not where a member chose another meanwhile."""
    if paginator is None or start is None:
        return False
    try:
        return bool(paginator.url(start) or paginator.query(start))
    except KeyError:
        return False


def _account(check: Check, body: Any) -> str:
    found = (value_at(body, path) for path in check.account)
    return next((str(name)[:255] for name in found if name and isinstance(name, str | int)), "")


def _kept(data_type: DataType, records: Sequence[Any], most: int | None) -> Sequence[Any]:
    path = data_type.list.without
    if path and isinstance(records, RawRecords):
        records = records.where(lambda record: not value_at(record, path))
    elif path:
        records = [record for record in records if not value_at(record, path)]
    return records if most is None else records[:most]


def _unauthorized(answer: Answer) -> bool:
    return answer.status in (401, 403) and not answer.astray
