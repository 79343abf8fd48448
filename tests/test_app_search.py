"""The reader app finds what Python finds, in the same order and with the same snippets."""

import json
import random
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import lemmas
from building import WEB
from lemmas import EVERY, NAMES, Score, Sentence
from shelf import FINGERPRINT, accepted, apply, article, retraction
from tamizdat.format.article import Article, Record, encode_record
from tamizdat.format.words import words
from tamizdat.library import Library
from tamizdat.search import search

LANGUAGES: Final = ("en", "ru", "kk")
SENTENCES: Final = 5
"""So many are an article."""

Change = tuple[str, str, str]
Hit = tuple[str, str, tuple[int, ...], list[str]]

_RUN: Final = "import('vite').then((vite) => vite.runnerImport('./tests/finding.ts', { logLevel: 'warn' }))"
_MARK: Final = "\u202a"  # no text has it


def in_the_app(folder: Path, rounds: Sequence[Sequence[Record]], queries: list[str]) -> list[list[Hit]]:
    """What the app finds once its index has followed these rounds of changes."""
    if not (WEB / "node_modules" / "vite").is_dir():
        pytest.skip("no vite in web/node_modules (npm ci in web/, or `make test`)")
    asked, answered = folder / "asked.json", folder / "answered.json"
    changes = [[change(record) for record in each] for each in rounds]
    asked.write_text(json.dumps({"rounds": changes, "queries": queries}), "utf-8")
    subprocess.run(["node", "-e", _RUN, "--", str(asked), str(answered)], cwd=WEB, check=True)
    found = json.loads(answered.read_text("utf-8"))
    return [[(edition, key, tuple(rank), shown) for edition, key, rank, shown in hits] for hits in found]


def change(record: Record) -> Change:
    line = encode_record(record).decode() if isinstance(record, Article) else ""
    return record.edition, record.key, line


def in_python(library: Library, query: str) -> list[Hit]:
    hits = search(library.db, query, limit=1_000_000, marks=(_MARK, _MARK))
    return [(hit.edition, hit.key, hit.rank, hit.snippet.split(_MARK)) for hit in hits]


@pytest.fixture(scope="module")
def treebanks(corpora: Path) -> Path:
    folder = corpora / "kk-ru-search"
    if not folder.is_dir():
        pytest.skip(f"corpora: nothing at {folder}")
    return folder


def written(rng: random.Random, held: list[Sentence], edition: str) -> Iterator[Article]:
    """Articles of these sentences."""
    for first in range(0, len(held) - SENTENCES, SENTENCES):
        title, summary, *texts = [sentence.text for sentence in held[first : first + SENTENCES]]
        yield article(
            f"{edition}-{first:04}", text="\n".join(texts), title=title[:80], summary=summary, edition=edition,
            byline=" ".join(words(texts[0])[:2]), tags=rng.sample(["culture", "Новая культура", "қала"], 2),
            day=rng.randint(1, 28),
        )  # fmt: skip


def revised(rng: random.Random, held: list[Article]) -> list[Record]:
    """New revisions of some articles, with the text of others, and retractions of some more."""
    chosen, texts = rng.sample(held, 30), rng.sample(held, 20)
    edited = [
        article(old.key, 2, "Changed.", title=new.title, edition=old.edition, summary=new.summary, tags=old.tags)
        for old, new in zip(chosen, texts, strict=False)
    ]
    return [*edited, *(retraction(old.key, edition=old.edition) for old in chosen[20:])]


def asked(rng: random.Random, held: list[Article]) -> list[str]:
    """Words and rows of words as they stand in articles, and all signs that a query may have."""
    rows = [words(f"{each.title} {each.summary} {each.byline}") for each in rng.sample(held, 80)]
    some = [row[rng.randrange(len(row) - 3) :] for row in rows if len(row) > 3]
    return [
        *(row[0] for row in some),
        *(f"{row[0]} {row[2]}" for row in some[::2]),
        *(f'"{row[0]} {row[1]} {row[2]}"' for row in some[::2]),
        *(f"{row[0]}-{row[1]}" for row in some[::3]),
        *(f"{row[0]} -{row[1]}" for row in some[::3]),
        *(f"author:{row[-1]}" for row in some[::4]),
        *(f'{row[1]} -author:"{row[-1]}"' for row in some[::8]),
        "the", "в", "и мен", "a -the", "tag:culture", 'tag:"новая культура" -tag:қала', "-tag:culture в", "-the",
        "after:2026-11-20", "before:2026-11-02 the", "after:2026-11-05 before:2026-11-06", "-after:2026-11-03",
        "назарбаева", "қыздарға", "кыздарга", "казакстан", "нур-султан", "о'брайен", "", "-", "%", "thea" * 400,
        "Changed", '"changed" tag:culture', "por", "газе", "прези", "қазақ", "time-outs", "the-the", "в-в-в",
    ]  # fmt: skip


def test_hits_are_those_of_python_in_the_same_order_also_after_changes(treebanks: Path, tmp_path: Path) -> None:
    rng = random.Random(7)
    held = [each for language in LANGUAGES for each in written(rng, lemmas.sentences(treebanks, language), language)]
    changes = revised(rng, held)
    queries = asked(rng, held)
    with Library.open(tmp_path / "library.db") as library:
        library.accept(accepted(editions=LANGUAGES), fingerprint=FINGERPRINT, place="https://paper.example/")
        for language in LANGUAGES:
            apply(library, *(each for each in held if each.edition == language), edition=language)
            apply(library, *(each for each in changes if each.edition == language), edition=language, to=2)
        expected = [in_python(library, query) for query in queries]

    found = in_the_app(tmp_path, [held, changes], queries)

    assert len(held) > 250
    assert sum(map(bool, expected)) > len(queries) * 0.8
    assert dict(zip(queries, found, strict=True)) == dict(zip(queries, expected, strict=True))


@pytest.fixture(scope="module")
def measured(treebanks: Path, tmp_path_factory: pytest.TempPathFactory):
    """The scores of the app by language and parts of speech."""

    @cache
    def scores(language: str, kinds: frozenset[str]) -> dict[str, Score]:
        held = lemmas.sentences(treebanks, language)
        records: list[Record] = [
            article(f"{number:05}", text=each.text, title="", edition=language) for number, each in enumerate(held, 1)
        ]
        queries = list(lemmas.queries(held, kinds))
        typed = list(dict.fromkeys(query.typed for query in queries))
        hits = in_the_app(tmp_path_factory.mktemp(language), [records], typed)
        found = {query: [int(key) for _, key, _, _ in each] for query, each in zip(typed, hits, strict=True)}
        return lemmas.measure(queries, found.__getitem__)

    return scores


@pytest.mark.parametrize(
    ("language", "kinds", "recall", "precision", "ordered"),
    [
        ("ru", EVERY, 0.96, 0.85, 0.91), ("kk", NAMES, 0.98, 0.80, 0.93), ("kk", EVERY, 0.92, 0.75, 0.86),
        ("en", EVERY, 0.92, 0.94, 0.90),
    ],
    ids=["Russian", "Kazakh nouns and names", "Kazakh", "English"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["base", "inflected"])
def test_words_are_found_in_every_form(
    measured, language: str, kinds: frozenset[str], recall: float, precision: float, ordered: float, kind: str
) -> None:
    score = measured(language, kinds)[kind]
    assert score.queries > 100
    assert score.recall >= recall
    assert score.precision >= precision
    assert score.mean_average_precision >= ordered
