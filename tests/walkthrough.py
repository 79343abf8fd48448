"""The site of the walk-through in docs/newsroom.md, and what an editor types there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from importing import picture
from terminal import Terminal
from wpserver import WordPress

TITLE: Final = "The Ferry"
ADDRESS: Final = "https://news.example"
TEXT: Final = "<p>The council met on Tuesday, and this is what came of it, word by word as it was said there.</p>"


@contextmanager
def newspaper() -> Iterator[WordPress]:
    """A site with a dozen posts and what real ones have: pictures without words, a video, a protected post."""
    with WordPress() as site:
        site.files = {"wp-content/uploads/2024/01/bridge.png": picture(64, 48)}
        bridge = f"{site.url}wp-content/uploads/2024/01/bridge.png"
        site.write(6, body=TEXT, title="The council met")
        site.write(3, body=f'{TEXT}<figure><img src="{bridge}" alt=""></figure>', title="The new bridge")
        site.write(2, body=f'{TEXT}<iframe src="https://player.example/7"></iframe>', title="A film of the ferry")
        site.write(1, body=f"<p>{'Жаңа көпір қайда салынады? ' * 5}</p>", title="Көпір")
        site.write(1, body=TEXT, title="For subscribers", password="x")
        site.types = {"news": "news"}  # and nothing in it yet
        yield site


def walk_through(site: WordPress, folder: Path) -> str:
    """Type what the document types, and return all that the terminal showed, with the document's address."""
    words = ("start", site.url.rstrip("/"), "--allow-private", "--no-browser")
    with Terminal(*words, cwd=folder, environment={"TERM": "dumb"}) as terminal:
        terminal.answer("Folder for the newsroom", "ferry")
        terminal.answer("Name of the publication")
        terminal.answer("Languages to publish in")
        terminal.answer("Pictures")
        terminal.answer("Lock the keys")
        terminal.answer("New passphrase", "four words of yours")
        terminal.answer("Repeat for confirmation", "four words of yours")
        terminal.answer("Publish?")
        assert terminal.end() == 0, terminal.shown
    shown = terminal.shown.replace(site.url.rstrip("/"), ADDRESS).replace(" --allow-private", "")
    shown = shown.replace("127.0.0.1", "news.example").replace("Паром", TITLE).replace("…\n\n  ", "…\n  ")
    lines = [line.rstrip() for line in re.sub(r"#1\.\w+", "#1.FINGERPRINT", shown).strip().splitlines()]
    return "\n".join(lines)
