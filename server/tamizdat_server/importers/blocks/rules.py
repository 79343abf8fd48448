"""The rules by which words of a source don't stand in an article, or stand in it otherwise; docs/adr/0025 says why.

All other words of a source are kept, in their order: a test holds this over every corpus.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tamizdat_server.importers.blocks.tracking import is_pixel


class Rule(msgspec.Struct, frozen=True):
    """What goes or changes, and what a report says of it, where it says something."""

    what: str
    warning: str = ""


RULES: Final[Mapping[str, Rule]] = {
    "code": Rule("scripts, styles and templates, and what a page's head says", "<{tag}> was left out"),
    "hidden": Rule(
        "what its page hides: hidden, display:none, visibility:hidden, no size, moved off the page; but not what a"
        " click shows (tabs, spoilers, accordions)",
        "text that its page hides was left out",
    ),
    "controls": Rule(
        "fields, choices and buttons of forms; the words between them stay",
        "fields and buttons of a form were left out",
    ),
    "sharing": Rule(
        "buttons to share, follow or rate, and lists of related posts, that a plugin adds to each text",
        "buttons to share and lists of related posts were left out",
    ),
    "pixels": Rule("pictures that count readers or keep a distance", "tracking pixels were left out"),
    "fallbacks": Rule("what players and frames say where they can't be shown: a link stands for them"),
    "formulas": Rule("the second and third copies of a formula, drawn for the eye; its TeX, or its words, stay"),
    "note marks": Rule("the mark of a footnote and the way back from it; a reference to the note stands for them"),
    "title": Rule("a heading at the very beginning that repeats the title, or serves as one"),
    "addresses": Rule("a bare address that stands for what lies there: a labelled link stands for it"),
    "missing twice": Rule("the description of a picture that is missing, where its caption says the same"),
    # Not removed, but other than it was written:
    "notes last": Rule("footnotes stand after the text, wherever they stood"),
    "struck": Rule("struck-out words stand between ~~ and ~~", "struck-out words stand between ~~"),
    "quoted": Rule("words in <q> stand between quotation marks"),
    "numbers": Rule(
        "what stands before the items of a list that doesn't count 1, 2, 3 is the beginning of their words"
    ),
    "ruby": Rule("readings of characters stand in brackets"),
    "raised": Rule("raised digits are characters of their own", "raised letters and signs became plain ones"),
}
# A script that carries one of these stands for what it would show.
WIDGETS: Final = frozenset(("data-telegram-post", "data-telegram-discussion"))

_CODE: Final = frozenset("script style template title meta link base head basefont bgsound".split())
_CONTROLS: Final = frozenset("select option optgroup textarea datalist input progress meter output keygen".split())
_SHARING: Final = frozenset(
    "sharedaddy sd-sharing-enabled jp-relatedposts addtoany_share_save_container addtoany_content addtoany_list"
    " a2a_kit ssba ssba-wrap essb_links heateor_sss_sharing_container heateorsssharing heateor_sss_vertical_sharing"
    " mashsb-container social-share-buttons wp-block-jetpack-sharing-buttons wp-block-outermost-social-sharing"
    " yarpp yarpp-related crp_related rp4wp-related-posts feedflare sfsi_widget simplesocialbuttons ya-share2"
    " pluso uptolike-buttons likely st-sharing sharethis-inline-share-buttons swp_social_panel"
    " dpsp-networks-btns-wrapper jp-likes-widget-wrapper jetpack-likes-widget-wrapper"
    " post-ratings kk-star-ratings".split()
)
_FORMULAS: Final = frozenset(("katex-html", "mathjax_preview"))
_hidden_style = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?:px|em|%)?\s*(?:!|;|$)"
    r"|(?:left|top|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}(?:\.\d+)?(?:px|em|rem|%)?)",
    re.IGNORECASE,
)
_zero_height = re.compile(r"(?:^|;)\s*(?:max-)?height\s*:\s*0(?:px|em|%)?\s*(?:!|;|$)", re.IGNORECASE)
_overflow = re.compile(r"(?:^|;)\s*overflow(?:-y)?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
# What a click shows isn't hidden from anybody; and what only fades in isn't either.
_opens = re.compile(
    r"spoiler|toggle|accordion|collaps|expand|tab-?(?:pane|panel|content)|tabs?__|faq|read-?more|more-?text"
    r"|wp-embedded-content|wow\b|aos|animat|elementor-invisible|lazy|carousel|slide|swiper",
    re.IGNORECASE,
)


def removed_as(tag: str, attributes: Mapping[str, str], *, in_form: bool) -> str:
    """The name of the rule by which an element goes with all that it holds, or nothing."""
    if tag in _CODE:
        return "code"
    if tag in _CONTROLS or (tag == "button" and in_form):
        return "controls"
    if tag in ("img", "iframe", "amp-pixel") and (tag == "amp-pixel" or is_pixel(attributes)):
        return "pixels"
    if not attributes:
        return "hidden" if tag == "dialog" else ""
    if _is_hidden(tag, attributes):
        return "hidden"
    names = attributes.get("class", "").lower().split()
    if not _SHARING.isdisjoint(names):
        return "sharing"
    return "" if _FORMULAS.isdisjoint(names) else "formulas"


def _is_hidden(tag: str, attributes: Mapping[str, str]) -> bool:
    hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
    hidden = hidden or (tag == "dialog" and "open" not in attributes)
    if not hidden and (style := attributes.get("style")):
        hidden = bool(_hidden_style.search(style) or (_zero_height.search(style) and _overflow.search(style)))
    if not hidden:
        return False
    names = " ".join(attributes.get(name, "") for name in ("class", "id", "role"))
    return not (_opens.search(names) or attributes.get("role") in ("tabpanel", "region"))
