"""What a service file may say. `bot/catalog/*.yaml` are written in it; README explains it.

Every model is frozen and refuses keys that it does not know. References (a primary key, a cursor,
a place in a template) are held against what they refer to when the file is loaded.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from bot.connectors.paginators import Paginator
from bot.connectors.templates import places
from store.vocabulary import AuthKind, FieldType, UpdateType

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Path = Annotated[str, Field(pattern=r"^\S(.*\S)?$", max_length=255)]


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _web_address(value: str) -> str:
    if not re.match(r"(https?://[^\s@]+|\{\w+\}\S*)\Z", value):
        raise ValueError("an address starts with https:// (or http://), or with a {param}")
    return value


Paths = Annotated[tuple[Path, ...], BeforeValidator(_one_or_many)]
Address = Annotated[str, AfterValidator(_web_address)]
Docs = Annotated[str, AfterValidator(lambda value: _web_address(value) if value else "")]


class Grammar(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Param(Grammar):
    """Something asked when an authorization is created, beside the secret."""

    name: Id
    label: str
    hint: str = ""
    default: str = ""
    kind: Literal["text", "url"] = "text"


_KEYS_OF = {
    AuthKind.OAUTH2: {
        "authorize_url",
        "token_url",
        "revoke_url",
        "scopes",
        "pkce",
        "client_id",
        "prefix",
    },
    AuthKind.API_KEY: {"header", "query", "place", "prefix"},
    AuthKind.BEARER: {"prefix"},
    AuthKind.BASIC: {"username_label", "password_label"},
    AuthKind.NONE: set(),
}


class AuthMethod(Grammar):
    """A way to get permission. Addresses, `header`, `query` and `place` may name params."""

    type: AuthKind
    label: str  # what the member reads: "Sign in with Demo Store", "API key"
    hint: str = ""  # where to find the key

    authorize_url: Address | None = None  # oauth2
    token_url: Address | None = None
    revoke_url: Address | None = None
    scopes: tuple[str, ...] = ()
    pkce: bool = True
    client_id: str | None = None  # a public client that needs no registration

    header: str | None = None  # api_key: the name of the header
    query: str | None = None  # … or of the query parameter
    place: str | None = None  # … or either, as a member wrote it: "X-Api-Key", "?api_key"

    prefix: str = ""  # before the key or token in its header; bearer's and oauth2's is "Bearer"

    username_label: str = "User name"  # basic
    password_label: str = "Password"  # noqa: S105

    @model_validator(mode="after")
    def _keys_fit_the_type(self) -> "AuthMethod":
        given = {
            key
            for key in self.model_fields_set
            if getattr(self, key) != type(self).model_fields[key].default
        }
        stray = given - {"type", "label", "hint"} - _KEYS_OF[self.type]
        if stray:
            _refuse(min(stray), f"does not go with type {self.type}")
        if self.type is AuthKind.OAUTH2:
            for key in ("authorize_url", "token_url"):
                if getattr(self, key) is None:
                    _refuse(key, "is needed for type oauth2")
        if self.type is AuthKind.API_KEY and (
            sum(place is not None for place in (self.header, self.query, self.place)) != 1
        ):
            raise ValueError("type api_key needs one of header, query and place")
        return self

    def templates(self) -> dict[str, str]:
        named = {
            key: getattr(self, key)
            for key in ("authorize_url", "token_url", "revoke_url", "header", "query", "place")
        }
        return {key: text for key, text in named.items() if text is not None}


class Check(Grammar):
    """A request that proves an authorization. `account`: paths to what to call the account."""

    path: str = ""
    account: Paths = ()
    any_answer: bool = False  # whatever is no refusal will do: the address may answer nothing


CONCURRENT = 8  # requests of one account at a time, where a service file does not say


class RateLimit(Grammar):
    """What one account may ask: `requests` in any `per_seconds`, `concurrent` of them at a time."""

    requests: int = Field(gt=0)
    per_seconds: float = Field(1.0, gt=0)
    concurrent: int = Field(CONCURRENT, gt=0)


class PageSize(Grammar):
    param: str
    value: int = Field(gt=0)


class ListSpec(Grammar):
    """The request that lists the records of a data type."""

    path: str
    params: dict[str, str] = {}  # sent with every page
    records: Path | Literal[""] = ""  # where the records are; "": the answer is the list
    single: bool = False  # one record instead of a list
    without: Path | None = None  # records that have something there are passed over
    page_size: PageSize | None = None


class Incremental(Grammar):
    """How to ask for what changed since a cursor: the highest value of `field` seen so far."""

    field: Path
    param: str
    overlap_seconds: int = Field(0, ge=0)


class Updates(Grammar):
    """Types of updates that can be told, and by which field.

    `true`: told by comparing, without a field. A record with something in `deleted` is gone.
    """

    created: Path | Literal[True] | None = None
    updated: Path | Literal[True] | None = None
    deleted: Path | None = None


class DataType(Grammar):
    """A kind of record that a service offers.

    Fields may still be empty while a member defines one; in a service file they may not.
    """

    id: Id
    name: str
    primary_key: Paths = ()
    list: ListSpec
    paginator: Paginator | None = None  # None: everything is in one answer
    incremental: Incremental | None = None
    updates: Updates = Updates(created=True, updated=True)
    fields: dict[Path, FieldType] = {}

    @model_validator(mode="after")
    def _references_exist(self) -> "DataType":
        for path in self.primary_key if self.fields else ():
            self._must_have("primary_key", path)
        if self.incremental and self.fields:
            self._must_have("incremental", self.incremental.field, "field")
        for update, path in self.updates if self.fields else ():
            if isinstance(path, str):
                self._must_have("updates", path, update)
        return self

    def _must_have(self, key: str, path: str, below: str | None = None) -> None:
        if path not in self.fields:
            _refuse((key, below) if below else key, f"“{path}” is not among the fields")

    def update_types(self) -> tuple[UpdateType, ...]:
        """What it offers, in the order of the vocabulary."""
        return tuple(kind for kind in UpdateType if getattr(self.updates, kind))


class Service(Grammar):
    """A third-party product and how to talk to it."""

    id: Id
    name: str
    docs: Docs = ""  # a page for members
    base_url: Address
    params: tuple[Param, ...] = ()
    headers: dict[str, str] = {}  # sent with every request
    auth: tuple[AuthMethod, ...] = Field(min_length=1)
    check: Check = Check()
    rate_limit: RateLimit | None = None
    data_types: dict[Id, DataType] = {}
    custom: bool = False  # data types are defined by members

    @model_validator(mode="before")
    @classmethod
    def _data_types_by_id(cls, raw: Any) -> Any:
        """In a file the key is the id: it need not be said twice."""
        if not isinstance(raw, dict) or not isinstance(raw.get("data_types"), dict):
            return raw
        return raw | {
            "data_types": {
                key: {"id": key} | body if isinstance(body, dict) else body
                for key, body in raw["data_types"].items()
            }
        }

    @model_validator(mode="after")
    def _holds_together(self) -> "Service":
        _refuse_twice("params", [param.name for param in self.params])
        _refuse_twice("auth", [method.type for method in self.auth])
        if self.custom and self.data_types:
            _refuse("data_types", "members define those of a custom service")
        if not self.custom and not self.data_types:
            _refuse("data_types", "are missing")
        for key, data_type in self.data_types.items():
            where = ("data_types", key)
            if data_type.id != key:
                _refuse((*where, "id"), f"differs from its key “{key}”")
            if not data_type.fields:
                _refuse((*where, "fields"), "are missing")
            if not data_type.primary_key:
                _refuse((*where, "primary_key"), "is missing")
            self._must_ask((*where, "list", "path"), data_type.list.path)
        self._must_ask(("base_url",), self.base_url)
        self._must_ask(("check", "path"), self.check.path)
        for number, method in enumerate(self.auth):
            for key, template in method.templates().items():
                self._must_ask(("auth", number, key), template)
        return self

    def _must_ask(self, where: tuple[str | int, ...], template: str) -> None:
        asked = {param.name for param in self.params}
        for place in places(template):
            if place not in asked:
                _refuse(where, f"“{{{place}}}” is not among the params")

    def method(self, kind: AuthKind) -> AuthMethod | None:
        """Its way of that kind; there is at most one of each."""
        return next((method for method in self.auth if method.type == kind), None)


def _refuse(where: str | tuple[str | int, ...], reason: str) -> None:
    """Raises a ValidationError located at `where`, below the model that is being validated."""
    raise ValidationError.from_exception_data(
        "service",
        [
            InitErrorDetails(
                type=PydanticCustomError("reference", "{reason}", {"reason": reason}),
                loc=(where,) if isinstance(where, str) else where,
                input=None,
            )
        ],
    )


def _refuse_twice(key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            _refuse((key, number), f"“{name}” is there twice")
        seen.add(name)
