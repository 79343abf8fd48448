"""Folders of Markdown for the importers' tests, and what becomes of them."""

import io
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from tamizdat_server.images import Pictures
from tamizdat_server.importers import Imported, Item, Options, Skipped, read_markdown

NOW = "2026-11-22T06:00:00Z"
DATED = "---\ntitle: A title\ndate: 2024-05-01\n---\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put these files into a folder."""
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def read(
    folder: Path,
    files: Mapping[str, str | bytes],
    *,
    editions: Sequence[str] = ("en",),
    date: str | None = None,
    site: str = "",
) -> dict[str, Item]:
    """What a folder of these files comes to, by source."""
    write(folder / "source", files)
    options = Options(store=Pictures(folder / "media"), now=NOW, editions=editions, date=date, site=site)
    items = read_markdown(folder / "source", options)
    return {item.source: item for item in items if isinstance(item, Imported | Skipped)}


def read_one(folder: Path, text: str | bytes, *, path: str = "a.md", **others: str | bytes) -> Imported:
    """The one article that this text comes to; `others` are files beside it, their names with `_` for the dot."""
    beside = {name.replace("_", "."): data for name, data in others.items()}
    item = read(folder, {path: text, **beside})[path]
    assert isinstance(item, Imported), item
    return item


def read_body(folder: Path, markdown: str) -> Imported:
    """The article of this text under plain front matter."""
    return read_one(folder, DATED + markdown)


def picture(width: int = 2, height: int = 2, colour: str = "red") -> bytes:
    """A PNG file of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


class Repo:
    """A git repository that a test writes history into, at times that it chooses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self._commits = 0

    def git(self, *words: str, at: str = "2024-01-01T00:00:00Z") -> str:
        who = {
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.org",
        }
        when = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            **who,
            **when,
        }
        done = subprocess.run(
            ["git", "-C", str(self.folder), *words], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | bytes | None]) -> str:
        """Write these files, remove those that are None, commit; each commit a day after the one before."""
        write(self.folder, {path: data for path, data in files.items() if data is not None})
        for path in (path for path, data in files.items() if data is None):
            (self.folder / path).unlink()
        return self.record()

    def record(self) -> str:
        self._commits += 1
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change", at=f"2024-01-{self._commits:02}T12:00:00Z")
        return self.git("rev-parse", "HEAD")


def told(items: Iterator[Item]) -> list[str]:
    """The items as short sentences: `put KEY TITLE`, `remove KEY`, `skip SOURCE`, `reach`."""
    sentences: list[str] = []
    for item in items:
        name = type(item).__name__
        if isinstance(item, Imported):
            sentences.append(f"put {item.draft.key} {item.draft.title}")
        elif isinstance(item, Skipped):
            sentences.append(f"skip {item.source}")
        else:
            sentences.append(f"remove {item.key}" if name == "Removed" else "reach")
    return sentences
