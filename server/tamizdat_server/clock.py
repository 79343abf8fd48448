"""Unix seconds and the format's way of writing a time."""

from datetime import UTC, datetime
from typing import Final

_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


def rfc3339(seconds: int) -> str:
    """`2026-11-22T06:00:00Z` for Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORMAT)


def unix(time: str) -> int:
    """Unix seconds of an RFC 3339 time in UTC."""
    return int(datetime.strptime(time, _FORMAT).replace(tzinfo=UTC).timestamp())
