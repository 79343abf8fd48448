"""What must be known of an export before any of its posts is read, kept on disk: an archive may be of any size."""

import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tamizdat_server.importers.wordpress.posts import Media
from tamizdat_server.importers.wordpress.wxr_fields import Item

_SCHEMA: Final = """
CREATE TABLE posts (number INTEGER PRIMARY KEY, place INTEGER, modified TEXT, public INTEGER, parent INTEGER,
    position INTEGER, translation TEXT, url TEXT, alt TEXT, caption TEXT, mime TEXT, pattern TEXT, sealed INTEGER);
CREATE INDEX by_parent ON posts (parent);
CREATE INDEX by_translation ON posts (translation);
"""
# Of two copies of a post the newer one counts; of two of the same time, the one that isn't public.
_ADD: Final = """
INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET
    place = excluded.place, modified = excluded.modified, public = excluded.public, parent = excluded.parent,
    position = excluded.position, translation = excluded.translation, url = excluded.url, alt = excluded.alt,
    caption = excluded.caption, mime = excluded.mime, pattern = excluded.pattern, sealed = excluded.sealed
    WHERE (excluded.modified, -excluded.public) > (modified, -public)
"""
# A file that was uploaded to a post which isn't public may be as secret as that post.
_BY_NUMBER: Final = """
SELECT p.url, p.alt, p.caption, p.mime FROM posts p WHERE p.number = ? AND p.url <> '' AND p.public
    AND NOT EXISTS (SELECT 1 FROM posts q WHERE q.number = p.parent AND NOT q.public)
"""
_OF_POST: Final = """
SELECT p.url, p.alt, p.caption, p.mime FROM posts p WHERE p.parent = ? AND p.mime = 'image' AND p.public
    AND NOT EXISTS (SELECT 1 FROM posts q WHERE q.number = p.parent AND NOT q.public)
    ORDER BY p.position, p.number
"""
_OF_GROUP: Final = "SELECT number FROM posts WHERE translation = ? ORDER BY number LIMIT 100"
_STEP_MINUTES: Final = 15
_REAL: Final = re.compile(r"[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


class Index:
    """The posts and files of an export by their numbers."""

    def __init__(self) -> None:
        # SQLite keeps a nameless database in a file that is gone with the connection, and little of it in memory.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._offsets: Counter[int] = Counter()
        self._tells_passwords = False
        self.total = 0

    def add(self, item: Item) -> None:
        """Note an item; each has its place in the order in which they are added."""
        media = item.media() if item.type == "attachment" else Media("")
        row = (item.number, self.total, item.modified, item.public, item.parent, item.position, item.translation)
        self._db.execute(
            _ADD, (*row, media.url, media.alt, media.caption, media.mime, item.pattern, item.tells_password)
        )
        self.total += 1
        offset = _offset(*item.dates)
        if offset is not None:
            self._offsets[offset] += 1

    def pass_over(self) -> None:
        """Count an item that nothing is known of."""
        self.total += 1

    def settle(self) -> None:
        """All is added. WordPress says of each item by which password it is protected, if only that by none.

        Where most items say so, one that doesn't has lost it, and what hangs on it may be as private.
        """
        (share,) = self._db.execute("SELECT avg(sealed) FROM posts").fetchone()
        self._tells_passwords = (share or 0) > 0.5
        if self._tells_passwords:
            self._db.execute("UPDATE posts SET public = 0 WHERE NOT sealed")

    def has_lost_password(self, item: Item) -> bool:
        """Whether nobody can say any more if this asks for one."""
        return self._tells_passwords and not item.tells_password

    def counts(self, number: int, place: int) -> bool:
        """Whether the item at this place is the copy of its post that counts."""
        return self._db.execute("SELECT place FROM posts WHERE number = ?", (number,)).fetchone() == (place,)

    def translations(self, item: Item) -> set[int]:
        """The numbers of an item and its translations; none where nothing links it to any."""
        name = item.translation or f"post {item.number}"
        found = {number for (number,) in self._db.execute(_OF_GROUP, (name,))}
        return found | {int(name.removeprefix("post "))} if found and name.startswith("post ") else found

    def media(self, number: int) -> Media | None:
        row = self._db.execute(_BY_NUMBER, (number,)).fetchone()
        return Media(*row) if row else None

    def attached(self, post: int) -> Sequence[Media]:
        return [Media(*row) for row in self._db.execute(_OF_POST, (post,))]

    def pattern(self, number: int) -> str:
        """The text of a pattern that posts may show, or nothing."""
        row = self._db.execute("SELECT pattern FROM posts WHERE number = ? AND public", (number,)).fetchone()
        return row[0] if row else ""

    @property
    def zone(self) -> str:
        """The site's usual distance from GMT, such as +05:00, as its posts with both times have it; or nothing."""
        if not self._offsets:
            return ""
        minutes = self._offsets.most_common(1)[0][0]
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _offset(local: str, gmt: str) -> int | None:
    """Minutes from GMT to the site's own time, where both are real."""
    if not (_REAL.fullmatch(local) and _REAL.fullmatch(gmt)):
        return None
    try:
        span = datetime.fromisoformat(local) - datetime.fromisoformat(gmt)
    except ValueError:
        return None
    minutes = round(span.total_seconds() / 60 / _STEP_MINUTES) * _STEP_MINUTES
    return minutes if abs(minutes) <= 14 * 60 else None
