"""Telling an export of WordPress from other XML."""

import re
from typing import Final

_MARKS: Final = re.compile(
    rb"xmlns:\w+\s*=\s*[\"']https?://wordpress\.org/export/|<wp:wxr_version|<wp:post_type|<wp:status|WordPress eXtended"
)


def looks_like_wxr(head: bytes) -> bool:
    """Whether a file that begins so is an export of WordPress (WXR): it holds drafts and private posts.

    Any encoding; some 64 KB are enough. What only looks like one is better refused than leaked.
    """
    return bool(_MARKS.search(head.replace(b"\0", b"")))
