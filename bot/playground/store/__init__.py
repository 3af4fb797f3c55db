"""Demo Store: a small third-party service that is really there, and can be broken on purpose."""

from bot.playground.store.server import DemoStore

__all__ = ["DemoStore"]
