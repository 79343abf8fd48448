"""Where a reader's library lies."""

from pathlib import Path

import platformdirs


def default_library() -> Path:
    """Where the library lies unless the reader says otherwise."""
    return platformdirs.user_data_path("tamizdat", appauthor=False) / "library.db"
