"""Nothing private leaves: each corpus is imported, published, synced and served, and all that left is looked at."""

import json
import os
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from leaks import Secrets, answered, bylines, extras_in_picture, held, leaks, published, secrets_of, shingles
from publishing import QUICK, Reader, Tree
from serving import serving, until
from tamizdat.errors import UnreadableSource
from tamizdat.format.article import Paragraph, Strong
from tamizdat.library import Library
from tamizdat.sync import SyncOptions, sync
from tamizdat_server.draft import Draft
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish

AT = "2026-11-22T06:00:00Z"
HOSTILE = (
    "SECRET-MUST-NOT-PUBLISH", "letmein", "secret.source@example.org", "editor.private@example.org", "198.51.100.7",
)  # fmt: skip
EXPORTS = {
    "cclabs": "wxr-cclabs/cclabs.wxr.xml",
    "hostile": "wxr-hostile-synthetic/hostile.wxr.xml",
    "blocks": "wxr-themeunittest/64-block-test-data.xml",
    "unit tests": "wxr-themeunittest/themeunittestdata.wordpress.xml",
    "preview": "wxr-themeunittest/theme-preview.xml",
}


def tamizdat(*words: object) -> str:
    """What the command says on standard output."""
    command = [sys.executable, "-m", "tamizdat", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TAMIZDAT_QUIET": "1"})
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Outlet:
    """A newsroom that published, and all that left it."""

    newsroom: Path
    readers: dict[int, dict[str, Reader]]
    library: Path

    @property
    def public(self) -> Path:
        return self.newsroom / "public"

    def publish(self) -> int:
        """The version that stands then; a reader of each edition comes along, so that deltas can be decoded."""
        with Newsroom.open(self.newsroom) as newsroom:
            version = publish(newsroom, now=int(time.time()), settings=QUICK).version
        if version not in self.readers:
            before = self.readers.get(max(self.readers, default=0), {})
            tree = Tree(self.public)
            self.readers[version] = {
                code: before.get(code, Reader(code)).copy().sync(self.public) for code in tree.catalog.editions
            }
        return version

    def lines(self) -> list[bytes]:
        return [line for reader in self.readers[max(self.readers)].values() for line in reader.lines()]

    def everything(self) -> Iterator[bytes]:
        yield from published(self.public, self.readers)
        yield from held(self.library)
        with serving(self.newsroom) as server:
            until(lambda: server.get("api/publication").status_code == 200)
            yield from answered(server.url)
            assert server.end() == 0
        yield server.log.encode()


def outlet(folder: Path, *editions: str) -> Outlet:
    with Newsroom.init(folder / "newsroom", title="A paper", editions=editions, passphrase=None, now=1_790_000_000):
        return Outlet(folder / "newsroom", {}, folder / "library.db")


def take(outlet: Outlet) -> None:
    """Sync a reader's library, with all that it may take."""
    with Newsroom.open(outlet.newsroom) as newsroom:
        address = f"{outlet.public}#{newsroom.fingerprint}"
    with Library.open(outlet.library) as library:
        sync(library, address, options=SyncOptions(media="standard", revisions=True))


def correct_the_first(outlet: Outlet) -> None:
    key = json.loads(outlet.lines()[0])["key"]
    with Newsroom.open(outlet.newsroom) as newsroom:
        newsroom.correct(key, "A date was wrong.", at=AT)


@pytest.fixture(scope="module", params=EXPORTS)
def exported(request: pytest.FixtureRequest, corpora: Path, tmp_path_factory: pytest.TempPathFactory):
    """(outlet, secrets, report) of one export: imported twice, published, corrected, published again, synced."""
    export = corpora / EXPORTS[request.param]
    here = outlet(tmp_path_factory.mktemp("export"))
    order = Order(kind="wordpress", source=[str(export)], pictures="local", pages=True)
    with Newsroom.open(here.newsroom) as newsroom:
        report = carry_out(newsroom, order, now=AT)
        first = here.publish()
        again = carry_out(newsroom, order, now=AT)
    assert (again.added, again.revised, again.removed) == (0, 0, 0)
    assert here.publish() == first, "a second import changed something"
    correct_the_first(here)
    assert here.publish() > first
    take(here)
    return here, secrets_of(export, marked=HOSTILE), msgspec.json.encode(report)


def test_no_private_text_address_or_login_of_an_export_leaves(exported: tuple[Outlet, Secrets, bytes]):
    here, secrets, _ = exported
    assert secrets.strings
    assert secrets.shingles
    assert not leaks(secrets, here.everything())
    assert not secrets.logins & bylines(here.lines())


def test_the_report_of_an_import_tells_no_secret_either(exported: tuple[Outlet, Secrets, bytes]):
    _, secrets, report = exported
    # A skipped item is named by its number and its reason, so that a report can be shown to anybody.
    assert not leaks(secrets, [report])


def test_no_camera_position_number_artist_or_comment_leaves(corpora: Path, tmp_path: Path):
    source = tmp_path / "articles"
    source.mkdir()
    pictures = sorted(path for path in (corpora / "images").iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
    assert len(pictures) == 4
    for picture in pictures:
        (source / picture.name).write_bytes(picture.read_bytes())
        text = f"---\ntitle: A picture\ndate: 2024-05-01\nlang: en\n---\n![What it shows]({picture.name})\n"
        (source / f"{picture.stem}.md").write_text(text)
    here = outlet(tmp_path, "en")
    tamizdat("import", "markdown", source, "--to", here.newsroom)
    here.publish()
    take(here)
    media = list((here.public / "media").glob("*.*"))
    assert len(media) >= 4
    assert not [extras for path in media if path.suffix != ".tar" and (extras := extras_in_picture(path.read_bytes()))]
    secrets = Secrets(strings={"exif", "gpslatitude", "xap/1.0", "photoshop", "almaty"})
    secrets.strings |= {text.casefold() for picture in pictures for text in _written_in(picture)}
    assert not leaks(secrets, here.everything())


def _written_in(picture: Path) -> set[str]:
    """The texts in a picture's metadata: maker, model, owner, artist, numbers, comment."""
    from PIL import Image

    with Image.open(picture) as image:
        exif = image.getexif()
        values = [*exif.values(), *exif.get_ifd(0x8769).values(), *exif.get_ifd(0x8825).values()]
        values += [image.info.get("comment", b"")]
    texts = {value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values}
    return {text.strip("\0 ") for text in texts if len(text.strip("\0 ")) >= 8 and text.isprintable()}


COMMENT = re.compile(r"(?<!`)<!--(.*?)-->", re.DOTALL)  # within backticks it is code, which is shown


def test_no_draft_note_or_committer_of_a_folder_with_a_history_leaves(corpora: Path, tmp_path: Path):
    repository = tmp_path / "repository"
    bundle = corpora / "digitalgov-news" / "history.bundle"
    subprocess.run(["git", "clone", "-q", "-b", "main", bundle, repository], check=True)
    texts = {path: path.read_text() for path in sorted(repository.rglob("*.md"))}
    drafts = [text for text in texts.values() if re.search(r"^draft: *true", text, re.MULTILINE)]
    noted = [path for path, text in texts.items() if COMMENT.search(text)]
    assert drafts
    assert noted
    # Those that hold something to hide, among some that don't.
    kept = {path for path, text in texts.items() if text in drafts} | set(noted) | set([*texts][::20])
    for path in texts.keys() - kept:
        path.unlink()
    here = outlet(tmp_path, "en")
    words = ["import", "markdown", repository, "--to", here.newsroom, "--pictures", "local", "--json"]
    assert json.loads(tamizdat(*words))["added"] > 100
    again = json.loads(tamizdat(*words))
    assert (again["added"], again["revised"], again["removed"], again["held"]) == (0, 0, 0, [])
    here.publish()
    take(here)
    command = ["git", "-C", repository, "log", "-200", "--format=%an%n%ae%n%s"]
    log = subprocess.run(command, capture_output=True, text=True).stdout
    public = [COMMENT.sub(" ", texts[path]) for path in kept if texts[path] not in drafts]
    shown = {shingle for text in public for shingle in shingles(text)}
    hidden = {shingle for text in drafts for shingle in shingles(text)}
    hidden |= {shingle for path in noted for note in COMMENT.findall(texts[path]) for shingle in shingles(note)}
    secrets = Secrets(shingles={shingle for shingle in hidden - shown if len(shingle) >= 12})
    secrets.strings = {line.casefold() for line in log.splitlines() if "@" in line}
    assert secrets.strings
    assert len(secrets.shingles) > 100
    assert not leaks(secrets, here.everything())


# Where feeds of every kind name a person by an address.
ADDRESSED = re.compile(
    rb"<((?:\w+:)?(?:author|managingEditor|webMaster|email|owner|creator|contributor))\b[^>]*>(.*?)</\1\s*>"
    rb"|\"email\"\s*:\s*\"([^\"]+)\"",
    re.DOTALL,
)
MAIL = re.compile(rb"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def test_no_address_of_an_author_of_three_thousand_feeds_leaves(corpora: Path, tmp_path: Path):
    feeds = tmp_path / "feeds"
    with tarfile.open(next((corpora / "feeds").glob("*.tar.xz"))) as tar:
        tar.extractall(feeds, filter="data")
    files = sorted(path for path in feeds.rglob("*") if path.is_file())
    assert len(files) > 2_500
    here = outlet(tmp_path, "en")
    imported = 0
    secret: set[bytes] = set()
    shown: set[bytes] = set()
    with Newsroom.open(here.newsroom) as newsroom, newsroom.editing():
        for path in files:
            # The files of a test suite say in a comment what is to be found.
            data = re.sub(rb"<!--.*?-->", b"", path.read_bytes(), flags=re.DOTALL)
            told = [match[2] or match[3] for match in ADDRESSED.finditer(data)]
            secret |= {mail.lower() for text in told for mail in MAIL.findall(text)}
            shown |= {mail.lower() for mail in MAIL.findall(ADDRESSED.sub(b"", data))}
            if not any(map(MAIL.search, told)):
                continue
            order = Order(kind="feed", source=[str(path)], pictures="none", date="2024-01-01T00:00:00Z", language="en")
            # A file that is no feed says so.
            with suppress(UnreadableSource):
                imported += carry_out(newsroom, order, now=AT).added
    assert imported >= 10
    assert len(secret - shown) > 5
    here.publish()
    take(here)
    assert not leaks(Secrets(strings={mail.decode() for mail in secret - shown}), here.everything())


def test_the_look_finds_what_does_leak_wherever_it_is(tmp_path: Path):
    here = outlet(tmp_path, "en")
    body = [Paragraph(["They met the ", Strong(["hidden"]), " source by the old mill, at night."])]
    with Newsroom.open(here.newsroom) as newsroom:
        for key in ("first", "leak"):
            text = body if key == "leak" else [Paragraph(["Nothing."])]
            draft = Draft(key=key, edition="en", title=key, byline="admin", published=AT, body=text)
            newsroom.put(draft, source=key, at=AT)
    here.publish()
    take(here)
    secrets = Secrets(strings={"old mill"}, shingles={"the hidden source by the"}, logins={"admin"})
    for left in (published(here.public, here.readers), held(here.library)):
        assert leaks(secrets, left) == ["old mill", "the hidden source by the"]
    with serving(here.newsroom) as server:
        until(lambda: server.get("api/publication").status_code == 200)
        assert leaks(secrets, answered(server.url)) == ["old mill", "the hidden source by the"]
    assert bylines(here.lines()) & secrets.logins
