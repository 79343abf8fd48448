"""A month of pictures comes in bundles of about a megabyte: tens of requests, however often a newsroom publishes."""

import random
from pathlib import Path

import msgspec

from following import Follower
from httpd import Httpd
from publishing import DAY, SMALL, Desk, Tree
from tamizdat.format.article import Image, Variant
from tamizdat.format.catalog import MediaList, MediaRef
from tamizdat.format.names import sha256
from tamizdat.sync import SyncOptions
from tamizdat_server.durable import write_whole

MEGABYTE = 1_000_000
WEIGHTS = {"preview": (320, 22_000), "standard": (800, 120_000)}
"""Width, and bytes on average, as docs/adr/0026-pictures.md measured them."""


def picture(store: Path, number: int) -> Image:
    """A picture as the newsroom keeps it: files of the sizes that real ones have, and bytes that nothing compresses."""
    rng = random.Random(number)
    variants: list[Variant] = []
    for role, (width, weight) in WEIGHTS.items():
        data = rng.randbytes(int(weight * rng.uniform(0.5, 1.5)))
        variant = Variant(role, sha256(data), "image/webp", width, width, len(data))  # type: ignore[arg-type]
        write_whole(store / f"{variant.sha256}.webp", data, durable=False)
        variants.append(variant)
    return Image(width=800, height=800, variants=variants, alt="A bridge")


class Month:
    """A newsroom that publishes articles with a picture each, and how its readers fare."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder / "desk", settings=msgspec.structs.replace(SMALL, media_bytes=MEGABYTE))
        self.number = 0
        self.desk.put("first")
        self.desk.publish()

    def days(self, count: int, *, times: int, pictures: int) -> None:
        """So many days, with so many publishes each, of so many articles."""
        for _ in range(count * times):
            for _ in range(pictures):
                self.number += 1
                image = picture(self.desk.newsroom.media, self.number)
                self.desk.put(f"article-{self.number}", image=image)
            self.desk.publish(after=DAY // times)

    def bundles(self, media: str = "standard") -> list[MediaRef]:
        listed = Tree(self.desk.public).media("en")
        assert isinstance(listed, MediaList)
        return [ref for ref in listed.bundles if media == "standard" or ref.role == "preview"]

    def requests(self, media: str, follower: Follower, httpd: Httpd) -> list[str]:
        """What this reader asks for, and holds every picture then."""
        httpd.forget()
        follower.sync(self.desk, httpd.url)
        assert len(follower.pictures()) == self.number * (1 if media == "previews" else 2)
        assert len(set(httpd.paths)) == len(httpd.paths)
        return httpd.paths


def readers(folder: Path) -> dict[str, Follower]:
    options = SyncOptions(trust_first_use=True, allow_private=True)
    return {
        media: Follower(folder / f"{media}.db", msgspec.structs.replace(options, media=media))
        for media in ("previews", "standard")
    }


def test_a_reader_a_month_behind_makes_tens_of_requests(tmp_path: Path) -> None:
    month, followers = Month(tmp_path), readers(tmp_path)
    with Httpd(month.desk.public) as httpd:
        for follower in followers.values():
            follower.sync(month.desk, httpd.url)
        month.days(30, times=4, pictures=2)
        for media, follower in followers.items():
            paths = month.requests(media, follower, httpd)
            weight = sum(ref.bytes for ref in month.bundles(media)) / MEGABYTE
            tars = sum(path.endswith(".tar") for path in paths)
            # One for each megabyte, a few for the open ends, and a few for the articles.
            assert tars <= weight + 2 * 10
            assert len(paths) - tars <= 15
            assert len(paths) < 75
            assert month.requests(media, follower, httpd) == ["head.tar.zst"]
    assert max(ref.bytes for ref in month.bundles()) < 1.25 * MEGABYTE


def test_hourly_publishing_leaves_few_bundles_at_the_open_end(tmp_path: Path) -> None:
    month, followers = Month(tmp_path), readers(tmp_path)
    for _ in range(2):
        month.days(1, times=24, pictures=1)
        for role in ("preview", "standard"):
            found = [ref for ref in month.bundles() if ref.role == role]
            assert len([ref for ref in found if ref.bytes < MEGABYTE]) <= 15
            assert [ref.to for ref in found] == sorted(ref.to for ref in found)
        with Httpd(month.desk.public) as httpd:
            for media, follower in followers.items():
                month.requests(media, follower, httpd)


def test_a_reader_of_every_hour_takes_each_picture_about_once(tmp_path: Path) -> None:
    month, follower = Month(tmp_path), readers(tmp_path)["previews"]
    with Httpd(month.desk.public) as httpd:
        for _ in range(36):
            month.days(1, times=1, pictures=1)
            follower.sync(month.desk, httpd.url)
        taken = sum(asked.sent for asked in httpd.log if asked.path.endswith(".tar"))
    assert taken < 1.15 * sum(ref.bytes for ref in month.bundles("previews"))
