"""Whatever comes by hand: no connection is opened, nothing is believed unproven, and what there was stays whole."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from following import PLAIN, Follower, assert_alike
from packing import pack as pack_of
from publishing import DAY, Desk
from tamizdat.cli.app import run
from tamizdat.errors import (
    DamagedPack,
    DiskFull,
    FirstContact,
    FormatError,
    HashMismatch,
    RollbackError,
    TamizdatError,
    TrustError,
    WrongRoot,
)
from tamizdat.format import zstd
from tamizdat.format.names import sha256
from tamizdat.format.pack import decode_pack, encode_pack, seal, tar_header
from tamizdat.library import Library
from tamizdat.pack import PackOptions, pack
from tamizdat.sync import SyncOptions, sync
from tamizdat.transport import pack as transport

AUDITED = """
import sys
from tamizdat.cli import app
def refuse(event, arguments):
    # Not socket.__new__ and socket.bind: by these urllib3, which python-tuf loads, asks the system whether it has IPv6.
    if event.startswith(("socket.connect", "socket.get", "socket.send")) and event != "socket.gethostname":
        sys.stderr.write(f"NETWORK {event}\\n")
        raise OSError("no network in this test")
sys.addaudithook(refuse)
sys.exit(app.run(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A publication whose catalog names a mirror. Left alone by the tests."""
    desk = Desk(tmp_path_factory.mktemp("receiving") / "desk")
    config = desk.newsroom.folder / "tamizdat.toml"
    config.write_text(config.read_text().replace("mirrors = []", 'mirrors = ["https://mirror.example/"]'))
    for number in range(20):
        desk.put(f"news/{number}", f"text {number}")
    desk.publish()
    return desk


@pytest.fixture
def giver(desk: Desk, tmp_path: Path) -> Follower:
    giver = Follower(tmp_path / "giver.db", PLAIN)
    giver.sync(desk)
    return giver


@pytest.fixture
def reader(tmp_path: Path) -> Follower:
    return Follower(tmp_path / "reader.db", PLAIN)


@pytest.fixture
def file(giver: Follower, desk: Desk, tmp_path: Path) -> Path:
    return packed(giver, desk, tmp_path / "given.pack")


def packed(giver: Follower, desk: Desk, file: Path, **options: object) -> Path:
    with Library.open(giver.path, readonly=True) as library:
        pack(library, file, options=PackOptions(overwrite=True, **options), clock=lambda: desk.now)  # type: ignore[arg-type]
    return file


def files_of(pack: Path) -> dict[str, bytes]:
    return decode_pack(pack.read_bytes(), limit=1 << 26)


def remade(pack: Path, files: dict[str, bytes]) -> Path:
    """The pack with other files in it, sealed anew: whoever carries it can do that."""
    pack.write_bytes(encode_pack(files.items()))
    return pack


@pytest.mark.parametrize("kind", ["library", "publication", "holes"])
def test_no_socket_is_opened_whatever_the_pack_lacks(desk: Desk, file: Path, tmp_path: Path, kind: str):
    if kind != "library":
        pack_of(desk.public, file, keep=lambda path: kind == "publication" or not path.startswith("bundles/"))
    library = tmp_path / "offline.db"
    command = [sys.executable, "-c", AUDITED, "sync", f"{file}#{desk.newsroom.fingerprint}", "--media", "standard"]
    environment = os.environ | {"TAMIZDAT_LIBRARY": str(library), "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "NETWORK" not in ran.stderr
    assert ran.returncode == (5 if kind == "holes" else 0), ran.stderr
    again = subprocess.run([*command[:3], "sync"], capture_output=True, text=True, check=False, env=environment)
    assert "NETWORK" in again.stderr, "the test wouldn't notice a connection"


def test_a_pack_on_a_medium_that_can_only_be_read(desk: Desk, file: Path, reader: Follower, tmp_path: Path):
    stick = tmp_path / "stick"
    stick.mkdir()
    moved = Path(shutil.move(file, stick / file.name))
    moved.chmod(0o400)
    stick.chmod(0o500)
    try:
        assert reader.sync(desk, moved).complete
    finally:
        stick.chmod(0o700)
    assert [path.name for path in stick.iterdir()] == [moved.name]
    assert_alike(desk, reader)


def test_every_truncation_and_flip_is_refused_and_named(desk: Desk, file: Path, reader: Follower):
    whole = file.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :], whole + b"\0" * (at + 1)):
            file.write_bytes(damaged)
            with pytest.raises((DamagedPack, FormatError)):
                reader.sync(desk, file)
    file.write_bytes(whole)
    assert reader.sync(desk, file).complete
    assert_alike(desk, reader)


def test_first_contact_shows_the_fingerprint_and_keeps_nothing(desk: Desk, file: Path, reader: Follower):
    with pytest.raises(FirstContact) as caught:
        reader.sync(desk, file, trust_first_use=False)
    assert caught.value.fingerprint == str(desk.newsroom.fingerprint)
    with Library.open(reader.path) as library:
        assert library.publications() == []


def test_a_foreign_pack_is_refused_by_the_fingerprint(desk: Desk, reader: Follower, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.put("news")
    other.publish()
    with pytest.raises(WrongRoot):
        reader.sync(desk, f"{pack_of(other.public, tmp_path / 'other.pack')}#{desk.newsroom.fingerprint}")


def test_two_publications_go_their_own_ways(desk: Desk, file: Path, reader: Follower, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.put("elsewhere")
    other.publish()
    reader.sync(desk, file)
    reader.sync(other, pack_of(other.public, tmp_path / "other.pack"))
    reader.sync(desk, file)
    assert_alike(desk, reader)
    assert_alike(other, reader)


def test_an_older_pack_is_refused_and_a_newer_one_taken(tmp_path: Path, reader: Follower):
    desk = Desk(tmp_path / "own")
    packs = []
    for number in range(3):
        desk.put(f"news/{number}")
        desk.publish(after=DAY)
        packs.append(pack_of(desk.public, tmp_path / f"{number}.pack"))
    reader.sync(desk, packs[1])
    with pytest.raises(RollbackError):
        reader.sync(desk, packs[0])
    assert reader.sync(desk, packs[1]).articles == 0
    reader.sync(desk, packs[2])
    assert_alike(desk, reader)


# -- what a liar may try -----------------------------------------------------------------------------------------------


def test_a_changed_record_in_a_part_refuses_the_part(desk: Desk, file: Path, reader: Follower):
    files = files_of(file)
    (path,) = [path for path in files if path.startswith("bundles/")]
    files[path] = files[path].replace(b"text 7", b"lies 7")
    with pytest.raises(HashMismatch):
        reader.sync(desk, remade(file, files))
    assert reader.current(desk) == []


def test_a_changed_part_under_its_own_name_is_not_believed(desk: Desk, file: Path, reader: Follower):
    files = files_of(file)
    (path,) = [path for path in files if path.startswith("bundles/")]
    forged = files.pop(path).replace(b"text 7", b"lies 7")
    files[f"bundles/{sha256(forged)}.jsonl"] = forged
    report = reader.sync(desk, remade(file, files))
    assert (report.complete, report.missing) == (False, [path])
    assert reader.current(desk) == []


@pytest.fixture
def standing(reader: Follower, tmp_path: Path) -> tuple[Desk, Path]:
    """A newsroom that went on after the reader synced, and a pack of the news of another reader who has them."""
    desk, giver = Desk(tmp_path / "own"), Follower(tmp_path / "other.db", PLAIN)
    for number in range(20):
        desk.put(f"news/{number}", f"text {number}")
    desk.publish()
    reader.sync(desk)
    giver.sync(desk)
    desk.put("news/7", "text 7, corrected")
    desk.put("later", "words")
    desk.retract("news/3")
    desk.publish(after=DAY)
    giver.sync(desk)
    return desk, packed(giver, desk, tmp_path / "news.pack", since=1)


def lie(data: bytes, how: str) -> bytes:
    """News that were changed by whoever carried them."""
    header, *lines = data.splitlines(keepends=True)
    match how:
        case "changed":
            lines = [line.replace(b"corrected", b"distorted") for line in lines]
        case "left out":
            lines, header = lines[1:], header.replace(b'"records":3', b'"records":2')
        case "revived":
            lines = [line for line in lines if b"retraction" not in line]
            header = header.replace(b'"records":3', b'"records":2')
        case "added":
            lines.append(lines[0].replace(b'"later"', b'"zzz"'))
            header = header.replace(b'"records":3', b'"records":4')
        case "another revision":
            lines = [line.replace(b'"revision":2', b'"revision":3') for line in lines]
    return header + b"".join(lines)


@pytest.mark.parametrize("how", ["changed", "left out", "revived", "added", "another revision"])
def test_news_with_a_lie_in_them_are_not_believed_and_change_nothing(
    standing: tuple[Desk, Path], reader: Follower, how: str
):
    desk, file = standing
    whole, files = file.read_bytes(), files_of(file)
    (path,) = [path for path in files if path.startswith("bundles/")]
    forged = lie(files.pop(path), how)
    files[f"bundles/{sha256(forged)}.jsonl"] = forged
    before = reader.current(desk)
    report = reader.sync(desk, remade(file, files))
    assert not report.complete
    assert report.missing
    assert reader.current(desk) == before
    file.write_bytes(whole)
    assert reader.sync(desk, file).complete
    assert_alike(desk, reader)


def test_bundles_that_prove_nothing_are_passed_over(standing: tuple[Desk, Path], reader: Follower):
    desk, file = standing
    files = files_of(file)
    for junk in (b"", b"{}\n", b"\xff" * 100, b"[" * 100_000, files[next(p for p in files if "bundles/" in p)][:-9]):
        files[f"bundles/{sha256(junk)}.jsonl"] = junk
    assert reader.sync(desk, remade(file, files)).complete
    assert_alike(desk, reader)


def test_news_that_would_retract_suspiciously_much_stop_and_ask(tmp_path: Path, giver: Follower, reader: Follower):
    desk = Desk(tmp_path / "own")
    for number in range(40):
        desk.put(f"news/{number}")
    desk.publish()
    giver, reader = Follower(tmp_path / "g.db", PLAIN), Follower(tmp_path / "r.db", PLAIN)
    giver.sync(desk)
    reader.sync(desk)
    for number in range(30):
        desk.retract(f"news/{number}")
    desk.publish()
    giver.sync(desk)
    for options in ({"since": 1}, {}):
        file = packed(giver, desk, tmp_path / "x.pack", **options)
        with pytest.raises(TrustError, match="retract"):
            reader.sync(desk, file, accept_retractions=False)
    reader.sync(desk, file)
    assert_alike(desk, reader)


# -- bombs -------------------------------------------------------------------------------------------------------------


def bombs() -> Iterator[tuple[str, bytes]]:
    zeros = zstd.compress(b"\0" * (200 << 20), level=1)
    yield "zeros by the hundred megabytes", seal(zeros)
    yield "an entry of eight gigabytes", seal(zstd.compress(_header("bundles", (8 << 30) - 1), level=1))
    yield "an entry beyond the end", seal(zstd.compress(_header("bundles", 1 << 20) + b"x" * 512, level=1))
    yield "more than it announces", seal(b"\x28\xb5\x2f\xfd\x20\x10" + zeros[9:])


def _header(folder: str, size: int) -> bytes:
    return tar_header(f"{folder}/{'0' * 64}.jsonl", size)


@pytest.mark.parametrize(("name", "data"), list(bombs()), ids=lambda value: value if isinstance(value, str) else "")
def test_bombs_are_refused_before_they_do_harm(desk: Desk, reader: Follower, tmp_path: Path, name: str, data: bytes):
    file = tmp_path / "bomb.pack"
    file.write_bytes(data)
    with pytest.raises(FormatError):
        reader.sync(desk, file)


def test_a_pack_for_which_there_is_no_room_says_so(
    desk: Desk, file: Path, reader: Follower, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(transport, "SPARE_BYTES", 1 << 62)
    with pytest.raises(DiskFull):
        reader.sync(desk, file)
    monkeypatch.undo()
    assert reader.sync(desk, file).complete


# -- at the same time --------------------------------------------------------------------------------------------------


def test_a_library_can_be_packed_while_it_is_synced(tmp_path: Path):
    """The pack is of one state, whatever a sync commits meanwhile."""
    desk = Desk(tmp_path / "own")
    for number in range(20):
        desk.put(f"news/{number}")
    desk.publish()
    giver = Follower(tmp_path / "giver.db", PLAIN)
    giver.sync(desk)
    before = packed(giver, desk, tmp_path / "before.pack").read_bytes()
    desk.put("later")
    desk.put("news/4", "anew")
    desk.publish()

    class SyncsMeanwhile:
        """Syncs once everything that will be packed is known."""

        def say(self, message: str) -> None: ...
        def planned(self, files: int, size: int) -> None: ...
        def advance(self, size: int) -> None: ...
        def total(self, size: int) -> None:
            with Library.open(giver.path) as library:
                sync(library, str(desk.public), options=SyncOptions(trust_first_use=True), clock=lambda: desk.now)

    during = tmp_path / "during.pack"
    with Library.open(giver.path, readonly=True) as library:
        pack(library, during, progress=SyncsMeanwhile(), clock=lambda: desk.now)
    assert during.read_bytes() == before
    assert_alike(desk, giver)


def test_what_is_wrong_is_one_line_and_never_a_traceback(
    desk: Desk, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "empty.pack").write_bytes(b"")
    (tmp_path / "text.pack").write_text("not a pack\n" * 100)
    for name in ("empty.pack", "text.pack", "nothing.pack", "."):
        code = run(["sync", str(tmp_path / name), "--library", str(tmp_path / "x.db")])
        told = capsys.readouterr().err
        assert code not in (0, 1), told
        assert told.startswith("tamizdat: "), told
        assert told.count("\n") == 1, told
        assert "bug" not in told


def test_every_error_is_ours(desk: Desk, file: Path, reader: Follower):
    """Files of a pack replaced by one another, or by nothing: whatever comes of it is told in our words."""
    files = files_of(file)
    for path in files:
        for other in (b"", b"{}", b"\0" * 512, *[data for name, data in files.items() if name != path]):
            try:
                report = reader.sync(desk, remade(file, files | {path: other}))
                assert report.missing or path.endswith(".site.json")
            except TamizdatError:
                pass
    assert reader.sync(desk, remade(file, files)).complete
    assert_alike(desk, reader)


def test_online_what_the_news_lack_is_fetched(tmp_path: Path, reader: Follower):
    desk, giver = Desk(tmp_path / "own"), Follower(tmp_path / "other.db", PLAIN)
    for number in range(4):
        desk.put(f"news/{number}")
        desk.publish()
        if number == 0:
            reader.sync(desk)
        since = desk.catalog().version - 1
        giver.sync(desk)
    file = packed(giver, desk, tmp_path / "news.pack", since=since)
    assert not reader.sync(desk, file).complete
    assert reader.sync(desk, file, online=True).complete
    assert_alike(desk, reader)


def test_a_dry_run_of_a_readers_pack_tells_what_it_would_take_and_changes_nothing(
    desk: Desk, file: Path, reader: Follower
):
    report = reader.sync(desk, file, media="standard", dry_run=True)
    assert report.planned
    assert any(path.endswith(".jsonl") for path, _ in report.planned)
    assert report.missing == []
    assert reader.current(desk) == []
    assert reader.sync(desk, file).complete
    assert reader.sync(desk, file, dry_run=True).planned is not None
