"""What a site shows only to some: the text inside of members' shortcodes and blocks, which never leaves."""

import re
from typing import Final

from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.wordpress.gutenberg import marks
from tamizdat_server.importers.wordpress.shortcodes import Tag, find_tags

# Names that membership, newsletter and password plugins use. A name that only resembles one is withheld, too.
_NAMES: Final = re.compile(
    r"(?:content[_-]?)?(?:protect(?:ed|or)?|restrict(?:ed|ion)?|private|hidden|secret|paywall|premium|password)"
    r"(?:[_-]?(?:content|area|text|post|page|only|form|protect(?:ed|or)?))*"
    r"|members?(?:hip)?(?:[_-]\w+|only|content)?|(?:is_|not_)?(?:user_|um_|wpmem_|members_)?logged_?in(?:_user)?"
    r"|subscribers?(?:[_-]?(?:only|content))?|patrons?(?:[_-]?only)?|patreon\w*|donors?(?:[_-]?only)?|user_only|registered"
    r"|s2(?:if|get|member\w*)|ppwp?\w*|passster|wlm_\w+|mepr[_-]\w+|pmpro\w*|rcp_\w+|restrict\w*|arm_\w+|ihc[_-]\w+"
    r"|swpm\w*|um_(?:show_content|loggedin|restrict\w*)|wcm_\w+|groups_\w+|mm_\w+|access|hide|hidepost|hide_?content"
    r"|login_?(?:content|to_view|required)|content_control|is_paid|paid(?:[_-]\w+)?|leaky_paywall\w*|sfwd_\w+|ld_\w+"
    r"|accessally\w*|wpf_\w+|memberful\w*|accesspress\w*|oa_social_login_\w+|private_\w+|protected_\w+|premium_\w+",
    re.ASCII,
)
_BLOCKS: Final = re.compile(
    r"[a-z0-9_-]*/?[a-z0-9_-]*(?:premium-content|paywall|restrict|member|protected|logged-?in|subscribers?-only"
    r"|paid-content|private|conditional-content|content-control)",
)
_TOLD: Final = "text for members or behind a password was left out"


def without_withheld(text: str, warnings: Warnings) -> str:
    """The text without what only some may read; where such a part doesn't end, nothing of what follows stays."""
    shorter = _without_blocks(_without_shortcodes(text))
    if shorter != text:
        warnings.add(_TOLD)
    return shorter


def _without_shortcodes(text: str) -> str:
    tags = [tag for tag in find_tags(text, anywhere=True) if not tag.escaped and _NAMES.fullmatch(tag.name)]
    out: list[str] = []
    at = place = 0
    while place < len(tags):
        tag = tags[place]
        out.append(text[at : tag.start])
        end = tag.end if tag.alone or tag.closing else _end(tags, place)
        if end is None:
            return "".join(out)
        at = end
        while place < len(tags) and tags[place].start < at:
            place += 1
    return "".join([*out, text[at:]])


def _end(tags: list[Tag], place: int) -> int | None:
    """Where the part ends that this tag opens, parts of the same name within it counted."""
    depth = 0
    for at in range(place, len(tags)):
        tag = tags[at]
        if tag.name == tags[place].name and not tag.alone:
            depth += -1 if tag.closing else 1
            if depth == 0:
                return tag.end
    return None


def _without_blocks(text: str) -> str:
    out: list[str] = []
    at = depth = 0
    for mark in marks(text):
        if not _BLOCKS.match(mark.name):
            continue
        if mark.alone and "paywall" in mark.name and depth == 0:
            return "".join([*out, text[at : mark.start]])
        if mark.alone:
            continue
        if depth == 0 and not mark.closing:
            out.append(text[at : mark.start])
        depth = max(0, depth - 1) if mark.closing else depth + 1
        at = mark.end if depth == 0 else at
    return "".join(out) if depth else "".join([*out, text[at:]])
