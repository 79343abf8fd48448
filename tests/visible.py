"""The words that a page shows, read from its HTML by a plain path of its own: a list of tags, no tree, no shared code.

What `rules.RULES` lists is left out or written here, too, by the simplest means, so that what the importers make of a
text can be held against its source word by word.
"""

import html.parser
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase, ascii_uppercase

from tamizdat.format.article import (
    Block,
    Break,
    Code,
    CodeSpan,
    Embed,
    Figure,
    Heading,
    Inline,
    ListBlock,
    NoteRef,
    Paragraph,
    Quote,
    Table,
)  # fmt: skip

# The rules that this reading knows; a test holds that there are no others.
RULES = frozenset(
    ("code hidden controls sharing pixels fallbacks formulas title addresses struck quoted ruby raised numbers").split()
) | {"note marks", "missing twice", "notes last"}

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr basefont bgsound frame".split())
_APART = frozenset(
    "p div section article main header footer nav aside center address details summary hgroup fieldset legend menu"
    " figure figcaption h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre hr table caption thead tbody tfoot tr td th"
    " form iframe embed object video audio dir listing xmp plaintext search br img dialog svg text foreignobject"
    " amp-img amp-youtube".split()
)
_GONE = frozenset(
    "script style template title dc:title select option textarea datalist iframe video audio desc metadata".split()
)
_HIDDEN = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|font-size:0(?:px)?(?:;|$)|(?:left|top|indent):-\d{3,}", re.IGNORECASE
)
_SHOWN_BY_A_CLICK = re.compile(
    r"spoiler|toggle|accordion|collaps|expand|tab|faq|more|wow|aos|lazy|slide", re.IGNORECASE
)
_SHARING = re.compile(r"\b(?:sharedaddy|jp-relatedposts|feedflare|addtoany_\w+|yarpp|a2a_kit)\b")
_WEB = re.compile(r"(?:https?:)?//\S+")
_BACK = re.compile(r"[↩↑⤴⏎↵⬆^]")
_MARK = re.compile(r"[\s\ufe0e\ufe0f]*(?:[\[(]?(?:\d{1,3}|[*†‡])[\])]?|[↩↑⤴⏎↵⬆^])[\s\ufe0e\ufe0f]*")
_LABELS = ("title", "alt", "aria-label", "data-title")
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi".split()
_SIGNS = {
    "a": ascii_lowercase, "lower-alpha": ascii_lowercase, "A": ascii_uppercase, "upper-alpha": ascii_uppercase,
    "i": _ROMAN, "lower-roman": _ROMAN, "I": [*map(str.upper, _ROMAN)], "upper-roman": [*map(str.upper, _ROMAN)],
}  # fmt: skip
_RAISED = dict(zip(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"), "0123456789+-=()n", strict=True))
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff\ufffd]")


class Page(html.parser.HTMLParser):
    """Reads HTML once. `text`: what it shows; `labels`: what attributes say, which may take the place of a picture.

    `addresses`: bare ones, which may have become links to what lies there.
    """

    def __init__(self, source: str, *, addresses: Iterable[str] = ()) -> None:
        super().__init__(convert_charrefs=True)
        self.addresses = set(addresses)
        self.text: list[str] = []
        self.everything: list[str] = []
        self.labels: set[str] = set()
        self._skipped: list[str] = []
        self._quotes: list[tuple[str, int]] = []
        self._anchor: tuple[int, str] | None = None
        self._marks: list[tuple[int, int, str]] = []
        self._names: set[str] = set()
        self._embeds: list[int] = []
        self._lists: list[tuple[dict[str, str] | None, list[int]]] = []
        self._depth = 0
        source = re.sub(r"<(https?://[^\s<>\"]+)>", r"\1", source)
        source = re.sub(r"<([\w.+-]+@[\w.-]+)>", r"&lt;\1&gt;", source)
        self.feed(re.sub(r"<!--.*?(?:--!?>|\Z)|<![^>]*(?:>|\Z)|<\?[^>]*(?:>|\Z)", "", source, flags=re.DOTALL))
        self.close()
        for start, end, name in self._marks:
            if name in self._names and _MARK.fullmatch("".join(self.text[start:end])):
                self.text[start:end] = [" " if _BACK.search("".join(self.text[start:end])) else ""] * (end - start)

    def words(self) -> list[str]:
        return in_words("".join(self.text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.labels |= {" ".join(in_words(said[name])) for name in _LABELS if said.get(name)}
        self.labels |= {" ".join(in_words(re.sub(r"^(?:https?:)?//(?:www\.)?|/$", "", said.get("href", ""))))}
        self._names |= {said[name] for name in ("id", "name") if name in said}
        if tag in _APART:
            self.text.append(" ")
        self.everything.append(" " if tag in _APART else "")
        if "wp-block-file__button" in said.get("class", ""):
            self.text.append(" ")
        self._begin_list(tag, said)
        if tag == "a" and not self._skipped:
            self._anchor = (len(self.text), said.get("href", "").partition("#")[2])
        if self._skipped:
            if tag == self._skipped[0] and tag not in _VOID:
                self._skipped.append(tag)
        elif tag not in _VOID and self._is_gone(tag, said):
            self._skipped.append(tag)
        elif "wp-block-embed__wrapper" in said.get("class", ""):
            self._embeds.append(len(self.text))
            self._depth = 1
        elif self._depth and tag == "div":
            self._depth += 1
        elif tag in ("del", "s", "strike") or (tag not in _APART | _VOID and "line-through" in said.get("style", "")):
            self._quotes.append((tag, len(self.text)))
            self.text.append("~~")
        elif tag == "q":
            self._quotes.append((tag, len(self.text)))
            self.text.append("“")
        elif self._quotes and tag == self._quotes[-1][0]:
            self._quotes.append((tag, -1))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._lists:
            self._end_list(*self._lists.pop())
        if self._skipped:
            if tag == self._skipped[0]:
                self._skipped.pop()
        elif tag == "a" and self._anchor:
            start, name = self._anchor
            self._marks.append((start, len(self.text), name))
            self._anchor = None
        elif self._quotes and tag == self._quotes[-1][0]:
            self._end_quote(tag, self._quotes.pop()[1])
        elif self._depth and tag == "div":
            self._depth -= 1
            if not self._depth:
                self._end_embed(self._embeds.pop())
        if tag in _APART:
            self.text.append(" ")
            self.everything.append(" ")

    def handle_data(self, data: str) -> None:
        if self.lasttag not in ("script", "style"):
            self.everything.append(data)
        if not self._skipped:
            self.text.append(data)

    def _is_gone(self, tag: str, said: dict[str, str]) -> bool:
        if tag in _GONE:
            return True
        names = " ".join((said.get("class", ""), said.get("id", ""), said.get("role", "")))
        hidden = "hidden" in said or _HIDDEN.search(re.sub(r"\s", "", said.get("style", "")))
        return bool((hidden and not _SHOWN_BY_A_CLICK.search(names)) or _SHARING.search(names))

    def _end_quote(self, tag: str, start: int) -> None:
        if start < 0:
            return
        inside = "".join(self.text[start + 1 :])
        if tag != "q":
            self.text[start] = "~~" if inside.strip() else ""
            self.text.append("~~" if inside.strip() else "")
        elif re.search("[а-яА-Я]", inside):
            self.text[start] = "«"
            self.text.append("»")
        else:
            self.text.append("”")

    def _begin_list(self, tag: str, said: dict[str, str]) -> None:
        if tag in ("ol", "ul"):
            self._lists.append((said if tag == "ol" else None, []))
        if tag == "li" and self._lists:
            self._lists[-1][1].append(len(self.text))
            self.text.append("")

    def _end_list(self, said: dict[str, str] | None, places: list[int]) -> None:
        if said is None:
            return
        step = -1 if "reversed" in said else 1
        first = int(said.get("start") or (len(places) if step < 0 else 1))
        signs = _SIGNS.get(said.get("type", "") or said.get("style", "").rpartition(":")[2])
        for number, (place, end) in enumerate(zip(places, [*places, len(self.text)][1:], strict=True)):
            if (signs or first != 1 or step != 1) and "".join(self.text[place + 1 : end]).strip():
                self.text[place] = f" {signs[number] if signs else first + step * number}. "

    def _end_embed(self, start: int) -> None:
        inside = "".join(self.text[start:]).strip()
        if _WEB.fullmatch(inside):
            self.text[start:] = [" "]


def in_words(text: str) -> list[str]:
    """The words of a text, composed, raised digits as plain ones."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text)).translate(_RAISED).replace("−", "-")
    return [
        word
        for word in re.split(r"[ \t\n\r\f\v\u2028\u2029]+", text)
        if word.strip("\xa0\u2007\u200b\u200c\u200d\u2060\u00ad \u3000")
    ]


# -- what blocks say ---------------------------------------------------------------------------------------------------


def told(blocks: Sequence[Block]) -> Iterator[str]:
    """What blocks say, one text for each of their parts. A picture's alt text isn't shown, so it isn't told."""
    for block in blocks:
        match block:
            case Paragraph(text=text) | Heading(text=text):
                yield spoken(text)
            case Quote(blocks=inner):
                yield from told(inner)
            case ListBlock(items=items):
                for item in items:
                    yield from told(item)
            case Figure():
                yield spoken(block.caption)
                yield block.credit
            case Table():
                for row in (block.header, *block.rows):
                    yield from map(spoken, row)
            case Code(text=text):
                yield text
            case Embed():
                yield block.title
            case _:
                pass


def spoken(inlines: Sequence[Inline]) -> str:
    parts: list[str] = []
    for inline in inlines:
        if isinstance(inline, str):
            parts.append(inline)
        elif isinstance(inline, CodeSpan):
            parts.append(inline.text)
        elif isinstance(inline, Break):
            parts.append(" ")
        elif not isinstance(inline, NoteRef):
            parts.append(spoken(inline.text))
    return "".join(parts)


def lost(
    source: Page,
    blocks: Sequence[Block],
    notes: Iterable[Sequence[Block]] = (),
    *,
    title: str = "",
    labels: Iterable[str] = (),
) -> str:
    """Where what blocks say isn't what their source shows, word by word, or nothing.

    A title may be gone from its beginning. Each of the notes stands somewhere in the source, in one piece. `labels`:
    what else may be said beside what the source shows.
    """
    shown = source.words()
    source.labels.update(labels)
    for note in notes:
        words = [word for part in told(note) for word in in_words(part)]
        place = _last_place(shown, words)
        if place is None:
            return f"the note {' '.join(words)!r}"
        del shown[place : place + len(words)]
    return _lost(shown, [in_words(part) for part in told(blocks)], source, in_words(title))


def _last_place(words: list[str], part: list[str]) -> int | None:
    starts = range(len(words) - len(part), -1, -1)
    return next((start for start in starts if words[start : start + len(part)] == part), None)


def _lost(shown: list[str], parts: list[list[str]], source: Page, heading: list[str]) -> str:
    labels, addresses = source.labels, source.addresses
    if heading and shown[: len(heading)] == heading and next(filter(None, parts), [])[: len(heading)] != heading:
        shown = shown[len(heading) :]
    place = 0
    for words in parts:
        if words == shown[place : place + len(words)]:
            place += len(words)
        elif " ".join(words) not in labels:
            # A bare address became a link to what lies there.
            while place < len(shown) and shown[place] in addresses and words != shown[place : place + len(words)]:
                place += 1
            if words and words == shown[place : place + len(words)]:
                place += len(words)
                continue
            return _difference(shown[place:], words)
    left = [word for word in shown[place:] if word not in addresses]
    return _difference(left, []) if left else ""


def missing(shown: Sequence[str], said: Sequence[str], labels: Iterable[str]) -> str:
    """The first word shown that isn't said after those before it, or one said that neither is shown nor in a label."""
    place = 0
    for word in said:
        place += place < len(shown) and word == shown[place]
    if place < len(shown):
        return f"lost {' '.join(shown[max(0, place - 5) : place + 5])!r}"
    more = Counter(said) - Counter(shown)
    known = Counter(word for label in labels for word in bare(label))
    return f"added {list(more - known)!r}" if more - known else ""


def bare(text: str) -> list[str]:
    """Its words without any punctuation, which Markdown shares with its texts."""
    return re.findall(r"[^\W_]+", text)


def share_kept(source: Page, blocks: Sequence[Block]) -> tuple[int, int]:
    """How many words are kept, of how many that there are, rules or no rules."""
    everything = Counter(in_words("".join(source.everything)))
    kept = Counter(word for part in told(blocks) for word in in_words(part))
    return (everything & kept).total(), everything.total()


def _difference(shown: list[str], said: list[str]) -> str:
    same = next((n for n, (a, b) in enumerate(zip(shown, said, strict=False)) if a != b), min(len(shown), len(said)))
    about = slice(max(0, same - 2), same + 12)
    return f"shown {' '.join(shown[about])!r}, said {' '.join(said[about])!r}"
