"""How well search finds words in any of their forms, by sentences in which people have said what each word's lemma is.

The corpora are treebanks of Universal Dependencies; corpora/kk-ru-search has a README. A query is a lemma or a form of
it; relevant are the sentences that have the lemma. Each sentence is an article of one library.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shelf import FINGERPRINT, accepted, article, bundle
from tamizdat.format.words import words
from tamizdat.library import Library
from tamizdat.search import find

TREEBANKS = {"kk": "kk_ktb-dev.conllu", "ru": "ru_pud-dev.conllu", "en": "en_pud-dev.conllu"}
FEWEST = 3
_NO_WORDS = {"PUNCT", "SYM", "X"}
CONTENT = frozenset({"NOUN", "PROPN", "ADJ", "VERB"})
NAMES = frozenset({"NOUN", "PROPN"})
EVERY = frozenset({*CONTENT, "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NUM", "PART", "PRON", "SCONJ"})

Find = Callable[[str], list[int]]
"""Gives the numbers of sentences that a query finds, best first."""


@dataclass(frozen=True)
class Sentence:
    """A text, and its words: form, lemma, part of speech."""

    text: str
    tokens: list[tuple[str, str, str]]

    @property
    def half(self) -> int:
        """0 for those that the rules were tried on, 1 for those that were kept apart meanwhile."""
        return (zlib.crc32(self.text.encode()) >> 3) % 2


@dataclass(frozen=True)
class Query:
    """A word as somebody types it, what it is a form of, and the sentences that have that."""

    kind: str
    typed: str
    relevant: frozenset[int]


@dataclass
class Score:
    """Means over queries."""

    recall: float = 0.0
    precision: float = 0.0
    mean_average_precision: float = 0.0
    queries: int = 0


@dataclass
class Sums:
    """What becomes of scores."""

    values: list[tuple[float, float, float]] = field(default_factory=list)

    def add(self, relevant: frozenset[int], found: list[int]) -> None:
        hits = [place for place, number in enumerate(found, 1) if number in relevant]
        average = sum(nth / place for nth, place in enumerate(hits, 1)) / len(relevant)
        self.values.append((len(hits) / len(relevant), len(hits) / len(found) if found else 1.0, average))

    @property
    def score(self) -> Score:
        count = max(1, len(self.values))
        recall, precision, average = (sum(column) / count for column in zip(*self.values or [(0, 0, 0)], strict=True))
        return Score(recall, precision, average, len(self.values))


def sentences(folder: Path, language: str, half: int | None = None) -> list[Sentence]:
    """The sentences of a treebank, or of one half of it."""
    blocks = (folder / TREEBANKS[language]).read_text("utf-8").strip().split("\n\n")
    every = [_sentence(block.splitlines()) for block in blocks]
    return [sentence for sentence in every if half is None or sentence.half == half]


def _sentence(lines: list[str]) -> Sentence:
    text = next(line.removeprefix("# text =").strip() for line in lines if line.startswith("# text ="))
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return Sentence(text, [(form, lemma, kind) for at, form, lemma, kind, *_ in rows if at.isdecimal()])


def queries(held: list[Sentence], kinds: frozenset[str]) -> Iterator[Query]:
    """A query for each lemma of these parts of speech in at least three sentences, and for each form that they have."""
    relevant: dict[str, set[int]] = {}
    forms: dict[str, set[str]] = {}
    for number, sentence in enumerate(held, 1):
        for form, lemma, kind in sentence.tokens:
            relevant.setdefault(_folded(lemma), set()).add(number)
            if kind in kinds and " " not in form:
                forms.setdefault(_folded(lemma), set()).add(_folded(form))
    for lemma in sorted(forms):
        if lemma and len(relevant[lemma]) >= FEWEST:
            yield Query("base", lemma, frozenset(relevant[lemma]))
            for form in sorted(forms[lemma] - {lemma, ""}):
                yield Query("inflected", form, frozenset(relevant[lemma]))


def _folded(word: str) -> str:
    return "-".join(words(word))


def measure(asked: Iterable[Query], find: Find) -> dict[str, Score]:
    """The scores of each kind of query."""
    sums = {"base": Sums(), "inflected": Sums()}
    for query in asked:
        sums[query.kind].add(query.relevant, find(query.typed))
    return {kind: each.score for kind, each in sums.items()}


def stocked(path: Path, language: str, held: list[Sentence]) -> Library:
    """A library of an edition whose articles are these sentences."""
    library = Library.open(path)
    library.accept(accepted(editions=[language]), fingerprint=FINGERPRINT, place="https://paper.example/")
    records = [
        article(f"{number:05}", text=each.text, title="", edition=language) for number, each in enumerate(held, 1)
    ]
    library.apply_delta(bundle("delta", records, edition=language), to=1)
    return library


def by_search(library: Library) -> Find:
    """The way that readers search."""
    keys = dict(library.rows("SELECT id, CAST(key AS INTEGER) FROM articles"))
    return lambda typed: [keys[number] for number in find(library.db, typed)]


def by_porter(held: list[Sentence]) -> Find:
    """SQLite's own stemmer for English, and its own ranking."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='porter unicode61')")
    db.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", ((n, each.text) for n, each in enumerate(held, 1)))
    sql = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank"
    return lambda typed: [number for (number,) in db.execute(sql, (f'"{typed.replace("-", " ")}"',))]
