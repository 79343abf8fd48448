"""Where a picture of a page is really to be had, and what is said of it: lazy loading, several sizes, no scripts."""

import re
from typing import Final

from tamizdat_server.importers.blocks.tracking import is_counter
from tamizdat_server.importers.blocks.tree import Element

PICTURES: Final = frozenset(("img", "image", "amp-img", "amp-anim"))
_BEST: Final = ("data-large-file", "data-full-url", "data-orig-file", "data-large_image")
_LAZY: Final = (
    *("data-src", "data-lazy-src", "data-original", "data-lazy", "data-orig-src", "data-original-src", "data-image"),
    *("data-ezsrc", "data-cfsrc", "data-pagespeed-lazy-src", "data-echo", "data-hi-res-src", "data-src-fg"),
)
_SETS: Final = ("data-srcset", "data-lazy-srcset", "data-original-set", "srcset")
# Wide enough for the larger of the two variants that are published.
_WIDE: Final = 800
_SET_CHARACTERS: Final = 20_000
_between = re.compile(r",\s+|(?<=[0-9][wx]),(?=\S)|,(?=(?:https?:)?//)")
_size = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,4})?)([wx])")
_extension = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|heic|svg)(?:[?#].*)?\Z", re.IGNORECASE)
_emoji = re.compile(r"/(?:core/)?emoji/|twemoji|/smilies/", re.IGNORECASE)
_SYMBOLS: Final = frozenset(("emoji", "wp-smiley", "smiley", "emojione", "wp-emoji"))


def settle(body: Element) -> None:
    """Give each picture the other addresses that it is to be had at, and let no stand-in for it be a second one."""
    for picture in body.walk("picture"):
        sets = [source.get(name) for source in picture.walk("source") for name in _SETS]
        for image in picture.walk("img"):
            image.others += [address for written in sets for address in _from_set(written)]
    _merge_stand_ins(body)


def _merge_stand_ins(body: Element) -> None:
    """What <noscript> holds is the picture beside it, for those without scripts."""
    before: Element | None = None
    waiting: list[Element] = []
    for element in [*body.walk("noscript", *PICTURES)]:
        if element.tag == "noscript":
            inside = [*element.walk(*PICTURES)]
            if inside and before is not None and _is_same(before, inside[0]):
                _give(element, before)
            elif inside:
                waiting.append(element)
        elif waiting and not _within(element, waiting[-1]):
            stand_in = waiting.pop()
            if _is_same(element, next(stand_in.walk(*PICTURES))):
                _give(stand_in, element)
            before = element
        elif not waiting:
            before = element


def _within(element: Element, holder: Element) -> bool:
    return any(inside is element for inside in holder.walk(*PICTURES))


def _is_same(lazy: Element, real: Element) -> bool:
    """Whether one picture waits for a script, and the other is it."""
    known = {_name(address) for address in sources_of(lazy)}
    return not known or not known.isdisjoint(_name(address) for address in sources_of(real))


def _name(address: str) -> str:
    return re.sub(r"^(?:https?:)?//", "", re.split("[?#]", address)[0])


def _give(stand_in: Element, image: Element) -> None:
    real = next(stand_in.walk(*PICTURES))
    image.others = [*sources_of(real), *image.others]
    for name in ("alt", "title"):
        if not image.get(name) and real.get(name):
            image.attributes[name] = real.get(name)
    _drop(stand_in, real)


def _drop(holder: Element, image: Element) -> None:
    for element in holder.walk():
        element.children = [child for child in element.children if child is not image]


def sources_of(image: Element, *, full: str = "") -> list[str]:
    """Where the picture is to be had, the best first. `full`: its full size, where a link leads to it."""
    sets = [address for name in _SETS for address in _from_set(image.get(name))]
    best = [*sets, *map(image.get, _BEST), full, *map(image.get, _LAZY), image.get("src"), *image.others]
    real = [address for address in best if address and not _is_placeholder(address)]
    drawn = [address for address in best if address.startswith("data:") and not _is_blank(address)]
    return list(dict.fromkeys(real or drawn))


def leads_to_picture(href: str) -> bool:
    """Whether an address is a picture's own."""
    return bool(_extension.search(href))


def symbol(image: Element) -> str:
    """The character that a tiny picture stands for, or nothing."""
    alt = image.get("alt")
    is_symbol = not _SYMBOLS.isdisjoint(image.classes()) or _emoji.search(image.get("src"))
    return alt if alt and is_symbol and len(alt) <= 20 else ""


def formula(image: Element) -> str:
    """The TeX that a picture was drawn from, or nothing."""
    return image.get("alt") if "latex" in image.classes() or "/latex.php?" in image.get("src") else ""


def told(alt: str, title: str, source: str) -> str:
    """The title of a picture where it says more than its alt text, and isn't just the name of its file."""
    plain, known = _plain(title), _plain(alt)
    if not plain or plain in known or plain == _plain(re.split("[?#]", source)[0].rsplit("/", 1)[-1]):
        return ""
    return title


def _plain(text: str) -> str:
    text = re.sub(
        r"(?:-\d+x\d+|-scaled|-rotated)?\.(?:jpe?g|png|gif|webp|avif)\Z", "", text.strip(), flags=re.IGNORECASE
    )
    return re.sub(r"[\s_+-]+", " ", re.sub("%20", " ", text)).strip().casefold()


def _from_set(written: str) -> list[str]:
    """The candidate that is wide enough, or else the widest."""
    sizes: list[tuple[float, str]] = []
    for candidate in _between.split(written[:_SET_CHARACTERS]):
        address, *told = candidate.strip(" ,").split(" ")
        size = _size.fullmatch(told[0]) if told else None
        width = (float(size[1]) * (1 if size[2] == "w" else _WIDE)) if size else float(_WIDE)
        sizes += [(width, address)] if address else []
    wide = [size for size in sizes if size[0] >= _WIDE]
    return [min(wide)[1] if wide else max(sizes)[1]] if sizes else []


def _is_placeholder(address: str) -> bool:
    return address.startswith("data:") or is_counter(address)


def _is_blank(address: str) -> bool:
    # A picture of one transparent pixel or an empty drawing of the right shape, until a script puts the real one there.
    return "svg" in address[:40] or "R0lGODlhAQAB" in address or "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB" in address
