"""A real HTTP server that plays a WordPress site: its REST API, its feeds, its pages, and what goes wrong with them.

with WordPress() as wordpress:
    wordpress.write(300)
    wordpress.before("posts", lambda site: site.delete(7), request=2)
    ...
    assert wordpress.asked("posts") == 4
"""

import gzip
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from httpd import Handler, Httpd, Mode

FIRST = datetime(2024, 1, 1, 6, tzinfo=UTC)
ZONE = timezone(timedelta(hours=5))
FEED_ENTRIES = 10
LOCKED = (
    '<form action="wp-login.php?action=postpass" class="post-password-form"><p>This content is password protected.</p>'
)


@dataclass(frozen=True)
class Author:
    """Somebody who writes. `login` is in the address of the author's page."""

    id: int = 1
    name: str = "Айгүль Сейтова"
    login: str = "aigul.s"


@dataclass(frozen=True)
class Post:
    """A post as its editors see it; the site's API shows less. Times are in UTC."""

    id: int
    title: str
    body: str
    date: datetime
    modified: datetime
    status: str = "publish"
    type: str = "post"
    password: str = ""
    slug: str = ""
    author: Author = Author()
    categories: tuple[str, ...] = ("Новости",)
    tags: tuple[str, ...] = ()
    picture: str = ""
    alt: str = ""
    caption: str = ""
    lang: str = ""
    translations: Mapping[str, int] = field(default_factory=dict[str, int])
    path: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class Request:
    """What was asked: the route (`posts`, `index`, `feed/atom`, `page` …) and its words."""

    route: str
    words: dict[str, str]


Fault = Callable[[Request], Mode | None]


@dataclass
class WordPress:
    """The site. `folder`: where it is installed on its host. Fields below say how it is set up, and may be changed.

    `pretty`: it has addresses like /wp-json/ rather than ?rest_route=/. `told_home`: what it says its own address is.
    `knows`: which words its version of the API understands; others are ignored, as WordPress does. `types`: of posts of
    its own, with where its API lists them.
    """

    folder: str = ""
    pretty: bool = True
    told_home: str = ""
    linked_root: str = ""
    namespaces: tuple[str, ...] = ("oembed/1.0", "wp/v2")
    knows: frozenset[str] = frozenset(("modified_after", "_fields", "modified", "offset"))
    closed: Mapping[str, int] = field(default_factory=dict[str, int])
    page_size: int = 100
    zone: timezone = ZONE
    zone_name: str = ""
    gmt_dates: bool = True
    totals: bool = True
    unread: frozenset[int] = frozenset()
    by_language: bool = False
    short_feeds: bool = False
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    posts: dict[int, Post] = field(default_factory=dict[int, Post])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    faults: list[Fault] = field(default_factory=list[Fault])
    requests: list[Request] = field(default_factory=list[Request])

    def __enter__(self) -> Self:
        self._empty = tempfile.TemporaryDirectory()
        self.httpd = Httpd(Path(self._empty.name), modes={"*": self._answer})
        self.httpd.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.httpd.__exit__(kind, error, trace)
        self._empty.cleanup()

    # -- editors -------------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The site's address."""
        return f"{self.httpd.url}{self.folder}"

    def write(self, count: int = 1, **fields: Any) -> list[int]:
        """Publish so many posts, an hour after each other; `fields` are those of `Post`. Their numbers."""
        numbers: list[int] = []
        for _ in range(count):
            number = max(self.posts, default=0) + 1
            at = fields.get("date", FIRST + timedelta(hours=number))
            told = {"title": f"Статья {number}", "body": f"<p>Текст номер {number}, о мосте.</p>", "date": at}
            told |= {"modified": at, "slug": f"post-{number}"}
            self.posts[number] = Post(id=number, **(told | fields))
            numbers.append(number)
        return numbers

    def edit(self, number: int, *, at: datetime | None = None, **fields: Any) -> None:
        """Change a post; the time of its change follows the latest one, unless it is given."""
        latest = max(post.modified for post in self.posts.values())
        self.posts[number] = replace(self.posts[number], modified=at or latest + timedelta(hours=1), **fields)

    def delete(self, *numbers: int) -> None:
        for number in numbers:
            del self.posts[number]

    # -- tests ---------------------------------------------------------------------------------------------------------

    def before(self, route: str, act: Callable[["WordPress"], object], *, request: int) -> None:
        """Do this just before the so-manieth request of a route from now on is answered."""
        left = [request]

        def count(asked: Request) -> None:
            if asked.route == route:
                left[0] -= 1
                if left[0] == 0:
                    act(self)

        self.faults.append(count)

    def fail(self, route: str, mode: Mode, *, first: int = 1, last: int = 1_000_000) -> None:
        """Answer so to a route's requests, from the `first` from now on to the `last`."""
        seen = [0]

        def choose(asked: Request) -> Mode | None:
            if asked.route != route:
                return None
            seen[0] += 1
            return mode if first <= seen[0] <= last else None

        self.faults.append(choose)

    def forget(self) -> None:
        """Start counting anew, and mend what was told to fail."""
        self.requests.clear()
        self.faults.clear()
        self.httpd.forget()

    def asked(self, route: str = "") -> int:
        """How often a route was asked; without one, all."""
        return sum(not route or request.route == route for request in self.requests)

    def fetched(self) -> list[int]:
        """The numbers of all posts whose texts were asked for, in order."""
        lists = [request.words["include"] for request in self.requests if "include" in request.words]
        return [int(number) for numbers in lists for number in numbers.split(",")]

    # -- answering -----------------------------------------------------------------------------------------------------

    def _answer(self, handler: Handler, file: Path | None) -> None:
        request = self._request(handler.asked.path)
        self.requests.append(request)
        for fault in [*self.faults]:
            if mode := fault(request):
                return mode(handler, None)
        if request.route in self.closed:
            return refuse(self.closed[request.route])(handler, None)
        if request.route == "index":
            return self._index(handler, request)
        if request.route == "types":
            told = {name: {"slug": name, "rest_base": base} for name, base in self._bases().items()}
            return self._json(handler, told)
        if request.route in self._bases().values():
            return self._list(handler, request)
        if request.route.startswith("feed"):
            return self._feed(handler, request)
        if request.route in self.files:
            return handler.answer(200, self.files[request.route])
        return self._page(handler, request)

    def _request(self, path: str) -> Request:
        parts = urlsplit(path)
        words = dict(parse_qsl(parts.query, keep_blank_values=True))
        inside = parts.path.removeprefix(self.folder).strip("/")
        if not parts.path.startswith(self.folder.rstrip("/")):
            return Request("elsewhere", words)
        route = words.pop("rest_route", None)
        if route is None and self.pretty and inside.startswith("wp-json"):
            route = inside.removeprefix("wp-json")
        if route is not None:
            route = route.strip("/")
            return Request(route.removeprefix("wp/v2/") if route else "index", words)
        if "feed" in words:
            return Request(f"feed/{words['feed'].removesuffix('2')}", words)
        if self.pretty and inside in ("feed", "feed/atom"):
            return Request("feed/rss" if inside == "feed" else inside, words)
        return Request(inside if inside in self.files else f"page {inside}".strip(), words)

    def _index(self, handler: Handler, request: Request) -> None:
        home = (self.told_home or self.url).rstrip("/")
        offset = self.zone.utcoffset(None).total_seconds() / 3600
        index = {"name": "Паром", "description": "", "url": home, "home": home, "gmt_offset": offset}
        index |= {
            "timezone_string": self.zone_name,
            "namespaces": [*self.namespaces],
            "authentication": {},
            "routes": {"/": {}},
        }
        self._json(handler, self._chosen(index, request))

    def _list(self, handler: Handler, request: Request) -> None:
        words = {name: value for name, value in request.words.items() if self._understands(name)}
        per_page = int(words.get("per_page", 10))
        page = int(words.get("page", 1))
        if not 1 <= per_page <= 100 or (words.get("orderby") == "modified" and "modified" not in self.knows):
            return refuse(400, code="rest_invalid_param")(handler, None)
        per_page = min(per_page, self.page_size)
        found = self._found(request.route, words)
        pages = -(-len(found) // per_page)
        if page > 1 and page > pages:
            return refuse(400, code="rest_post_invalid_page_number")(handler, None)
        start = int(words["offset"]) if "offset" in words else (page - 1) * per_page
        shown = [post for post in found[start : start + per_page] if post.id not in self.unread]
        headers = {"X_WP_Total": str(len(found)), "X_WP_TotalPages": str(pages)} if self.totals else {}
        told = [self._chosen(self._told(post, embed="_embed" in words), request) for post in shown]
        return self._json(handler, told, **headers)

    def _bases(self) -> dict[str, str]:
        return {"post": "posts", "page": "pages", **self.types}

    def _understands(self, word: str) -> bool:
        return word in self.knows or word not in ("modified_after", "_fields", "offset")

    def _found(self, route: str, words: Mapping[str, str]) -> list[Post]:
        kind = next(name for name, base in self._bases().items() if base == route)
        found = [post for post in self.posts.values() if post.status == "publish" and post.type == kind]
        if self.by_language:
            found = [post for post in found if post.lang == words.get("lang", "ru")]
        if "include" in words:
            wanted = {int(number) for number in words["include"].split(",")}
            found = [post for post in found if post.id in wanted]
        if "modified_after" in words:
            # As WordPress compares: both in the site's local time.
            after = datetime.fromisoformat(words["modified_after"])
            found = [post for post in found if post.modified > after]
        by = words.get("orderby", "date")
        found.sort(key=lambda post: (post.id if by == "id" else getattr(post, by, post.date), post.id))
        return found if words.get("order", "desc") == "asc" else found[::-1]

    def _told(self, post: Post, *, embed: bool) -> dict[str, Any]:
        shown = "" if post.password else post.body
        told: dict[str, Any] = {
            "id": post.id,
            "date": _local(post.date, self.zone),
            "date_gmt": _local(post.date, UTC) if self.gmt_dates else "0000-00-00T00:00:00",
            "guid": {"rendered": f"{self.url}?p={post.id}"},
            "modified": _local(post.modified, self.zone),
            "modified_gmt": _local(post.modified, UTC),
            "slug": post.slug,
            "status": post.status,
            "type": post.type,
            "link": self.link(post),
            "title": {"rendered": f"Protected: {post.title}" if post.password else post.title},
            "content": {"rendered": shown, "protected": bool(post.password)},
            "excerpt": {"rendered": "", "protected": bool(post.password)},
            "author": post.author.id,
            "featured_media": 9000 + post.id if post.picture else 0,
            "categories": [],
            "tags": [],
            "_links": {"self": [{"href": f"{self.url}wp-json/wp/v2/posts/{post.id}"}]},
        }
        if post.lang and not self.by_language:
            told |= {"lang": post.lang, "translations": post.translations or []}
        told |= post.extra
        if embed:
            told["_embedded"] = self._embedded(post)
        return told

    def _embedded(self, post: Post) -> dict[str, Any]:
        author: dict[str, Any] = {"id": post.author.id, "name": post.author.name, "slug": post.author.login}
        if "users" in self.closed:
            author = {"code": "rest_user_cannot_view", "message": "Sorry", "data": {"status": self.closed["users"]}}
        terms = [
            [{"id": place, "name": escape(name), "taxonomy": kind} for place, name in enumerate(names)]
            for kind, names in (("category", post.categories), ("post_tag", post.tags))
        ]
        embedded: dict[str, Any] = {"author": [author], "wp:term": terms}
        if post.picture:
            media = {"id": 9000 + post.id, "source_url": post.picture, "alt_text": post.alt, "media_type": "image"}
            embedded["wp:featuredmedia"] = [media | {"caption": {"rendered": post.caption}, "mime_type": "image/png"}]
        return embedded

    def link(self, post: Post) -> str:
        """A post's address."""
        if not self.pretty:
            return f"{self.url}?p={post.id}"
        return f"{self.url}{post.path or f'{post.date:%Y/%m}/{post.slug}/'}"

    def _chosen(self, told: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
        if "_fields" not in request.words or "_fields" not in self.knows:
            return told
        names = request.words["_fields"].split(",")
        return {name: value for name, value in told.items() if name in names}

    def _json(self, handler: Handler, value: object, **headers: str) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        headers["Content_Type"] = "application/json; charset=UTF-8"
        if "gzip" in handler.asked.headers.get("accept-encoding", ""):
            body, headers["Content_Encoding"] = gzip.compress(body, mtime=0), "gzip"
        handler.answer(200, body, **headers)

    # -- pages and feeds -----------------------------------------------------------------------------------------------

    def _page(self, handler: Handler, request: Request) -> None:
        root = self.linked_root or (f"{self.url}wp-json/" if self.pretty else f"{self.url}index.php?rest_route=/")
        found = request.route == "page"
        headers = {"Link": f'<{root}>; rel="https://api.w.org/"'} if found and root != "none" else {}
        handler.answer(200 if found else 404, b"<!doctype html><title>A site</title><p>A page.", **headers)

    def _feed(self, handler: Handler, request: Request) -> None:
        found = [replace(post, body=LOCKED) if post.password else post for post in self._found("posts", {})]
        if self.short_feeds:
            found = [replace(post, body=f"{post.body[:60]} [&hellip;]") for post in found]
        page = int(request.words.get("paged", 1))
        shown = found[(page - 1) * FEED_ENTRIES : page * FEED_ENTRIES]
        if not shown:
            return handler.answer(404, b"<!doctype html><p>Nothing here.")
        write = self._atom if request.route == "feed/atom" else self._rss
        return handler.answer(200, write(shown).encode(), Content_Type="application/xml; charset=UTF-8")

    def _atom(self, posts: Iterable[Post]) -> str:
        entries = "".join(
            f"<entry><id>{self.url}?p={post.id}</id><title type='html'>{escape(escape(post.title))}</title>"
            f"<link rel='alternate' type='text/html' href='{self.link(post)}'/>"
            f"<author><name>{escape(post.author.name)}</name></author>"
            f"<published>{_local(post.date, UTC)}Z</published><updated>{_local(post.modified, UTC)}Z</updated>"
            f"<content type='html'>{escape(post.body)}</content></entry>"
            for post in posts
        )
        return f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Паром</title>{entries}</feed>"

    def _rss(self, posts: Iterable[Post]) -> str:
        items = "".join(
            f"<item><guid isPermaLink='false'>{self.url}?p={post.id}</guid><title>{escape(post.title)}</title>"
            f"<link>{self.link(post)}</link><pubDate>{post.date:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
            f"<content:encoded>{escape(post.body)}</content:encoded></item>"
            for post in posts
        )
        space = "http://purl.org/rss/1.0/modules/content/"
        return f"<rss version='2.0' xmlns:content='{space}'><channel><title>Паром</title>{items}</channel></rss>"


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def refuse(status: int, *, code: str = "rest_forbidden", **headers: str) -> Mode:
    """WordPress says no, as JSON."""
    body = json.dumps({"code": code, "message": "Sorry.", "data": {"status": status}}).encode()
    return lambda handler, _: handler.answer(status, body, Content_Type="application/json", **headers)


def say(body: bytes, *, status: int = 200, **headers: str) -> Mode:
    """These bytes, whatever was asked."""
    return lambda handler, _: handler.answer(status, body, **headers)


def challenge(handler: Handler, file: Path | None) -> None:
    """What stands before a site that somebody attacks: a page with a riddle for browsers."""
    handler.answer(403, b"<!doctype html><title>Just a moment...</title>", Content_Type="text/html")


def empty(handler: Handler, file: Path | None) -> None:
    """A list of nothing, and a count that agrees."""
    handler.answer(200, b"[]", X_WP_Total="0", X_WP_TotalPages="0", Content_Type="application/json")


def truncated(handler: Handler, file: Path | None) -> None:
    """Half a list: its database went away, and the length was right all the same."""
    handler.answer(200, b'[{"id":1,"modified_gmt":"2024-01-01T00:00:00"},{"id":2,"mod', Content_Type="application/json")


def redirect(url: str, status: int = 301) -> Mode:
    return lambda handler, _: handler.answer(status, Location=url)


def _local(at: datetime, zone: Any) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
