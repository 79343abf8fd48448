"""How well search finds words in any of their forms, and what an index of 20,000 articles costs."""

import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tables import table
from tamizdat.format.article import Article, Paragraph
from tamizdat.format.words import words
from tamizdat.library import Library
from tamizdat.search import search
from workload import CHECKOUT, EDITIONS, SCRIPTS, Workload

sys.path.append(str(CHECKOUT / "tests"))  # where tests hold search to floors on the same sentences

import lemmas
from shelf import FINGERPRINT, accepted, bundle

ARTICLES, QUERIES = 20_000, 300
CORPORA = SCRIPTS.parent / "corpora" / "kk-ru-search"
_NAMES = {"ru": "Russian", "kk": "Kazakh", "en": "English"}
_KINDS = {"all words": lemmas.EVERY, "nouns and names": lemmas.NAMES}


def quality(scratch: Path) -> Iterator[str]:
    """The table of recall, precision and mean average precision."""
    if not CORPORA.is_dir():
        raise SystemExit(f"no treebanks in {CORPORA}")
    rows = [row for language in _NAMES for half in (0, 1, None) for row in _scores(scratch, language, half)]
    return table(["sentences", "words", "queries", "", "recall", "precision", "MAP"], rows)


def _scores(scratch: Path, language: str, half: int | None) -> Iterator[list[str]]:
    held = lemmas.sentences(CORPORA, language, half)
    which = {0: "first half", 1: "second half", None: "all"}[half]
    with lemmas.stocked(scratch / f"{language}-{half}.db", language, held) as library:
        ways = {"": lemmas.by_search(library)} | ({" (porter)": lemmas.by_porter(held)} if language == "en" else {})
        for way, find in ways.items():
            for name, kinds in _KINDS.items():
                for kind, score in lemmas.measure(lemmas.queries(held, kinds), find).items():
                    figures = (score.recall, score.precision, score.mean_average_precision)
                    said = [f"{_NAMES[language]}{way}, {which}", name, f"{score.queries:,}", kind]
                    yield [*said, *(f"{figure:.3f}" for figure in figures)]


@dataclass(frozen=True)
class Costs:
    """Of an index: CPU seconds to make it, its bytes and words, the texts' bytes. Of queries: milliseconds by kind."""

    articles: int
    seconds: float
    index: int
    words: int
    text: int
    queries: dict[str, list[float]]


def costs(work: Path, scratch: Path) -> Iterator[str]:
    """The table of what the index and queries cost."""
    workload = Workload.make(work, articles=ARTICLES, days=1)
    with _library(scratch / "search.db", workload) as library:
        found = _measure(library, list(workload.records.values()))
    per = found.seconds / found.articles
    yield from table(
        [f"{found.articles:,} articles", ""],
        [
            ["index made anew, CPU an article", f"{per * 1e6:,.0f} µs"],
            ["index on disk, an article", f"{found.index / found.articles:,.0f} bytes"],
            ["index on disk", f"{found.index / 1e6:,.1f} MB, {found.index / found.text:.2f} × the text's bytes"],
            ["different words", f"{found.words:,}"],
            *([f"{kind}: p50, p95, slowest", times(each)] for kind, each in found.queries.items()),
        ],
    )


def times(measured: Sequence[float]) -> str:
    """The median, the 95th percentile and the longest of these milliseconds."""
    cuts = statistics.quantiles(measured, n=20, method="inclusive")
    return f"{statistics.median(measured):.0f}, {cuts[18]:.0f}, {max(measured):.0f} ms"


def _library(path: Path, workload: Workload) -> Library:
    library = Library.open(path)
    library.accept(accepted(editions=EDITIONS), fingerprint=FINGERPRINT, place="https://paper.example/")
    for edition in EDITIONS:
        articles = [_article(record) for record in workload.records.values() if record["lang"] == edition]
        for first in range(0, len(articles), 500):
            library.apply_delta(bundle("delta", articles[first : first + 500], edition=edition), to=1)
    return library


def _article(record: dict[str, Any]) -> Article:
    shown = {name: _clean(record[name]) for name in ("title", "byline", "summary")} | {"tags": record["tags"]}
    times = {name: f"{record[name][:19]}Z" for name in ("published", "updated")}
    body = [Paragraph([_clean(part)]) for part in record["body"].split("\n\n") if part]
    return Article(key=record["id"], edition=record["lang"], revision=1, **shown, **times, body=body)


def _clean(text: str) -> str:
    """Without the characters that no record may have."""
    return "".join(letter for letter in text if not ("\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069"))


def _measure(library: Library, records: list[dict[str, Any]]) -> Costs:
    db = library.db
    begun = time.process_time()
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    seconds = time.process_time() - begun
    (size,) = db.execute("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'articles_fts%'").fetchone()
    (text,) = db.execute("SELECT sum(length(CAST(text AS BLOB))) FROM articles").fetchone()
    (terms,) = db.execute("SELECT count(*) FROM articles_words").fetchone()
    asked = queries_of(records)
    return Costs(len(records), seconds, size, terms, text, {kind: _ask(library, each) for kind, each in asked.items()})


def queries_of(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Words as they stand in some of the articles, and others that ask much."""
    rng = random.Random(4)
    texts = [words(record["body"]) for record in rng.sample(records, QUERIES)]
    long = [[word for word in text if len(word) > 4] or text for text in texts]
    return {
        "one word": [rng.choice(text) for text in long],
        "two words of one text": [" ".join(rng.sample(text, 2)) for text in long if len(text) > 1],
        "a phrase of three words": [f'"{" ".join(text[at : at + 3])}"' for text in texts for at in [len(text) // 2]],
        "what is in nearly every text": ["the", "of the", "в", "и", "мен", "a -the"],
    }


def _ask(library: Library, queries: list[str]) -> list[float]:
    times: list[float] = []
    for query in queries:
        begun = time.thread_time()
        search(library.db, query)
        times.append(1000 * (time.thread_time() - begun))
    return times
