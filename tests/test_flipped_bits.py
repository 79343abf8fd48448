"""Any single flipped bit, any cut and any extra byte, in any file of a tree, is found: by a sync before a record
reaches the library, in what a sync doesn't read by `verify`."""

import itertools
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from conftest import Clock
from paper import Paper, Reader, draft
from tamizdat.errors import TamizdatError
from tamizdat.mirror import verify
from tamizdat.sync import SyncOptions
from tamizdat_server.draft import Draft
from tamizdat_server.images import Pictures

Damage = Callable[[bytes, random.Random], bytes]
T = TypeVar("T")


def flip(data: bytes, rng: random.Random) -> bytes:
    bit = rng.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def extend(data: bytes, rng: random.Random) -> bytes:
    return data + rng.randbytes(rng.randrange(1, 20))


KINDS = (flip, cut, extend)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Three versions in two editions with a retraction, a revision and a picture."""
    paper = Paper(tmp_path_factory.mktemp("paper") / "p", Clock(), ("en", "ru"))
    image = Pictures(paper.newsroom.media).add(picture(), alt="A bridge")
    assert image
    shown: Draft = draft("shown")
    paper.publish(
        *(draft(f"{code}/{n}", edition=code, day=1 + n) for code in ("en", "ru") for n in range(9)),
        Draft(key="shown", edition="en", title="Shown", published=shown.published, image=image, body=shown.body),
    )
    paper.publish(draft("en/1", "Changed."))
    paper.retract("en/2", "ru/3", notice="Withdrawn.")
    paper.publish(draft("en/10"))
    return paper


def picture() -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.effect_noise((400, 300), 40).convert("RGB").save(file, "PNG")
    return file.getvalue()


def files(public: Path) -> list[Path]:
    return sorted(path for path in public.rglob("*") if path.is_file() and path.stat().st_size)


def damaged_copies(paper: Paper, place: Path, kinds: Sequence[Damage], times: int) -> Iterator[tuple[Path, str]]:
    """One copy of the tree, with one file damaged at a time, in each of these ways by turns: (copy, which)."""
    copy = place / "copy"
    shutil.copytree(paper.public, copy)
    rng = random.Random(20261122)
    turns = itertools.cycle(kinds)
    for path in files(copy):
        sound = path.read_bytes()
        for _ in range(times):
            path.write_bytes(next(turns)(sound, rng))
            yield copy, path.relative_to(copy).as_posix()
        path.write_bytes(sound)


def test_verify_names_the_one_damaged_file(paper: Paper, tmp_path: Path) -> None:
    check_verify(paper, tmp_path, KINDS, times=len(KINDS))


def test_a_sync_from_a_damaged_copy_fails_typed_or_ends_with_the_right_records(paper: Paper, tmp_path: Path) -> None:
    check_sync(paper, tmp_path, KINDS, times=1)


@pytest.mark.long
@pytest.mark.parametrize("damage", KINDS)
def test_verify_names_the_one_damaged_file_each_of_many_times(paper: Paper, tmp_path: Path, damage: Damage) -> None:
    check_verify(paper, tmp_path, [damage], times=60)


@pytest.mark.long
@pytest.mark.parametrize("damage", KINDS)
def test_a_sync_never_takes_damage_in_many_tries(paper: Paper, tmp_path: Path, damage: Damage) -> None:
    check_sync(paper, tmp_path, [damage], times=40)


def check_verify(paper: Paper, place: Path, kinds: Sequence[Damage], *, times: int) -> None:
    for copy, name in damaged_copies(paper, place, kinds, times):
        report = outcome(partial(verify, f"{copy}#{paper.fingerprint}", clock=lambda: paper.clock.now))
        if isinstance(report, TamizdatError):
            assert name.startswith(("metadata/", "targets/")), (name, report)
        else:
            assert (report.broken, report.missing, report.exit_code) == ([name], [], 23)


def check_sync(paper: Paper, place: Path, kinds: Sequence[Damage], *, times: int) -> None:
    wanted = {code: paper.lines(code) for code in paper.editions}
    options = SyncOptions(media="standard", revisions=True)
    for number, (copy, name) in enumerate(damaged_copies(paper, place, kinds, times)):
        reader = Reader(place / f"{number}.db", paper.clock)
        ended = outcome(partial(reader.sync, f"{copy}#{paper.fingerprint}", options))
        held = {code: held_lines(reader, code) for code in paper.editions}
        if isinstance(ended, TamizdatError):
            assert ended.exit_code >= 3, (name, ended)
            assert all(set(lines) <= set(wanted[code]) for code, lines in held.items()), name
        else:
            assert held == wanted, name


def outcome(action: Callable[[], T]) -> T | TamizdatError:
    """What the action gave, or the typed error that it raised; any other error goes through."""
    try:
        return action()
    except TamizdatError as error:
        return error


def held_lines(reader: Reader, code: str) -> list[bytes]:
    try:
        return reader.lines(code)
    except (TamizdatError, IndexError):
        return []
