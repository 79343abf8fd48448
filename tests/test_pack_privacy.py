"""A pack of a library tells what is held, and nothing of who holds it."""

import shutil
import socket
import tarfile
from pathlib import Path

import msgspec
import pytest

from following import PLAIN, Follower, picture
from httpd import Httpd
from publishing import DAY, Desk
from tamizdat.format.pack import decode_pack
from tamizdat.library import Library
from tamizdat.pack import PackOptions, pack
from tamizdat_server.images import Pictures


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "desk", editions=("en", "ru"))
    for number in range(12):
        image = Pictures(desk.newsroom.media).add(picture(number), alt="A picture") if number < 4 else None
        desk.put(f"news/{number}", f"text {number}", image=image)
        desk.put(f"новости/{number}", f"текст {number}", edition="ru")
    desk.publish()
    return desk


def packed(reader: Path, desk: Desk, **options: object) -> bytes:
    file = reader.with_suffix(".pack")
    with Library.open(reader, readonly=True) as library:
        pack(library, file, options=PackOptions(overwrite=True, **options), clock=lambda: desk.now)  # type: ignore[arg-type]
    return file.read_bytes()


def news(desk: Desk, number: int) -> None:
    desk.put(f"later/{number}", f"text {number}")
    desk.put(f"news/{number}", "anew")
    desk.publish(after=DAY)


def test_whoever_packs_the_same_state_makes_the_same_bytes(desk: Desk, tmp_path: Path):
    """One synced every day over HTTP, one jumped, one began at the end, one was handed a pack."""
    media = msgspec.structs.replace(PLAIN, media="standard")
    daily, jumper, late, handed = (
        Follower(tmp_path / f"{name}.db", media) for name in ("daily", "jumper", "late", "handed")
    )
    with Httpd(desk.public) as httpd:
        daily.sync(desk, httpd.url)
        jumper.sync(desk)
        for number in range(5):
            news(desk, number)
            daily.sync(desk, httpd.url)
        jumper.sync(desk)
        late.sync(desk, revisions=True)
    packed(daily.path, desk)
    handed.sync(desk, f"{daily.path.with_suffix('.pack')}")
    with Library.open(daily.path) as library:
        library.save("news/3")
    packs = [packed(reader.path, desk) for reader in (daily, jumper, late, handed)]
    assert len(set(packs)) == 1
    assert packed(daily.path, desk) == packs[0]


def test_two_who_stood_together_make_the_same_news(desk: Desk, tmp_path: Path):
    daily, jumper = (Follower(tmp_path / f"{name}.db", PLAIN) for name in ("daily", "jumper"))
    daily.sync(desk)
    jumper.sync(desk)
    since = desk.catalog().version
    for number in range(5):
        news(desk, number)
        daily.sync(desk)
    jumper.sync(desk)
    assert packed(daily.path, desk, since=since) == packed(jumper.path, desk, since=since)


def test_nothing_of_the_reader_is_in_it(desk: Desk, tmp_path: Path):
    """Neither the library's other tables, nor its name and place, nor those of the machine."""
    reader = Follower(tmp_path / "aigerim-secret-folder" / "my-private-library.db", PLAIN)
    reader.path.parent.mkdir()
    desk.now += 4321
    with Httpd(desk.public) as httpd:
        reader.sync(desk, httpd.url)
        port = str(httpd.port)
    with Library.open(reader.path) as library:
        library.save("news/5")
        (sync,) = library.syncs(desk.newsroom.publication)
    inside = b"\n".join(
        path.encode() + b"\n" + data for path, data in decode_pack(packed(reader.path, desk), limit=1 << 26).items()
    )
    for trace in (f"127.0.0.1:{port}", "aigerim", "my-private", socket.gethostname(), str(tmp_path), sync.at):
        assert trace.encode() not in inside, trace


def test_no_header_of_the_tar_tells_who_when_or_where(desk: Desk, tmp_path: Path):
    reader = Follower(tmp_path / "reader.db", PLAIN)
    reader.sync(desk)
    packed(reader.path, desk)
    plain = tmp_path / "plain.tar"
    from tamizdat.format import zstd

    data = reader.path.with_suffix(".pack").read_bytes()[:-40]
    plain.write_bytes(zstd.decompress(data, raw_bytes=zstd.content_size(data, limit=1 << 26)))
    with tarfile.open(plain) as tar:
        for member in tar:
            assert (member.uid, member.gid, member.uname, member.gname, member.mtime, member.mode) == (
                0, 0, "", "", 0, 0o644,
            ), member.name  # fmt: skip
            assert (member.pax_headers, member.linkname) == ({}, "")


def test_packing_leaves_the_library_as_it_was(desk: Desk, tmp_path: Path):
    reader = Follower(tmp_path / "reader.db", PLAIN)
    reader.sync(desk)
    before = reader.path.read_bytes()
    packed(reader.path, desk)
    assert reader.path.read_bytes() == before


def test_what_the_reader_keeps_of_other_publications_stays_at_home(desk: Desk, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.put("elsewhere", "a text of the other paper")
    other.publish()
    reader = Follower(tmp_path / "reader.db", PLAIN)
    reader.sync(desk)
    alone = Path(shutil.copy(reader.path, tmp_path / "alone.db"))
    reader.sync(other)
    file = tmp_path / "both.pack"
    with Library.open(reader.path, readonly=True) as library:
        pack(library, file, publication=desk.newsroom.publication, clock=lambda: desk.now)
    assert file.read_bytes() == packed(alone, desk)
