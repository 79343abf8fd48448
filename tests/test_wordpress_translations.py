"""The languages of a WordPress site: marks of its plugins, its addresses, and its words."""

from pathlib import Path

import pytest

from tamizdat.format.article import Paragraph
from tamizdat_server.importers import Imported, Skipped
from wxr import HOME, export, item, read_export, read_posts

RUSSIAN = "Суд в Актау приговорил пятерых активистов к условным срокам, сообщает корреспондент с места событий. " * 3
KAZAKH = "Ақтаудағы сот бес белсендіні шартты мерзімге соттады, деп хабарлайды оқиға орнынан тілшіміз. " * 3
ENGLISH = "A court in Aktau has given suspended sentences to five activists, our correspondent reports. " * 3


def term(domain: str, slug: str, name: str = "") -> str:
    return f'<category domain="{domain}" nicename="{slug}"><![CDATA[{name or slug}]]></category>'


def read(folder: Path, *items: str, **choices: object) -> dict[str, Imported]:
    found = read_posts(folder, *items, **choices)
    assert all(isinstance(one, Imported) for one in found.values()), found
    return {number: one for number, one in found.items() if isinstance(one, Imported)}


def test_polylangs_posts_have_their_language_and_are_linked(tmp_path: Path) -> None:
    group = term("post_translations", "pll_5f")
    found = read(
        tmp_path,
        item(3, "x", extra=term("language", "ru", "Русский") + group),
        item(5, "y", extra=term("language", "kk", "Қазақша") + group),
        item(7, "z", extra=term("language", "en", "English")),
    )
    assert {number: one.draft.edition for number, one in found.items()} == {"3": "ru", "5": "kk", "7": "en"}
    groups = [one.draft.translation_group.removeprefix("wordpress example.kz/ ") for one in found.values()]
    assert groups == ["3", "3", "7"]  # a translation that comes later joins it
    assert all("Русский" not in one.draft.tags for one in found.values())


@pytest.mark.parametrize(
    ("language", "group"), [("wpml_language", "trid"), ("_wpml_import_language_code", "_wpml_import_translation_group")]
)
def test_wpmls_posts_have_their_language_and_are_linked(tmp_path: Path, language: str, group: str) -> None:
    found = read(tmp_path, item(3, meta={language: "ru", group: "12"}), item(5, meta={language: "kk", group: "12"}))
    assert [one.draft.edition for one in found.values()] == ["ru", "kk"]
    assert {one.draft.translation_group for one in found.values()} == {"wordpress example.kz/ 3"}


def test_a_post_and_the_copy_that_wpml_made_of_it_are_linked(tmp_path: Path) -> None:
    found = read(tmp_path, item(5, RUSSIAN), item(3, KAZAKH, meta={"_icl_lang_duplicate_of": "5"}), item(6, RUSSIAN))
    assert [one.draft.translation_group for one in found.values()] == ["wordpress example.kz/ 3"] * 2 + [""]


def test_a_countrys_code_is_read_as_its_language_with_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, item(3, extra=term("language", "kz", "Қазақша")))["3"]
    assert found.draft.edition == "kk"
    assert any("'kz' is a country's code" in warning for warning in found.warnings)


@pytest.mark.parametrize("link", [f"{HOME}/kk/zhanalyq", "https://kk.example.kz/zhanalyq", f"{HOME}/zhanalyq?lang=kk"])
def test_an_address_may_name_the_language(tmp_path: Path, link: str) -> None:
    assert read(tmp_path, item(3, RUSSIAN, link=link))["3"].draft.edition == "kk"


def test_a_section_is_no_language(tmp_path: Path) -> None:
    found = read(tmp_path, item(3, ENGLISH, link=f"{HOME}/it/outsourcing"), editions=())["3"]
    assert found.draft.edition == "en"
    assert found.draft.key == "it/outsourcing"


def test_words_tell_the_language_where_nothing_else_does_and_short_texts_are_the_sites(tmp_path: Path) -> None:
    found = read(tmp_path, item(1, RUSSIAN), item(2, KAZAKH), item(3, ENGLISH), item(4, "Да.", title="Да"))
    assert [one.draft.edition for one in found.values()] == ["ru", "kk", "en", "ru"]


def test_without_editions_a_posts_is_its_language_and_no_country(tmp_path: Path) -> None:
    found = read(tmp_path, item(1, RUSSIAN), item(2, KAZAKH), item(3, ENGLISH), editions=())
    assert [one.draft.edition for one in found.values()] == ["ru", "kk", "en"]


def test_the_language_that_was_asked_for_is_for_posts_that_say_none(tmp_path: Path) -> None:
    found = read(tmp_path, item(1, RUSSIAN), item(2, RUSSIAN, extra=term("language", "ru")), language="en")
    assert [one.draft.edition for one in found.values()] == ["en", "ru"]


def test_a_post_in_a_language_of_no_edition_is_skipped_and_says_so(tmp_path: Path) -> None:
    found = read_posts(tmp_path, item(1, extra=term("language", "de")))["1"]
    assert isinstance(found, Skipped)
    assert not found.hidden
    assert found.reason == "in the language 'de', and this newsroom's editions are ru, kk, en"


@pytest.mark.parametrize(("opening", "closing"), [("[:{}]", "[:]"), ("<!--:{}-->", "<!--:-->"), ("{{:{}}}", "{{:}}")])
def test_one_post_in_several_languages_becomes_an_article_for_each(tmp_path: Path, opening: str, closing: str) -> None:
    def both(russian: str, kazakh: str) -> str:
        return f"{opening.format('ru')}{russian}{opening.format('kz')}{kazakh}{closing.format()}"

    text = both("По-русски.\n\n[gallery]", "Қазақша.") + "\n\nFor all."
    found = read(tmp_path, item(3, text, title=both("Да", "Иә"), excerpt=both("р", "қ"), link=f"{HOME}/a/b"))
    assert {number: (one.draft.title, one.draft.edition, one.draft.summary) for number, one in found.items()} == {
        "3 ru": ("Да", "ru", "р"),
        "3 kz": ("Иә", "kk", "қ"),
    }
    assert found["3 kz"].draft.body == [Paragraph(["Қазақша."]), Paragraph(["For all."])]
    assert {one.draft.translation_group for one in found.values()} == {"wordpress example.kz/ 3"}
    assert {one.draft.key for one in found.values()} == {"ru/a/b", "kz/a/b"}


def test_a_language_that_only_the_title_has_is_no_article(tmp_path: Path) -> None:
    found = read(tmp_path, item(3, "[:ru]Текст[:]", title="[:ru]Да[:kk]Иә[:]"))
    assert [*found] == ["3 ru"]


def test_what_only_members_may_read_leaves_in_no_language(tmp_path: Path) -> None:
    text = "[:ru]Да [protected]SECRET[/protected][:kk]Иә [protected]SECRET[:]"
    assert "SECRET" not in str(read(tmp_path, item(3, text)))


def test_the_sites_of_an_export_keep_their_names_apart(tmp_path: Path) -> None:
    text = export(item(3)).replace(
        "https://example.kz</wp:base_blog_url>", "https://www.Example.kz/news/</wp:base_blog_url>"
    )
    found = read_export(tmp_path, text)[0]
    assert isinstance(found, Imported)
    assert found.source == "wordpress example.kz/news/ 3"


def test_a_group_of_polylang_is_known_by_its_list_also_where_an_export_has_not_all_of_it(tmp_path: Path) -> None:
    listed = (
        "<wp:term><wp:term_id>9</wp:term_id><wp:term_taxonomy>post_translations</wp:term_taxonomy><wp:term_slug>pll_5f"
        '</wp:term_slug><wp:term_description>a:2:{s:2:"ru";i:3;s:2:"kk";i:5;}</wp:term_description></wp:term>'
    )
    kazakh = item(5, extra=term("language", "kk") + term("post_translations", "pll_5f"))
    (found,) = read_export(tmp_path, export(kazakh, head=listed))
    assert isinstance(found, Imported)
    assert (found.draft.translation_group, found.translations) == (
        "wordpress example.kz/ 3",
        ["wordpress example.kz/ 3"],
    )
