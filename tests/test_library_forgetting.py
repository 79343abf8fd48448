"""What was retracted is nowhere in the bytes of a library's files: not in the database, its log or its index."""

import random
import string
from pathlib import Path

import pytest

from shelf import PUBLICATION, apply, article, bundle, keys, picture, retraction, shelf
from tamizdat.format.article import Record
from tamizdat.format.names import sha256
from tamizdat.library import Library

SECRET = "zqsecretword"


def everything(folder: Path) -> bytes:
    """Every byte of every file beside the library, in lower case as the text index has its words."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()).lower()


def secret_article(revision: int = 1, **fields: object) -> Record:
    words = f"{SECRET}body " + f"Filler text {SECRET}long. " * 400
    marked: dict[str, object] = {
        "title": f"{SECRET}title", "byline": f"{SECRET}byline", "summary": f"{SECRET}summary",
        "tags": [f"{SECRET}tag"], "section": f"{SECRET}section", "place": f"{SECRET}place", **fields,
    }  # fmt: skip
    return article("one", revision, words, **marked)


@pytest.fixture
def library(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, *(article(f"other-{n:03}", text="Ordinary words. " * (n * 7 % 200)) for n in range(60)))
        yield library


def assert_forgotten(library: Library, word: str = SECRET) -> None:
    assert library.shrink_after_retractions()
    assert word.encode() not in everything(library.path.parent)


def test_a_retracted_article_is_nowhere_in_the_bytes(library: Library):
    apply(library, secret_article())
    assert SECRET.encode() in everything(library.path.parent)
    apply(library, retraction("one"))
    assert_forgotten(library)
    assert len(keys(library)) == 60


def test_neither_are_its_earlier_revisions_and_pictures(library: Library):
    data = f"{SECRET}picture".encode()
    apply(library, secret_article(image=picture(data)))
    library.add_media(PUBLICATION, "en", [(f"media/{sha256(data)}.webp", data)], role="preview", to=1)
    apply(library, secret_article(2, title="Changed", image=picture(data)))
    library.apply_revisions(bundle("revisions", [secret_article(1)]), to=2)
    apply(library, retraction("one", 3))
    assert_forgotten(library)


def test_neither_is_what_was_retracted_and_came_back_while_nobody_looked(library: Library):
    apply(library, secret_article())
    apply(library, article("one", 3, "Clean.", cleared=2))
    assert_forgotten(library)


def test_neither_is_what_a_segment_no_longer_has(library: Library):
    apply(library, secret_article(day=9))
    library.apply_segment(bundle("segment", []), start=("2026-11-09T00:00:00Z", ""), end=None)
    assert_forgotten(library)


def test_neither_is_what_tombstones_take_away(library: Library):
    apply(library, secret_article())
    library.apply_tombstones(PUBLICATION, "en", [bundle("tombstones", [retraction("one")])])
    assert_forgotten(library)


def test_a_superseded_revision_stays_until_its_article_is_retracted(library: Library):
    apply(library, secret_article())
    apply(library, article("one", 2, "Corrected."))
    assert library.shrink_after_retractions()
    assert SECRET.encode() in everything(library.path.parent)


def test_shrinking_that_was_cut_short_is_still_due(library: Library):
    apply(library, secret_article())
    apply(library, retraction("one"))
    library.close()
    with Library.open(library.path) as again:
        assert again.needs_shrinking
        assert_forgotten(again)
        assert not again.needs_shrinking


def test_while_somebody_reads_shrinking_waits_for_the_next_time(library: Library, monkeypatch: pytest.MonkeyPatch):
    apply(library, secret_article())
    library.db.execute("PRAGMA busy_timeout = 50")
    with Library.open(library.path, readonly=True) as reader:
        reader.db.execute("BEGIN")
        assert "one" in keys(reader)
        apply(library, retraction("one"))
        assert not library.shrink_after_retractions()
        assert "one" in keys(reader)
        reader.db.execute("ROLLBACK")
    assert_forgotten(library)


def test_what_was_freed_long_before_is_nowhere_either(tmp_path: Path):
    """Random edits and retractions of texts whose words nothing else has; after every shrink none of them is left."""
    for seed in range(2):
        folder = tmp_path / str(seed)
        with shelf(folder / "library.db") as library:
            _churn(library, random.Random(seed), steps=20)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_what_was_freed_long_before_is_nowhere_either_in_many_histories(tmp_path: Path, seed: int):
    with shelf(tmp_path / "library.db") as library:
        _churn(library, random.Random(seed), steps=60)


def _churn(library: Library, rng: random.Random, *, steps: int) -> None:
    revisions: dict[str, int] = {}
    words: dict[str, set[str]] = {}
    withdrawn: set[str] = set()
    for step in range(1, steps + 1):
        records: list[Record] = []
        for key in sorted({f"key-{rng.randrange(60):02}" for _ in range(rng.randint(1, 25))}):
            revisions[key] = revisions.get(key, 0) + 1
            if key in words and rng.random() < 0.3:
                records.append(retraction(key, revisions[key]))
                withdrawn |= words.pop(key)
            else:
                records.append(_article_of_new_words(key, revisions[key], words.setdefault(key, set()), rng))
        apply(library, *records, to=step)
        if rng.random() < 0.3:
            assert library.shrink_after_retractions()
            found = everything(library.path.parent)
            assert [word for word in withdrawn if word.encode() in found] == []


def _article_of_new_words(key: str, revision: int, words: set[str], rng: random.Random) -> Record:
    new = ["zq" + "".join(rng.choices(string.ascii_lowercase, k=14)) for _ in range(rng.randint(3, 40))]
    words.update(new)
    text = " ".join(rng.choices(new, k=rng.choice([1, 10, 100, 400])))
    return article(key, revision, text, title=new[0], summary=new[1], byline=new[2], tags=new[:2])
