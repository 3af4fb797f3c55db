"""The services that can be connected: the files of `bot/catalog` and the operator's own."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from rapidfuzz import fuzz, process, utils

from bot.connectors.grammar import (
    AuthMethod,
    Check,
    DataType,
    Incremental,
    ListSpec,
    PageSize,
    Param,
    RateLimit,
    Service,
    Updates,
)
from bot.connectors.lines import BadYaml, read
from bot.errors import NotFound, Refused
from store.models import Transfer

__all__ = [
    "AuthMethod",
    "Catalog",
    "CatalogError",
    "Check",
    "DataType",
    "Incremental",
    "ListSpec",
    "PageSize",
    "Param",
    "RateLimit",
    "Service",
    "Updates",
    "data_type_from",
    "data_type_of",
    "load_catalog",
]

_FILES = Path(__file__).parent.parent / "catalog"
_ALIKE = 60  # of 100: below that a name is no answer to what was typed


class CatalogError(Exception):
    """A service file cannot be used: "file:line: reason"."""


class Catalog:
    def __init__(self, services: Iterable[Service]) -> None:
        """`services` in any order; they are kept by name, custom ones last."""
        ordered = sorted(services, key=lambda service: (service.custom, service.name.casefold()))
        self.services: Mapping[str, Service] = MappingProxyType({s.id: s for s in ordered})

    def get(self, service_id: str) -> Service:
        """Raises NotFound for a service that is not in the catalog (any more)."""
        service = self.services.get(service_id)
        if service is None:
            raise NotFound(
                f"The service “{service_id}” is not in Patchbay's catalog any more. "
                "Ask whoever runs Patchbay to add its service file again."
            )
        return service

    def search(self, text: str) -> list[Service]:
        """Services whose name is like `text`, the likest first; all of them for an empty text."""
        if not utils.default_process(text):
            return list(self.services.values())
        found = process.extract(
            text,
            {service.id: service.name for service in self.services.values()},
            scorer=fuzz.partial_ratio if len(text) < 4 else fuzz.WRatio,
            processor=utils.default_process,
            score_cutoff=_ALIKE,
            limit=None,
        )
        return [self.services[service_id] for _, _, service_id in found]


def load_catalog(extra: Path | None = None) -> Catalog:
    """Reads the built-in services and those in the folder `extra` (PATCHBAY_CATALOG_DIR).

    Raises CatalogError for the first file that cannot be used, and for an id used twice.
    """
    services: dict[str, Service] = {}
    origin: dict[str, Path] = {}
    for path in _files(extra):
        service = load_service(path)
        if service.id in services:
            raise CatalogError(
                f"{path}:1: the id “{service.id}” is already that of {origin[service.id]}"
            )
        services[service.id] = service
        origin[service.id] = path
    return Catalog(services.values())


def load_service(path: Path) -> Service:
    """Reads one service file. Raises CatalogError with its line and the reason."""
    try:
        document = read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}:1: is not UTF-8 text") from error
    except OSError as error:
        raise CatalogError(f"{path}:1: cannot be read ({error.strerror})") from error
    except BadYaml as error:
        raise CatalogError(f"{path}:{error.line}: {error.reason}") from error
    try:
        return Service.model_validate(document.value)
    except ValidationError as error:
        line, reason = min(
            (document.line_of(problem["loc"]), _reason(problem)) for problem in error.errors()
        )
        raise CatalogError(f"{path}:{line}: {reason}") from error


def data_type_of(service: Service, transfer: Transfer) -> DataType:
    """The transfer's data type: its own definition, or the catalog's. NotFound where it is gone."""
    if transfer.definition is not None:
        return data_type_from(transfer.definition)
    found = service.data_types.get(transfer.data_type)
    if found is None:
        raise NotFound(
            f"{service.name} does not offer “{transfer.data_type}” any more. "
            "Remove this data transfer, or ask whoever runs Patchbay to add the data type again."
        )
    return found


def data_type_from(definition: Mapping[str, Any]) -> DataType:
    """A data type that a member defined, in the grammar of a service file.

    Raises Refused naming the first key that does not fit ("list.path", "paginator.param"…).
    """
    try:
        return DataType.model_validate(dict(definition))
    except ValidationError as error:
        problem = error.errors()[0]
        raise Refused(
            f"This data type cannot be used as it stands: {_reason(problem)}. "
            "Correct it and save again.",
            field=".".join(str(step) for step in problem["loc"]),
        ) from error


def _files(extra: Path | None) -> list[Path]:
    folders = [_FILES] if extra is None else [_FILES, extra]
    for folder in folders:
        if not folder.is_dir():
            raise CatalogError(f"{folder}:0: is not a folder")
    return [
        path
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".yml")
    ]


def _reason(problem: Any) -> str:
    """One problem as pydantic tells it, as text: where (in the file's words), and why."""
    where = ".".join(str(step) for step in problem["loc"])
    why = {"extra_forbidden": "is not a key that goes here", "missing": "is missing"}.get(
        problem["type"], problem["msg"].removeprefix("Value error, ")
    )
    return f"{where}: {why}" if where else why
