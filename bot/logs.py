"""Logs are events with facts: `sync.page_loaded rows=500`. Secrets cannot reach them."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from store.vault import Secret

_SECRET = ("token", "secret", "password", "authorization_header", "api_key", "private_key")


def hide_secrets(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Masks values by their name, however deep, and those of a secret type whatever their name."""
    for key in event:
        event[key] = "***" if _names_a_secret(key) else _shown(event[key])
    return event


def _names_a_secret(key: object) -> bool:
    return any(part in str(key).lower() for part in _SECRET)


def _shown(value: Any) -> Any:
    if isinstance(value, Secret):  # text to a renderer, which would print it as it is
        return "***"
    if isinstance(value, dict):
        return {key: "***" if _names_a_secret(key) else _shown(each) for key, each in value.items()}
    if isinstance(value, list | set | frozenset):
        return [_shown(each) for each in value]
    if isinstance(value, tuple):  # exc_info is one
        return tuple(_shown(each) for each in value)
    return value


def configure(form: Literal["console", "json"], level: int = logging.INFO) -> None:
    """Sends structlog's events and the libraries' records through one formatter to stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    # JSON gets the traceback as text; the console draws it itself
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_plain)]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "slack_bolt", "slack_sdk", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # a tick that is still at work when the next one is due: that one is left out, as it should be
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


# Rich tracebacks print local variables, and those may be secrets.
_plain = structlog.dev.plain_traceback
