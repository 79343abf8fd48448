"""docs/newsroom.md tells the truth: its commands are typed from top to bottom, and do what it says."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from conftest import CHECKOUT
from console import Console, keys_made, typed
from tamizdat.cli.app import run
from tamizdat.library import Library
from tamizdat_server.config import Config
from tamizdat_server.demo import SAMPLE
from tamizdat_server.keys import store
from tamizdat_server.keys.status import HELP
from tamizdat_server.newsroom import Newsroom
from walkthrough import ADDRESS, newspaper, walk_through

TEXT = (CHECKOUT / "docs" / "newsroom.md").read_text(encoding="utf-8")
DATED = "---\ntitle: {0}\ndate: 2026-11-01\nlang: en\n---\nThe words of {0}.\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the document takes to be there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAMIZDAT_LIBRARY", str(tmp_path / "library.db"))
    monkeypatch.setenv("TAMIZDAT_PASSPHRASE_FILE", "")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{Path('/usr/bin')}:{Path('/bin')}")
    monkeypatch.setattr(store, "SCRYPT_COST", 2**10)
    (tmp_path / "secret").write_text("верный конь\n", encoding="utf-8")
    shutil.copytree(SAMPLE / "1", tmp_path / "articles")
    (tmp_path / "undated").mkdir()
    (tmp_path / "undated" / "tide.md").write_text("---\ntitle: Tide\nlang: en\n---\nHigh water.\n", encoding="utf-8")
    repository(tmp_path / "repository")
    return tmp_path


def repository(folder: Path) -> None:
    """Two commits: two articles, of which one is renamed and one deleted."""
    (folder / "old").mkdir(parents=True)
    git = [
        "git",
        "-C",
        str(folder),
        "-c",
        "user.name=N",
        "-c",
        "user.email=n@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    subprocess.run([*git, "init", "-q"], check=True)
    for name in ("kept", "gone"):
        (folder / "old" / f"{name}.md").write_text(DATED.format(name), encoding="utf-8")
    for change in (("add", "."), ("mv", "old/kept.md", "moved.md"), ("rm", "-q", "old/gone.md")):
        subprocess.run([*git, *change], check=True)
        if change[0] != "mv":
            subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)


@pytest.fixture
def followed(desk: Path) -> Iterator[Path]:
    """The folder after everything in the document was typed; a reader came by before the backup and at the end."""
    with newspaper() as site:
        unasked = f"start {site.url} --yes --no-browser --allow-private"
        console = Console(**{f"start {ADDRESS}": unasked})
        type_all(console, desk)
        yield desk


def type_all(console: Console, desk: Path) -> None:
    for line in typed(TEXT):
        if line == "rm -r newsroom":
            sync(desk)
        console.type(line)
        if line.startswith("tamizdat keys new "):
            console.replaced |= keys_made(desk / line.split()[-1])


def sync(desk: Path) -> None:
    with Newsroom.open(desk / "newsroom") as newsroom:
        assert run(["sync", f"newsroom/public#{newsroom.fingerprint}"]) == 0


def test_everything_can_be_typed_from_top_to_bottom_and_readers_follow(
    followed: Path, capsys: pytest.CaptureFixture[str]
):
    sync(followed)
    with Library.open(followed / "library.db") as library, Newsroom.open(followed / "newsroom") as newsroom:
        (known,) = library.publications()
        assert known.version == newsroom.version == 20
        for edition in ("en", "ru", "kk"):
            assert [*library.records(known.publication, edition)] == [*newsroom.lines(edition)]
        keys = {article.key for article in library.articles(limit=100)}
    assert {"en/bridge", "en/gravel"} <= keys
    with Newsroom.open(followed / "127.0.0.1") as started:
        assert started.version == 1


def test_the_server_holds_no_key_that_signs_articles_and_no_word_that_is_not_public(followed: Path):
    assert sorted(path.name for path in (followed / "server").iterdir()) == ["keys", "lock", "public", "tamizdat.toml"]
    assert {path.stem for path in (followed / "server" / "keys").iterdir()} == {"snapshot", "timestamp"}
    assert not [*(followed / "newsroom" / "keys").glob("root*")]


def test_its_settings_are_those_that_there_are():
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    config = msgspec.toml.decode(example, type=Config)
    assert all(getattr(config, field) for field in Config.__struct_fields__)


def test_its_links_lead_somewhere():
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    }
    for target in re.findall(r"\]\((?!https://)([^)]+)\)", TEXT):
        path, _, anchor = target.partition("#")
        assert (CHECKOUT / "docs" / path).exists() if path else anchor in anchors, target


def test_every_picture_that_it_shows_is_there_and_described():
    shown = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]+)">', TEXT)
    assert len(shown) == TEXT.count("<img") > 0
    assert all((CHECKOUT / "docs" / path).is_file() for path, _ in shown)


def test_the_walk_through_shows_what_the_terminal_shows(tmp_path: Path):
    (session,) = re.findall(r"^```text\n(Looking at .+?)\n```$", TEXT, re.DOTALL | re.MULTILINE)
    with newspaper() as site:
        assert walk_through(site, tmp_path) == session


def test_it_installs_what_there_is():
    extras = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    named = re.findall(r"'(?:tamizdat|\.)\[([a-z,]+)\]'", TEXT)
    assert len(named) > 3
    assert {extra for names in named for extra in names.split(",")} <= set(extras)
    for system in ("Windows:", "macOS", "Debian"):
        assert system in TEXT


def test_every_warning_of_keys_status_is_explained():
    assert set(HELP) == {"root", "targets", "snapshot", "timestamp"}
    for words in (
        "expires in",
        "has expired: readers see the publication as stale",
        "isn't signed by the keys",
        "waits for",
    ):
        assert words in TEXT


def test_no_other_document_shows_commands_that_nobody_types():
    for path in [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")]:
        if path.name not in ("README.md", "newsroom.md", "importing.md", "operating-a-mirror.md", "developers.md"):
            assert not re.search(
                r"^```(console|crontab|bash|sh)\b|^\$ ", path.read_text(encoding="utf-8"), re.MULTILINE
            ), path
