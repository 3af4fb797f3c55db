"""What the bot may do in Slack and hears from it: `manifest.yml` asks for it, `doctor` checks it.

Scopes are those of the bot token. In Socket Mode the app-level token calls apps.connections.open
beside, with its own scope connections:write.
"""

# Web API method → the scopes it needs here (https://docs.slack.dev/reference/methods). Channels
# are public, private or DMs; only public ones can be joined, so chat:write.public is not needed.
NEEDED: dict[str, tuple[str, ...]] = {
    "api.test": (),
    "auth.test": (),
    "blocks.validate": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.join": ("channels:join",),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "users.info": ("users:read", "users:read.email"),
    "users.list": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}

# Event → the scopes without which Slack does not send it.
EVENTS: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_uninstalled": (),
    "team_join": ("users:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}

# Needed by features rather than by methods: the slash command, and reading the metadata by which
# a message that may have gone out is found again.
BESIDE = ("commands", "metadata.message:read")

SCOPES: tuple[str, ...] = tuple(
    sorted(
        {scope for needed in (*NEEDED.values(), *EVENTS.values()) for scope in needed} | {*BESIDE}
    )
)
