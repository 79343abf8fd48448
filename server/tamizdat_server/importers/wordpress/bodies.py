"""The text of a post, from what WordPress keeps to the HTML that its readers saw."""

import re
from html import escape, unescape
from typing import Final

from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.wordpress.autop import paragraphs
from tamizdat_server.importers.wordpress.embeds import with_embeds
from tamizdat_server.importers.wordpress.footnotes import Notes, with_block_notes, with_bracketed_notes
from tamizdat_server.importers.wordpress.gutenberg import has_blocks, with_told_texts
from tamizdat_server.importers.wordpress.meanings import KNOWN, Meanings
from tamizdat_server.importers.wordpress.posts import Post, Site
from tamizdat_server.importers.wordpress.shortcodes import attributes, replace_shortcodes
from tamizdat_server.importers.wordpress.withheld import without_withheld

_CODE: Final = re.compile(
    r"(?<!\[)\[(code|sourcecode|source|php|html|css|javascript|python|bash|sql|xml)((?:\s[^\[\]]{0,500})?)\]",
    re.IGNORECASE,
)


def to_html(post: Post, site: Site, warnings: Warnings) -> str:
    """The HTML of a post's text, its notes at the end; what only some may read is left out."""
    notes = Notes()
    told = {name: without_withheld(note, warnings) for name, note in post.footnotes.items()}
    text = with_block_notes(without_withheld(post.content, warnings), told, notes)
    if not post.rendered:
        text = _laid_out(text, warnings)
    meanings = Meanings(site, post=post.id, notes=notes, warnings=warnings)
    text = replace_shortcodes(text, meanings, known=KNOWN)
    return with_bracketed_notes(text, notes) + notes.html()


def _laid_out(text: str, warnings: Warnings) -> str:
    text = _with_listings(text)
    if has_blocks(text):
        return with_embeds(with_told_texts(text, warnings))
    return paragraphs(with_embeds(text))


def _with_listings(text: str) -> str:
    """The text with each listing of a program marked as what it is: it isn't laid out as prose."""
    lower = text.lower()
    parts: list[str] = []
    at = 0
    while found := _CODE.search(text, at):
        end = lower.find(f"[/{found[1].lower()}]", found.end())
        parts.append(text[at : found.start()])
        at = found.end()
        if end < 0:
            # Nothing ends after here what has no end.
            parts.append(found[0])
            break
        parts.append(_listing(found[1].lower(), found[2], text[at:end]))
        at = end + len(found[1]) + 3
    return "".join([*parts, text[at:]])


def _listing(name: str, written: str, inner: str) -> str:
    named, bare = attributes(written)
    language = named.get("language") or named.get("lang") or next(iter(bare), "") or name
    language = "" if language in ("code", "source", "sourcecode") else re.sub(r"[^\w+#.-]", "", language)
    text = inner if "<" in inner else unescape(inner)
    mark = f' class="language-{language}"' if language else ""
    return f"<pre><code{mark}>{escape(text, quote=False)}</code></pre>"
