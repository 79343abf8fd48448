"""Exports of WordPress: every item is accounted for, nothing private leaves, and no file breaks the import."""

from collections import Counter
from pathlib import Path

import pytest

from importing import picture
from tamizdat.errors import UnreadableSource
from tamizdat.format.article import Figure
from tamizdat_server.importers import Imported, Skipped
from tamizdat_server.importers.wordpress import open_wordpress
from tamizdat_server.importers.wordpress.recognizing import looks_like_wxr
from wxr import HOME, attachment, author, cdata, export, item, options, read_export, read_post, read_posts


def skipped(folder: Path, *items: str, **choices: object) -> dict[str, tuple[str, bool]]:
    found = read_posts(folder, *items, **choices)
    return {number: (one.reason, one.hidden) for number, one in found.items() if isinstance(one, Skipped)}


def read_files(folder: Path, *files: str) -> list[str]:
    for number, text in enumerate(files):
        (folder / f"part-{number}.xml").write_text(text)
    return [str(one) for one in open_wordpress(str(folder), options(folder)).items]


# -- what may be published ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("draft", "a draft"), ("auto-draft", "a draft"), ("pending", "waiting for review"), ("private", "private"),
        ("trash", "in the trash"), ("future", "planned for later"), ("inherit", "a part of another post"),
        ("dp-rewrite-republish", "its status is 'dp-rewrite-republish'"), ("Publish ", None), ("", "its status is ''"),
    ],
)  # fmt: skip
def test_only_what_is_published_is_imported(tmp_path: Path, status: str, reason: str | None) -> None:
    found = skipped(tmp_path, item(1, status=status))
    assert found == ({"1": (reason, True)} if reason else {"1": ("its status is 'Publish'", True)})


def test_a_post_with_a_password_is_hidden_and_so_is_one_for_members(tmp_path: Path) -> None:
    posts = [
        item(1, post_password="letmein"),
        item(2, meta={"_members_access_role": "subscriber"}),
        item(3, meta={"_jetpack_newsletter_access": "paid_subscribers"}),
    ]
    assert skipped(tmp_path, *posts, item(4, meta={"_jetpack_newsletter_access": "everybody"})) == {
        "1": ("protected with a password", True), "2": ("for members only", True), "3": ("for members only", True)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("_wpmem_block", "1"), ("_wpmem_block", "2"), ("pms-content-restrict-user-status", "loggedin"),
        ("groups-read", "premium"), ("memberful_acl", 'a:1:{i:0;s:1:"3";}'), ("patreon-level", "5"),
        ("passster_activate_protection", "1"), ("_is_paid", "1"), ("rcp_access_level", "2"), ("members_only", "yes"),
        ("_acme-premium-content", "on"), ("is_restricted", "1"), ("_access_role", "editor"), ("Login_Required", "1"),
        ("um_content_restriction", 'a:2:{s:26:"_um_custom_access_settings";b:1;s:14:"_um_accessible";s:1:"2";}'),
    ],
)  # fmt: skip
def test_what_a_plugin_shows_only_to_some_is_hidden(tmp_path: Path, key: str, value: str) -> None:
    assert skipped(tmp_path, item(1, meta={key: value})) == {"1": ("for members only", True)}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("_wpmem_block", "0"), ("rcp_user_level", "None"), ("patreon-level", "0"), ("memberful_acl", "a:0:{}"),
        ("members_only_teaser", "1"), ("_protein", "1"), ("access", "1"), ("premium", "1"), ("_restrict", "off"),
        ("um_content_restriction", 'a:2:{s:26:"_um_custom_access_settings";b:0;s:14:"_um_accessible";s:1:"2";}'),
        ("um_content_restriction", 'a:2:{s:26:"_um_custom_access_settings";b:1;s:14:"_um_accessible";s:1:"0";}'),
    ],
)  # fmt: skip
def test_what_a_plugin_shows_to_everybody_is_not(tmp_path: Path, key: str, value: str) -> None:
    assert skipped(tmp_path, item(1, meta={key: value})) == {}


def test_a_post_of_tomorrow_is_hidden_whatever_its_status_says(tmp_path: Path) -> None:
    found = skipped(tmp_path, item(1, post_date="2099-01-01 05:00:00", post_date_gmt="2099-01-01 00:00:00"))
    assert found == {"1": ("dated in the future, 2099-01-01T00:00:00Z", True)}


def test_an_item_that_says_twice_what_it_is_isnt_believed(tmp_path: Path) -> None:
    found = read_export(tmp_path, export(item(1, extra="<wp:status>publish</wp:status>", status="private"), item(2)))
    assert [type(one) for one in found] == [Skipped, Imported]
    assert "it says twice what it is (wp:status)" in str(found[0])


def test_pages_come_where_they_are_asked_for(tmp_path: Path) -> None:
    told = "a page, not a post; --pages imports pages, too"
    assert skipped(tmp_path, item(1, kind="page")) == {"1": (told, False)}
    assert skipped(tmp_path, item(1, kind="page"), pages=True) == {}
    assert skipped(tmp_path, item(1, kind="page", status="draft")) == {"1": ("a draft", True)}


# -- facts -------------------------------------------------------------------------------------------------------------


def test_everything_public_of_a_post_is_in_its_article(tmp_path: Path) -> None:
    terms = "".join(
        f'<category domain="{domain}" nicename="{name}"><![CDATA[{name} &amp; more]]></category>'
        for domain, name in (("category", "a"), ("category", "b"), ("post_tag", "t"), ("post_format", "f"))
    )
    one = item(
        1, title="<em>Title</em> &amp; &#8220;quotes&#8221;", link=f"{HOME}/2024/%D1%82%D0%B5%D0%BA%D1%81%D1%82/",
        excerpt="<p>In short.</p>", extra=terms, meta={"_yoast_wpseo_primary_category": "7", "_edit_last": "3"},
        post_modified_gmt="2024-04-01 00:00:00",
    )  # fmt: skip
    head = (
        author("editor", "Айгерім")
        + "<wp:category><wp:term_id>7</wp:term_id><wp:cat_name>b &amp; more</wp:cat_name></wp:category>"
    )
    found = read_export(tmp_path, export(one, head=head))[0]
    assert isinstance(found, Imported)
    draft = found.draft
    assert (draft.key, draft.title, draft.byline) == ("2024/текст", "Title & “quotes”", "Айгерім")
    assert (draft.section, draft.tags, draft.summary) == ("b & more", ["t & more", "a & more"], "In short.")
    assert (draft.published, found.at, found.stamp) == ("2024-03-01T06:00:00Z", *["2024-04-01T00:00:00Z"] * 2)
    assert draft.source_url == f"{HOME}/2024/%D1%82%D0%B5%D0%BA%D1%81%D1%82/"
    assert found.source == "wordpress example.kz/ 1"


@pytest.mark.parametrize("name", ["editor", "Editor", "a@example.org", ""])
def test_an_author_whose_name_is_a_login_or_an_address_has_none(tmp_path: Path, name: str) -> None:
    found = read_export(tmp_path, export(item(1), head=author("editor", name)))[0]
    assert isinstance(found, Imported)
    assert found.draft.byline == ""
    assert "its author has no name for the public, only a login: left out" in found.warnings


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_an_export_of_each_version_is_read(tmp_path: Path, version: str) -> None:
    terms = (
        '<category><![CDATA[News]]></category><category domain="category" nicename="news"><![CDATA[News]]></category>'
    )
    terms += '<category domain="tag">Oil</category><category domain="tag" nicename="oil">Oil</category>'
    text = export(item(1, "Text & more", creator="Aigerim N.", extra=terms), version=version, head="")
    found = read_export(tmp_path, text)[0]
    assert isinstance(found, Imported)
    assert (found.draft.byline, found.draft.section, found.draft.tags) == ("Aigerim N.", "News", ["Oil"])


def test_an_export_whose_prefixes_are_others_or_undeclared_is_read(tmp_path: Path) -> None:
    other = export(item(1)).replace("wp:", "ns0:").replace("xmlns:wp", "xmlns:ns0").replace("content", "ns1")
    assert isinstance(read_export(tmp_path, other)[0], Imported)
    bare = export(item(1)).replace('xmlns:content="http://purl.org/rss/1.0/modules/content/" ', "")
    assert isinstance(read_export(tmp_path, bare)[0], Imported)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The first words. And more.", "The first words. And more."),
        ("<h1>Heading</h1><p>Text</p>", "Heading"),
        ("", "2024-03-01"),
    ],
)
def test_a_post_without_a_title_is_called_by_its_words_or_its_day(tmp_path: Path, text: str, title: str) -> None:
    found = read_posts(tmp_path, item(1, text, title="  "))["1"]
    assert isinstance(found, Imported)
    assert found.draft.title == title
    assert "it has no title: its first words, or its date, became one" in found.warnings


def test_the_featured_picture_is_looked_for_with_its_words_unless_its_post_isnt_public(tmp_path: Path) -> None:
    posts = [item(1, meta={"_thumbnail_id": "20"}), item(2, meta={"_thumbnail_id": "21"}), item(3, status="private")]
    found = read_posts(tmp_path, *posts, attachment(20, "a.jpg", alt="A"), attachment(21, "b.jpg", parent=3))
    assert ["uploads" in str(found[number]) for number in ("1", "2")] == [True, False]


@pytest.mark.parametrize("beside", ["wp-content/uploads/2024/03/a.jpg", "uploads/2024/03/a.jpg"])
def test_a_sites_uploads_beside_its_export_are_found(tmp_path: Path, beside: str) -> None:
    file = tmp_path / beside
    file.parent.mkdir(parents=True)
    file.write_bytes(picture())
    found = read_post(tmp_path, f'<img src="{HOME}/wp-content/uploads/2024/03/a-300x200.jpg" alt="A bridge">')
    assert isinstance(found.draft.body[0], Figure)
    assert found.draft.body[0].image.alt == "A bridge"


def test_nothing_beside_an_export_but_its_uploads_is_read_nor_where_a_link_leads(tmp_path: Path) -> None:
    beside, elsewhere = tmp_path / "export", tmp_path / "private" / "2024" / "03"
    (beside / "wp-content").mkdir(parents=True)
    elsewhere.mkdir(parents=True)
    for file in (beside / "passport.jpg", beside / "wp-content" / "scan.jpg", elsewhere / "a.jpg"):
        file.write_bytes(picture())
    for link in ("uploads", "wp-content/uploads"):
        (beside / link).symlink_to(tmp_path / "private")
    names = ("passport.jpg", "wp-content/scan.jpg", "wp-content/uploads/2024/03/a.jpg", "2024/03/a.jpg")
    found = read_post(beside, "Text " + "".join(f'<img src="{HOME}/{name}">' for name in names))
    assert not [block for block in found.draft.body if isinstance(block, Figure)]


# -- when --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "gmt", "zone", "published"),
    [
        ("2024-03-01 11:00:00", "2024-03-01 06:00:00", "", "2024-03-01T06:00:00Z"),
        ("2024-03-01 11:00:00", "0000-00-00 00:00:00", "", "2024-03-01T06:00:00Z"),
        ("2024-03-01 11:00:00", "", "", "2024-03-01T06:00:00Z"),
        ("2024-03-01 11:00:00", "", "+03:00", "2024-03-01T08:00:00Z"),
        ("2024-03-01 11:00:00", "", "Europe/Moscow", "2024-03-01T08:00:00Z"),
        ("2024-3-1 9:05:00", "", "", "2024-03-01T04:05:00Z"),
        ("0000-00-00 00:00:00", "2024-03-01 06:00:00", "", "2024-03-01T06:00:00Z"),
    ],
)
def test_dates_are_right_from_whichever_field(tmp_path: Path, local: str, gmt: str, zone: str, published: str) -> None:
    # The site's distance from GMT is known from a post that has both.
    posts = [item(1, post_date=local, post_date_gmt=gmt), item(2)]
    found = read_posts(tmp_path, *posts, zone=zone)["1"]
    assert isinstance(found, Imported)
    assert found.draft.published == published


def test_a_date_whose_zone_nobody_knows_is_told_of(tmp_path: Path) -> None:
    found = read_posts(tmp_path, item(1, post_date="2024-03-02 11:00:00"))["1"]
    assert isinstance(found, Imported)
    assert found.draft.published == "2024-03-02T11:00:00Z"
    assert "its date names no time zone: taken for UTC, unless --zone names one" in found.warnings


@pytest.mark.parametrize(
    ("local", "pub", "reason"),
    [
        ("0000-00-00 00:00:00", "", "it has no date; --date gives one to all such articles"),
        (
            "",
            "Mon, 30 Nov -0001 00:00:00 +0000",
            "its date 'Mon, 30 Nov -0001 00:00:00 +0000' can't be read; --date gives one to all such articles",
        ),
        ("-0001-11-30 00:00:00", "", "it has no date; --date gives one to all such articles"),
        ("soon", "", "its date 'soon' can't be read; --date gives one to all such articles"),
    ],
)
def test_a_post_without_a_date_says_so_or_takes_the_one_that_was_given(
    tmp_path: Path, local: str, pub: str, reason: str
) -> None:
    one = item(1, post_date=local, pubDate=pub)
    assert skipped(tmp_path, one) == {"1": (reason, False)}
    assert skipped(tmp_path, one, date="2020-01-01T00:00:00Z") == {}


def test_a_file_without_times_of_its_own_is_dated_by_its_feeds(tmp_path: Path) -> None:
    found = read_posts(tmp_path, item(1, post_date="", pubDate="Fri, 01 Mar 2024 06:00:00 +0000"))["1"]
    assert isinstance(found, Imported)
    assert found.draft.published == "2024-03-01T06:00:00Z"


# -- copies and parts --------------------------------------------------------------------------------------------------


def test_of_two_copies_the_newer_counts_and_of_two_of_one_time_the_one_that_isnt_public(tmp_path: Path) -> None:
    old, new = "2024-03-02 00:00:00", "2024-03-03 00:00:00"
    found = read_posts(
        tmp_path,
        item(1, "Old", post_modified_gmt=old), item(1, "New", post_modified_gmt=new),
        item(2, post_modified_gmt=old), item(2, status="private", post_modified_gmt=old),
    )  # fmt: skip
    assert "New" in str(found["1"])
    assert [*found] == ["1 copy 0", "1", "2 copy 2", "2"]
    assert isinstance(found["2"], Skipped)


def test_two_posts_of_one_guid_are_two_articles(tmp_path: Path) -> None:
    found = read_posts(tmp_path, item(1, guid=f"{HOME}/?p=1"), item(2, guid=f"{HOME}/?p=1"))
    assert all(isinstance(one, Imported) for one in found.values())


def test_the_files_that_a_large_export_was_split_into_are_read_as_one(tmp_path: Path) -> None:
    found = read_files(tmp_path, export(item(1, '[gallery ids="20"]')), export(attachment(20, "a.jpg", alt="Alt A")))
    assert "Alt A" in found[0]


def test_exports_of_two_sites_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="exports of several sites"):
        read_files(tmp_path, export(item(1)), export(item(1)).replace("example.kz", "example.org"))


# -- broken files ------------------------------------------------------------------------------------------------------


def test_one_damaged_item_takes_no_other_with_it(tmp_path: Path) -> None:
    text = export(item(1), "<item><title>Bad</wrong></item>", item(2))
    found = read_export(tmp_path, text)
    assert [type(one) for one in found] == [Imported, Skipped, Imported]
    assert found[1] == Skipped("export.xml item 2", "its XML is damaged: mismatched tag")


def test_a_truncated_file_gives_what_is_whole_and_says_what_is_missing(tmp_path: Path) -> None:
    text = export(item(1), item(2, "Long text"), item(3))
    found = read_export(tmp_path, text[: text.index("Long text")])
    assert [type(one) for one in found] == [Imported, Skipped, Skipped]
    assert [one.reason for one in found[1:] if isinstance(one, Skipped)] == [
        "cut short", "the file ends before the export does: something is missing"
    ]  # fmt: skip
    assert isinstance(read_export(tmp_path, text[: text.index("</channel>")])[-1], Skipped)


def test_a_private_post_cut_short_before_its_password_never_leaves(tmp_path: Path) -> None:
    text = export(item(1), item(2, "SECRET", post_password="letmein"))
    assert "SECRET" not in str(read_export(tmp_path, text[: text.index("<wp:post_password>")]))


def test_damage_before_the_first_item_costs_no_more_than_what_it_hit(tmp_path: Path) -> None:
    head = author("other", "Other</wp:autor>") + author("editor", "Айгерім") + "<wp:tag></wp:tga>"
    found = read_export(tmp_path, export(item(1), head=head))[0]
    assert isinstance(found, Imported)
    assert (found.source, found.draft.byline) == ("wordpress example.kz/ 1", "Айгерім")
    assert "the export is damaged before its first item: names of authors may be missing" in found.warnings
    lost = read_export(tmp_path, export(item(1, creator="Login.Name"), head="<wp:author></wp:autor>"))[0]
    assert isinstance(lost, Imported)
    assert lost.draft.byline == ""


def test_an_item_made_of_two_halves_is_no_article(tmp_path: Path) -> None:
    private, public = item(1, "SECRET", status="private"), item(2, "Text.")
    halves = private[: private.index("<wp:post_id>")] + public[public.index("<wp:post_id>") :]
    plain = public.replace(cdata("A title"), "A title").replace(cdata("editor"), "editor")
    swallowed = private[: private.index("SECRET") + 6] + plain
    found = [read_export(tmp_path, export(text)) for text in (halves, swallowed)]
    assert "SECRET" not in str(found)
    assert "its number and its address contradict each other" in str(found[0])
    assert "another item runs into it" in str(found[1])


@pytest.mark.parametrize("broken", ["a ]]> b", "&nbsp;&bogus; & c", "&#0;&#11;&#xFFFF;x"])
def test_what_exports_are_known_to_write_wrong_is_read_as_meant(tmp_path: Path, broken: str) -> None:
    text = export(item(1, "TEXT", title="TITLE"), item(2))
    text = text.replace("<![CDATA[TITLE]]>", broken.replace("]]>", "")).replace("TEXT", broken)
    found = read_export(tmp_path, text)
    assert [type(one) for one in found] == [Imported, Imported]


def test_control_characters_and_nul_bytes_are_left_out(tmp_path: Path) -> None:
    found = read_export(tmp_path, export(item(1, "a\0b\x08c\x0bd\x1fe\ufffef")).encode())[0]
    assert isinstance(found, Imported)
    assert "abcdef" in str(found.draft.body)


@pytest.mark.parametrize(
    ("encoding", "declared", "warned"),
    [
        ("utf-8", "UTF-8", False), ("utf-8-sig", "UTF-8", False), ("utf-16", "UTF-16", False),
        ("utf-16-le", "UTF-16", False), ("windows-1251", "windows-1251", False), ("windows-1251", "UTF-8", True),
        ("utf-8", "windows-1251", True), ("koi8-r", "KOI8-R", False),
        ("utf-8", "no-such-code", True), ("utf-8", "idna", True),
    ],
)  # fmt: skip
def test_the_encoding_is_told_from_the_bytes(tmp_path: Path, encoding: str, declared: str, warned: bool) -> None:
    text = export(item(1, "Сегодня суд. " * 50)).replace("UTF-8", declared)
    found = read_export(tmp_path, text.encode(encoding))[0]
    assert isinstance(found, Imported)
    assert "Сегодня суд." in str(found.draft.body)
    assert any("it was read as" in warning for warning in found.warnings) == warned


def test_a_single_broken_character_costs_no_more_than_itself(tmp_path: Path) -> None:
    data = export(item(1, "Сегодня XX суд. " * 20), item(2, "Әділ")).encode().replace(b"XX", b"\xd0", 1)
    one, two = read_export(tmp_path, data)
    assert "\ufffd" in str(one)
    assert "Әділ" in str(two)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"PK\3\4....", "it is packed: unpack it first"),
        (b"\x1f\x8b....", "it is packed: unpack it first"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "it is a web page, not an export"),
        (b'<rss version="2.0"><channel><item><title>x</title></item></channel></rss>', "isn't an export of WordPress"),
        (b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel/></rss>', "declares a document type"),
        (b"\xff\xfe\xfd" * 100, "isn't an export of WordPress"),
        (b"\0" * 5000, "isn't an export of WordPress"),
        (export(version="1.2").encode(), "nothing is in it"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_with_a_clear_word(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSource, match=reason):
        read_export(tmp_path, data)


def test_a_file_that_isnt_there_and_a_folder_without_exports_are_refused(tmp_path: Path) -> None:
    for source in (tmp_path / "no.xml", tmp_path):
        with pytest.raises(UnreadableSource):
            open_wordpress(str(source), options(tmp_path))


def test_a_document_type_within_a_text_is_only_text(tmp_path: Path) -> None:
    assert "DOCTYPE" in str(read_post(tmp_path, "<pre>&lt;!DOCTYPE html&gt; </item> <item></pre>").draft.body)


def test_an_item_larger_than_any_article_is_passed_over_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    before, after = export(item(1), item(2, "HUGE"), item(3)).split("HUGE")
    with path.open("w") as file:
        file.write(before)
        for _ in range(25):
            file.write("<p>words words</p>\n" * 50_000)
        file.write(after)
    found = [*open_wordpress(str(path), options(tmp_path)).items]
    assert [type(one) for one in found] == [Imported, Skipped, Imported]
    assert found[1] == Skipped("export.xml item 2", "larger than an article can be")


def test_an_export_is_recognized_by_its_beginning_in_any_encoding(corpora: Path) -> None:
    text = export(item(1))
    assert all(looks_like_wxr(text.encode(encoding)[:65_536]) for encoding in ("utf-8", "utf-16", "utf-16-le"))
    for path in [*corpora.glob("wxr-*/*.xml")]:
        assert looks_like_wxr(path.read_bytes()[:65_536]) == (path.name != "billion-laughs.wxr.xml")
    assert not any(looks_like_wxr(path.read_bytes()[:65_536]) for path in corpora.glob("feeds/gofeed/**/*.xml"))


# -- whole exports -----------------------------------------------------------------------------------------------------


def accounted(folder: Path, path: Path, **choices: object) -> tuple[Counter[str], list[Imported]]:
    """What became of each item: the reasons of those that were skipped, and the articles."""
    source = open_wordpress(str(path), options(folder, **choices))
    items = [*source.items]
    assert len(items) == source.total
    assert len({one.source for one in items if isinstance(one, Imported | Skipped)}) == source.total
    reasons = Counter(one.reason for one in items if isinstance(one, Skipped))
    return reasons, [one for one in items if isinstance(one, Imported)]


def test_six_of_the_eighteen_hostile_items_are_published_and_nothing_secret(tmp_path: Path, corpora: Path) -> None:
    path = corpora / "wxr-hostile-synthetic" / "hostile.wxr.xml"
    reasons, articles = accounted(tmp_path, path, editions=("ru", "kk"))
    assert [one.source.removeprefix("wordpress example.kz/ ") for one in articles] == ["1", "2", "24", "25", "26", "27"]
    assert reasons == {
        "a draft": 2, "waiting for review": 1, "private": 1, "in the trash": 1, "an earlier version of a post": 1,
        "planned for later": 1, "protected with a password": 1, "a pattern for use in posts": 1,
        "a media file: it comes with the articles that show it": 2,
        "of the type 'wpcf7_contact_form', which is no article": 1,
    }  # fmt: skip
    told = str(articles) + str(reasons)
    for secret in ("SECRET", "letmein", "example.org", "198.51.100.7", "Source Name", "alert(1)"):
        assert secret not in told
    assert {one.draft.byline for one in articles} == {"А. Редактор"}


def test_the_real_blog_is_imported_whole(tmp_path: Path, corpora: Path) -> None:
    folder = corpora / "wxr-cclabs"
    reasons, articles = accounted(tmp_path, folder / "cclabs.wxr.xml", editions=("en",), uploads=[folder])
    assert len(articles) == 219
    assert reasons == {"a page, not a post; --pages imports pages, too": 5}
    told = str(articles)
    assert "192.0.2." not in told
    assert all(one.draft.key.startswith("20") and one.draft.body for one in articles)
    assert [one for one in articles if "[caption" in str(one.draft.body)] == []
    assert sum(len(one.draft.body) == 1 for one in articles) < 30, "blank lines part paragraphs"


@pytest.mark.parametrize("choice", ["local", "fetch"])
def test_the_real_blogs_picture_is_found_beside_its_export_whatever_address_it_had(
    tmp_path: Path, corpora: Path, choice: str
) -> None:
    _, articles = accounted(tmp_path, corpora / "wxr-cclabs" / "cclabs.wxr.xml", editions=("en",), pictures=choice)
    shown = {one.source: [block for block in one.draft.body if isinstance(block, Figure)] for one in articles}
    assert {source: len(blocks) for source, blocks in shown.items() if blocks} == {
        "wordpress labs.creativecommons.org/ 89": 1
    }


@pytest.mark.parametrize(
    ("name", "articles", "reasons"),
    [
        ("themeunittestdata.wordpress.xml", 55, {
            "an entry of a menu": 52, "a media file: it comes with the articles that show it": 37,
            "a page, not a post; --pages imports pages, too": 21, "there is another copy of it": 18,
            "planned for later": 1, "a draft": 1, "protected with a password": 1,
        }),
        ("64-block-test-data.xml", 61, {
            "a media file: it comes with the articles that show it": 9,
            "of the type 'wp_navigation', which is no article": 1,
            "a page, not a post; --pages imports pages, too": 1,
        }),
        ("theme-preview.xml", 7, {}),
    ],
)  # fmt: skip
def test_every_item_of_the_themes_test_data_is_accounted_for(
    tmp_path: Path, corpora: Path, name: str, articles: int, reasons: dict[str, int]
) -> None:
    found, imported = accounted(tmp_path, corpora / "wxr-themeunittest" / name, editions=("en",))
    assert (len(imported), found) == (articles, reasons)
    assert not any(
        mark in str([one.draft.body for one in imported]) for mark in ("[/caption]", "[gallery ", "wp:paragraph")
    )


def test_an_entity_bomb_is_refused(tmp_path: Path, corpora: Path) -> None:
    bomb = corpora / "wxr-hostile-synthetic" / "billion-laughs.wxr.xml"
    with pytest.raises(UnreadableSource, match="declares a document type"):
        open_wordpress(str(bomb), options(tmp_path))


def test_the_same_export_gives_the_same_articles_at_every_import(tmp_path: Path, corpora: Path) -> None:
    path = corpora / "wxr-themeunittest" / "64-block-test-data.xml"
    assert accounted(tmp_path, path) == accounted(tmp_path, path)
