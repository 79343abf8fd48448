"""Shows a page in the browser of whoever sits at this machine."""

import os
import sys
import webbrowser
from pathlib import Path


def show_page(page: Path) -> bool:
    """Open a local page; False where there is no browser with a window of its own."""
    # Without a screen, the standard library would start one of those that take over the terminal.
    has_screen = sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    if os.environ.get("SSH_CONNECTION") or not (has_screen or os.environ.get("BROWSER")):
        return False
    try:
        return webbrowser.open(page.resolve().as_uri())
    except (OSError, webbrowser.Error):
        return False
