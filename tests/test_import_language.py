"""An article's edition: what its fields say, then its path, then its own letters and words."""

from pathlib import Path

import pytest

from importing import read
from tamizdat_server.importers import Imported, Skipped
from tamizdat_server.importers.language import Languages, reads_kazakh

ENGLISH = (
    "The river rose again on Tuesday, and the ferry stayed at its pier until the evening while people waited for news."
)
RUSSIAN = "Во вторник река снова поднялась, и паром до вечера простоял у причала, а люди ждали новостей из Жаңаөзен."
KAZAKH = "Сейсенбі күні өзен суы қайта көтерілді, паром кешке дейін айлақта тұрды, ал жұрт жаңалық күтті."
HEAD = "---\ntitle: {title}\ndate: 2024-05-01\n{more}---\n"


def edition(
    folder: Path, path: str, text: str, more: str = "", *, editions: tuple[str, ...] = ("en", "ru", "kk")
) -> tuple[str, list[str]]:
    item = read(folder, {path: HEAD.format(title="T", more=more) + text}, editions=editions)[path]
    return (
        (item.draft.edition, item.warnings)
        if isinstance(item, Imported)
        else ("", [item.reason] if isinstance(item, Skipped) else [])
    )


@pytest.mark.parametrize(
    ("path", "text", "more", "found"),
    [
        ("a.md", ENGLISH, "lang: ru\n", "ru"), ("a.md", ENGLISH, "language: kk-KZ\n", "kk"),
        ("a.md", ENGLISH, "locale: ru_RU.UTF-8\n", "ru"), ("ru/a.md", ENGLISH, "", "ru"),
        ("content/kk/b/a.md", ENGLISH, "", "kk"), ("a.ru.md", ENGLISH, "", "ru"),
        ("en/a.ru.md", ENGLISH, "lang: kk\n", "kk"),
        ("a.md", ENGLISH, "", "en"), ("a.md", RUSSIAN, "", "ru"), ("a.md", KAZAKH, "", "kk"),
        ("KZ/a.md", RUSSIAN, "", "kk"),
    ],
)  # fmt: skip
def test_fields_come_before_the_path_and_the_path_before_the_words(
    tmp_path: Path, path: str, text: str, more: str, found: str
) -> None:
    assert edition(tmp_path, path, text, more)[0] == found


@pytest.mark.parametrize(("path", "more"), [("a.md", "lang: kz\n"), ("kz/a.md", ""), ("a.kz.md", "")])
def test_a_countrys_code_is_read_as_its_language_and_said(tmp_path: Path, path: str, more: str) -> None:
    found, warnings = edition(tmp_path, path, KAZAKH, more)
    assert found == "kk"
    assert warnings == ["'kz' is a country's code and was read as the language 'kk'"]


def test_a_language_told_from_the_words_is_said(tmp_path: Path) -> None:
    assert edition(tmp_path, "a.md", RUSSIAN)[1] == ["the language was told from the text: ru"]


def test_a_summary_tells_the_language_of_what_is_short(tmp_path: Path) -> None:
    assert edition(tmp_path, "a.md", "PDF 1.2", f"summary: {RUSSIAN!r}\n")[0] == "ru"
    assert edition(tmp_path, "a.md", "PDF 1.2", f"summary: {KAZAKH!r}\n")[0] == "kk"


def test_what_is_too_short_to_tell_makes_no_edition(tmp_path: Path) -> None:
    found, reasons = edition(tmp_path, "a.md", "Navigating ATOs", editions=())
    assert (found, reasons) == ("", ["too short to tell its language, which --language may say"])
    assert edition(tmp_path, "a.md", "Navigating ATOs", "lang: en\n", editions=())[0] == "en"


def test_a_language_without_an_edition_is_skipped_and_not_called_another(tmp_path: Path) -> None:
    for path, text, more in [("a.md", ENGLISH, "lang: de\n"), ("a.de.md", ENGLISH, ""), ("a.md", KAZAKH, "")]:
        found, reasons = edition(tmp_path, path, text, more, editions=("en", "ru"))
        assert found == ""
        assert "editions are en, ru" in reasons[0]


def test_one_edition_takes_what_says_nothing_else(tmp_path: Path) -> None:
    assert edition(tmp_path, "a.md", ENGLISH, editions=("ru",)) == ("ru", [])
    assert edition(tmp_path, "it/a.md", ENGLISH, editions=("en",)) == ("en", [])


def test_without_editions_any_language_is_one(tmp_path: Path) -> None:
    assert edition(tmp_path, "de/a.md", ENGLISH, editions=())[0] == "de"
    assert edition(tmp_path, "a.md", RUSSIAN, editions=())[0] == "ru"


def test_a_russian_text_with_kazakh_names_is_russian() -> None:
    assert not reads_kazakh(RUSSIAN)
    assert reads_kazakh(KAZAKH)
    assert not reads_kazakh("Қазақ")


def test_translations_find_each_other(tmp_path: Path) -> None:
    text = HEAD.format(title="T", more="") + ENGLISH
    files = {"news/a.md": text, "news/a.ru.md": text, "ru/b.md": text, "kk/b.md": text, "alone.md": text}
    items = read(tmp_path, files, editions=("en", "ru", "kk"))
    groups = {path: item.draft.translation_group for path, item in items.items() if isinstance(item, Imported)}
    assert groups == {"news/a.md": "news/a", "news/a.ru.md": "news/a", "ru/b.md": "b", "kk/b.md": "b", "alone.md": ""}
    named = read(tmp_path, {"c.md": HEAD.format(title="T", more="translationKey: the-flood\n") + ENGLISH})["c.md"]
    assert isinstance(named, Imported)
    assert named.draft.translation_group == "the-flood"


def test_regional_editions_are_found_by_their_language() -> None:
    languages = Languages(["pt-BR", "en"])
    found = [languages.edition(code) for code in ("pt", "pt-BR", "EN-us", "fr")]
    assert found == ["pt-BR", "pt-BR", "en", None]
