"""What a run decides before it acts: what is missing, and what goes; from values alone."""

import pytest

from tamizdat.mirror.inventory import Item
from tamizdat.mirror.plan import KEPT_SECONDS, Rules, Standing, clear, missing

SIGNED = 1_795_000_000


def digest(number: int) -> str:
    return f"{number:064x}"


def bundle(number: int) -> str:
    return f"bundles/{digest(number)}.jsonl.zst"


def item(number: int, size: int = 10) -> Item:
    return Item(bundle(number), size, digest(number))


TAR = Item(f"media/{digest(9)}.tar", 5000, digest(9))
PICTURE = f"media/{digest(8)}.webp"


@pytest.mark.parametrize(
    ("sizes", "damaged", "fetched"),
    [
        ({}, (), [1, 2]),
        ({bundle(1): 10}, (), [2]),
        ({bundle(1): 10, bundle(2): 9}, (), [2]),
        ({bundle(1): 10, bundle(2): 10}, (), []),
        ({bundle(1): 10, bundle(2): 10}, (bundle(1),), [1]),
    ],
)
def test_what_is_not_there_with_the_right_size_or_damaged_is_fetched(
    sizes: dict[str, int], damaged: tuple[str, ...], fetched: list[int]
):
    work = missing([item(1), item(2)], Standing(sizes, {}, damaged))
    assert [found.path for found in work.fetch] == [bundle(number) for number in fetched]
    assert list(work.extract) == []


@pytest.mark.parametrize(
    ("sizes", "pictures", "fetched", "extracted"),
    [
        ({}, {}, True, False),
        ({TAR.path: 5000}, {}, True, False),  # it can't be read
        ({TAR.path: 5000}, {TAR.path: {PICTURE: 7}}, False, True),
        ({TAR.path: 5000, PICTURE: 6}, {TAR.path: {PICTURE: 7}}, False, True),
        ({TAR.path: 5000, PICTURE: 7}, {TAR.path: {PICTURE: 7}}, False, False),
        ({PICTURE: 7}, {}, True, False),
    ],
)
def test_a_picture_that_is_missing_beside_its_bundle_is_taken_out_of_it(
    sizes: dict[str, int], pictures: dict[str, dict[str, int]], fetched: bool, extracted: bool
):
    work = missing([TAR], Standing(sizes, pictures))
    assert (bool(work.fetch), bool(work.extract)) == (fetched, extracted)


def rules(**given: object) -> Rules:
    chosen: dict[str, object] = {"named": (), "pages": (), "at_once": (), "unnamed": {}, "signed": SIGNED, **given}
    return Rules(**chosen)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "given", "fate"),
    [
        (bundle(1), {}, "stays"),
        (bundle(1), {"unnamed": {bundle(1): SIGNED - KEPT_SECONDS + 1}}, "stays"),
        (bundle(1), {"unnamed": {bundle(1): SIGNED - KEPT_SECONDS}}, "goes"),
        (bundle(1), {"unnamed": {bundle(1): SIGNED - 5 * 86_400}, "kept_seconds": 5 * 86_400}, "goes"),
        (bundle(1), {"named": {bundle(1)}, "unnamed": {bundle(1): 0}}, "is named"),
        (bundle(1), {"named": {bundle(1)}, "at_once": {bundle(1)}}, "is named"),
        (bundle(1), {"at_once": {bundle(1)}}, "goes"),
        ("metadata/7.snapshot.json", {}, "stays"),
        ("metadata/7.root.json", {}, "goes"),
        ("head-de.tar.zst", {}, "goes"),
        ("app/old.js", {"pages": {"app/old.js"}}, "stays"),
        ("app/old.js", {"pages": {"app/old.js"}, "unnamed": {"app/old.js": 0}}, "goes"),
        ("app/old.js", {"at_once": {"app/old.js"}}, "is foreign"),
        ("robots.txt", {"unnamed": {"robots.txt": 0}}, "is foreign"),
        ("bundles/notes.txt", {}, "is foreign"),
        (bundle(1) + ".tmp", {}, "is foreign"),
        ("head.tar.zst.bak", {}, "is foreign"),
    ],
)
def test_each_file_has_its_fate(path: str, given: dict[str, object], fate: str):
    cleared = clear({path: 1}, rules(**given))
    told = {"goes": cleared.delete, "stays": list(cleared.unnamed), "is foreign": cleared.foreign}
    assert [name for name, paths in told.items() if path in paths] == ([] if fate == "is named" else [fate])


def test_what_is_newly_unnamed_is_counted_from_this_signing():
    cleared = clear({bundle(1): 1, bundle(2): 1}, rules(unnamed={bundle(2): SIGNED - 5}))
    assert cleared.unnamed == {bundle(1): SIGNED, bundle(2): SIGNED - 5}
