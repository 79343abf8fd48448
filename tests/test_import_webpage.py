"""Single pages: the article is found and kept whole, what isn't one is skipped in words, and no page takes long."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from httpd import Claims, Httpd, Status
from importing import NOW, picture
from tamizdat.errors import UnreadableSource
from tamizdat.format.article import Article, CodeSpan, Figure, Link, Paragraph, plain_text
from tamizdat_server.images import Pictures
from tamizdat_server.importers.items import Imported, Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.importers.webpage import open_pages

# Three short pieces of news, as three kinds of sites would print them.
ENGLISH = [
    "The ferry across the bay will run every hour from Monday, the port said, twice as often as last year.",
    "Tickets stay at the price of last summer, and children under seven still travel without one.",
    "Fishermen had asked for a later evening boat, since the market now closes at ten.",
    "A second pier is to be built by autumn; until then both boats share the old one.",
]
RUSSIAN = [
    "В посёлке у реки открылась новая школа на триста мест, которую жители ждали семь лет.",
    "Директор рассказала, что спортзал достроят к осени, а библиотека уже работает по вечерам.",
    "Подрядчик обещал благоустроить двор и посадить деревья вдоль улицы до конца лета.",
    "Родители просят поставить светофор на перекрёстке, где нет ни разметки, ни фонарей.",
]
KAZAKH = [
    "Ауыл тұрғындары көпірдің ашылуын көптен күтіп жүрген еді, енді жол екі есе қысқарды.",
    "Құрылысшылар жөндеу жұмыстарын күзге дейін аяқтаймыз деп уәде берді.",
    "Мектеп оқушылары енді автобуспен емес, жаяу барып-келе алады, дейді мұғалімдер.",
    "Әкімдік көпір маңына жарық орнатып, жаяу жүргіншілер жолын салуды жоспарлап отыр.",
]


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(
    body: str = paragraphs(ENGLISH),
    *,
    head: str = "",
    title: str = "More ferries across the bay",
    date: str = '<meta property="article:published_time" content="2024-05-01T10:00:00+05:00">',
    language: str = "en",
    classes: str = "",
    around: str = "",
) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} - The Paper</title>'
        f'{date}{head}</head><body class="{classes}"><header><nav><ul><li><a href="/">Start</a></li>'
        '<li><a href="/a">About us</a></li></ul></nav></header><main>'
        f"<article><h1>{title}</h1>{body}</article>{around}</main>"
        "<footer><p>The Paper, 1 Harbour Street. Write to letters@paper.example</p></footer></body></html>"
    )


class Reader:
    """Reads pages from files, or from a site on this machine, as an import does."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, Pictures(folder / "media")

    def read(self, text: str | bytes, *, name: str = "page.html", **options: object) -> Imported | Skipped:
        file = self.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.open(str(file), **options)[0]

    def open(self, *sources: str, **options: object) -> list[Imported | Skipped]:
        chosen = {"editions": ("en", "ru", "kk"), **options}
        source = open_pages(sources, Options(store=self.store, now=NOW, **chosen))  # pyright: ignore[reportArgumentType]
        return [item for item in source.items if isinstance(item, Imported | Skipped)]

    def one(self, text: str | bytes, **options: object) -> Imported:
        found = self.read(text, **options)
        assert isinstance(found, Imported), found
        return found

    def skipped(self, text: str | bytes, **options: object) -> Skipped:
        found = self.read(text, **options)
        assert isinstance(found, Skipped), found
        return found


def text_of(found: Imported) -> str:
    return plain_text(
        Article(key="-", edition="en", revision=1, title="", published=NOW, updated=NOW, body=found.draft.body)
    )


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


# -- the article -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "edition"), [(ENGLISH, "en"), (RUSSIAN, "ru"), (KAZAKH, "kk")], ids=["en", "ru", "kk"]
)
@pytest.mark.parametrize("claimed", ["right", "", "en-US"])
def test_the_article_is_found_in_its_language_and_nothing_around_it(
    reader: Reader, texts: list[str], edition: str, claimed: str
) -> None:
    teasers = '<aside><h3>Read on</h3><ul><li><a href="/1">Other news of roads</a></li></ul></aside>'
    language = edition if claimed == "right" else claimed
    found = reader.one(page(paragraphs(texts), language=language, around=teasers, title=texts[0][:30]))
    assert text_of(found).split("\n") == texts
    assert found.draft.edition == edition
    assert "@" not in str(found.draft)


@pytest.mark.parametrize(
    "box",
    [
        '<div id="comments" class="comments-area"><ol class="comment-list">{}</ol></div>',
        '<div id="disqus_thread">{}</div>', '<div id="wpadminbar">{}</div>',
        '<section><div itemscope itemtype="https://schema.org/Comment">{}</div></section>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("length", [1, 40])
def test_what_readers_wrote_below_an_article_stays_there(reader: Reader, box: str, length: int) -> None:
    told = "<li><b>Secret Name</b> <i>198.51.100.7</i><p>I was there, and my number is known to the paper.</p></li>"
    found = reader.one(page(paragraphs(ENGLISH) + box.format(told * length), around=box.format(told * length)))
    assert text_of(found).split("\n") == ENGLISH


def test_facts_come_from_what_the_page_says_for_machines(reader: Reader) -> None:
    data = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
        {"@type": "WebSite", "name": "The Paper"},
        {"@type": "NewsArticle", "headline": "More ferries", "datePublished": "2024-05-01T10:00:00+05:00",
         "dateModified": "2024-05-02T10:00:00+05:00", "articleSection": "Sea", "keywords": ["ferry", "port"],
         "inLanguage": "en-GB", "author": [{"@type": "Person", "name": "A. Sadykova", "email": "a@paper.example"},
         {"@type": "Person", "name": "editor@paper.example"}]}]}</script>
        <link rel="canonical" href="https://paper.example/2024/ferries/?utm_source=x">
        <link rel="alternate" hreflang="kk" href="https://paper.example/kk/2024/ferries/">
        <link rel="alternate" hreflang="en" href="https://paper.example/2024/ferries/">
        <meta name="description" content="Twice as often as last year.">"""
    found = reader.one(page(head=data, date=""))
    draft = found.draft
    assert (found.source, draft.key) == ("page https://paper.example/2024/ferries/?utm_source=x", "2024/ferries")
    assert (draft.published, draft.updated) == ("2024-05-01T05:00:00Z", "2024-05-02T05:00:00Z")
    assert (draft.byline, draft.section, draft.tags) == ("A. Sadykova", "Sea", ["ferry", "port"])
    assert (draft.title, draft.summary) == ("More ferries across the bay", "Twice as often as last year.")
    assert draft.translation_group == "https://paper.example/2024/ferries/"
    assert "an e-mail address was left out of the byline" in found.warnings


def test_a_date_that_only_people_can_see_is_taken_with_a_warning(reader: Reader) -> None:
    dated = '<div class="post-date">May 1, 2024</div>'
    found = reader.one(page(dated + paragraphs(ENGLISH), date=""))
    assert found.draft.published == "2024-05-01T00:00:00Z"
    assert "the page names no date for machines: the one in its text was taken" in found.warnings


def test_a_page_without_a_date_needs_one_and_a_future_one_is_hidden(reader: Reader) -> None:
    assert "--date" in reader.skipped(page(date="")).reason
    assert reader.one(page(date=""), date="2020-01-01T00:00:00Z").draft.published == "2020-01-01T00:00:00Z"
    future = reader.skipped(page(date='<meta property="article:published_time" content="2099-01-01">'))
    assert future.hidden


def test_structure_and_what_an_extractor_would_drop_stand_where_they_stood(reader: Reader) -> None:
    body = (
        f"<p>{ENGLISH[0]}</p><figure><img src='/p.jpg' alt='The pier'>"
        f"<figcaption>The old pier, seen from the hill</figcaption></figure>"
        f"<h2>Prices</h2><p>{ENGLISH[1]} Use <code>FERRY7</code> and <a href='/t?utm_source=x'>buy</a>.</p>"
        "<ul><li>Adults pay two coins for each crossing.</li><li>Dogs travel free on every boat.</li></ul>"
        '<iframe src="https://www.youtube.com/embed/abcdefghijk" title="The boats"></iframe>'
        f"<blockquote><p>{ENGLISH[2]}</p></blockquote>"
        '<blockquote class="twitter-tweet"><p>At last!</p><a href="https://twitter.com/port/status/17">1 May</a>'
        "</blockquote>"
        "<table><tr><th>Boat</th><th>Seats</th></tr><tr><td>Gull</td><td>40</td></tr></table>"
        f"<pre>08:00\n09:00</pre><p>{ENGLISH[3]}</p>"
    )
    found = reader.one(page(body, head='<link rel="canonical" href="https://paper.example/f">'))
    kinds = [type(block).__name__ for block in found.draft.body]
    assert [kind for kind in kinds if kind != "Paragraph"] == [
        "Heading", "ListBlock", "Embed", "Quote", "Quote", "Embed", "Table", "Code",
    ]  # fmt: skip
    text = text_of(found)
    order = ["every hour", "The old pier", "Prices", "FERRY7", "Dogs", "Fishermen", "Gull", "09:00", "second pier"]
    assert sorted(order, key=text.index) == order
    spans = [inline for block in found.draft.body if isinstance(block, Paragraph) for inline in block.text]
    assert CodeSpan("FERRY7") in spans
    assert Link("https://paper.example/t", ["buy"]) in spans


def test_a_word_that_stands_for_a_picture_elsewhere_stays_a_word(reader: Reader) -> None:
    found = reader.one(page(f"<p>mediumnumber0z is what the sign says.</p><img src='/p.jpg'>{paragraphs(ENGLISH)}"))
    assert "mediumnumber0z is what the sign says." in text_of(found)


def test_words_twice_in_a_page_are_twice_in_the_article(reader: Reader) -> None:
    found = reader.one(page(f"{paragraphs(ENGLISH)}<p>Yes.</p><p>{ENGLISH[0]} Again.</p><p>Yes.</p>"))
    assert text_of(found).count("Yes.") == 2


def test_a_page_in_a_table_of_old_is_read_too(reader: Reader) -> None:
    old = (
        "<html><head><title>More ferries</title></head><body bgcolor=white><table><tr><td><a href=/>Start</a></td><td>"
        f"<font size=5>More ferries</font><br><br>{'<br><br>'.join(ENGLISH)}</td></tr></table></body></html>"
    )
    found = reader.one(old, date="2003-01-01T00:00:00Z")
    assert [text for text in ENGLISH if text not in text_of(found)] == []


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
def test_pages_are_read_in_their_own_encoding(reader: Reader, encoding: str) -> None:
    text = page(paragraphs(RUSSIAN), language="ru", title="Школа у реки").replace("utf-8", encoding)
    assert reader.one(text.encode(encoding)).draft.title == "Школа у реки"
    undeclared = text.replace(f'<meta charset="{encoding}">', "")
    if encoding != "koi8-r":
        assert reader.one(undeclared.encode(encoding)).draft.title == "Школа у реки"


# -- what is no article ------------------------------------------------------------------------------------------------

CARDS = "".join(
    f'<article><h2><a href="/news/{n}">A piece of news, number {n}</a></h2><p>It begins so and goes on.</p></article>'
    for n in range(12)
)


@pytest.mark.parametrize(
    ("text", "reason", "hidden"),
    [
        (page(classes="error404"), "an error page", False),
        (page(title="404 Not Found").replace(" - The Paper", ""), "an error page", False),
        (page(title="Страница не найдена"), "an error page", False),
        (page(title="Just a moment...").replace(" - The Paper", ""), "an error page", False),
        (page("<form><input name=log><input type=password></form><p>Words.</p>", title="Log In"), "a password", False),
        (page(classes="archive category"), "a list of articles", False),
        (page(classes="home blog"), "a list of articles", False),
        (page(CARDS), "a list of articles", False),
        (page(head='<script type="application/ld+json">{"@type":"CollectionPage"}</script>'), "a list", False),
        (page(head='<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'),
         "must be paid for", False),
        (page('<form class="post-password-form"><input type="password"></form>'), "protected by a password", True),
        (page(f'<div class="post type-post status-draft">{paragraphs(ENGLISH)}</div>'), "a draft", True),
        (page(f'<div class="post status-private">{paragraphs(ENGLISH)}</div>'), "private", True),
        ("", "it is empty", False), ("<html></html>", "no article", False), ("   \n", "it is empty", False),
        ("<p>Hi.</p>", "no article was found", False),
        ("<rss><channel></channel></rss>", "a feed", False),
        (b"%PDF-1.7 ...", "a PDF", False), (b"\x89PNG\r\n", "a picture", False), (b"PK\x03\x04", "an archive", False),
        (b"\x00" * 1000, "", False), (b"\xff" * 1000, "", False),
    ],
)  # fmt: skip
def test_what_is_no_article_for_the_public_is_skipped_in_words(
    reader: Reader, text: str | bytes, reason: str, hidden: bool
) -> None:
    skipped = reader.skipped(text)
    assert reason in skipped.reason
    assert skipped.hidden == hidden


def test_a_page_that_search_engines_should_leave_out_comes_with_a_warning(reader: Reader) -> None:
    found = reader.one(page(head='<meta name="robots" content="noindex, follow">'))
    assert "the page asks search engines to leave it out" in found.warnings


def test_folders_and_missing_files_are_errors(reader: Reader, tmp_path: Path) -> None:
    for source, reason in ((str(tmp_path), "folder"), (str(tmp_path / "none.html"), "no such file")):
        with pytest.raises(UnreadableSource, match=reason):
            reader.open(source)


@pytest.mark.parametrize(
    "text",
    [
        "<html><head><script>" + "x = 1;" * 1_700_000 + "</script></head><body>" + page(),
        page(paragraphs(ENGLISH) + f'<img src="data:image/png;base64,{"A" * 10_000_000}">'),
        page("<div>" * 50_000), page("<p>x</p>" * 100_000), page("<b>x" * 20_000), page("word " * 2_000_000),
        "<div " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</div>",
        '<a b="' * 300_000, "<!--" * 300_000, "<" * 3_000_000,
        page(head='<script type="application/ld+json">' + '[{"@graph":' * 100_000 + "</script>"),
        page(f"<p>{'<code>x</code> ' * 2_500}</p>"), page(f"<p>{'<abbr>x y</abbr>' * 20_000}</p>"),
        page(CARDS * 300),
    ],
    ids=range(14),
)  # fmt: skip
def test_hostile_pages_end_soon_and_in_words(reader: Reader, text: str) -> None:
    found = reader.read(text)
    assert isinstance(found, Imported) or found.reason


def test_garbage_is_skipped_in_words_whatever_the_parser_makes_of_it(reader: Reader) -> None:
    dice = random.Random(1)
    pieces = [
        b"<",
        b">",
        b"</",
        b"/>",
        b"=",
        b'"',
        b"<!--",
        b"<\x01a",
        b"<a\x02:b",
        b"<p\xff>",
        b"&#0;",
        b" ",
        b"\0",
        b"word",
    ]
    texts = [b"".join(dice.choices(pieces, k=60)) for _ in range(300)]
    for number, text in enumerate([*texts, *(dice.randbytes(20_000) for _ in range(5))]):
        assert reader.skipped(text).reason, number
    assert reader.skipped(dice.randbytes(100_000)).reason == "no text, by its many characters that no page has"


def test_an_element_of_an_impossible_name_costs_none_of_the_words(reader: Reader) -> None:
    assert text_of(reader.one(page(f"<x\x01y>{paragraphs(ENGLISH)}</x\x01y>"))).split() == " ".join(ENGLISH).split()


# -- in the web --------------------------------------------------------------------------------------------------------


@pytest.fixture
def httpd(tmp_path: Path) -> Iterator[Httpd]:
    (tmp_path / "site" / "p").mkdir(parents=True)
    (tmp_path / "site" / "p" / "pier.png").write_bytes(picture(40, 30))
    (tmp_path / "site" / "p" / "pier-20x15.png").write_bytes(picture(20, 15))
    with Httpd(tmp_path / "site") as server:
        yield server


def test_several_pages_each_have_their_fate(reader: Reader, httpd: Httpd, tmp_path: Path) -> None:
    (tmp_path / "site" / "a.html").write_text(page())
    (tmp_path / "b.html").write_text(page(title="Another title"))
    httpd.tell("gone.html", Status(410))
    httpd.tell("busy.html", Status(500))
    addresses = [f"{httpd.url}{name}.html" for name in ("a", "gone", "busy", "none")]
    found = reader.open(*addresses, str(tmp_path / "b.html"), addresses[0], fetcher=Web(allow_private=True))
    assert [type(one).__name__ for one in found] == ["Imported", *["Skipped"] * 3, "Imported", "Skipped"]
    assert [(one.reason, one.hidden) for one in found if isinstance(one, Skipped)] == [
        ("the server answers with status 410", True), ("the server answers with status 500", False),
        ("the server answers with status 404", False), ("the same page once more", False),
    ]  # fmt: skip


def test_private_addresses_are_not_asked_unless_that_was_said(reader: Reader, httpd: Httpd) -> None:
    [skipped] = reader.open(f"{httpd.url}a.html", fetcher=Web())
    assert isinstance(skipped, Skipped)
    assert "private network" in skipped.reason
    assert httpd.requests == 0
    with pytest.raises(UnreadableSource):
        reader.open(f"{httpd.url}a.html")


def test_the_lead_picture_comes_with_its_words_and_is_not_shown_twice(
    reader: Reader, httpd: Httpd, tmp_path: Path
) -> None:
    head = '<meta property="og:image" content="/p/pier.png"><meta property="og:image:alt" content="The pier">'
    shown = "<figure><img src='/p/pier-20x15.png' alt='A pier'><figcaption>The pier in May</figcaption></figure>"
    (tmp_path / "site" / "a.html").write_text(page(head=head))
    (tmp_path / "site" / "b.html").write_text(page(shown + paragraphs(ENGLISH), head=head))
    web = Web(allow_private=True)
    lead, captioned = reader.open(f"{httpd.url}a.html", f"{httpd.url}b.html", fetcher=web)
    assert isinstance(lead, Imported)
    assert lead.draft.image
    assert lead.draft.image.alt == "The pier"
    assert isinstance(captioned, Imported)
    assert captioned.draft.image is None
    [figure] = [block for block in captioned.draft.body if isinstance(block, Figure)]
    assert figure.caption == ["The pier in May"]


def test_the_header_says_the_encoding_where_the_page_does_not(reader: Reader, httpd: Httpd) -> None:
    body = page(paragraphs(RUSSIAN), title="Школа у реки").replace('<meta charset="utf-8">', "").encode("koi8-r")
    httpd.tell("a.html", Claims({"Content-Type": "text/html; charset=koi8-r"}, body=body))
    [found] = reader.open(f"{httpd.url}a.html", fetcher=Web(allow_private=True))
    assert isinstance(found, Imported)
    assert found.draft.title == "Школа у реки"


def test_a_canonical_address_elsewhere_or_at_the_front_page_is_not_believed(reader: Reader, httpd: Httpd) -> None:
    for number, href in enumerate(("https://other.example/x", "/", "")):
        httpd.tell(f"{number}.html", Claims({}, body=page(head=f'<link rel="canonical" href="{href}">').encode()))
        [found] = reader.open(f"{httpd.url}{number}.html", fetcher=Web(allow_private=True))
        assert found.source == f"page {httpd.url}{number}.html"


@pytest.mark.parametrize("odd", ["&#xD800;", "&#1;", "&#x1F", "\x00", "\x0b", "&#65535;"])
def test_characters_that_no_page_may_have_cost_no_more_than_themselves(reader: Reader, odd: str) -> None:
    text = page(f"{paragraphs(ENGLISH)}<p>One <img src=/a.png> t{odd}wo</p><figure><img src=/b.png></figure>t{odd}hree")
    assert " two" in text_of(reader.one(text))
