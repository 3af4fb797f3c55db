"""How far a transfer may be called read."""

from datetime import UTC, datetime, timedelta

from bot.connectors.values import moment_of

_YEAR = timedelta(days=366)


def safe_cursor(cursor: str | None, began: datetime) -> str | None:
    """The cursor, but no later than when reading began; written the way it came.

    Pages come in whatever order the service likes: what changed after its page was read may be
    older than the newest record seen, and would be passed over for good. A cursor that is no time
    stays as it is.
    """
    if cursor is None:
        return None
    began = began.astimezone(UTC)
    if cursor.isdecimal():
        for factor in (1, 1000):
            seconds = int(cursor) / factor
            if began.timestamp() < seconds < (began + _YEAR).timestamp():
                return str(int(began.timestamp() * factor))
        return cursor
    moment = moment_of(cursor)
    if moment is None or moment <= began or len(cursor) == len("2026-01-31"):
        return cursor
    return began.replace(tzinfo=None, microsecond=0).isoformat() + "Z"
