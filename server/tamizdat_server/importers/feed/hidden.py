"""What stands in feeds although it isn't public, or isn't the newsroom's own word: drafts, letters, comments."""

import re
from typing import Final

from tamizdat_server.importers.feed.parts import Feed
from tamizdat_server.importers.feed.xml import Node, name_of, text_in
from tamizdat_server.importers.text import words

_BLOGGER: Final = "http://schemas.google.com/blogger/2008/kind#"
_comment_mark: Final = re.compile(r"#(?:comment|isso|reply|jc)-?\d+\b|[?&]showComment=|[?&]replytocom=", re.IGNORECASE)
_attachment: Final = re.compile(r"[?&]attachment(?:_id)?=|/attachment/", re.IGNORECASE)
_comments_title: Final = re.compile(
    r"(?:comments? (?:on|for|to)|replies to|комментарии|комментарий|ответы на|пікірлер|коментарі)\b", re.IGNORECASE
)
_comments_path: Final = re.compile(r"/comments(?:/feed|/default|\.\w+|/?$)", re.IGNORECASE)
_by: Final = re.compile(r"(?:by|reply to|comment (?:by|on)|re|от|автор|ответ|комментарий)\s*:", re.IGNORECASE)
_locked: Final = re.compile(
    r"action=postpass|post-password-form|class=[\"'][^\"']*\bpost_password|this is a protected post|запись защищена",
    re.IGNORECASE,
)
_NO: Final = frozenset(("no", "false", "0"))
_UNPUBLISHED: Final = frozenset(("draft", "private", "pending", "future", "trash", "hidden"))
# WordPress writes so before the titles of what isn't for everybody.
_locked_title: Final = re.compile(r"(?:protected|private|защищено|личное|қорғалған|жеке)\s?:\s", re.IGNORECASE)
_EXCUSE_WORDS: Final = 40
COMMENT: Final = "a reader's comment, not an article"


def marks_of(item: Node) -> tuple[str, str]:
    """Why its author keeps an entry from the public, and why it is no article; either may be nothing."""
    hidden, unfit = "", ""
    for node in item.iter():
        match name_of(node):
            case "app:draft" | "atom:draft" | "draft" | "?:draft" if text_in(node).strip().lower() not in _NO:
                hidden = "a draft"
            case "status" | "?:status" if (status := text_in(node).strip().lower()) in _UNPUBLISHED:
                hidden = f"its status is '{status}'"
            case "lj:security" if text_in(node).strip().lower() not in ("", "public"):
                hidden = "marked as private"
            case "access:restriction" if (node.get("relationship") or "").lower() == "deny":
                hidden = "marked as not to be passed on"
            case "thr:in-reply-to":
                unfit = COMMENT
            case "atom:category" if (term := node.get("term") or "").startswith(_BLOGGER):
                unfit = unfit or _blogger(term.removeprefix(_BLOGGER))
            case _:
                pass
    return hidden, unfit


def locked(title: str, *texts: str) -> str:
    """Why these texts aren't the article itself, or nothing: a password stands before it."""
    short = sum(len(words(text).split()) for text in texts) < _EXCUSE_WORDS
    if any(map(_locked.search, texts)) or (short and _locked_title.match(title.strip())):
        return "protected by a password"
    return ""


def unfit_at(*addresses: str) -> str:
    """Why an entry at one of these addresses is no article, or nothing."""
    if any(map(_comment_mark.search, addresses)):
        return COMMENT
    return "an attachment, not an article" if any(map(_attachment.search, addresses)) else ""


def is_of_comments(feed: Feed, address: str) -> bool:
    """Whether a feed holds what readers wrote."""
    entries = feed.entries
    if entries and all(COMMENT in (entry.unfit, unfit_at(entry.link, entry.id)) for entry in entries):
        return True
    # Papers have sections that are called so, too: it takes both, the name and what the entries are called.
    named = _comments_title.match(feed.title.strip()) or _comments_path.search(address)
    told = sum(bool(_by.match(entry.title.strip())) for entry in entries)
    return bool(named) and (2 * told > len(entries) or not entries)


def _blogger(kind: str) -> str:
    if kind == "post":
        return ""
    return COMMENT if kind == "comment" else f"Blogger's own '{kind[:40]}', not an article"
