"""A newsroom's tree as it stood after each of some publishes, for the reader app's own tests: `app_trees.py FOLDER`.

`FOLDER/<n>/` is the tree after step n, `FOLDER/story.json` says when it was published and what a reader holds then;
`FOLDER/packs/` holds packs of the trees and of a reader's library, `FOLDER/made/` takes those that the app makes.
"""

import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

from following import Follower, digest, picture
from publishing import DAY, HOUR, NOW, Desk, words
from tamizdat.format.article import Figure, Image, Paragraph, Variant
from tamizdat.format.names import sha256
from tamizdat.library import Library, Role
from tamizdat.pack import PackOptions, pack
from tamizdat_server.clock import rfc3339
from tamizdat_server.draft import Draft
from tamizdat_server.mirrorlist import add_mirror

EDITIONS = ("en", "ru")
MIRRORS = 11
"""More than the catalog has room for."""


class Story:
    """One newsroom's life, kept step by step in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk = Desk(folder / "newsroom", editions=EDITIONS)
        self.steps: list[dict[str, Any]] = []
        self.pictures = 0
        self.reader = Follower(folder / "reader.db")
        for number in range(MIRRORS):
            add_mirror(self.desk.newsroom, f"https://{number}.example/", now=self.desk.now)
        for name in ("packs", "made"):
            (folder / name).mkdir()

    def write(self, edition: str, number: int, *, version: int = 1, pictured: bool = False) -> None:
        text = words(random.Random(f"{edition} {number} {version}"), 60)
        body = [Paragraph([text]), *([Figure(self.picture())] if pictured else [])]
        # All Russian ones are of one second, as in an archive that knew days alone: segments begin within it.
        moment = NOW - 100 * DAY if edition == "ru" else self.desk.now - 100 * DAY + number // 2 * DAY
        key, day = f"{edition}/{number:03}", rfc3339(moment)
        draft = Draft(key=key, edition=edition, title=f"On {key}, {version}", published=day, body=body)
        self.desk.newsroom.put(draft, source=key, at=self.desk.at)

    def picture(self) -> Image:
        """Another picture, in both sizes."""
        self.pictures += 1
        variants = [self.variant("preview", (32, 20)), self.variant("standard", (96, 60))]
        return Image(96, 60, variants, f"picture {self.pictures}")

    def variant(self, role: Role, size: tuple[int, int]) -> Variant:
        data = picture(self.pictures, size)
        (self.desk.newsroom.media / f"{sha256(data)}.png").write_bytes(data)
        return Variant(role, sha256(data), "image/png", *size, len(data))

    def publish(self, *, after: int = DAY, **told: Any) -> None:
        """Publish, and keep the tree as it stands."""
        self.desk.publish(after=after)
        shutil.copytree(self.desk.public, self.folder / str(len(self.steps)))
        held = {
            code: {
                "articles": len(list(self.desk.newsroom.db.execute(
                    "SELECT 1 FROM articles WHERE edition = ? AND retracted IS NULL", (code,)))),
                "lines": digest(self.desk.lines(code)),
                "superseded": digest(self.desk.newsroom.superseded(code)),
            }
            for code in EDITIONS
        }  # fmt: skip
        self.steps.append({"now": self.desk.now, "version": self.desk.catalog().version, "editions": held, **told})
        self.pack()

    def pack(self) -> None:
        """Packs of the whole tree, of a reader's whole library, and of what came to that since the step before."""
        step = len(self.steps) - 1
        self.reader.sync(self.desk, editions=frozenset(EDITIONS), media="standard")
        clock, packs = lambda: self.desk.now, self.folder / "packs"
        pack(str(self.folder / str(step)), packs / f"tree-{step}.pack", clock=clock)
        with Library.open(self.reader.path) as library:
            pack(library, packs / f"library-{step}.pack", clock=clock)
            if step:
                since = PackOptions(since=self.steps[step - 1]["version"])
                pack(library, packs / f"news-{step}.pack", options=since, clock=clock)

    def tell(self) -> None:
        root = (self.desk.public / "metadata" / "1.root.json").read_bytes()
        newsroom = self.desk.newsroom
        assert sha256(root) == newsroom.publication
        story = {"publication": newsroom.publication, "fingerprint": str(newsroom.fingerprint), "steps": self.steps}
        (self.folder / "story.json").write_text(json.dumps(story, indent=1))
        shutil.rmtree(self.folder / "newsroom")
        self.reader.path.unlink()


def make_trees(folder: Path) -> None:
    """Write everything into `folder`, which holds nothing yet."""
    story = Story(folder)
    for number in range(60):
        story.write("en", number, pictured=number % 7 == 0)
    for number in range(12):
        story.write("ru", number)
    story.publish()
    for step in range(1, 5):  # days as they are: news, corrections, a retraction
        for number in range(3):
            story.write("en", 60 + 3 * step + number, pictured=number == 0)
        story.write("en", 5 * step, version=2)
        story.write("ru", 12 + step)
        if step % 2 == 0:
            story.desk.retract(f"en/{step:03}", "withdrawn")
        story.publish()
    story.write("en", 90, version=1)
    story.publish(after=HOUR)
    for number in range(20, 45):
        story.desk.retract(f"en/{number:03}")
    story.publish(mass=True)
    for step in range(40):  # so long that no delta leads on from the beginning
        story.write("en", 100 + step)
        story.publish(after=DAY) if step % 20 == 19 else story.desk.publish(after=DAY)
    story.tell()


if __name__ == "__main__":
    make_trees(Path(sys.argv[1]))
