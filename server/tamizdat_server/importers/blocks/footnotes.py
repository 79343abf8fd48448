"""Footnotes, however a page writes them: a short link to a place further down that leads back."""

import re
from typing import Final
from urllib.parse import unquote

import msgspec

from tamizdat_server.importers.blocks.notes import NOTE, NOTE_TEXT, NOTES
from tamizdat_server.importers.blocks.tree import Element

_mark = re.compile(
    r"[\[({]?\s*(?:note |fn\.?|№ ?)?(?:[0-9]{1,4}[a-z]?|[a-zа-я]|[ivxlc]{1,6}|[*†‡§¶#✝]{1,5})\s*[\])}]?[.:]?",
    re.IGNORECASE,
)
_arrow = re.compile(r"[\s↩↑⤴⏎↵⬆^\ufe0e\ufe0f]*[↩↑⤴⏎↵⬆^][\s\ufe0e\ufe0f]*")
_HOLDERS: Final = frozenset(("li", "p", "div", "dd", "aside", "section", "td", "blockquote"))
_wrapper = re.compile(
    r"footnote|endnote|references|wp-block-footnotes|\bfn\b|\bnotes\b|simple-footnotes", re.IGNORECASE
)
_INLINE_MARK: Final = "modern-footnotes-footnote"
_INLINE_NOTE: Final = "modern-footnotes-footnote__note"
_NUMBER: Final = re.compile("[0-9]{1,6}")
_REACH: Final = 3


class _Reference(msgspec.Struct, frozen=True):
    """A link to a note: what stands for it in the text, the note, and the names that a way back may lead to."""

    mark: Element
    holder: Element
    back: frozenset[str]
    written: str


class _Inside(msgspec.Struct, frozen=True):
    """What may be a note: where its links lead within the page, and whether it says anything."""

    fragments: frozenset[str]
    speaks: bool


def gather(body: Element) -> dict[str, Element]:
    """The notes of a text by their ids, in order; each is taken out of it, and NOTE stands where it is referred to."""
    notes = _prepared(body)
    for mark, note in _inline_notes(body):
        name = _free(notes)
        notes[name] = note
        _refer(mark, name)
    page = _Page(body)
    names: dict[int, str] = {}
    back: dict[str, set[str]] = {}
    for reference in (references := page.references()):
        name = names.get(id(reference.holder))
        if name is None:
            name = names[id(reference.holder)] = _free(notes)
            notes[name] = reference.holder
            page.take_out(reference.holder)
        back.setdefault(name, set()).update(reference.back)
        page.unbracket(reference.mark)
        _refer(reference.mark, name)
    for name, written in {names[id(reference.holder)]: reference.written for reference in references}.items():
        _tidy(notes[name], back[name], written)
    page.drop_arrows()
    return notes


def _prepared(body: Element) -> dict[str, Element]:
    """Those that an importer marked itself, by their numbers. What only looks like them stays where it is."""
    notes: dict[str, Element] = {}
    # One within another, where that one's HTML never ends.
    for parent in [inner for part in body.walk(NOTES) for inner in part.walk()]:
        kept: list[Element | str] = []
        for child in parent.children:
            number = child.get("id") if isinstance(child, Element) and child.tag == NOTE_TEXT else ""
            if isinstance(child, Element) and _NUMBER.fullmatch(number) and number not in notes:
                notes[number] = child
            else:
                kept.append(child)
        parent.children = kept
    return notes


def _inline_notes(body: Element) -> list[tuple[Element, Element]]:
    """Notes that stand right behind their mark, to be shown at a click."""
    found: list[tuple[Element, Element]] = []
    for parent in body.walk():
        mark: Element | None = None
        for child in parent.elements():
            if mark is not None and _INLINE_NOTE in child.classes():
                note = Element("div", {})
                note.children, child.children = child.children, []
                found.append((mark, note))
            mark = child if _INLINE_MARK in child.classes() else None
    return found


def _free(notes: dict[str, Element]) -> str:
    number = len(notes) + 1
    while str(number) in notes:
        number += 1
    return str(number)


def _refer(mark: Element, name: str) -> None:
    mark.tag, mark.attributes, mark.children = NOTE, {"id": name}, []


def _tidy(holder: Element, back: set[str], written: str) -> None:
    """A note without the ways back from it, and without its own number."""
    for element in [*holder.walk()]:
        element.children = [
            child
            for child in element.children
            if isinstance(child, str) or child.tag != "a" or _fragment(child) not in back
        ]
    _drop_number(holder, written)


def _drop_number(holder: Element, written: str) -> None:
    """Without the mark that stands at the beginning of the note again."""
    bare = re.sub(r"[^\w*†‡§¶#]", "", written)
    for place, child in enumerate(holder.children):
        if isinstance(child, Element):
            if child.tag in ("sup", "b", "strong", "span", "p", "a") and child.words():
                same = re.sub(r"[^\w*†‡§¶#]", "", child.words()) == bare
                if same and bare:
                    holder.children[place] = " "
                elif child.tag == "p":
                    _drop_number(child, written)
            elif not child.words():
                continue
            return
        if child.strip():
            if bare and (found := re.match(rf"\s*[\[(]?{re.escape(bare)}(?:[\])]\.?|[.:])\s", child)):
                holder.children[place] = child[found.end() :]
            return


def _fragment(link: Element) -> str:
    _, mark, fragment = link.get("href").partition("#")
    return unquote(fragment) if mark else ""


class _Page:
    """Who stands in whom and in which order; names are ids and the names of anchors."""

    def __init__(self, body: Element) -> None:
        self._parents: dict[int, Element] = {}
        self._places: dict[int, int] = {}
        self._named: dict[str, Element] = {}
        self._links: list[Element] = []
        self._looked: dict[int, _Inside] = {}
        for place, element in enumerate(body.walk()):
            self._places[id(element)] = place
            for child in element.elements():
                self._parents[id(child)] = element
            for name in ("id", "name") if element.tag == "a" else ("id",):
                if written := element.get(name):
                    self._named.setdefault(written, element)
            if element.tag == "a" and "#" in element.get("href"):
                self._links.append(element)

    def references(self) -> list[_Reference]:
        """All links to notes; notes that share one paragraph stay where they are."""
        found = [reference for reference in map(self._reference, self._links) if reference]
        targets: dict[int, set[str]] = {}
        for reference in found:
            targets.setdefault(id(reference.holder), set()).add(reference.written)
        shared = {holder for holder, marks in targets.items() if len(marks) > 1}
        return [reference for reference in found if id(reference.holder) not in shared]

    def take_out(self, holder: Element) -> None:
        """The note, and each list or box that it leaves empty, in its parent's place."""
        parent = self._parents[id(holder)]
        parent.children = [child for child in parent.children if child is not holder]

    def drop_arrows(self) -> None:
        """Ways back that say nothing but that, also where a note stayed in its place."""
        for link in self._links:
            if _arrow.fullmatch(link.words()) and _fragment(link) in self._named:
                link.children.clear()

    def unbracket(self, mark: Element) -> None:
        """The brackets around a mark go with it."""
        siblings = self._parents[id(mark)].children
        place = next((number for number, child in enumerate(siblings) if child is mark), -1)
        if not 0 < place < len(siblings) - 1:
            return
        before, after = siblings[place - 1], siblings[place + 1]
        if isinstance(before, str) and isinstance(after, str) and before.endswith("[") and after.startswith("]"):
            siblings[place - 1], siblings[place + 1] = before[:-1], after[1:]

    def _reference(self, link: Element) -> _Reference | None:
        target = self._named.get(_fragment(link))
        written = link.words()
        if target is None or not (_mark.fullmatch(written) or "data-fn" in self._parents[id(link)].attributes):
            return None
        holder = self._holder(target)
        if holder is None or self._places[id(holder)] <= self._places[id(link)]:
            return None
        if not self._inside(holder).speaks:
            return None
        back = self._names_around(link)
        if back.isdisjoint(self._inside(holder).fragments) and not self._is_list_of_notes(holder):
            return None
        parent = self._parents[id(link)]
        alone = parent.tag == "sup" and _mark.fullmatch(parent.words())
        return _Reference(mark=parent if alone else link, holder=holder, back=back, written=written)

    def _inside(self, holder: Element) -> _Inside:
        """Looked at once, however many links lead there."""
        if id(holder) not in self._looked:
            fragments = frozenset(_fragment(link) for link in holder.walk("a"))
            self._looked[id(holder)] = _Inside(fragments=fragments, speaks=bool(holder.words()))
        return self._looked[id(holder)]

    def _holder(self, target: Element) -> Element | None:
        element: Element | None = target
        while element is not None and element.tag not in _HOLDERS:
            element = None if re.fullmatch("h[1-6]|body", element.tag) else self._parents.get(id(element))
        return element if element is not None and id(element) in self._parents else None

    def _names_around(self, link: Element) -> frozenset[str]:
        """What a way back may be called: the link, what it holds, or what is right around it."""
        element: Element | None = link
        around = [*link.walk()]
        for _ in range(_REACH):
            element = self._parents.get(id(element))
            if element is None or element.tag in _HOLDERS:
                break
            around.append(element)
            around += [child for child in element.elements() if not child.words()]
        return frozenset(name for part in around for name in (part.get("id"), part.get("name")) if name)

    def _is_list_of_notes(self, holder: Element) -> bool:
        element: Element | None = holder
        for _ in range(_REACH):
            if element is None:
                break
            if _wrapper.search(f"{element.get('class')} {element.get('id')}"):
                return True
            element = self._parents.get(id(element))
        return False
