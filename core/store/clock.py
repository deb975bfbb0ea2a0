"""When something happened, as the database holds it."""

from datetime import UTC, datetime


def now_text() -> str:
    """The present time in UTC to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
