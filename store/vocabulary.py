"""The words of the product as values: states, roles, types. Columns and screens share them."""

from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class FieldType(StrEnum):
    """Types a service's field can have; a project's columns are read as the nearest of them."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    STRING = "string"
    EMAIL = "email"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    JSON = "json"


class AuthKind(StrEnum):
    OAUTH2 = "oauth2"
    API_KEY = "api_key"
    BEARER = "bearer"
    BASIC = "basic"
    NONE = "none"


class AuthorizationState(StrEnum):
    OK = "ok"
    LOST = "lost"  # revoked, or expired beyond refresh: sources "need authorization"


class TransferState(StrEnum):
    INACTIVE = "inactive"
    ACTIVE = "active"
    DRIFTED = "drifted"  # a mapped field disappeared or changed its type


class IntegrationState(StrEnum):
    INACTIVE = "inactive"
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    NEEDS_AUTHORIZATION = "needs_authorization"


class ScheduleKind(StrEnum):
    EVERY_15_MINUTES = "every_15_minutes"
    HOURLY = "hourly"
    EVERY_6_HOURS = "every_6_hours"
    DAILY = "daily"
    CRON = "cron"


class UpdateType(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class Trigger(StrEnum):
    SCHEDULE = "schedule"
    MANUAL = "manual"
    BACKFILL = "backfill"  # the first sync after activation
    RETRY = "retry"  # rejects tried again
    CONFIRMED_DELETION = "confirmed_deletion"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class IncidentKind(StrEnum):
    ERRORS = "errors"  # warning, then disabled
    AUTHORIZATION = "authorization"
    DRIFT = "drift"
    MASS_DELETION = "mass_deletion"


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Level(StrEnum):
    """What a delivery says; each is sent once per incident, recipient and way."""

    WARNING = "warning"
    DISABLED = "disabled"
    NEEDS_AUTHORIZATION = "needs_authorization"
    DRIFT = "drift"
    HELD = "held"  # a mass deletion waits for a person
    NOTE = "note"  # who did what, in the thread
    RESOLVED = "resolved"
    SUMMARY = "summary"  # the end of a run somebody watched
    CONFIRM_EMAIL = "confirm_email"


class Way(StrEnum):
    DM = "dm"
    CHANNEL = "channel"
    EMAIL = "email"


class DeliveryState(StrEnum):
    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    FELL_BACK = "fell_back"  # could not be delivered; other ways were told instead
    DROPPED = "dropped"  # could not be delivered, nobody else to tell
