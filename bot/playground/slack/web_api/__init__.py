"""The Web API's methods, one file a family. `METHODS` is filled by importing them."""

from bot.playground.slack.web_api import (
    apps,
    auth,
    blocks,
    chat,
    conversations,
    history,
    users,
    views,
)
from bot.playground.slack.web_api.call import METHODS, Arguments, Call, Method

__all__ = [
    "METHODS",
    "Arguments",
    "Call",
    "Method",
    "apps",
    "auth",
    "blocks",
    "chat",
    "conversations",
    "history",
    "users",
    "views",
]
