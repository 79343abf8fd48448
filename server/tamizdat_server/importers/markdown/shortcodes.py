"""Hugo's shortcodes and Jekyll's Liquid tags, replaced by the text, picture or link that they hold.

A newsroom's templates aren't run here: what a tag would look up elsewhere is lost, what its author wrote in it is kept.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

import msgspec

from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.fences import outside_fences

# What begins and what ends them.
_COMMENTS: Final = tuple(
    (re.compile(begin), re.compile(end))
    for begin, end in (
        (r"\{\{<\s*comment\s*[>%]\}\}", r"\{\{<\s*/\s*comment\s*[>%]\}\}"),
        (r"\{\{%\s*comment\s*[>%]\}\}", r"\{\{%\s*/\s*comment\s*[>%]\}\}"),
        (r"\{%-?\s*comment\b", r"\{%-?\s*endcomment\s*-?%\}"),
        (r"\{::comment\}", r"\{:/(?:comment)?\}"),
        (r"\{\{-?\s*/\*", r"\*/\s*-?\}\}"),
        (r"\{#\s", r"\s#\}"),
    )
)
_HIGHLIGHTS: Final = tuple(
    (re.compile(begin), re.compile(end))
    for begin, end in (
        (
            r"\{\{[<%]\s*highlight\s+\"?([\w+#-]+)[^\n]{0,500}?[>%]\}\}\n?",
            r"\n?\{\{[<%]\s*/\s*highlight\s*[>%]\}\}",
        ),
        (r"\{%-?\s*highlight\s+([\w+#-]+)[^\n]{0,500}?%\}\n?", r"\n?\{%-?\s*endhighlight\s*-?%\}"),
    )
)
_literal = re.compile(r"\{\{([<%])/\*(.*?)\*/([>%])\}\}")
_hugo = re.compile(r"\{\{<(?!/\*)((?:(?!\{\{<).)*?)>\}\}|\{\{%(?!/\*)((?:(?!\{\{%).)*?)%\}\}", re.DOTALL)
_liquid = re.compile(r"\{%-?((?:(?!\{%).)*?)-?%\}", re.DOTALL)
_variable = re.compile(
    r"\{\{-?\s*(?:(?:site|page|layout|content|include|config|jekyll)\b[^{}\n]*|(['\"])([^'\"{}\n]*)\1\s*\|[^{}\n]*)\}\}"
)
_argument = re.compile(
    r"([\w-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|`([^`]*)`|'([^']*)'|([^\s\"]+))|\"((?:[^\"\\]|\\.)*)\"|`([^`]*)`|([^\s\"`]+)"
)

_SPOKEN: Final = tuple(
    "kicker heading headline title intro text quote content description summary caption alt label button-text"
    " cite".split()
)
_TARGETS: Final = ("href", "url", "link", "src", "file", "path", "button-url")
_LABELS: Final = ("button-text", "label", "text", "title")
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg")
_PICTURE_NAME: Final = re.compile(r"img|image|figure|picture|photo|gallery")
_EMBEDS: Final = {
    "youtube": "https://www.youtube.com/watch?v={id}",
    "vimeo": "https://vimeo.com/{id}",
    "tweet": "https://twitter.com/{user}/status/{id}",
    "twitter": "https://twitter.com/{user}/status/{id}",
    "x": "https://x.com/{user}/status/{id}",
    "instagram": "https://www.instagram.com/p/{id}/",
    "gist": "https://gist.github.com/{user}/{id}",
}


class Tag(msgspec.Struct, frozen=True):
    """One shortcode or Liquid tag: its name, named and bare arguments, and how it stands in its line."""

    name: str
    named: dict[str, str]
    bare: list[str]
    alone: bool
    in_address: bool


def resolve_shortcodes(text: str, warnings: Warnings) -> str:
    """Markdown without shortcodes and Liquid tags: one warning for each kind; comments among them are dropped."""
    if "{{" not in text and "{%" not in text and "{:" not in text and "{#" not in text:
        return text
    for begin, end in _COMMENTS:
        text = _between(text, begin, end, lambda _, __: "")
    for begin, end in _HIGHLIGHTS:
        text = _between(text, begin, end, _as_fence)
    return outside_fences(text, lambda part: _resolve(part, warnings))


def _between(
    text: str, begin: re.Pattern[str], end: re.Pattern[str], meaning: Callable[[re.Match[str], str], str]
) -> str:
    """The text with each part replaced that begins and ends so; however many begin without an end, in one pass."""
    parts: list[str] = []
    at = 0
    while (first := begin.search(text, at)) and (last := end.search(text, first.end())):
        parts += [text[at : first.start()], meaning(first, text[first.end() : last.start()])]
        at = last.end()
    return "".join([*parts, text[at:]])


def _as_fence(found: re.Match[str], code: str) -> str:
    language = found[1]
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"\n\n{fence}{language}\n{code}\n{fence}\n\n"


def _resolve(part: str, warnings: Warnings) -> str:
    part = _hugo.sub(lambda found: _replace(found, found[1] if found[1] is not None else found[2], warnings), part)
    part = _literal.sub(r"{{\\\1\2\3}}", part)
    part = _liquid.sub(lambda found: _replace(found, found[1], warnings, liquid=True), part)
    return _variable.sub(lambda found: _replace_variable(found, warnings), part)


def _replace(found: re.Match[str], inside: str, warnings: Warnings, *, liquid: bool = False) -> str:
    tag = _read_tag(inside.strip(), liquid=liquid, found=found)
    if tag is None:
        return ""
    how, replacement = _replacement(tag)
    if how == "link" and liquid and not tag.in_address and not replacement:
        how = "text"
    warnings.add(f"shortcode '{tag.name}' was replaced by its {how}")
    if not tag.alone or not replacement:
        return replacement
    indent = _around(found)[0]
    return "\n\n" + indent + replacement.replace("\n\n", f"\n\n{indent}") + "\n\n"


def _read_tag(inside: str, *, liquid: bool, found: re.Match[str]) -> Tag | None:
    """The tag, or None for one that closes another."""
    if inside.startswith("/") or (liquid and (inside.startswith("end") or inside in ("raw", "else"))):
        return None
    name, rest = _split_name(inside.rstrip("/"))
    if liquid and name.startswith("include"):
        file, _, rest = rest.strip().partition(" ")
        name = PurePosixPath(file).stem
    named: dict[str, str] = {}
    bare: list[str] = []
    for argument in _argument.finditer(rest):
        value = next((group for group in argument.groups()[1:] if group is not None), "")
        value = re.sub(r"\\(.)", r"\1", value).strip()
        if argument[1]:
            named[argument[1].lower()] = value
        else:
            bare.append(value)
    before, after = _around(found)
    in_address = before.rstrip("<").endswith(("](", '="', "='"))
    if liquid and name not in ("post_url", "link"):
        bare = []
    return Tag(name=name, named=named, bare=bare, alone=not before.strip() and not after.strip(), in_address=in_address)


def _split_name(inside: str) -> tuple[str, str]:
    found = re.match(r"[\w./-]*", inside)
    end = found.end() if found else 0
    return inside[:end] or "unnamed", inside[end:]


def _around(found: re.Match[str]) -> tuple[str, str]:
    text = found.string
    end = text.find("\n", found.end())
    return text[text.rfind("\n", 0, found.start()) + 1 : found.start()], text[
        found.end() : len(text) if end < 0 else end
    ]


def _replacement(tag: Tag) -> tuple[str, str]:
    """What stands for the tag, "link", "picture" or "text", and its Markdown."""
    target = next(filter(None, (tag.named.get(name) for name in _TARGETS)), "")
    if tag.in_address or tag.name in ("ref", "relref", "post_url"):
        path = target or next(iter(tag.bare), "")
        return "link", quote(path, safe="/:?#&=%.,;@+~") if tag.in_address else ""
    if tag.name in _EMBEDS:
        return "link", _embed(tag)
    if target and (_PICTURE_NAME.search(tag.name) or target.lower().endswith(_PICTURES)):
        return "picture", _figure(tag, target)
    spoken = [tag.named[name] for name in _SPOKEN if tag.named.get(name)] + [text for text in tag.bare if " " in text]
    if target.startswith(("http://", "https://")):
        label = next(filter(None, map(tag.named.get, _LABELS)), spoken[0] if spoken else target)
        link = f'<a href="{escape(target)}">{label}</a>'
        return "link", _joined(tag, [link if text == label else text for text in spoken] or [link])
    return "text", _joined(tag, list(dict.fromkeys(spoken)))


def _joined(tag: Tag, texts: list[str]) -> str:
    return ("\n\n" if tag.alone else " ").join(texts)


def _embed(tag: Tag) -> str:
    names = {"user": tag.named.get("user", "i"), "id": tag.named.get("id", "")}
    if len(tag.bare) >= 2:
        names = {"user": tag.bare[0], "id": tag.bare[1]}
    elif tag.bare:
        names["id"] = tag.bare[0]
    if not names["id"]:
        return ""
    address = _EMBEDS[tag.name].format(**{name: quote(value, safe="") for name, value in names.items()})
    return f'<iframe src="{escape(address)}" title="{_attribute(tag.named.get("title", ""))}"></iframe>'


def _figure(tag: Tag, target: str) -> str:
    image = f'<img src="{_attribute(target)}" alt="{_attribute(tag.named.get("alt", ""))}">'
    credit = tag.named.get("credit") or tag.named.get("attr", "")
    caption = tag.named.get("caption") or tag.named.get("title", "")
    # Blank lines let Markdown inside a caption be read as such.
    gap = "\n\n" if tag.alone else ""
    told = f"<figcaption>{gap}{caption}{gap}</figcaption>" if caption else ""
    source = f"<cite>{escape(credit)}</cite>" if credit else ""
    return f"<figure>{image}{told}{source}</figure>"


def _attribute(text: str) -> str:
    return escape(" ".join(unescape(text).split()))


def _replace_variable(found: re.Match[str], warnings: Warnings) -> str:
    warnings.add("template variables were left out")
    return found[2] or ""
