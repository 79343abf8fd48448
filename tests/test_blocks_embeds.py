"""What a page shows of other places becomes a labelled link: what a person would open, under the best name it has."""

import pytest

from placing import blocks, warned
from tamizdat.format.article import Embed, Figure, Link, Paragraph, Quote
from tamizdat_server.importers.blocks.services import service_of
from tamizdat_server.importers.blocks.tracking import is_pixel, without_tracking


@pytest.mark.parametrize(
    ("frame", "service", "url"),
    [
        ("https://www.youtube.com/embed/abc-1?start=30&autoplay=1", "YouTube", "https://www.youtube.com/watch?v=abc-1&t=30"),
        ("https://www.youtube.com/embed/videoseries?list=PL1", "YouTube", "https://www.youtube.com/playlist?list=PL1"),
        ("//www.youtube-nocookie.com/embed/abc", "YouTube", "https://www.youtube.com/watch?v=abc"),
        ("https://player.vimeo.com/video/12?h=ab&title=0", "Vimeo", "https://vimeo.com/12/ab"),
        ("https://platform.twitter.com/embed/Tweet.html?id=20", "Twitter", "https://twitter.com/i/status/20"),
        ("https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fposts%2F1&width=500",
         "Facebook", "https://www.facebook.com/a/posts/1"),
        ("https://t.me/durov/342?embed=1&userpic=true", "Telegram", "https://t.me/durov/342"),
        ("https://www.instagram.com/p/Bp_-/embed/captioned/?cr=1", "Instagram", "https://www.instagram.com/p/Bp_-/"),
        ("https://www.tiktok.com/embed/v2/71?lang=en", "TikTok", "https://www.tiktok.com/@/video/71"),
        ("https://vk.com/video_ext.php?oid=-1&id=2&hash=a", "VK", "https://vk.com/video-1_2"),
        ("https://ok.ru/videoembed/33?nochat=1", "Odnoklassniki", "https://ok.ru/video/33"),
        ("https://rutube.ru/play/embed/ab12/", "Rutube", "https://rutube.ru/video/ab12/"),
        ("https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&color=x", "SoundCloud", "https://soundcloud.com/a/b"),
        ("https://open.spotify.com/embed/episode/1?si=2&theme=0", "Spotify", "https://open.spotify.com/episode/1?theme=0"),
        ("https://www.google.com/maps/embed?pb=!1m18", "Google Maps", "https://www.google.com/maps/embed?pb=!1m18"),
        ("https://yandex.ru/map-widget/v1/?um=1", "Yandex Maps", "https://yandex.ru/map-widget/v1/?um=1"),
        ("https://charts.example.org/frame/1?utm_source=x", "charts.example.org", "https://charts.example.org/frame/1"),
    ],
)  # fmt: skip
def test_a_frame_leads_to_what_it_shows(frame: str, service: str, url: str) -> None:
    shown = frame.replace("&", "&amp;")
    assert blocks(f'<p>See</p><iframe src="{shown}">no frames</iframe>') == [Paragraph(["See"]), Embed(service, url)]


def test_a_frame_that_waits_for_a_click_is_found_and_its_title_is_kept_where_it_says_something() -> None:
    lazy = '<iframe src="about:blank" data-src="https://youtu.be/a" title="How bread is made"></iframe>'
    plain = '<iframe src="https://youtu.be/a" title="YouTube video player"></iframe>'
    assert blocks(lazy) == [Embed("YouTube", "https://youtu.be/a", "How bread is made")]
    assert blocks(plain) == [Embed("YouTube", "https://youtu.be/a")]


def test_a_player_of_old_is_found_by_its_parameters() -> None:
    html = '<object><param name="movie" value="http://www.youtube.com/v/abc&amp;hl=en"><embed src="x"></object>'
    assert blocks(html) == [Embed("YouTube", "https://www.youtube.com/watch?v=abc")]


def test_words_after_a_player_without_an_end_are_not_its_own() -> None:
    assert blocks('<p>One<embed src="https://e.org/a.mp4">two</p>')[-1] == Paragraph(["two"])


def test_a_tweet_keeps_its_words_and_is_named_by_who_wrote_it() -> None:
    html = """<blockquote class="twitter-tweet"><p>Setting up <a href="https://t.co/x">this</a></p>&mdash; Jack (@jack)
    <a href="https://twitter.com/jack/status/20?ref_src=twsrc%5Etfw">March 21, 2006</a></blockquote><script></script>"""
    assert blocks(html) == [
        Quote([Paragraph(["Setting up ", Link("https://t.co/x", ["this"])])]),
        Embed("Twitter", "https://twitter.com/jack/status/20", "— Jack (@jack) March 21, 2006"),
    ]


@pytest.mark.parametrize(
    ("html", "embed"),
    [
        ('<script async src="https://telegram.org/js/w.js" data-telegram-post="durov/342" data-width="100%"></script>',
         Embed("Telegram", "https://t.me/durov/342")),
        ('<blockquote class="instagram-media" data-instgrm-permalink="https://instagram.com/p/B/">A post</blockquote>',
         Embed("Instagram", "https://instagram.com/p/B/", "A post")),
        ('<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@a/video/7">@a Look</blockquote>',
         Embed("TikTok", "https://www.tiktok.com/@a/video/7", "@a Look")),
        ('<div class="fb-post" data-href="https://www.facebook.com/a/posts/1"></div>',
         Embed("Facebook", "https://www.facebook.com/a/posts/1")),
        ('<div id="vk_post_-12_34"></div>', Embed("VK", "https://vk.com/wall-12_34")),
        ('<amp-youtube data-videoid="abc"></amp-youtube>', Embed("YouTube", "https://www.youtube.com/watch?v=abc")),
        ('<audio controls src="https://e.org/a.mp3"><a href="https://e.org/a.mp3">Play</a></audio>',
         Embed("e.org", "https://e.org/a.mp3")),
    ],
)  # fmt: skip
def test_posts_and_players_become_one_labelled_link(html: str, embed: Embed) -> None:
    assert blocks(html) == [embed]


def test_what_is_too_long_for_a_name_is_quoted_whole() -> None:
    words = "word " * 300
    html = f'<blockquote class="instagram-media" data-instgrm-permalink="https://e.org/p"><p>{words}&lt;b&gt;</p></blockquote>'
    assert blocks(html) == [Quote([Paragraph([f"{words}<b>"])]), Embed("e.org", "https://e.org/p")]


def test_another_sites_post_is_linked_once_though_it_is_there_twice() -> None:
    html = """<blockquote class="wp-embedded-content"><a href="https://o.org/p/">A post</a></blockquote>
    <iframe class="wp-embedded-content" style="position:absolute;visibility:hidden" src="https://o.org/p/embed/#?secret=1">
    </iframe>"""
    assert blocks(html) == [Embed("o.org", "https://o.org/p/", "A post")]
    assert blocks(html.split("</blockquote>")[1]) == [Embed("o.org", "https://o.org/p/")]


def test_a_bare_address_in_an_embed_block_is_named_by_its_caption() -> None:
    html = """<figure class="wp-block-embed is-provider-youtube"><div class="wp-block-embed__wrapper">
    https://youtu.be/a?si=b
    </div><figcaption>{}</figcaption></figure>"""
    assert blocks(html.format("Bread")) == [Embed("YouTube", "https://youtu.be/a", "Bread")]
    linked = Paragraph(["By ", Link("https://e.org/", ["us"])])
    assert blocks(html.format('By <a href="https://e.org/">us</a>')) == [Embed("YouTube", "https://youtu.be/a"), linked]


def test_a_quote_that_only_looks_like_a_post_stays_a_quote() -> None:
    assert blocks('<blockquote class="twitter-tweet"><p>Said</p></blockquote>') == [Quote([Paragraph(["Said"])])]
    assert blocks('<iframe src="javascript:alert(1)">Sorry</iframe>') == []


def test_services_are_named_by_their_own_hosts_only() -> None:
    assert service_of("https://m.youtube.com/watch?v=a") == "YouTube"
    assert service_of("https://notyoutube.com/a") == "notyoutube.com"
    assert service_of("https://[broken") == ""


# -- what follows readers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("https://e.org/?utm_source=a&id=1&fbclid=b&yclid=c", "https://e.org/?id=1"),
        ("https://e.org/a?gclid=1&mc_cid=2&mc_eid=3&igshid=4&ysclid=5&_openstat=6", "https://e.org/a"),
        ("https://e.org/a?UTM_Source=x#part", "https://e.org/a#part"),
        ("https://e.org/a#utm_source=x&xtor=y", "https://e.org/a"),
        ("https://e.org/?q=a%20b&q=%D2%9B&x=1+2#a=b", "https://e.org/?q=a%20b&q=%D2%9B&x=1+2#a=b"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fe.org%2Fa%3Ffbclid%3D1&h=AT", "https://e.org/a"),
        ("https://www.google.com/url?sa=t&url=https://e.org/a&usg=b", "https://e.org/a"),
        ("https://vk.com/away.php?to=https%3A%2F%2Fe.org%2F&cc_key=", "https://e.org/"),
        (
            "https://l.facebook.com/l.php?u=javascript%3Aalert(1)",
            "https://l.facebook.com/l.php?u=javascript%3Aalert(1)",
        ),
        ("https://e.org/?s=20&t=x&si=y", "https://e.org/?s=20&t=x&si=y"),
        ("https://x.com/a/status/1?s=20&t=x", "https://x.com/a/status/1"),
        ("mailto:desk@e.org?subject=Hello", "mailto:desk@e.org?subject=Hello"),
        ("https://[broken?utm_source=a", "https://[broken"),
        ("https://e.org/?a=1&amp;utm_medium=b", "https://e.org/?a=1"),
    ],
)
def test_an_address_loses_what_tracks_and_nothing_else(written: str, clean: str) -> None:
    assert without_tracking(written) == clean
    assert without_tracking(clean) == clean


def test_links_of_a_text_are_without_tracking_wherever_it_stands() -> None:
    assert blocks('<p><a href="https://e.org/?utm_source=tg&amp;id=1">x</a></p>') == [
        Paragraph([Link("https://e.org/?id=1", ["x"])])
    ]


@pytest.mark.parametrize(
    "attributes",
    [
        'width="1" height="1" src="https://e.org/a.gif"', 'src="//pixel.wp.com/b.gif?host=e.org"',
        'style="width: 1px; height: 1px" src="https://e.org/a"', 'width="0" height="0" src="https://e.org/a"',
        'src="https://www.facebook.com/tr?id=1&ev=PageView"', 'src="https://mc.yandex.ru/watch/1"',
        'src="https://counter.yadro.ru/hit"', 'style="display:none" src="https://e.org/a"',
        'src="https://e.org/images/spacer.gif"',
    ],
)  # fmt: skip
def test_pictures_that_count_readers_go(attributes: str) -> None:
    assert blocks(f"<p>Text <img {attributes}></p>") == [Paragraph(["Text"])]


def test_pictures_that_are_only_narrow_or_wait_for_a_script_stay() -> None:
    assert not is_pixel({"width": "600", "height": "1", "src": "https://e.org/line.png"})
    lazy = '<img src="https://e.org/blank.gif" data-src="https://e.org/real.jpg">'
    assert [type(block) for block in blocks(lazy)] == [Figure]
    assert "tracking pixels were left out" in warned('<img width="1" height="1" src="https://e.org/a.gif">')
