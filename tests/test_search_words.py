"""Words are folded and parted as SQLite's tokenizer does it in a library, for every character there is."""

import random
import sqlite3
import unicodedata
from pathlib import Path

import pytest

from making import letters
from shelf import apply, article, assert_sound, shelf
from tamizdat.format.words import REPLACED, fold, index_text, words
from tamizdat.library import Library
from tamizdat.search import search

# The table is compared as a whole below; beyond the emoji it says the same of whole planes.
EVERY = [chr(point) for point in (*range(0xD800), *range(0xE000, 0x20000), *range(0x20000, 0x110000, 999))]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    with shelf(tmp_path_factory.mktemp("words") / "library.db") as library:
        yield library


def tokens(texts: list[str], library: Library) -> list[list[str]]:
    """What a library's tokenizer makes of readied texts. A mark alone would be a word of no letters."""
    (sql,) = library.row("SELECT sql FROM sqlite_master WHERE name = 'articles_fts'") or ()
    options = sql[sql.index('tokenize="') :].rstrip("\n)")
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE t USING fts5(x, {options})")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance')")
    db.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", enumerate(map(index_text, texts)))
    found: list[list[str]] = [[] for _ in texts]
    for term, row in db.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
        found[row] += [term] if term else []
    db.close()
    return found


def test_every_character_makes_the_same_words_in_a_query_as_in_the_index(library: Library):
    texts = [f"a{character}b {character} x{character}" for character in EVERY]
    found = tokens(texts, library)
    assert [text for text, held in zip(texts, found, strict=True) if words(text) != held] == []


def test_so_do_texts_of_marks_signs_and_letters_in_any_order(library: Library):
    rng = random.Random(7)
    alphabet = "aбё\u0301\u0308 и\u0306\u00ad\u200d'’ʼ-\0Ёéé1९किम€🥹\u0483Ӣ"
    texts = ["".join(rng.choices(alphabet, k=12)) for _ in range(5_000)]
    assert [words(text) for text in texts] == tokens(texts, library)


@pytest.mark.long
def test_the_table_of_letters_is_that_of_the_tokenizer():
    path = Path(letters.__file__).parents[2] / "syncclient" / "tamizdat" / "format" / "letters.json"
    assert path.read_text("utf-8") == letters.text()


def test_the_library_readies_a_text_for_its_index_as_a_query_is_readied(library: Library):
    text = " ".join(f"a{old}b" for old, _ in REPLACED) + " и\u00ad\u0306 \0 ok"
    apply(library, article("replaced", text=text))
    row = library.row("SELECT f.text, a.text FROM articles_folded AS f JOIN articles AS a USING (id)")
    assert row == (index_text(text), text)
    assert_sound(library)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Ёлка", "елка"), ("ЕЛКА", "елка"), ("ҚАЗАҚСТАН", "қазақстан"), ("Жаңаөзен", "жаңаөзен"), ("Әлём", "әлем"),
        ("йод", "йод"),
        ("и\u0306од", "йод"), ("за\u0301мок", "замок"), ("со\u00adбака", "собака"), ("мо\u200bст", "мост"),
        ("Café", "cafe"), ("Cafe\u0301", "cafe"), ("10", "10"), ("ÞÓR", "þor"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
    ],
)  # fmt: skip
def test_letters_that_are_the_same_to_a_reader_are_the_same_in_the_index(typed: str, folded: str):
    assert fold(typed) == folded


def test_folding_what_is_folded_changes_nothing():
    assert [letter for letter in EVERY if fold(fold(letter)) != fold(letter)] == []


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("Нур-Султан, O’Brien", ["нур", "султан", "o", "brien"]), ("oʻzbek o'zbek", ["o", "zbek", "o", "zbek"]),
        ("55-ші 3.5 №7", ["55", "ші", "3", "5", "7"]), ("中华人民共和国", ["中华人民共和国"]), ("❤️мост🌉", ["мост"]),
        ("العَرَبِيَّة", ["العَرَبِيَّة"]), ("हिन्दी", ["हिन्दी"]),
        ("საქართველო", ["საქართველო"]), ("\ud800a\udfff", ["a"]), ("", []),
    ],
)  # fmt: skip
def test_what_a_word_is(text: str, parted: list[str]):
    assert words(text) == parted


def test_a_text_that_is_not_composed_is_found_as_it_is_typed(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, article("one", text=unicodedata.normalize("NFD", "Майский зимний ёж, кафе́ й Київ, café")))
        for typed in ("майский", "ёж", "еж", "кафе", "київ", "café", "cafe"):
            assert [hit.key for hit in search(library.db, typed)] == ["one"], typed
