"""The bot token's scopes: what `manifest.yml` asks for and `doctor` holds the token against."""

# Web API method → the scopes it needs (https://docs.slack.dev/reference/methods).
NEEDED: dict[str, tuple[str, ...]] = {
    "auth.test": (),
    "auth.revoke": (),
    "blocks.validate": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read"),
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

# Needed by features rather than by methods: slash commands, and reading a message's metadata.
BESIDE = ("commands", "metadata.message:read")

SCOPES: tuple[str, ...] = tuple(
    sorted({scope for needed in NEEDED.values() for scope in needed} | set(BESIDE))
)
