"""What is shown where a library holds nothing yet: a page that asks again by itself, without a script."""

import json
from typing import Final

WAIT_SECONDS: Final = 5
TITLE: Final = "The archive is being fetched"
TOLD: Final = "Its newest articles come first, within a minute as a rule; the rest follows while you read."
_STYLE: Final = """
:root { color-scheme: light dark }
body { font: 1.1rem/1.6 Georgia, serif; max-width: 36rem; margin: 20vh auto; padding: 0 1rem }
"""
_PAGE: Final = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="{WAIT_SECONDS}">
<title>{TITLE}</title>
<style>{_STYLE}</style>
<main>
<h1>{TITLE}</h1>
<p>{TOLD}</p>
<p>This page looks again every {WAIT_SECONDS} seconds.</p>
</main>
</html>
"""


def waiting_page(*, as_json: bool) -> tuple[bytes, bytes]:
    """Its type and bytes."""
    if as_json:
        told = {"ok": False, "error": TOLD, "status": 503, "title": TITLE}
        return b"application/json; charset=utf-8", json.dumps(told).encode()
    return b"text/html; charset=utf-8", _PAGE.encode()
