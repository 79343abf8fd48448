"""Feeds: what of them becomes an article, what is left out and why, and what a hostile or broken one can't do."""

import codecs
import gzip
import html
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from importing import NOW
from tamizdat.errors import UnreadableSource, UsageError
from tamizdat.format.article import Embed, Heading, Link, Paragraph
from tamizdat_server.images import Pictures
from tamizdat_server.importers.feed import open_feed
from tamizdat_server.importers.items import Imported, Item, Skipped
from tamizdat_server.importers.source import Options, Source

LONG = "<p>" + "The bridge opens on Monday after three years of works, as the town had hoped. " * 20 + "</p>"


def rss(*items: str, channel: str = "<title>The Paper</title><link>https://paper.example/</link>") -> str:
    spaces = {
        "content": "http://purl.org/rss/1.0/modules/content/", "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/", "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "atom": "http://www.w3.org/2005/Atom", "app": "http://www.w3.org/2007/app",
        "thr": "http://purl.org/syndication/thread/1.0", "lj": "http://www.livejournal.org/rss/lj/1.0/",
    }  # fmt: skip
    named = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    return f'<rss version="2.0" {named}><channel>{channel}{"".join(items)}</channel></rss>'


def item(fields: str = "", *, at: str = "/news/bridge/", title: str = "A bridge", date: bool = True) -> str:
    when = "<pubDate>Wed, 01 May 2024 10:00:00 +0500</pubDate>" if date else ""
    link = f"<link>https://paper.example{at}</link><guid>https://paper.example{at}</guid>" if at else ""
    return f"<item><title>{title}</title>{link}{when}{fields}</item>"


def atom(*entries: str, feed: str = "<title>The Paper</title>", attributes: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{feed}{"".join(entries)}</feed>'


def entry(fields: str = "", *, identity: str = "urn:1", attributes: str = "") -> str:
    named = f"<title>A bridge</title><id>{identity}</id><published>2024-05-01T05:00:00Z</published>"
    return f'<entry {attributes}>{named}<link href="https://paper.example/news/bridge"/>{fields}</entry>'


def encoded(text: str) -> str:
    return f"<content:encoded><![CDATA[{text}]]></content:encoded>"


RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>P</title></channel>'
    '<item rdf:about="https://paper.example/news/bridge"><title>A bridge</title><dc:date>2024-05-01T05:00Z</dc:date>'
    f"<link>https://paper.example/news/bridge</link><description>{html.escape(LONG)}</description></item></rdf:RDF>"
)
OLD_ATOM = (
    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>A bridge</title><id>urn:1</id>'
    '<link rel="alternate" href="https://paper.example/news/bridge"/><issued>2024-05-01T05:00:00Z</issued>'
    f'<content type="text/html" mode="escaped">{html.escape(LONG)}</content></entry></feed>'
)


class Reader:
    """Reads feeds from files as an import does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Pictures(folder / "media")

    def options(self, editions: Sequence[str] = ("en", "ru", "kk"), **others: object) -> Options:
        return Options(store=self.store, now=NOW, editions=editions, **others)  # pyright: ignore[reportArgumentType]

    def open(self, feed: str | bytes, *, name: str = "feed.xml", **options: object) -> Source:
        file = self.folder / name
        file.write_bytes(feed if isinstance(feed, bytes) else feed.encode())
        return open_feed(str(file), self.options(**options))  # pyright: ignore[reportArgumentType]

    def items(self, feed: str | bytes, **options: object) -> list[Item]:
        return [*self.open(feed, **options).items]

    def one(self, feed: str | bytes, **options: object) -> Imported:
        [found] = self.items(feed, **options)
        assert isinstance(found, Imported), found
        return found

    def skipped(self, feed: str | bytes, **options: object) -> Skipped:
        [found] = self.items(feed, **options)
        assert isinstance(found, Skipped), found
        return found

    def refused(self, feed: str | bytes, **options: object) -> str:
        with pytest.raises(UnreadableSource) as caught:
            self.open(feed, **options)
        return caught.value.reason


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


# -- what an entry becomes ---------------------------------------------------------------------------------------------


def test_an_entry_becomes_an_article_with_all_that_it_says(reader: Reader) -> None:
    fields = (
        f"<description>In short.</description>{encoded('<h2>Why</h2>' + LONG)}<dc:creator>A. Sadykova</dc:creator>"
        "<category>Town</category><category>Uncategorized</category><atom:updated>2024-05-02T00:00:00Z</atom:updated>"
    )
    found = reader.one(rss(item(fields, title="Bridges &amp;amp; &lt;i&gt;roads&lt;/i&gt;")))
    draft = found.draft
    assert (found.source, draft.key) == ("feed paper.example/news/bridge/", "news/bridge")
    assert draft.title == "Bridges & roads"
    assert (draft.published, draft.updated) == ("2024-05-01T05:00:00Z", "2024-05-02T00:00:00Z")
    assert (draft.byline, draft.tags, draft.summary) == ("A. Sadykova", ["Town"], "In short.")
    assert (draft.source_url, draft.edition) == ("https://paper.example/news/bridge/", "en")
    assert isinstance(draft.body[0], Heading)


@pytest.mark.parametrize(
    "feed",
    [
        rss(item(encoded(LONG))),
        rss(item(encoded(LONG))).replace('version="2.0"', 'version="0.91"'),
        RDF,
        atom(entry(f'<content type="html">{html.escape(LONG)}</content>')),
        atom(entry(f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{LONG}</div></content>')),
        OLD_ATOM,
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "items": [
                    {
                        "id": 7, "url": "https://paper.example/news/bridge", "title": "A bridge",
                        "date_published": "2024-05-01T05:00:00Z", "content_html": LONG,
                    }
                ],
            }
        ),
    ],
    ids=["rss 2.0", "rss 0.91", "rdf", "atom html", "atom xhtml", "atom 0.3", "json"],
)  # fmt: skip
def test_every_format_says_the_same(reader: Reader, feed: str) -> None:
    found = reader.one(feed, editions=("en",))
    draft = found.draft
    assert (draft.title, draft.key, draft.published) == ("A bridge", "news/bridge", "2024-05-01T05:00:00Z")
    assert found.warnings == []
    [paragraph] = draft.body
    assert isinstance(paragraph, Paragraph)
    assert str(paragraph.text[0]).startswith("The bridge opens on Monday")


def test_links_are_relative_to_what_the_feed_says_or_else_to_the_page(reader: Reader) -> None:
    within = encoded('<p><a href="../road">road</a></p>')
    assert _link_of(reader.one(rss(item(within)))) == "https://paper.example/news/road"
    based = rss(item(within)).replace("<rss ", '<rss xml:base="https://mirror.example/a/b/" ')
    assert _link_of(reader.one(based)) == "https://mirror.example/a/road"
    inner = '<content type="html" xml:base="sub/">&lt;p>&lt;a href="x">road&lt;/a></content>'
    assert _link_of(reader.one(atom(entry(inner), attributes='xml:base="https://e.example/f/"'))) == (
        "https://e.example/f/sub/x"
    )


def _link_of(found: Imported) -> str:
    block = found.draft.body[0]
    assert isinstance(block, Paragraph)
    [link] = [inline for inline in block.text if isinstance(inline, Link)]
    return link.href


def test_an_entry_without_a_title_a_link_or_an_id_is_still_one_and_the_same(reader: Reader) -> None:
    feed = rss(item(encoded("<p>Only a thought, on Monday.</p>"), at="", title=""))
    first, again = reader.one(feed), reader.one(feed)
    assert first.source == again.source
    assert first.draft.title == "Only a thought, on Monday."
    assert "no title: its first words were taken" in first.warnings


def test_an_identity_outlives_https_and_belongs_to_its_own_site(reader: Reader) -> None:
    secure, plain = rss(item(LONG)), rss(item(LONG)).replace("https://paper", "http://www.paper")
    assert reader.one(secure).source == reader.one(plain).source
    numbered = rss(item("<guid isPermaLink='false'>17</guid>", at="")).replace("<item>", "<item><link>/a</link>")
    assert reader.one(numbered).source == "feed paper.example 17"


def test_the_same_entry_twice_is_one_article(reader: Reader) -> None:
    first, again = reader.items(rss(item(LONG), item(LONG)))
    assert isinstance(first, Imported)
    assert isinstance(again, Skipped)
    assert again.reason == "the same entry once more"


def test_a_site_without_addresses_that_speak_gives_keys_by_number(reader: Reader) -> None:
    assert reader.one(rss(item(LONG, at="/?p=17"))).draft.key == "post-17"


def test_dates_are_in_the_zone_that_was_said_or_skipped_with_their_words(reader: Reader) -> None:
    dated = item("<pubDate>1 мая 2024, 10:00</pubDate>", date=False)
    assert reader.one(rss(dated), zone="Asia/Almaty").draft.published == "2024-05-01T05:00:00Z"
    assert "it has no date" in reader.skipped(rss(item(LONG, date=False))).reason
    strange = item("<pubDate>0000-00-00 00:00</pubDate>", date=False)
    assert "'0000-00-00 00:00' can't be read" in reader.skipped(rss(strange)).reason
    assert reader.one(rss(strange), date="2020-01-01T00:00:00Z").draft.published == "2020-01-01T00:00:00Z"
    with pytest.raises(UsageError):
        reader.items(rss(item(LONG)), zone="Nowhere/Near")


def test_short_entries_are_imported_with_a_warning_that_names_the_remedy(reader: Reader) -> None:
    short = "the feed has only the beginning of this text; --fetch takes the whole of it from its page"
    assert reader.one(rss(item("<description>A bridge opens.</description>")), editions=("en",)).warnings == [short]
    cut = encoded(f"{LONG}<p>And then […] <a href='/x'>Continue reading →</a></p>")
    assert short in reader.one(rss(item(cut))).warnings
    assert short not in reader.one(rss(item(f"<description>{html.escape(LONG)}</description>"))).warnings


def test_a_summary_that_only_repeats_the_beginning_is_left_out(reader: Reader) -> None:
    same = "<description>The bridge opens on Monday after three years […]</description>" + encoded(LONG)
    assert reader.one(rss(item(same))).draft.summary == ""


def test_sound_and_films_become_embeds_and_pictures_lead(reader: Reader) -> None:
    fields = (
        f'{encoded(LONG)}<enclosure url="https://paper.example/a.mp3" type="audio/mpeg" length="1"/>'
        '<media:content url="https://paper.example/b.mp4" medium="video"><media:title>On film</media:title>'
        "</media:content>"
    )
    embeds = [block for block in reader.one(rss(item(fields))).draft.body if isinstance(block, Embed)]
    assert [(embed.url, embed.title) for embed in embeds] == [
        ("https://paper.example/a.mp3", ""), ("https://paper.example/b.mp4", "On film"),
    ]  # fmt: skip


# -- languages ---------------------------------------------------------------------------------------------------------

KAZAKH = "<p>" + "Көпір үш жылдық жөндеуден кейін дүйсенбі күні ашылады, қала тұрғындары қуанып отыр. " * 20 + "</p>"
RUSSIAN = "<p>" + "Мост откроют в понедельник после трёх лет ремонта, и город этому рад. " * 20 + "</p>"


def test_languages_are_said_by_the_entry_or_by_the_feed(reader: Reader) -> None:
    assert reader.one(rss(item(f"<dc:language>kz</dc:language>{encoded(KAZAKH)}"))).draft.edition == "kk"
    within = entry(f'<content type="html">{html.escape(RUSSIAN)}</content>', attributes='xml:lang="ru-RU"')
    assert reader.one(atom(within)).draft.edition == "ru"
    channel = "<title>P</title><link>https://paper.example/</link><language>ru-RU</language>"
    assert reader.one(rss(item(encoded(RUSSIAN)), channel=channel)).draft.edition == "ru"


def test_kz_is_read_as_kazakh_with_a_warning(reader: Reader) -> None:
    found = reader.one(rss(item(f"<dc:language>kz</dc:language>{encoded(KAZAKH)}")))
    assert any("country's code" in warning for warning in found.warnings)


def test_a_site_that_calls_itself_english_by_default_is_believed_only_where_its_letters_agree(reader: Reader) -> None:
    channel = "<title>P</title><link>https://paper.example/</link><language>en-US</language>"
    russian = reader.one(rss(item(encoded(RUSSIAN)), channel=channel))
    assert russian.draft.edition == "ru"
    assert any("letters say otherwise" in warning for warning in russian.warnings)
    kazakh = reader.one(rss(item(encoded(KAZAKH)), channel=channel.replace("en-US", "ru-RU")))
    assert kazakh.draft.edition == "kk"
    in_russian = reader.one(rss(item(encoded(RUSSIAN)), channel=channel.replace("en-US", "kk")))
    assert in_russian.draft.edition == "ru"
    assert reader.one(rss(item(encoded(LONG)), channel=channel)).draft.edition == "en"


def test_translations_that_name_each_other_share_a_group(reader: Reader) -> None:
    links = (
        '<link rel="alternate" hreflang="en" href="https://paper.example/en/a"/>'
        '<link rel="alternate" hreflang="kk" href="https://paper.example/kk/a"/>'
    )
    feed = atom(*(entry(links, identity=f"urn:{n}", attributes=f'xml:lang="{n}"') for n in ("en", "kk")))
    groups = {found.draft.translation_group for found in reader.items(feed) if isinstance(found, Imported)}
    assert groups == {"https://paper.example/en/a"}


# -- what isn't for the public -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feed", "reason"),
    [
        (atom(entry('<x:control xmlns:x="http://www.w3.org/2007/app"><x:draft>yes</x:draft></x:control>')), "a draft"),
        (atom(entry('<control xmlns="http://purl.org/atom/app#"><draft>yes</draft></control>')), "a draft"),
        (rss(item("<draft>true</draft>")), "a draft"),
        (rss(item("<status>pending</status>")), "its status is 'pending'"),
        (rss(item("<lj:security>usemask</lj:security>")), "marked as private"),
        (rss(item(encoded("<form action='/wp-login.php?action=postpass'></form>"))), "protected by a password"),
        (rss(item("<description>There is no excerpt because this is a protected post.</description>")), "password"),
        (rss(item("<description>Отрывка нет.</description>", title="Защищено: Мост")), "protected by a password"),
        (rss(item(LONG).replace("01 May 2024", "01 May 2099")), "dated in the future"),
    ],
)
def test_drafts_locked_private_and_future_entries_are_hidden(reader: Reader, feed: str, reason: str) -> None:
    skipped = reader.skipped(feed)
    assert reason in skipped.reason
    assert skipped.hidden


@pytest.mark.parametrize(
    "field",
    [
        "<author>secret@example.org (Aigul)</author>", "<author>Aigul &lt;secret@example.org></author>",
        "<dc:creator>Aigul secret@example.org</dc:creator>",
        "<atom:author><atom:name>Aigul</atom:name><atom:email>secret@example.org</atom:email></atom:author>",
        "<itunes:author>Aigul (secret@example.org)</itunes:author>",
    ],
)  # fmt: skip
def test_a_name_goes_on_without_its_address(reader: Reader, field: str) -> None:
    channel = (
        "<title>P</title><link>https://paper.example/</link><managingEditor>secret@example.org</managingEditor>"
        "<itunes:owner><itunes:email>secret@example.org</itunes:email></itunes:owner>"
    )
    found = reader.one(rss(item(f"{field}{encoded(LONG)}"), channel=channel))
    assert found.draft.byline == "Aigul"
    assert "secret" not in str(found)


@pytest.mark.parametrize("name", ["secret@example.org", "198.51.100.7", "2001:db8::17"])
def test_what_is_no_name_is_left_out(reader: Reader, name: str) -> None:
    assert reader.one(rss(item(f"<dc:creator>{name}</dc:creator>{encoded(LONG)}"))).draft.byline == ""


def test_feeds_of_comments_are_refused(reader: Reader) -> None:
    comment = item(encoded("<p>Well said!</p>"), at="/news/bridge/#comment-17", title="By: Reader")
    assert "comments of readers" in reader.refused(rss(comment, comment.replace("17", "18")))
    told = "<title>Comments on: A bridge</title><link>https://paper.example/</link>"
    assert "comments of readers" in reader.refused(rss(item(LONG, title="By: Reader"), channel=told))
    threaded = '<r:in-reply-to xmlns:r="http://purl.org/syndication/thread/1.0" ref="urn:0"/>'
    assert "comments of readers" in reader.refused(atom(entry(threaded)))


def test_a_comment_among_articles_is_skipped(reader: Reader) -> None:
    comment = item(encoded("<p>Well said!</p>"), at="/news/bridge/#comment-17", title="Reader")
    article, skipped = reader.items(rss(item(LONG), comment))
    assert isinstance(article, Imported)
    assert skipped == Skipped("feed paper.example/news/bridge/#comment-17", "a reader's comment, not an article")


def test_an_article_about_comments_is_an_article(reader: Reader) -> None:
    title = "Comments on the budget"
    assert reader.one(rss(item(LONG, title=title), channel=f"<title>{title}</title>")).draft.title == title
    opinions = "<title>Комментарии</title><link>https://paper.example/category/comments/</link>"
    assert reader.one(rss(item(LONG), channel=opinions)).draft.title == "A bridge"


def test_bloggers_export_gives_its_public_posts_alone(reader: Reader) -> None:
    def of_kind(kind: str, more: str = "") -> str:
        scheme, term = "http://schemas.google.com/g/2005#kind", f"http://schemas.google.com/blogger/2008/kind#{kind}"
        return entry(f'<category scheme="{scheme}" term="{term}"/>{more}', identity=f"tag:{kind}{len(more)}")

    draft = '<control xmlns="http://purl.org/atom/app#"><draft>yes</draft></control>'
    kinds = [of_kind(kind) for kind in ("post", "comment", "settings", "template")]
    found = reader.items(atom(*kinds, of_kind("post", draft)))
    assert [type(one).__name__ for one in found] == ["Imported", "Skipped", "Skipped", "Skipped", "Skipped"]
    assert isinstance(found[-1], Skipped)
    assert found[-1].hidden


def test_an_article_about_exports_is_an_article_and_a_post_of_one_in_a_feed_is_not(reader: Reader) -> None:
    told = f"<p>WordPress eXtended RSS has &lt;wp:status> in it.</p>{LONG}"
    assert reader.one(rss(item("<description>x</description>" * 6_000 + encoded(told)))).draft.title == "A bridge"
    for mark in ("<wp:status>draft</wp:status>", '<s xmlns="http://wordpress.org/export/1.2/">draft</s>'):
        late = rss(item(encoded(LONG * 50), at="/1"), item(f"{encoded(LONG)}{mark}", at="/2"))
        assert "tamizdat import wordpress" in reader.refused(late)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_wordpress_export_is_refused_and_its_importer_named(reader: Reader, corpora: Path, encoding: str) -> None:
    file = corpora / "wxr-hostile-synthetic" / "hostile.wxr.xml"
    text = file.read_text(encoding="utf-8").replace('encoding="UTF-8"', f'encoding="{encoding}"', 1)
    assert "tamizdat import wordpress" in reader.refused(text.encode(encoding))


# -- broken and hostile ------------------------------------------------------------------------------------------------


def test_what_is_no_feed_is_refused_with_advice(reader: Reader) -> None:
    page = (
        '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="https://paper.example/feed/">'
        "</head><body>Hello</body></html>"
    )
    assert "its feed is at https://paper.example/feed/" in reader.refused(page)
    assert "names no feed" in reader.refused("<html><body><p>Hello<br>there")
    assert reader.refused("") == "it is empty"
    assert reader.refused(" \n\t") == "it is empty"
    assert "no JSON Feed" in reader.refused('{"posts": []}')
    assert "is none" in reader.refused('{"version": ')
    assert "OPML" in reader.refused("<opml version='2.0'><body/></opml>")
    assert "site map" in reader.refused('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url/></urlset>')
    for nonsense in (b"\x89PNG\r\n\x1a\n", b"\x00" * 50, b"plain words", b"\xff\xfe", b"[" * 100_000, b"<" * 10_000):
        assert reader.refused(nonsense)


def test_a_feeds_address_of_old_is_an_address(reader: Reader) -> None:
    for address in ("feed://paper.example/feed", "feed:https://paper.example/feed"):
        with pytest.raises(UnreadableSource, match=r"https://paper\.example/feed can't be imported: nothing may be"):
            open_feed(address, reader.options())


def test_folders_missing_files_and_huge_ones_are_refused(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="folder"):
        open_feed(str(tmp_path), reader.options())
    with pytest.raises(UnreadableSource, match="there is no such file"):
        open_feed(str(tmp_path / "none.xml"), reader.options())
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(UnreadableSource, match="larger than 32 MB"):
        open_feed(str(huge), reader.options())


def test_a_feed_saved_as_the_wire_had_it_is_unpacked_but_not_without_end(reader: Reader) -> None:
    assert reader.one(gzip.compress(rss(item(encoded(LONG))).encode())).draft.title == "A bridge"
    assert "more than 32 MB" in reader.refused(gzip.compress(b"<rss>" + bytes(40 * 1024 * 1024)))
    assert "damaged" in reader.refused(b"\x1f\x8b\x08\x00rest")


def test_entities_are_never_expanded_nor_fetched(reader: Reader, corpora: Path) -> None:
    bomb = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 50}">' for n in range(20))
    outside = '<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY % more SYSTEM "http://127.0.0.1:9/x"> %more;'
    feed = rss(item(encoded(LONG), title="&u;&file; Bridge"))
    found = reader.one(f"<?xml version='1.0'?><!-- [ ]> --><!DOCTYPE rss [{bomb}{outside}]>{feed}")
    assert found.draft.title == "&u;&file; Bridge"
    for file in (corpora / "wxr-hostile-synthetic").glob("billion*"):
        assert reader.items(file.read_bytes()) == []


def test_what_a_web_page_may_write_a_feed_may_too(reader: Reader) -> None:
    title = "Caf&eacute; &mdash; AT&T &#151; 5 &lt; 6 &#0;&#8;x &nosuch; &"
    assert reader.one(rss(item(encoded(LONG), title=title))).draft.title == "Café — AT&T — 5 < 6 x &nosuch; &"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8", "utf-8"), ("windows-1251", "windows-1251"), ("koi8-r", "koi8-r"), ("iso-8859-5", "iso-8859-5"),
        ("utf-16", "utf-16"), ("utf-16", "utf-16-le"), ("utf-16", "utf-16-be"), ("utf-32", "utf-32"),
        ("utf-32", "utf-32-be"), ("utf-8", "utf-8-sig"),
        # Lies, and names of what is no encoding.
        ("utf-8", "windows-1251"), ("iso-8859-1", "utf-8"), ("windows-1251", "utf-8"), ("utf-16", "utf-8"),
        ("rot13", "utf-8"), ("base64", "windows-1251"), ("idna", "utf-8"), ("klingon", "windows-1251"),
    ],
)  # fmt: skip
def test_texts_are_read_in_their_own_encoding_whatever_they_declare(
    reader: Reader, declared: str, written: str
) -> None:
    feed = f'<?xml version="1.0" encoding="{declared}"?>' + rss(item(encoded(RUSSIAN), title="Мост откроют"))
    assert reader.one(feed.encode(written)).draft.title == "Мост откроют"


def test_bytes_that_no_text_has_cost_only_themselves(reader: Reader) -> None:
    broken = rss(item(encoded(LONG), title="A \0bri\x0bdge\x1b[31m")).encode().replace(b"Monday", b"Mon\xffday")
    assert reader.one(broken).draft.title == "A bridge[31m"
    assert reader.one(codecs.BOM_UTF8 + b"\n\n" + rss(item(encoded(LONG))).encode()).draft.title == "A bridge"


def test_markup_that_nobody_escaped_stays_within_its_entry(reader: Reader) -> None:
    first = item("<description>One <b>bold<br> and & more <p>text</description>", at="/1", title="First")
    second = item("<description>Second text</description>", at="/2", title="Second")
    one, two = reader.items(rss(first, second))
    assert isinstance(one, Imported)
    assert isinstance(two, Imported)
    assert (one.draft.title, two.draft.title) == ("First", "Second")
    assert "Second" not in str(one.draft.body)
    assert "more" in str(one.draft.body)


def test_the_entry_in_which_a_file_was_cut_off_is_skipped(reader: Reader) -> None:
    feed = rss(item(encoded(LONG), at="/1"), item(encoded(LONG), at="/2"))
    whole, cut = reader.items(feed[: feed.rindex("as the town")])
    assert isinstance(whole, Imported)
    assert isinstance(cut, Skipped)
    assert "cut off" in cut.reason


@pytest.mark.parametrize(
    "feed",
    [
        "<rss><channel>" + "<item>" * 50_000,
        "<rss><channel><item>" + "<a>" * 200_000,
        "<rss>" + "<![CDATA[" * 200_000,
        "<!DOCTYPE rss [" + "<!-- -->" * 100_000 + rss(item(LONG)),
        "<rss><channel><item><title>" + "&" * 500_000 + "</title></item></channel></rss>",
        "<rss><channel><item>" + "<title><description><content>" * 50_000,
        '{"version":"https://jsonfeed.org/version/1","items":' + '[{"id":' * 50_000,
        "<rss><channel>" + "<item/>" * 2_000_000,
        "<rss><channel><item><title>" + "&" * 5_000_000,
        '{"version":"https://jsonfeed.org/version/1","items":[' + "{}," * 2_000_000 + "{}]}",
        '{"version":"https://jsonfeed.org/version/1","items":[1,null,"x",[],{"tags":{},"authors":[1],"image":[]}]}',
        rss(*(item(at=f"/{n}") for n in range(3_000))),
        rss(item(encoded("<div>" * 20_000 + "deep"))),
        rss(item(encoded(LONG), at="/" + "x" * 100_000)),
        rss(item("<link>http://[::1</link><enclosure url='http://[bad' type='image/png'/>", at="")),
    ],
    ids=range(15),
)
def test_hostile_feeds_end_soon_and_in_words(reader: Reader, feed: str) -> None:
    try:
        found = reader.items(feed)
    except UnreadableSource:
        return
    assert all(isinstance(one, Imported) or (isinstance(one, Skipped) and one.reason) for one in found)
