"""Search finds a Russian, Kazakh or English word in any of its forms, and shows the best first: with floors."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from lemmas import EVERY, NAMES, Score, by_porter, by_search, measure, queries, sentences, stocked
from tamizdat.format.words import words

KEYBOARD = str.maketrans("әғқңөұүһі", "агкноуухи")


@pytest.fixture(scope="module")
def measured(corpora: Path, tmp_path_factory: pytest.TempPathFactory):
    """Scores by language and parts of speech."""
    folder = corpora / "kk-ru-search"
    if not folder.is_dir():
        pytest.skip(f"corpora: nothing at {folder}")

    @cache
    def scores(language: str, kinds: frozenset[str]) -> dict[str, Score]:
        held = sentences(folder, language)
        with stocked(tmp_path_factory.mktemp(language) / "library.db", language, held) as library:
            return measure(queries(held, kinds), by_search(library))

    return scores


@pytest.mark.parametrize("kind", ["base", "inflected"])
@pytest.mark.parametrize(
    ("language", "kinds", "recall", "precision", "ordered"),
    [("ru", EVERY, 0.96, 0.85, 0.91), ("kk", NAMES, 0.98, 0.80, 0.93), ("kk", EVERY, 0.92, 0.75, 0.86)],
    ids=["Russian", "Kazakh nouns and names", "Kazakh"],
)
def test_words_are_found_in_every_form(
    measured, language: str, kinds: frozenset[str], recall: float, precision: float, ordered: float, kind: str
):
    score = measured(language, kinds)[kind]
    assert score.queries > 100
    assert score.recall >= recall
    assert score.precision >= precision
    assert score.mean_average_precision >= ordered


def test_kazakh_typed_on_a_russian_keyboard_is_found(corpora: Path, tmp_path: Path):
    held = sentences(corpora / "kk-ru-search", "kk")
    stand = {word for sentence in held for form, _, _ in sentence.tokens for word in words(form)}
    known = ((query, query.typed.translate(KEYBOARD)) for query in queries(held, NAMES))
    asked = [replace(query, typed=typed) for query, typed in known if typed != query.typed and typed not in stand]
    with stocked(tmp_path / "library.db", "kk", held) as library:
        score = measure(asked, by_search(library))["inflected"]
    assert score.queries > 200
    assert score.recall >= 0.90
    assert score.precision >= 0.88


@pytest.mark.parametrize("kind", ["base", "inflected"])
def test_english_is_no_worse_than_the_stemmer_of_sqlite(measured, corpora: Path, kind: str):
    held = sentences(corpora / "kk-ru-search", "en")
    ours, theirs = measured("en", EVERY)[kind], measure(queries(held, EVERY), by_porter(held))[kind]
    assert ours.recall >= theirs.recall
    assert ours.precision >= theirs.precision
    assert ours.mean_average_precision >= theirs.mean_average_precision
