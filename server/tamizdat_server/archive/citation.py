"""How to cite an article: in a sentence, and for BibTeX."""

import re
from typing import Final

import msgspec

from tamizdat.format.article import Article
from tamizdat.format.names import sha256
from tamizdat_server.archive.words import day

_SPECIAL: Final = re.compile(r"[\\{}$&#^_~%]")
_SPELLED: Final = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}


class Citation(msgspec.Struct, frozen=True):
    """`sha256`: of the record's exact bytes, by which any copy can be held against this one."""

    text: str
    bibtex: str
    sha256: str


def cite(article: Article, line: bytes, *, publication: str, url: str) -> Citation:
    """How to cite `article`, which stands at `url`. `publication`: its title; `line`: the article's exact bytes."""
    author = f"{article.byline}. " if article.byline else ""
    dated = f"{day(article.published)}, revision {article.revision} of {day(article.updated)}"
    text = f"{author}“{article.title}.” {publication} ({article.edition}), {dated}. {url}"
    return Citation(text, _bibtex(article, publication, url), sha256(line))


def _bibtex(article: Article, publication: str, url: str) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{article.key}-{article.revision}").strip("-")
    fields = {
        "author": f"{{{_spelled(article.byline)}}}" if article.byline else "",
        "title": f"{{{_spelled(article.title)}}}",
        "journal": _spelled(publication),
        "year": article.published[:4],
        "month": str(int(article.published[5:7])),
        "day": str(int(article.published[8:10])),
        "language": article.edition,
        "note": f"Revision {article.revision}, {article.updated[:10]}",
        "url": re.sub(r"[{}\\]", "", url),
    }
    lines = "".join(f"  {field} = {{{value}}},\n" for field, value in fields.items() if value)
    return f"@article{{{name},\n{lines}}}"


def _spelled(text: str) -> str:
    return _SPECIAL.sub(lambda found: _SPELLED.get(found[0], "\\" + found[0]), " ".join(text.split()))
