"""Front matter of Hugo, Jekyll and MkDocs kinds says the same, and only what is public in it travels on."""

from pathlib import Path

import pytest

from importing import DATED, read, read_one
from tamizdat_server.importers import Imported, Skipped
from tamizdat_server.importers.dates import read_date
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.fields import read_facts, unpublished
from tamizdat_server.importers.markdown.front_matter import BadFrontMatter, split_front_matter

YAML = """---
title: "News: of the day"
date: 2024-05-01T10:00:00+05:00
tags: [one, two]
authors:
  - name: A. Writer
    email: a@example.org
draft: false
---
Text.
"""
TOML = """+++
title = "News: of the day"
date = 2024-05-01T10:00:00+05:00
tags = ["one", "two"]
draft = false
[[authors]]
name = "A. Writer"
email = "a@example.org"
+++
Text.
"""
BOMB = """---
a: &a [x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
---
"""
JSON = """{
 "title": "News: of the day", "date": "2024-05-01T10:00:00+05:00", "tags": ["one", "two"], "draft": false,
 "authors": [{"name": "A. Writer", "email": "a@example.org"}]
}
Text.
"""


@pytest.mark.parametrize("text", [YAML, TOML, JSON, "\ufeff" + YAML, "\n\n" + YAML, YAML.replace("\n", "\r\n")])
def test_yaml_toml_and_json_say_the_same(tmp_path: Path, text: str) -> None:
    draft = read_one(tmp_path, text).draft
    assert (draft.title, draft.published, draft.tags, draft.byline) == (
        "News: of the day", "2024-05-01T05:00:00Z", ["one", "two"], "A. Writer",
    )  # fmt: skip
    assert [block.text for block in draft.body if hasattr(block, "text")] == [["Text."]]


def test_fields_without_dashes_are_read_as_mkdocs_does(tmp_path: Path) -> None:
    draft = read_one(tmp_path, "Title: A title\nDate: 2024-05-01\nAuthors: One\n    Two\n\n# Heading\n\nText.\n").draft
    assert (draft.title, draft.published, draft.byline) == ("A title", "2024-05-01T00:00:00Z", "One Two")


def test_the_first_heading_is_the_title_where_no_field_is(tmp_path: Path) -> None:
    draft = read_one(tmp_path, "---\ndate: 2024-05-01\n---\n# The *first*\n\nText.\n\n# Another\n").draft
    assert draft.title == "The first"
    assert [block.text for block in draft.body if hasattr(block, "text")] == [["Text."], ["Another"]]


def test_a_heading_that_repeats_the_title_is_not_said_twice(tmp_path: Path) -> None:
    assert len(read_one(tmp_path, DATED + "# A title\n\nText.\n").draft.body) == 1
    assert len(read_one(tmp_path, DATED + "# Another\n\nText.\n").draft.body) == 2


def test_a_file_without_any_title_takes_its_name_and_says_so(tmp_path: Path) -> None:
    item = read_one(tmp_path, "Text.\n", path="2024-05-01-about_the-river.md")
    assert item.draft.published == "2024-05-01T00:00:00Z"
    assert "no title: the file's name was taken" in item.warnings


@pytest.mark.parametrize(
    "fields",
    [
        "draft: true", "draft: yes", "draft: maybe", "published: false", "published: no", "status: draft",
        "status: private", "status: Pending", "private: true", "headless: true", "build:\n  render: never",
        "_build:\n  render: 'false'", "Draft: 'True '", "status: in review", "status: Pending-Approval",
        "status: dp_draft_copy", "publish: false", "public: no", "unlisted: true", "hidden: 1", "password: letmein",
        "visibility: members", "encrypted: yes", "status: Черновик", "draft: [true]",
    ],
)  # fmt: skip
def test_what_an_author_keeps_back_is_never_imported(tmp_path: Path, fields: str) -> None:
    item = read(tmp_path, {"a.md": f"---\ntitle: T\ndate: 2024-05-01\n{fields}\n---\nText.\n"})["a.md"]
    assert isinstance(item, Skipped)
    assert item.hidden


@pytest.mark.parametrize(
    "text",
    [
        '+++\ntitle = "T"\ndate = 2024-05-01\nDraft = true\n+++\nText.\n',
        "Title: T\nDate: 2024-05-01\nDraft: Yes\n\nText.\n",
        '{"title": "T", "date": "2024-05-01", "DRAFT": true}\nText.\n',
        '{"title": "T", "date": "2024-05-01", "password": "letmein"}\nText.\n',
        '+++\ntitle = "T"\ndate = 2024-05-01\npublish = false\n+++\nText.\n',
    ],
)  # fmt: skip
def test_what_is_kept_back_in_another_kind_of_front_matter_is_never_imported(tmp_path: Path, text: str) -> None:
    item = read(tmp_path, {"a.md": text})["a.md"]
    assert isinstance(item, Skipped)
    assert item.hidden


@pytest.mark.parametrize(
    "fields",
    ["status: published", "status: Final", "publish: 2024-05-01", "visibility: Public", "hidden: no", "password: ''"],
)
def test_what_an_author_gives_out_is_imported(tmp_path: Path, fields: str) -> None:
    item = read(tmp_path, {"a.md": f"---\ntitle: T\ndate: 2024-05-01\n{fields}\n---\nText.\n"})["a.md"]
    assert isinstance(item, Imported)


@pytest.mark.parametrize(
    "fields", ["date: 2026-11-23", "date: 2024-01-01\npublishDate: 2027-01-01", "date: 2099-01-01"]
)
def test_future_articles_are_skipped_with_their_date(tmp_path: Path, fields: str) -> None:
    item = read(tmp_path, {"a.md": f"---\ntitle: T\n{fields}\n---\nText.\n"})["a.md"]
    assert isinstance(item, Skipped)
    assert "in the future" in item.reason


def test_files_in_a_drafts_folder_and_lists_of_pages_are_skipped(tmp_path: Path) -> None:
    items = read(tmp_path, {"_drafts/a.md": DATED, "news/_index.md": DATED, "_posts/2024-05-01-b.md": DATED})
    assert {source for source, item in items.items() if isinstance(item, Imported)} == {"_posts/2024-05-01-b.md"}


@pytest.mark.parametrize("field", ["expirydate: 2025-01-01", "expiryDate: 2020-01-01", "expires: 2020-01-01"])
def test_an_expiry_date_is_ignored_with_one_warning(tmp_path: Path, field: str) -> None:
    item = read_one(tmp_path, f"---\ntitle: T\ndate: 2019-05-01\n{field}\n---\nText.\n")
    assert item.warnings == ["an expiry date was ignored"]


def test_articles_without_a_date_need_an_explicit_one(tmp_path: Path) -> None:
    files = {"a.md": "---\ntitle: T\n---\nText.\n", "b.md": "---\ntitle: T\ndate: soon\n---\nText.\n"}
    without = read(tmp_path, files)
    reasons = [item.reason for item in without.values() if isinstance(item, Skipped)]
    assert ["it has no date" in reasons[0], "'soon' can't be read" in reasons[1]] == [True, True]
    assert all("--date" in reason for reason in reasons)
    dated = [item for item in read(tmp_path, files, date="2020-02-02T00:00:00Z").values() if isinstance(item, Imported)]
    assert [item.draft.published for item in dated] == ["2020-02-02T00:00:00Z"] * 2


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2024-05-01", "2024-05-01T00:00:00Z"), ("2015-07-20 1:46:00 -0400", "2015-07-20T05:46:00Z"),
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"), ("2024-05-01 10:00 +05", "2024-05-01T05:00:00Z"),
        ("2024-05-01T10:00:00.123456+05:30", "2024-05-01T04:30:00Z"), ("2024/5/1", "2024-05-01T00:00:00Z"),
        ("May 3, 2016", "2016-05-03T00:00:00Z"), ("3 May 2016", "2016-05-03T00:00:00Z"),
        ("Tue, 03 May 2016 10:00:00 +0500", "2016-05-03T05:00:00Z"), ("2024-12-31T23:59:60Z", "2024-12-31T23:59:59Z"),
        ("2024-13-01", None), ("0000-00-00", None), ("yesterday", None), ("", None),
        ("2024-05-01T10:00:00+99:00", None), ("9999-12-31T23:59:59-05:00", None),
        ("0001-01-01", None), ("12:00", None),
    ],
)  # fmt: skip
def test_dates_are_read_in_utc(written: str, read_as: str | None) -> None:
    assert read_date(written) == read_as


def test_an_update_counts_only_between_publication_and_now(tmp_path: Path) -> None:
    for lastmod, updated in [("2024-06-01", "2024-06-01T00:00:00Z"), ("2023-01-01", None), ("2099-01-01", None)]:
        text = f"---\ntitle: T\ndate: 2024-05-01\nlastmod: {lastmod}\n---\n"
        assert read_one(tmp_path, text).draft.updated == updated


def test_private_fields_stay_behind(tmp_path: Path) -> None:
    text = """---
title: T
date: 2024-05-01
author: Jane Roe <jane.roe@secret.example>
authors: ["john@secret.example (John Doe)", "Ann <mailto:ann@secret.example>", {name: Max, phone: "+7 700 1112233"}]
email: leak@secret.example
notes: source lives at LEAK street
internal: {reviewer: LEAK}
location: LEAK
aliases: [/leak/]
comment: LEAK
---
Text <!-- LEAK --> here. {{/* LEAK */}} {% comment %} LEAK {% endcomment %} {{< comment >}} LEAK {{< /comment >}}

<!-- LEAK

LEAK -->

[//]: # (LEAK)
"""
    item = read_one(tmp_path, text)
    told = repr(item).lower()
    assert item.draft.byline == "John Doe, Ann, Max, Jane Roe"
    assert [leak for leak in ("leak", "secret.example", "1112233") if leak in told] == []


def test_jekylls_words_are_told_apart_by_spaces_and_hugos_by_lists(tmp_path: Path) -> None:
    jekyll = read_one(tmp_path, "---\ntitle: T\ncategories: news kz\ntags: a, b c\n---\n", path="2024-05-01-x.md").draft
    assert (jekyll.section, jekyll.tags) == ("news", ["a", "b c", "kz"])
    hugo = read_one(tmp_path, "---\ntitle: T\ndate: 2024-05-01\nsection: Our Town\ntags: [a b, a b, c]\n---\n").draft
    assert (hugo.section, hugo.tags) == ("Our Town", ["a b", "c"])


def test_a_field_means_what_its_author_typed(tmp_path: Path) -> None:
    item = read(
        tmp_path, {"a.md": "---\ntitle: 2024\ndate: 2024-05-01\nlang: no\ntags: [yes, 007]\n---\n"}, editions=["no"]
    )["a.md"]
    assert isinstance(item, Imported)
    assert (item.draft.title, item.draft.edition, item.draft.tags) == ("2024", "no", ["yes", "007"])


def test_entities_and_tags_in_fields_become_text(tmp_path: Path) -> None:
    text = "---\ntitle: Us &amp; <em>them</em>, 3 < 4\nsummary: <p>One&nbsp;two</p>\ndate: 2024-05-01\n---\n"
    draft = read_one(tmp_path, text).draft
    assert (draft.title, draft.summary) == ("Us & them, 3 < 4", "One\u00a0two")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [unclosed\n---\n", "---\ntitle: a: b: c\n---\n", "---\ntitle: T\ndraft: true\nText without an end",
        "+++\ntitle = \n+++\n", '{"title": }', "---\n- a: list\n---\n", BOMB,
        "---\na: " + "[" * 5000 + "\n---\n", "---\na: &a [*a]\n---\n",
    ],
)  # fmt: skip
def test_front_matter_that_cannot_be_read_keeps_the_article_out(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadFrontMatter):
        split_front_matter(text)
    item = read(tmp_path, {"a.md": text})["a.md"]
    assert isinstance(item, Skipped)
    assert "front matter can't be read" in item.reason


def test_a_line_across_the_top_is_no_front_matter() -> None:
    assert split_front_matter("---\n\nOnce upon a time.\n\n---\n\nMore.\n")[0] == {}
    assert split_front_matter("Note: this is text, and stays.\n\nMore.\n")[0] == {}


def test_facts_are_bounded() -> None:
    warnings = Warnings()
    fields = {"title": "x " * 5000, "tags": [str(number) for number in range(500)], "summary": "y" * 300_000}
    facts = read_facts(dict(fields), name="a.md", zone="", warnings=warnings)
    assert (len(facts.title) <= 1000, len(facts.tags), len(facts.summary) <= 200_000) == (True, 100, True)
    assert len(warnings.list()) == 3
    assert unpublished({}) is None
