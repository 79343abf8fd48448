"""What must never leave a newsroom, read from a source by a path of its own, and a look into everything that did leave.

The private words of a WordPress export are found with the standard library's parser, not with the importer's, and as
shingles of five words, so that a cut or a changed mark hides nothing. Words that stand in a public text, too, are no
secrets.
"""

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import httpx

from publishing import Reader, everything
from tamizdat.format.article import decode_record

SHINGLE = 5
_BEGINNINGS = (
    *("", "api/publication", "api/editions", "api/articles?limit=200", "api/changes?since=0", "api/openapi.json"),
    *("api/health", "data/", "data/library.json", "data/library/articles.json?_shape=objects&_size=max"),
)
_tokens = re.compile(r"[\w@.+-]*\w", re.UNICODE)
_pictures = {b"RIFF": "webp", b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png"}


@dataclass
class Secrets:
    """`strings` must not occur, in any case of letters; `shingles` not among the words of any text; `logins` not as
    an author. `ignored`: what would have been secret, but stands in a public text, too.
    """

    strings: set[str] = field(default_factory=set)
    shingles: set[str] = field(default_factory=set)
    logins: set[str] = field(default_factory=set)
    ignored: int = 0


def shingles(text: str) -> Iterator[str]:
    """Every five words that stand side by side; all of them where there are fewer."""
    text = visible(text)
    words = _tokens.findall(text.casefold())
    if 0 < len(words) < SHINGLE:
        yield " ".join(words)
    yield from _bare(text)


def _bare(text: str) -> Iterator[str]:
    words = _tokens.findall(text.casefold())
    for start in range(len(words) - SHINGLE + 1):
        yield " ".join(words[start : start + SHINGLE])


def visible(text: str) -> str:
    """The words of a text that may hold tags and entities; comments and tags part words."""
    return " ".join(_visible_pieces(text))


def _visible_pieces(text: str) -> list[str]:
    found: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(re.sub(r"<(?![a-zA-Z/!?])", "&lt;", text))
    parser.close()
    return found


# -- the secrets of an export ------------------------------------------------------------------------------------------


def secrets_of(export: Path, *, marked: Iterable[str] = ()) -> Secrets:
    """Everything of a WordPress export that no reader may see; `marked`: what its README says besides."""
    channel = next(_plain(ET.parse(export).getroot()).iter("channel"))
    items = channel.findall("item")
    public = [item for item in items if _is_public(item)]
    # A picture belongs to the post that it was added to, or to all.
    about_public = {_text(item, "post_id") for item in public} | {"", "0"}
    shown = [
        item for item in items if _text(item, "post_parent") in about_public and _text(item, "status") == "inherit"
    ]
    open_text = "\n".join(ET.tostring(_without_comments(item), "unicode") for item in public).casefold()
    open_words = {shingle for item in [*public, *shown] for text in _texts(item) for shingle in shingles(text)}
    addressed = [text for item in public for text in [*_texts(item), _text(item, "link")]]
    # As bare text, for the addresses of links; and with words in one that tags part.
    open_words |= {
        shingle for text in addressed for form in (text, "".join(_visible_pieces(text))) for shingle in _bare(form)
    }

    secrets = Secrets(strings={text.casefold() for text in marked})
    private = [item for item in items if item not in public and item not in shown and _is_text(item)]
    hidden = [text for item in private for text in _texts(item)]
    comments = [comment for item in items for comment in item.findall("comment")]
    hidden += [_text(comment, "comment_content") for comment in comments]
    for shingle in (shingle for text in hidden for shingle in shingles(text)):
        _add(secrets, secrets.shingles, shingle, known=shingle in open_words or len(shingle) < 12)
    values = [_text(comment, f"comment_author_{name}") for comment in comments for name in ("email", "IP", "url")]
    values += [_text(comment, "comment_author") for comment in comments if " " in _text(comment, "comment_author")]
    values += [_text(author, "author_email") for author in channel.iter("author")]
    values += [_text(item, "post_password") for item in items]
    for value in filter(None, (value.strip().casefold() for value in values)):
        _add(secrets, secrets.strings, value, known=value in open_text or len(value) < 6)
    secrets.strings.discard("127.0.0.1")  # nobody's, and the address of a test's own server
    secrets.logins = {_text(author, "author_login").casefold() for author in channel.iter("author")} - {""}
    return secrets


def _add(secrets: Secrets, to: set[str], value: str, *, known: bool) -> None:
    if known:
        secrets.ignored += 1
    else:
        to.add(value)


def _is_public(item: ET.Element) -> bool:
    return (
        _text(item, "status") == "publish"
        and _text(item, "post_type") in ("post", "page")
        and not _text(item, "post_password")
        and _text(item, "post_date_gmt") < "2026-12"
    )


def _is_text(item: ET.Element) -> bool:
    return _text(item, "post_type") != "nav_menu_item"


def _texts(item: ET.Element) -> list[str]:
    return [part.text or "" for part in item if part.tag in ("title", "encoded")]


def _text(element: ET.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _without_comments(item: ET.Element) -> ET.Element:
    kept = ET.Element("item")
    kept.extend(part for part in item if part.tag not in ("comment", "creator"))
    return kept


def _plain(root: ET.Element) -> ET.Element:
    """The same tree without namespaces, which differ between the versions of the format."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


# -- everything that left ----------------------------------------------------------------------------------------------


def published(public: Path, readers: Mapping[int, Mapping[str, Reader]]) -> list[bytes]:
    """Every byte of a tree, as it lies there and decoded."""
    files = [path.read_bytes() for path in public.rglob("*") if path.is_file()]
    names = "\n".join(str(path.relative_to(public)) for path in public.rglob("*")).encode()
    return [names, *files, *everything(public, readers)]


def held(library: Path) -> list[bytes]:
    """Every byte of a reader's files, and each value of its tables."""
    found = [path.read_bytes() for path in library.parent.glob(f"{library.name}*") if path.is_file()]
    with closing(sqlite3.connect(f"file:{library}?mode=ro", uri=True)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = db.execute(f'SELECT * FROM "{table}"')
            found += ["\n".join(map(_shown, row)).encode() for row in rows]
    return found


def _shown(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def answered(url: str) -> list[bytes]:
    """What a server says to who asks its API for everything and follows the links of its archive, headers included."""
    found: list[bytes] = []
    seen: set[str] = set()
    queue = [*_BEGINNINGS]
    with httpx.Client(base_url=url, trust_env=False, follow_redirects=True, timeout=60) as client:
        while queue and len(seen) < 200:
            path = queue.pop()
            if path in seen:
                continue
            seen.add(path)
            answer = client.get(path)
            found += [answer.content, repr(answer.headers.raw).encode()]
            queue += [path for path in _links(path, answer) if path not in seen]
    return found


def _links(path: str, answer: httpx.Response) -> Iterator[str]:
    kind = answer.headers.get("content-type", "")
    if path.startswith("api/articles?") and "json" in kind:
        page = answer.json()
        yield from (f"api/articles/{article['key']}" for article in page["articles"])
        if page.get("next"):
            yield f"api/articles?limit=200&cursor={page['next']}"
    elif path.startswith("data") and "html" in kind:
        base = str(answer.request.url.copy_with(path="/", query=None))
        for link in re.findall(r'href="([^"#]+)', answer.text):
            target = str(answer.request.url.join(link.replace("&amp;", "&")))
            # Queries show the same rows in other orders, without end.
            if target.startswith(f"{base}data/") and "?" not in target:
                yield target.removeprefix(base)


# -- looking -----------------------------------------------------------------------------------------------------------


def leaks(secrets: Secrets, left: Iterable[bytes]) -> list[str]:
    """Which secrets are in what left."""
    found: set[str] = set()
    for data in {*left}:  # much of it is said many times
        text = data.decode("utf-8", "replace").casefold()
        # JSON and HTML write some characters otherwise.
        for spelling in {text, _unescaped(text)}:
            found |= {secret for secret in secrets.strings if secret in spelling}
        if secrets.shingles and not data.startswith((b"SQLite format 3", *_pictures)):
            found |= secrets.shingles.intersection(_shingles_of(data, text))
    return sorted(found)


def _shingles_of(data: bytes, text: str) -> Iterator[str]:
    # Words of two paragraphs that stand side by side are no sentence, so each piece of text is looked at alone.
    for piece in _visible_pieces(text):
        for line in piece.splitlines():
            yield from _bare(line)
    for line in data.split(b"\n"):
        if line.startswith(b'{"type":"article"'):
            # Words that a tag parts are apart in the record's bytes, and together in its plain text, a line a block.
            for block in decode_record(line).text.splitlines():
                yield from _bare(block)


def _unescaped(text: str) -> str:
    try:
        return json.loads(f'"{text}"') if "\\u" in text and '"' not in text else text.replace("\\/", "/")
    except ValueError:
        return text


def bylines(lines: Iterable[bytes]) -> set[str]:
    """Every author that the records name."""
    records = (json.loads(line) for line in lines)
    return {name.strip().casefold() for record in records for name in record.get("byline", "").split(",")} - {""}


def extras_in_picture(data: bytes) -> list[str]:
    """The names of those parts of a WebP, AVIF, JPEG or PNG file that hold anything but pixels."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return [name for name in _riff(data) if name not in ("VP8 ", "VP8L", "VP8X", "ALPH")]
    raise AssertionError(f"a published picture of an unexpected kind: {data[:12]!r}")


def _riff(data: bytes) -> Iterator[str]:
    place = 12
    while place + 8 <= len(data):
        yield data[place : place + 4].decode("latin-1")
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
