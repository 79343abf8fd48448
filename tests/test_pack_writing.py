"""Writing a pack: killed, out of space or refused at any moment, nothing half lies under its name."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import Ferry
from following import PLAIN, Follower
from publishing import SMALL, Desk, words
from tamizdat.errors import PackError, PackFull
from tamizdat.library import Library
from tamizdat.pack import PackOptions, pack, writing
from tamizdat.transport import Meter
from tamizdat.transport.pack import PackTransport

CHILD = """
import resource, sys
from pathlib import Path
from tamizdat.errors import TamizdatError
from tamizdat.library import Library
from tamizdat.pack import PackOptions, pack
limit = int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
with Library.open(Path(sys.argv[1]), readonly=True) as library:
    print("ready", flush=True)
    try:
        pack(library, Path(sys.argv[2]), options=PackOptions(overwrite=True))
    except TamizdatError as error:
        print(error.code, error.exit_code, flush=True)
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that takes a moment to pack."""
    folder, rng = tmp_path_factory.mktemp("big"), random.Random(5)
    desk = Desk(folder / "desk", settings=SMALL.__class__(durable=False, segment_level=1, newest_segment_level=1))
    with desk.newsroom.editing():
        for number in range(1500):
            desk.put(f"news/{number}", words(rng, 500))
    desk.publish()
    reader = Follower(folder / "library.db", PLAIN)
    reader.sync(desk)
    return reader.path


def packing(library: Path, file: Path, *, limit: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(library), str(file), str(limit)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def is_whole(file: Path) -> bool:
    PackTransport(file, meter=Meter()).close()
    return True


def test_killed_at_any_moment_it_leaves_no_half_file_under_the_final_name(big: Path, tmp_path: Path):
    file, rng, killed = tmp_path / "own.pack", random.Random(1), 0
    for _ in range(6):
        process = packing(big, file)
        time.sleep(rng.uniform(0.02, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
        killed += process.returncode == -signal.SIGKILL
        assert not file.exists() or is_whole(file)
    assert killed
    process = packing(big, file)
    process.communicate(timeout=60)
    assert is_whole(file)


def test_killed_it_leaves_the_pack_that_was_there(big: Path, tmp_path: Path):
    file = tmp_path / "own.pack"
    file.write_bytes(b"an older pack")
    process = packing(big, file)
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    assert process.returncode != -signal.SIGKILL or file.read_bytes() == b"an older pack"


def test_what_a_killed_run_left_is_cleared_by_a_later_one(
    ferry_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "own.pack"
    left = tmp_path / ".own.pack.00000000.part"
    left.write_bytes(b"half a pack")
    with Library.open(ferry_library, readonly=True) as library:
        pack(library, file)
        assert left.exists(), "another run may be writing it just now"
        monkeypatch.setattr(writing, "LEFTOVER_SECONDS", -1)
        pack(library, file, options=PackOptions(overwrite=True))
    assert not left.exists()


def test_a_full_disk_is_a_clear_error_and_leaves_what_was_there(big: Path, tmp_path: Path):
    file = tmp_path / "own.pack"
    for there in (None, b"an older pack"):
        if there:
            file.write_bytes(there)
        process = packing(big, file, limit=200_000)
        out, err = process.communicate(timeout=60)
        assert out.split() == ["pack-full", "5", "done"], err
        assert (file.read_bytes() if file.exists() else None) == there
        assert [path.name for path in tmp_path.iterdir() if path != file] == []


def test_no_space_is_told_in_words(tmp_path: Path):
    assert (
        str(PackFull(file="x.pack")) == "no space left for x.pack; nothing was written. Free some space, or pack less"
    )


def test_where_nothing_can_be_written_it_says_so_before_it_reads_anything(ferry: Ferry, tmp_path: Path):
    with Library.open(ferry.library, readonly=True) as library:
        with pytest.raises(PackError, match="is a folder"):
            pack(library, tmp_path)
        with pytest.raises(PackError, match="there is no folder"):
            pack(library, tmp_path / "nowhere" / "own.pack")
        with pytest.raises(PackError, match="can't be written"):
            pack(library, Path("/proc/own.pack"))


def test_a_name_of_any_kind_will_do(ferry: Ferry, tmp_path: Path):
    with Library.open(ferry.library, readonly=True) as library:
        for name in ("ё" * 120, "[a]*?.pack", " ", "-x"):
            pack(library, tmp_path / name)
            pack(library, tmp_path / name, options=PackOptions(overwrite=True))
            assert is_whole(tmp_path / name)
