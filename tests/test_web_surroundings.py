"""What links and pictures of the web mean: taken from the uploads or fetched, once, and never without their words."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from httpd import Claims, Httpd, Mode, Status
from picturing import encoded, noise
from tamizdat.format.article import Image
from tamizdat_server import oddities, pixels
from tamizdat_server.images import Pictures
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.source import Options, PictureChoice
from tamizdat_server.importers.web import pictures as gallery
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.importers.web.manners import Manners
from tamizdat_server.importers.web.originals import addresses, find_upload
from tamizdat_server.importers.web.surroundings import WebPlace

BASE = "https://news.example/2020/05/bridge/"
PHOTO = encoded(noise(640, 480), "JPEG")


@pytest.fixture
def httpd(tmp_path: Path) -> Iterator[Httpd]:
    site = tmp_path / "site"
    site.mkdir()
    with Httpd(site) as httpd:
        yield httpd


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(allow_private=True)
    yield web
    web.close()


def place(
    folder: Path,
    base: str = BASE,
    *,
    web: Web | None = None,
    now: str = "2026-11-22T06:00:00Z",
    pictures: PictureChoice = "fetch",
    uploads: tuple[Path, ...] = (),
) -> WebPlace:
    options = Options(Pictures(folder / "media"), now, pictures=pictures, uploads=uploads, fetcher=web)
    return WebPlace(base, options=options, warnings=Warnings())


def lay(folder: Path, path: str, data: bytes) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


# -- links -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("https://other.example/a?b=1#c", "https://other.example/a?b=1#c"),
        ("/about", "https://news.example/about"),
        ("../river/", "https://news.example/2020/05/river/"),
        ("?p=7", "https://news.example/2020/05/bridge/?p=7"),
        ("//cdn.example/x", "https://cdn.example/x"),
        (" https://other.example/a b\n", "https://other.example/a%20b"),
        ("https://other.example/\na", "https://other.example/a"),
        ("mailto:desk@news.example", "mailto:desk@news.example"),
        ("https://other.example/?utm_source=x&id=7", "https://other.example/?id=7"),
        ("https://other.example/?fbclid=x", "https://other.example/"),
        ("HTTPS://Other.Example/", "HTTPS://Other.Example/"),
    ],
)
def test_a_link_leads_where_its_page_meant_it_to_and_tells_nobody_who_follows(
    tmp_path: Path, href: str, address: str
) -> None:
    here = place(tmp_path)
    found = here.address(href)
    assert found is not None
    assert (found.lower(), here.warnings.list()) == (address.lower(), [])


@pytest.mark.parametrize(
    ("href", "warning"),
    [
        ("#note", "within the page"), ("", "within the page"), ("javascript:alert(1)", "neither"),
        ("data:text/html,x", "neither"), ("tel:+77001234567", "neither"), ("ftp://a.example/", "neither"),
        ("mailto:", "neither"),
        ("http://[::1", "neither"), ("https://a.example/" + "x" * 5_000, "neither"),
        ("https://editor:secret@news.example/wp-admin/", "password"), ("http://localhost/wp-admin/", "private network"),
        ("http://192.168.0.7/", "private network"), ("http://nas.local/", "private network"),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_one_becomes_text_with_a_warning(tmp_path: Path, href: str, warning: str) -> None:
    here = place(tmp_path)
    assert here.address(href) is None
    assert [warning in said for said in here.warnings.list()] == [True]


def test_relative_links_become_text_where_nobody_knows_where_the_page_stood(tmp_path: Path) -> None:
    here = place(tmp_path, base="")
    assert here.address("/about") is None
    assert here.warnings.list() == ["relative links became text"]
    assert here.address("https://a.example/") == "https://a.example/"


def test_a_site_on_ones_own_machine_may_link_to_itself(tmp_path: Path) -> None:
    assert place(tmp_path, "http://127.0.0.1:8000/a").address("/b") == "http://127.0.0.1:8000/b"


# -- pictures from the uploads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["wp-content/uploads", "uploads", "", "site/wp-content/uploads"])
@pytest.mark.parametrize("name", ["2020/05/река 1.jpg", "2020/05/p-300x200.jpg", "2020/05/p.jpg"])
def test_a_picture_is_found_below_the_folder_however_the_export_was_unpacked(
    tmp_path: Path, root: str, name: str
) -> None:
    stored = name.replace("-300x200", "")
    file = lay(tmp_path / "export" / root, stored, PHOTO)
    folder = tmp_path / "export" / ("site" if root.startswith("site") else "")
    here = place(tmp_path, uploads=(tmp_path / "none", folder), pictures="local")
    image = here.picture(f"https://old.example/wp-content/uploads/{name}", alt="The river")
    assert isinstance(image, Image)
    assert (image.width, image.alt, here.warnings.list()) == (640, "The river", [])
    assert find_upload(folder, f"https://i0.wp.com/old.example/wp-content/uploads/{name}?w=300") == file.resolve()


def test_the_whole_picture_is_taken_not_its_small_copy(tmp_path: Path) -> None:
    for name, width in (("p-300x200.jpg", 300), ("p-scaled.jpg", 700), ("p.jpg", 900)):
        lay(tmp_path, f"2020/05/{name}", encoded(noise(width, 200), "JPEG"))
    here = place(tmp_path, uploads=(tmp_path,), pictures="local")
    image = here.picture("/wp-content/uploads/2020/05/p-300x200.jpg", alt="")
    assert isinstance(image, Image)
    assert image.width == 700


def test_a_picture_of_another_month_with_the_same_name_is_never_taken(tmp_path: Path) -> None:
    lay(tmp_path, "2019/03/1.jpg", PHOTO)
    lay(tmp_path, "1.jpg", PHOTO)
    assert find_upload(tmp_path, "https://n.example/wp-content/uploads/2020/01/1.jpg") is None
    assert find_upload(tmp_path / "2019", "https://n.example/wp-content/uploads/2018/03/1.jpg") is None


@pytest.mark.parametrize("path", ["../../secret.jpg", "..%2f..%2fsecret.jpg", "%2e%2e/%2e%2e/secret.jpg", "/etc/passwd",
                                  "link.jpg", "a%00.jpg", "2020", "", "x" * 5_000])  # fmt: skip
def test_nothing_outside_of_the_uploads_is_ever_read(tmp_path: Path, path: str) -> None:
    lay(tmp_path, "secret.jpg", PHOTO)
    root = tmp_path / "wp" / "uploads"
    (root / "2020").mkdir(parents=True)
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    assert find_upload(root, f"https://n.example/wp-content/uploads/{path}") is None


def test_what_is_not_at_hand_is_not_fetched_where_only_files_were_allowed(
    tmp_path: Path, httpd: Httpd, web: Web
) -> None:
    for choice, warning in (("local", gallery.NOT_AT_HAND), ("none", gallery.LEFT_OUT)):
        here = place(tmp_path, httpd.url, web=web, pictures=choice)
        assert here.picture("p.jpg", alt="words") is None
        assert here.warnings.list() == [warning]
    assert httpd.requests == 0


# -- pictures of the web -----------------------------------------------------------------------------------------------


def test_the_whole_picture_is_fetched_and_the_small_one_only_where_it_is_gone(
    tmp_path: Path, httpd: Httpd, web: Web
) -> None:
    lay(httpd.folder, "wp-content/uploads/p.jpg", PHOTO)
    lay(httpd.folder, "wp-content/uploads/q-300x200.jpg", encoded(noise(300, 200), "JPEG"))
    here = place(tmp_path, httpd.url, web=web)
    large = here.picture("/wp-content/uploads/p-300x200.jpg", alt="")
    small = here.picture("/wp-content/uploads/q-300x200.jpg", alt="")
    assert isinstance(large, Image)
    assert isinstance(small, Image)
    assert (large.width, small.width, here.warnings.list()) == (640, 300, [])
    assert [path.rpartition("/")[2] for path in httpd.paths] == ["p.jpg", "q.jpg", "q-300x200.jpg"]


def test_names_that_only_look_like_small_copies_are_asked_for_as_they_are() -> None:
    assert addresses("https://a.example/maps/world-800x600.png") == ["https://a.example/maps/world-800x600.png"]
    assert addresses("https://i0.wp.com/a.example/p.jpg?resize=300%2C200&ssl=1#x") == [
        "https://i0.wp.com/a.example/p.jpg?ssl=1",
        "https://i0.wp.com/a.example/p.jpg?resize=300%2C200&ssl=1",
    ]
    assert (
        addresses("https://a.files.wordpress.com/2020/05/p.jpg?w=300")[0]
        == "https://a.files.wordpress.com/2020/05/p.jpg"
    )
    assert addresses("https://a.example/p.jpg?id=7") == ["https://a.example/p.jpg?id=7"]


def test_an_address_is_asked_for_once_however_many_articles_show_it(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    lay(httpd.folder, "p.jpg", PHOTO)
    found = [place(tmp_path, httpd.url, web=web).picture("p.jpg", alt="words") for _ in range(3)]
    missing = [place(tmp_path, httpd.url, web=web) for _ in range(3)]
    assert [here.picture("gone.jpg", alt="words") for here in missing] == [None] * 3
    assert [here.warnings.list() for here in missing] == [[gallery.GONE]] * 3
    assert found[0] is not None
    assert found[0] == found[1] == found[2]
    assert httpd.paths == ["p.jpg", "gone.jpg"]


def test_an_hour_later_it_is_asked_whether_anything_is_new(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    lay(httpd.folder, "p.jpg", PHOTO)
    first = place(tmp_path, httpd.url, web=web).picture("p.jpg", alt="")
    later = place(tmp_path, httpd.url, web=web, now="2026-11-22T07:00:00Z")
    assert later.picture("p.jpg", alt="") == first
    assert [asked.status for asked in httpd.log] == [200, 304]
    assert later.picture("p.jpg", alt="") == first
    assert httpd.requests == 2
    # The newsroom put another picture in its place: a face was to be seen.
    lay(httpd.folder, "p.jpg", encoded(noise(500, 400), "JPEG"))
    replaced = place(tmp_path, httpd.url, web=web, now="2026-11-22T08:00:00Z").picture("p.jpg", alt="")
    assert isinstance(replaced, Image)
    assert replaced.width == 500
    # Or took it away.
    (httpd.folder / "p.jpg").unlink()
    assert place(tmp_path, httpd.url, web=web, now="2026-11-22T09:00:00Z").picture("p.jpg", alt="") is None


@pytest.mark.parametrize(
    "mode",
    [lambda handler, file: handler.hang_up(), Status(500), Status(403), Status(429), Claims({}, body=b""),
     Claims({}, body=b"<!doctype html><title>Are you a robot?")],
    ids=["silent", "broken", "guarded", "busy", "empty", "a page"],
)  # fmt: skip
def test_what_was_had_stands_while_its_host_does_not_say_what_became_of_it(
    tmp_path: Path, httpd: Httpd, mode: Mode
) -> None:
    web = Web(allow_private=True, manners=Manners(repeats=0))
    lay(httpd.folder, "p.jpg", PHOTO)
    first = place(tmp_path, httpd.url, web=web).picture("p.jpg", alt="")
    httpd.tell("*", mode)
    here = place(tmp_path, httpd.url, web=web, now="2026-12-22T06:00:00Z")
    assert here.picture("p.jpg", alt="") == first
    assert here.warnings.list() == []


def test_a_host_that_cannot_be_reached_twice_is_not_asked_again(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    httpd.tell("*", lambda handler, file: handler.hang_up())
    here = place(tmp_path, httpd.url, web=web)
    assert [here.picture(f"{number}.jpg", alt="words") for number in range(5)] == [None] * 5
    assert here.warnings.list() == ["pictures at 127.0.0.1 couldn't be fetched: their words stay"]
    assert httpd.requests == 2


def test_a_failure_that_may_pass_is_not_remembered(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    lay(httpd.folder, "p.jpg", PHOTO)
    httpd.tell("*", Status(500))
    here = place(tmp_path, httpd.url, web=web)
    assert here.picture("p.jpg", alt="") is None
    httpd.tell("*", None)
    assert here.picture("p.jpg", alt="") is not None


@pytest.mark.parametrize("source", ["http://127.0.0.1/p.jpg", "http://169.254.169.254/p.jpg", "//localhost/p.jpg",
                                    "https://news.example:22/p.jpg", "https://a:b@news.example/p.jpg"])  # fmt: skip
def test_pictures_inside_a_private_network_are_not_fetched(tmp_path: Path, source: str) -> None:
    here = place(tmp_path, web=Web())
    assert here.picture(source, alt="words") is None
    assert here.warnings.list() == [gallery.PRIVATE]


@pytest.mark.parametrize("source", ["", "file:///etc/passwd", "blob:https://n.example/7", "cid:1", "javascript:x",
                                    "data:text/html,x", "http://[::1", "mailto:a@b.example"])  # fmt: skip
def test_what_is_no_address_of_a_picture_leaves_its_words(tmp_path: Path, source: str) -> None:
    here = place(tmp_path, "", web=Web())
    assert here.picture(source, alt="words") is None
    assert len(here.warnings.list()) == 1


def test_a_page_in_place_of_a_picture_is_said_and_not_asked_for_again(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    httpd.tell("*", Claims({"Content-Type": "image/jpeg"}, body=b"<!doctype html><title>Gone"))
    here = place(tmp_path, httpd.url, web=web)
    assert [here.picture("p.jpg", alt="words") for _ in range(2)] == [None, None]
    assert (here.warnings.list(), httpd.requests) == ([oddities.PAGE], 1)


def test_what_a_picture_is_decides_itself_not_its_name_or_type(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    httpd.tell("p.txt", Claims({"Content-Type": "text/plain"}, body=PHOTO))
    assert place(tmp_path, httpd.url, web=web).picture("p.txt", alt="") is not None


def test_pixels_that_count_readers_are_left_out_and_known_ones_not_even_fetched(
    tmp_path: Path, httpd: Httpd, web: Web
) -> None:
    lay(httpd.folder, "p.gif", encoded(noise(1, 1), "GIF"))
    here = place(tmp_path, httpd.url, web=web)
    assert here.picture("p.gif", alt="") is None
    assert here.warnings.list() == [pixels.INVISIBLE]
    assert here.picture("https://pixel.wp.com/g.gif?x=1", alt="") is None
    assert httpd.requests == 1


def test_pictures_within_the_text_are_taken(tmp_path: Path) -> None:
    for data in (base64.b64encode(PHOTO).decode(), base64.b64encode(PHOTO).decode().replace("+", "%2B")):
        assert place(tmp_path).picture(f"data:image/jpeg;base64,{data}", alt="") is not None
    drawing = place(tmp_path)
    assert drawing.picture("data:image/svg+xml,%3Csvg xmlns='x'/%3E", alt="words") is None
    assert drawing.warnings.list() == [oddities.SVG]
    assert place(tmp_path).picture("data:image/png;base64,A", alt="") is None


def test_a_picture_too_large_to_fetch_says_so(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    httpd.tell("*", Claims({"Content-Length": "99999999"}, body=b"x"))
    here = place(tmp_path, httpd.url, web=web)
    assert here.picture("p.jpg", alt="words") is None
    assert here.warnings.list() == [gallery.TOO_LARGE]


def test_a_memory_that_was_damaged_is_as_good_as_none(tmp_path: Path, httpd: Httpd, web: Web) -> None:
    lay(httpd.folder, "p.jpg", PHOTO)
    first = place(tmp_path, httpd.url, web=web).picture("p.jpg", alt="")
    for file in (tmp_path / "media" / "sources" / "addresses").iterdir():
        file.write_bytes(b"{half")
    assert place(tmp_path, httpd.url, web=web).picture("p.jpg", alt="") == first
    for file in (tmp_path / "media").glob("*.webp"):
        file.unlink()
    assert place(tmp_path, httpd.url, web=web).picture("p.jpg", alt="") == first
    assert httpd.requests == 3


@pytest.mark.parametrize(
    ("href", "stays"),
    [
        ("/author/aigul.s/", False),
        ("https://www.example.kz/kk/author/aigul.s/page/2/", False),
        ("https://kk.example.kz/?author=3", False),
        ("https://example.kz/?lang=kk&author_name=aigul.s", False),
        ("https://elsewhere.example/author/jane/", True),
        ("https://example.kz/the-author/of-the-book/", True),
        ("https://example.kz/author/", True),
    ],
)
def test_links_to_a_sites_own_authors_lose_the_address_that_may_tell_a_login(
    tmp_path: Path, href: str, stays: bool
) -> None:
    assert (place(tmp_path, "https://example.kz/2024/bridge/").address(href) is not None) is stays
