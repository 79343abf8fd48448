"""What a query finds, and in which order: forms of words, spellings of names, signs, tiers, columns, dates."""

from pathlib import Path

import pytest

from shelf import FINGERPRINT, PUBLICATION, accepted, apply, article, shelf
from tamizdat.library import Library
from tamizdat.search import search
from tamizdat.search.index import Index
from tamizdat.search.matching import WORDS_AT_MOST, Matching
from tamizdat.search.query import MOST, Item, parse
from tamizdat.search.scope import Scope

TEXTS = {
    "ru": {
        "ru-tokayev": "Вчера с Токаевым встретились журналисты из Жанаозена.",
        "ru-city": "В Караганде, Алматы и Астане прошли собрания граждан Казахстана.",
        "ru-people": "Люди ждут уже много лет; дети и матери пришли на собрание.",
        "ru-verbs": "Власти потребовали закрыть газету. Суд существует, а закона нет.",
        "ru-end": "К концу дня на рынке не осталось ни окон, ни земель.",
        "ru-ёж": "Ёж и ёлка за\u0301мка. Мы\u00adши.",
    },
    "kk": {
        "kk-tokayev": "Тоқаевтың Жаңаөзендегі кездесуі Қазақстан халқына арналды.",
        "kk-city": "Қарағандыда, Алматыда және Астанадан келген балаларымыз мектептерде оқиды.",
        "kk-art": "Бұл өнерпаздың өнері мен кітабы туралы қыздары айтты.",
    },
    "en": {
        "en-people": "The children ran; governments were running after the women.",
        "en-wire": "Kazakhstan’s well-known e-mail reached O'Brien at the café.",
    },
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    with Library.open(tmp_path_factory.mktemp("rule") / "library.db") as library:
        library.accept(accepted(editions=TEXTS), fingerprint=FINGERPRINT, place="https://paper.example/")
        for edition, texts in TEXTS.items():
            records = [article(key, edition=edition, text=text, title="", summary="") for key, text in texts.items()]
            apply(library, *records, edition=edition)
        yield library


def found(library: Library, words: str, **options: object) -> list[str]:
    return [hit.key for hit in search(library.db, words, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("журналистами", "ru-tokayev"), ("собраний", "ru-city ru-people"), ("человек", "ru-people"),
        ("год", "ru-people"),
        ("ребенок", "ru-people"), ("прийти", "ru-people"), ("потребует", "ru-verbs"), ("закрыт", "ru-verbs"),
        ("существовать", "ru-verbs"), ("конец", "ru-end"), ("день", "ru-end"), ("рынок", "ru-end"),
        ("окно", "ru-end"),
        ("земля", "ru-end"), ("ежи", "ru-ёж"), ("ёлки", "ru-ёж"), ("замок", "ru-ёж"), ("мышь", "ru-ёж"),
        ("халық", "kk-tokayev"), ("бала", "kk-city"), ("мектебі", "kk-city"), ("оқу", "kk-city"), ("кітап", "kk-art"),
        ("қыз", "kk-art"), ("мұның", "kk-art"), ("child", "en-people"), ("run", "en-people"), ("woman", "en-people"),
        ("government", "en-people"), ("is", "en-people"), ("CAFE", "en-wire"),
    ],
)  # fmt: skip
def test_a_word_is_found_in_any_of_its_forms(library: Library, words: str, keys: str):
    assert sorted(found(library, words)) == keys.split()


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("Токаев", "kk-tokayev ru-tokayev"), ("Тоқаевқа", "kk-tokayev ru-tokayev"),
        ("Токаеву", "kk-tokayev ru-tokayev"),
        ("Жаңаөзен", "kk-tokayev ru-tokayev"), ("Жанаозене", "kk-tokayev ru-tokayev"),
        ("Жаңаөзенге", "kk-tokayev ru-tokayev"),
        ("Қарағанды", "kk-city ru-city"), ("Караганды", "kk-city ru-city"), ("Астанада", "kk-city ru-city"),
        ("Алматы", "kk-city ru-city"), ("казахстаном", "kk-tokayev ru-city"), ("Қазақстанда", "kk-tokayev ru-city"),
        ("казакстан", "kk-tokayev ru-city"), ("онер", "kk-art"),
        ("онердин", "kk-art"), ("кыздарга", "kk-art"), ("Жанаозендеги", "kk-tokayev"),
        ("балалардын", "kk-city"), ("халкынын", "kk-tokayev"), ("мектепти", "kk-city"),
    ],
)  # fmt: skip
def test_a_name_is_found_in_both_of_its_spellings(library: Library, words: str, keys: str):
    assert sorted(found(library, words)) == keys.split()


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("журн", "ru-tokayev"), ("мект", "kk-city"), ("gover", "en-people"), ("жур", ""), ("zeppelin", ""),
        ("well-known", "en-wire"), ("known-well", ""), ("O’Brien", "en-wire"), ("obrien", ""), ("email", ""),
        ("e-mails", "en-wire"), ('"well known e mail"', "en-wire"), ('"known well"', ""), ("Kazakhstan", "en-wire"),
        ('"собрания граждан"', "ru-city"), ('"собрание граждан"', ""), ("собрание граждан", "ru-city"),
        ("собрание -граждане", "ru-people"), ('собрание -"собрания граждан"', "ru-people"),
        ("собрание -zeppelin", "ru-city ru-people"),
    ],
)  # fmt: skip
def test_beginnings_rows_and_exclusions(library: Library, words: str, keys: str):
    assert sorted(found(library, words)) == keys.split()


@pytest.fixture
def dated(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(
            library,
            article("first", text="river", day=1, byline="Dana Weiss", tags=["city", "new roads"]),
            article("second", text="river", day=2, byline="Aigul O'Weiss", tags=["City"]),
            article("third", text="river", day=3, byline="Weisz", tags=["city-life"]),
        )
        yield library


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("river", "third second first"), ("after:2026-11-02 river", "third second"),
        ("before:2026-11-02 river", "first"),
        ("river after:2026-11-02 before:2026-11-03", "second"), ("after:2026", "third second first"),
        ("before:2026", ""),
        ("-after:2026-11-02", "first"), ("after:2027 river", ""), ("tag:city", "second first"),
        ("tag:CITY-LIFE", "third"),
        ('tag:"new roads"', "first"), ("tag:city -tag:new-roads", "second"), ("river -tag:city", "third"),
        ("author:weiss", "second first"), ('author:"dana weiss"', "first"), ("river -author:weiss", "third"),
        ("-river", ""), ("-zeppelin", "third second first"), ("before:noon", ""), ("tag:nothing", ""),
    ],
)  # fmt: skip
def test_tags_authors_and_dates(dated: Library, words: str, keys: str):
    assert found(dated, words) == keys.split()


def test_the_exact_word_comes_before_others_and_the_title_before_the_text(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(
            library,
            article("bent", day=9, title="The bridges", text="."),
            article("text", day=8, title=".", text="bridge"),
            article("thrice", day=1, title=".", text="A bridge, a bridge and a bridge."),
            article("four", day=2, title=".", text="bridge bridge bridge bridge"),
            article("two", day=7, title=".", text="bridge bridge"),
            article("summary", day=6, title=".", summary="bridge", text="."),
            article("title", day=1, title="A bridge", text="."),
            article("begun", day=9, title="Bridgehead", text="."),
        )
        assert found(library, "bridge") == ["title", "summary", "four", "two", "thrice", "text", "bent"]
        ranks = [hit.rank for hit in search(library.db, "bridge")]
        assert ranks == sorted(ranks)
        assert ranks[0] == (0, 0, -1, -20261101060000)
        assert found(library, "bridgeh") == ["begun"]


def test_equals_are_in_the_order_of_their_keys(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, *(article(key, text="same") for key in "bcaÄ"))
        assert found(library, "same") == ["a", "b", "c", "Ä"]


def test_an_english_adverb_is_no_form_of_its_adjective(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, article("adjective", text="a direct reply"), article("adverb", text="he replied directly"))
        assert found(library, "direct") == ["adjective"]
        assert found(library, "directly") == ["adverb"]
        assert found(library, "replies") == ["adjective", "adverb"]


def test_a_snippet_shows_other_forms_marked_too(library: Library):
    (hit,) = search(library.db, "балалар мектеп", edition="kk", marks=("[", "]"))
    assert "[балаларымыз] [мектептерде] оқиды" in hit.snippet


# -- bounds ------------------------------------------------------------------------------------------------------------

LARGE = ["мост " * 200_000, '"' * 1_000_000, "-a " * 300_000, "(" * 1_000_000, "é" * 1_000_000, "\ud800" * 1_000_000,
         "NEAR(" * 200_000, "\0" * 1_000_000, "* " * 500_000, "tag:x " * 170_000]  # fmt: skip


@pytest.mark.parametrize("words", LARGE, ids=lambda words: ascii(words[:3]))
def test_a_query_of_a_megabyte_is_cut(library: Library, words: str):
    query = parse(words)
    assert len(query.items) <= MOST
    assert len(query.without) <= MOST
    search(library.db, words)


def test_a_word_stands_for_a_bounded_number_of_others(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        many = " ".join(f"президент{number:05}" for number in range(7_000))
        apply(library, article("many", text=many, edition="ru"), edition="ru")
        index = Index(library.db)
        assert len(index.words(["президент"], [])) == 5_000
        matching = Matching(index, Scope(library.db, publication="", edition="", since="", until=""))
        assert len(matching.tiers(Item(("президент",)), "ru")) == WORDS_AT_MOST
        assert len(matching.tiers(Item(("президент",) * 9), "ru")) <= 65
        assert found(library, "президент") == ["many"]


def test_searching_keeps_to_one_publication(library: Library):
    assert found(library, "Токаев", publication=PUBLICATION, edition="ru") == ["ru-tokayev"]
    assert found(library, "Токаев", publication="0" * 64) == []
