"""What a site shows only to some: the text inside of members' shortcodes and blocks, which never leaves."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from tamizdat_server.importers.items import Refused, Warnings
from tamizdat_server.importers.wordpress.gutenberg import Mark, marks
from tamizdat_server.importers.wordpress.shortcodes import Tag, find_tags

# Names that say what they are for. One that only resembles them is withheld, too.
_PLAIN: Final = re.compile(
    r"(?:content[_-]?)?(?:protect(?:ed|or)?|restrict(?:ed|ion)?|private|hidden|secret|paywall|premium|password)"
    r"(?:[_-]?(?:content|area|text|post|page|only|form|protect(?:ed|or)?))*"
    r"|members?(?:hip)?(?:[_-]\w+|only|content)?|(?:is_|not_)?(?:user_|um_|wpmem_|members_)?logged_?in(?:_user)?"
    r"|subscribers?(?:[_-]?(?:only|content))?|patrons?(?:[_-]?only)?|donors?(?:[_-]?only)?|user_only|registered|access"
    r"|hide|hidepost|hide_?content|login_?(?:content|to_view|required)|content_control|is_paid|s2if|um_loggedin"
    r"|(?:private|protected|premium)_\w+",
    re.ASCII,
)
# Those of plugins for members: some of them hold a text, some are forms and links, which end where they begin.
_PLUGINS: Final = re.compile(
    r"(?:s2get|s2member|ppwp?|passster|wlm_|mepr[_-]|pmpro|rcp_|restrict|arm_|ihc[_-]|swpm|um_show_content|um_restrict"
    r"|wcm_|groups_|mm_|paid[_-]|leaky_paywall|sfwd_|ld_|accessally|wpf_|memberful|accesspress|patreon|pms[_-])[\w-]*"
    r"|[\w-]*(?:restrict|protected|locker|unlock|logged[_-]?in|members?[_-]?only|paywall)[\w-]*",
    re.ASCII,
)
# Also words that people write in brackets: only where such a part has an end.
_NOTES: Final = re.compile(r"(?:internal|editorial|editors?)?[_-]?comment|editorial|internal(?:[_-]note)?|auth")
_BLOCKS: Final = re.compile(
    r"[a-z0-9_-]*/?[a-z0-9_-]*(?:premium-content|paywall|restrict|members?-(?:only|content|area)|membership|memberful"
    r"|memberpress|protected|logged-?in|subscribers?-only|paid-content|private|content-control)"
)
# What editors hide from everybody, or from all but some: in WordPress itself since 6.9, and by plugins.
_HIDES: Final = re.compile(
    r"\"blockVisibility\":\s{0,4}false|\"hideBlock\":\s{0,4}true|\"visibilityByRole\":\s{0,4}\"(?!public|all\")"
    r"|\"contentControls\":\s{0,4}\{\s{0,4}\"enabled\":\s{0,4}true|\"userStatus\":\s{0,4}\"logged_?in\""
    r"|\"(?:userRoles?|roles|allowedRoles|mepr_protect|membershipLevels?|restrict\w{0,20})\":\s{0,4}"
    r"(?:\[\s{0,4}[^\]\s]|true|[1-9]|\"(?!\"|public|all\"|everyone|none|no\"|false|0\"))"
    r"|\"type\":\s{0,4}\"(?:loggedInUser|userRole)s?\"|\"schedules\":\s{0,4}\[\s{0,4}\{"
)
_LOST: Final = (
    "a part for members ends in it that never began: its beginning may be damaged, so nothing of the article was taken"
)
_TOLD: Final = "text for members or behind a password was left out"


def without_withheld(text: str, warnings: Warnings) -> str:
    """The text without what only some may read; where such a part doesn't end, nothing of what follows stays."""
    shorter = _without_blocks(_without_shortcodes(text))
    if shorter != text:
        warnings.add(_TOLD)
    return shorter


def check_beginnings(texts: Iterable[str]) -> None:
    """Raises: Refused where a part for members ends that never began, so that nobody can say what was in it."""
    for text in texts:
        tags = [tag for tag in find_tags(text, anywhere=True) if not tag.escaped and _is_withheld(tag)]
        blocks = [mark for mark in marks(text) if _BLOCKS.match(mark.name)]
        if _has_lost_beginning(tags) or _has_lost_beginning(blocks):
            raise Refused(_LOST)


def _has_lost_beginning(parts: Sequence[Tag | Mark]) -> bool:
    ends = _Ends(parts)
    ended = {ends.of(place) for place, part in enumerate(parts) if not part.closing}
    return any(part.closing and place not in ended for place, part in enumerate(parts))


def _without_shortcodes(text: str) -> str:
    tags = [tag for tag in find_tags(text, anywhere=True) if not tag.escaped and _is_withheld(tag)]
    ends = _Ends(tags)
    out: list[str] = []
    at = 0
    for place, tag in enumerate(tags):
        last = ends.of(place)
        if tag.start < at or (last in (None, place) and _NOTES.fullmatch(tag.name)):
            continue
        out.append(text[at : tag.start])
        if last is None and _PLAIN.fullmatch(tag.name):
            return "".join(out)
        at = tags[place if last is None else last].end
    return "".join([*out, text[at:]])


def _is_withheld(tag: Tag) -> bool:
    return any(names.fullmatch(tag.name) for names in (_PLAIN, _PLUGINS, _NOTES))


def _without_blocks(text: str) -> str:
    found = [*marks(text)]
    ends = _Ends(found)
    out: list[str] = []
    at = 0
    for place, mark in enumerate(found):
        if mark.start < at or mark.closing or not (_BLOCKS.match(mark.name) or _HIDES.search(mark.values)):
            continue
        out.append(text[at : mark.start])
        last = ends.of(place)
        if last is None or (mark.alone and "paywall" in mark.name):
            return "".join(out)
        at = found[last].end
    return "".join([*out, text[at:]])


class _Ends:
    """Which part ends where, by place: parts of the same name within each other are counted."""

    def __init__(self, parts: Iterable[Tag | Mark]) -> None:
        self._of: dict[int, int] = {}
        opened: dict[str, list[int]] = {}
        for place, part in enumerate(parts):
            if not part.closing and not part.alone:
                opened.setdefault(part.name, []).append(place)
            elif part.closing and opened.get(part.name):
                self._of[opened[part.name].pop()] = place
            else:
                self._of[place] = place

    def of(self, place: int) -> int | None:
        """The place of its end, its own where it has none to wait for; None where it never ends."""
        return self._of.get(place)
