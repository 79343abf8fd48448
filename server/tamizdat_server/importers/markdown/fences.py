"""Fenced code, where nothing but text is meant."""

import re
from collections.abc import Callable, Iterator

_fence = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?(`{3,}|~{3,})(.*)")


def outside_fences(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` applied to each stretch that is outside of fenced code."""
    if "```" not in text and "~~~" not in text:
        return change(text)
    return "".join(part if fenced else change(part) for fenced, part in _parts(text))


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    lines: list[str] = []
    inside = ""
    for line in text.splitlines(keepends=True):
        mark = _fence.match(line)
        if not inside and mark and "`" not in mark[2]:
            yield False, "".join(lines)
            lines, inside = [line], mark[1]
            continue
        lines.append(line)
        if inside and mark and mark[1].startswith(inside) and not mark[2].strip():
            yield True, "".join(lines)
            lines, inside = [], ""
    yield bool(inside), "".join(lines)
