"""MkDocs and kramdown extensions of Markdown: admonitions, content tabs, attribute lists. Their text is kept."""

import re
from typing import Final

from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.fences import outside_fences

_admonition = re.compile(r'([ \t]*)(!!!|\?\?\?\+?)[ \t]+([\w-]+)(?:[ \t]+[\w-]+)*(?:[ \t]+"(.*)")?[ \t]*')
_tab = re.compile(r'([ \t]*)(===[!+]?)()[ \t]+"(.*)"[ \t]*')
_DEPTH: Final = 8

_attributes = r"[ \t]*(?:[.#][\w-]|[\w-]+=|toc\b)[^{}\n]{0,500}"
_kramdown = re.compile(rf"\{{:{_attributes}\}}|\{{::options[^{{}}\n]*\}}")
_at_line_end = re.compile(rf"[ \t]*\{{{_attributes}\}}[ \t]*$", re.MULTILINE)
_after_link = re.compile(rf"(?<=[)\]])\{{{_attributes}\}}")


def resolve_admonitions(text: str, warnings: Warnings) -> str:
    """Admonitions and tabs as a bold title and the plain text that was indented below it."""
    if "!!!" not in text and "???" not in text and '=== "' not in text:
        return text
    return _resolve(text.split("\n"), warnings, 0)


def _resolve(lines: list[str], warnings: Warnings, depth: int) -> str:
    out: list[str] = []
    fence, place = "", 0
    while place < len(lines):
        line = lines[place]
        place += 1
        bare = line.strip()
        if bare.startswith(("```", "~~~")):
            fence = "" if fence and bare.startswith(fence) else fence or bare[:3]
        found = None if fence else _admonition.fullmatch(line) or _tab.fullmatch(line)
        if not found or depth > _DEPTH:
            out.append(line)
            continue
        end = _end_of_block(lines, place, len(found[1].expandtabs(4)) + 4)
        inner = [inside[4:] if inside[:4].isspace() else inside.lstrip("\t") for inside in lines[place:end]]
        out += ["", *_title(found), "", _resolve(inner, warnings, depth + 1), ""]
        place = end
        warnings.add("an admonition or tab was replaced by its title and text")
    return "\n".join(out)


def _end_of_block(lines: list[str], start: int, indent: int) -> int:
    end = start
    for place in range(start, len(lines)):
        line = lines[place].expandtabs(4)
        if line.strip() and len(line) - len(line.lstrip(" ")) < indent:
            break
        if line.strip():
            end = place + 1
    return end


def _title(found: re.Match[str]) -> list[str]:
    title = found[4] if found[4] is not None else found[3].replace("-", " ").capitalize()
    return [f"{found[1]}**{title.strip()}**"] if title.strip() else []


def drop_attribute_lists(text: str, warnings: Warnings) -> str:
    """Without `{: .class }`, and `{#id .class}` after headings, links and pictures."""
    if "{" not in text:
        return text

    def drop(part: str) -> str:
        for pattern in (_kramdown, _at_line_end, _after_link):
            part, count = pattern.subn("", part)
            if count:
                warnings.add("attribute lists like {: .class } were left out")
        return part

    return outside_fences(text, drop)
