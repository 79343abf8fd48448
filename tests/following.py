"""Readers' libraries that follow a newsroom at work: synced as a test says, looked into, compared to the newsroom."""

import hashlib
import io
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from publishing import Desk
from tamizdat.errors import Incomplete
from tamizdat.library import Library, Standing
from tamizdat.sync import SyncOptions, SyncReport, sync

PLAIN = SyncOptions(trust_first_use=True, accept_retractions=True, allow_private=True)
ALL = msgspec.structs.replace(PLAIN, revisions=True)


@dataclass
class Follower:
    """A reader's library, and how it is synced."""

    path: Path
    options: SyncOptions = ALL

    def sync(self, desk: Desk, source: str | Path | None = "", *, publication: str | None = None, **options: object):
        """Sync from the newsroom's own tree, or from `source`; `options` go before those of this reader."""
        chosen = msgspec.structs.replace(self.options, **options)
        place = str(desk.public) if source == "" else str(source) if source else None
        with Library.open(self.path) as library:
            report: SyncReport = sync(library, place, publication=publication, options=chosen, clock=lambda: desk.now)
        return report

    def drop_out(self, desk: Desk, more: int) -> None:
        """Sync until a cap somewhere above the head's own bytes is reached."""
        head = (desk.public / "head.tar.zst").stat().st_size
        with suppress(Incomplete):
            self.sync(desk, max_bytes=head + more)

    def current(self, desk: Desk, edition: str = "en") -> list[bytes]:
        with Library.open(self.path) as library:
            return list(library.records(desk.newsroom.publication, edition))

    def superseded(self, desk: Desk, edition: str = "en") -> list[bytes]:
        with Library.open(self.path) as library:
            return list(library.superseded(desk.newsroom.publication, edition))

    def standing(self, desk: Desk, edition: str = "en") -> Standing:
        with Library.open(self.path) as library:
            return library.standing(desk.newsroom.publication, edition)

    def pictures(self) -> set[str]:
        with Library.open(self.path) as library:
            return {digest for (digest,) in library.rows("SELECT sha256 FROM media")}

    @property
    def partial(self) -> Path:
        """Where what has arrived waits."""
        return self.path.with_name(f"{self.path.name}.partial")

    def bytes(self) -> bytes:
        """Everything that lies on the disk of this library: the file, its log, its index, and what has arrived."""
        files = [*self.path.parent.glob(f"{self.path.name}*"), *self.partial.rglob("*")]
        return b"".join(file.read_bytes() for file in files if file.is_file())


def digest(lines: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()


def assert_alike(desk: Desk, *followers: Follower, editions: Iterable[str] = ("en",)) -> None:
    """Every reader holds what the newsroom itself says that a complete one holds, to the byte."""
    for follower in followers:
        for code in editions:
            assert digest(follower.current(desk, code)) == digest(desk.lines(code)), (follower.path.name, code)
            if follower.options.revisions:
                held, own = follower.superseded(desk, code), list(desk.newsroom.superseded(code))
                assert held == own, (follower.path.name, code)


@cache
def picture(number: int, size: tuple[int, int] = (330, 40)) -> bytes:
    """A PNG that is no other."""
    from PIL import Image

    file = io.BytesIO()
    Image.effect_noise(size, 20 + number % 60).point(lambda value: (value + number) % 256).save(file, "PNG")
    return file.getvalue()
