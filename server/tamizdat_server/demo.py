"""The embedded sample at work: a newsroom that publishes it version by version, and a reader's library that follows.

Everything is real: the importer, the publisher, the server, and syncs over HTTP. docs: `tamizdat demo --help`.
"""

import re
import shutil
import time
import tomllib
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import NewsroomLocked, TamizdatError
from tamizdat.library import Library
from tamizdat.search import search
from tamizdat.sync import SyncOptions, SyncReport, sync
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Options, open_markdown, run
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish

SAMPLE: Final = Path(__file__).parent / "sample"
EDITIONS: Final = ("en", "ru", "kk")
BEFORE_FIRST_SYNC: Final = 2
"""So many versions are out when the reader comes for the first time; the rest is published under the reader's eyes."""

ARTICLES: Final = 12
WITHDRAWN: Final = "en/gravel"
WITHDRAWN_WORDS: Final = b"flower shop"

_DAY: Final = 86_400
_PATIENCE: Final = 100  # tenths of a second
_date_line = re.compile(r"^date: (\d{4}-\d\d-\d\d)(T.*)$", re.MULTILINE)


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an editor changes in an article that is out; `correction` is the public note, if it needs one."""

    key: str
    old: str
    new: str
    correction: str = ""


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article that is retracted, and what readers are told instead."""

    key: str
    notice: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of the sample, published so many days before the demo runs."""

    days_ago: int
    add: str = ""
    edit: list[Edit] = []
    retract: list[Withdrawal] = []


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """sample/steps.toml."""

    title: str
    day: date
    version: list[Step]


class Demo:
    """A folder with a newsroom, the articles that it imports, and a library. `now`: Unix seconds."""

    def __init__(self, folder: Path, *, now: int) -> None:
        self.newsroom, self.articles, self.library = folder / "newsroom", folder / "articles", folder / "library.db"
        self.script = msgspec.convert(tomllib.loads((SAMPLE / "steps.toml").read_text(encoding="utf-8")), Script)
        self.now = now

    # -- the newsroom --------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the newsroom, where it isn't there yet, and publish what is out before the reader comes."""
        if not (self.newsroom / "tamizdat.toml").exists():
            first = self._time(self.script.version[0])
            Newsroom.init(self.newsroom, title=self.script.title, editions=EDITIONS, passphrase=None, now=first).close()
        self.articles.mkdir(exist_ok=True)
        shutil.copytree(SAMPLE / "pictures", self.articles / "pictures", dirs_exist_ok=True)
        self.publish(self.script.version[:BEFORE_FIRST_SYNC])

    def publish_rest(self) -> None:
        """Publish every version of the script that isn't out yet."""
        self.publish(self.script.version)

    def publish(self, steps: Sequence[Step]) -> None:
        """Publish those of the script's first `steps` that aren't out yet: a version each."""
        with Newsroom.open(self.newsroom) as newsroom:
            for step in steps[newsroom.version :]:
                self._edit_files(step)
                with _turn(newsroom):
                    self._enter(newsroom, step)
                    publish(newsroom, now=self._time(step))

    def _time(self, step: Step) -> int:
        return self.now - step.days_ago * _DAY

    def _edit_files(self, step: Step) -> None:
        if step.add:
            shutil.copytree(SAMPLE / step.add, self.articles, dirs_exist_ok=True, copy_function=self._copy)
        for edit in step.edit:
            path = self.articles / f"{edit.key}.md"
            path.write_text(path.read_text(encoding="utf-8").replace(edit.old, edit.new), encoding="utf-8")
        for withdrawal in step.retract:
            (self.articles / f"{withdrawal.key}.md").unlink(missing_ok=True)

    def _copy(self, source: str, destination: str) -> None:
        """Copy an article, its date moved so that the script's day is the demo's."""
        shift = datetime.fromtimestamp(self.now, UTC).date() - self.script.day
        text = Path(source).read_text(encoding="utf-8")
        moved = _date_line.sub(lambda found: f"date: {date.fromisoformat(found[1]) + shift}{found[2]}", text)
        Path(destination).write_text(moved, encoding="utf-8")

    def _enter(self, newsroom: Newsroom, step: Step) -> None:
        at = datetime.fromtimestamp(self._time(step), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        options = Options(store=Pictures(newsroom.media), now=at)
        run(newsroom, open_markdown(str(self.articles), options), now=at)
        for edit in step.edit:
            if edit.correction:
                newsroom.correct(edit.key, edit.correction, at=at)
        for withdrawal in step.retract:
            newsroom.retract(withdrawal.key, withdrawal.notice, at=at, hold=True)

    # -- the reader ----------------------------------------------------------------------------------------------------

    def address(self, place: str | Path) -> str:
        """What a reader is given: where it is, a server's URL or a folder, and whom to trust."""
        with Newsroom.open(self.newsroom) as newsroom:
            return f"{place}#{newsroom.fingerprint}"

    def sync(self, place: str | Path) -> SyncReport:
        """Sync the library from a server's URL, or a folder, as any reader would."""
        with Library.open(self.library) as library:
            return sync(library, self.address(place), options=SyncOptions(media="standard", revisions=True))

    # -- does it work? -------------------------------------------------------------------------------------------------

    def check_first(self) -> None:
        """What a reader holds who came before the retraction. Raises: TamizdatError where something is off."""
        with Library.open(self.library, readonly=True) as library:
            library.article(WITHDRAWN)
        _expect("the words of an article are in the library", WITHDRAWN_WORDS in self._bytes())

    def check(self, report: SyncReport) -> None:
        """Compare the library with the newsroom after the last sync. Raises: TamizdatError where something is off."""
        with Newsroom.open(self.newsroom) as newsroom, Library.open(self.library, readonly=True) as library:
            _expect("the newest version arrived", report.to == newsroom.version)
            for edition in EDITIONS:
                held = list(library.records(newsroom.publication, edition))
                _expect(
                    f"the {edition} edition is the newsroom's, byte for byte", held == list(newsroom.lines(edition))
                )
            _check_reading(library)
        _expect("no word of the retracted article is left", WITHDRAWN_WORDS not in self._bytes())

    def _bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.library.parent.glob("library.db*")) if path.is_file())


@contextmanager
def _turn(newsroom: Newsroom) -> Generator[None]:
    """Keep the newsroom for oneself; the server, which re-signs, may have it for a moment. Raises: NewsroomLocked."""
    with ExitStack() as stack:
        for left in reversed(range(_PATIENCE)):
            try:
                stack.enter_context(newsroom.lock())
                break
            except NewsroomLocked:
                if not left:
                    raise
                time.sleep(0.1)
        yield


def _check_reading(library: Library) -> None:
    _expect("articles are listed", len(library.articles(limit=100)) >= ARTICLES)
    for words, key in (("lorries dam", "en/bridge"), ("грузовики", "ru/bridge"), ("құдықтың", "kk/water")):
        _expect(f"{words!r} finds {key}", key in [hit.key for hit in search(library.db, words)])
    held = library.article("en/bridge")
    _expect("an article has its correction", len(held.article.corrections) > 0)
    _expect("and its earlier revisions", len(held.revisions) == held.article.revision - 1)
    gone = library.retraction(WITHDRAWN)
    _expect("a retraction has its notice", gone is not None and "apologise" in gone.retraction.notice)


def _expect(what: str, found: bool) -> None:
    if not found:
        raise TamizdatError(f"the demo checked itself, and this is not so: {what}")
