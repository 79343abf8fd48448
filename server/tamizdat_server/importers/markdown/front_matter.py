"""The fields above a text: YAML between `---`, TOML between `+++`, a JSON object, or MkDocs' `Key: value` lines.

Every scalar is read as the words that its author wrote (`no` is a language, not a false), so that nothing is guessed
twice and a field means the same in all four.
"""

import itertools
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, TypeAlias, cast

import yaml

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Fields: TypeAlias = dict[str, Value]

DEPTH: Final = 8
VALUES: Final = 10_000
_fence = re.compile(r"\s*^(---|\+\+\+)[ \t]*\n(.*?)(?:^|\n)(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_opened = re.compile(r"\s*^(---|\+\+\+)[ \t]*\n\s*(?:[\w\"'. -]+[:=]|[#{\[])", re.MULTILINE)
_mkdocs = re.compile(
    r"\s*(?=(?:title|date|authors?|summary|description|tags|lang|language|template|draft|status):)"
    r"((?:[\w-]+:[ \t]*[^\n]*\n(?:[ ]{4,}[^\n]+\n)*)+)(?:[ \t]*\n|\Z)",
    re.IGNORECASE,
)
_mkdocs_line = re.compile(r"([\w-]+):[ \t]*([^\n]*(?:\n[ ]{4,}[^\n]+)*)")
_yaml_loader = cast("type[yaml.BaseLoader]", getattr(yaml, "CBaseLoader", yaml.BaseLoader))


class BadFrontMatter(Exception):
    """The fields can't be read, so nobody knows whether the text is a draft; says why."""


def split_front_matter(text: str) -> tuple[Fields, str]:
    """The fields of a page, by lower-case name, and the text after them. Raises: BadFrontMatter."""
    try:
        return _split(text)
    except RecursionError as error:
        raise BadFrontMatter("nested too deep") from error


def _split(text: str) -> tuple[Fields, str]:
    if found := _fence.match(text):
        parse = _parse_yaml if found[1] == "---" else _parse_toml
        # A thematic break at the top of a text without fields looks the same, until one tries to read it.
        if found[1] == "---" and not _opened.match(text) and found[2].strip():
            return {}, text
        return _fields(parse(found[2] + "\n")), text[found.end() :]
    if _opened.match(text):
        raise BadFrontMatter("it is never closed")
    if text.lstrip().startswith("{") and re.match(r'\s*\{\s*"', text):
        return _split_json(text.lstrip())
    if found := _mkdocs.match(text + "\n"):
        fields = {name.lower(): " ".join(value.split()) for name, value in _mkdocs_line.findall(found[1])}
        return dict(fields), text[found.end() :]
    return {}, text


def _split_json(text: str) -> tuple[Fields, str]:
    try:
        value, end = cast("tuple[object, int]", json.JSONDecoder().raw_decode(text))
    except ValueError as error:
        raise BadFrontMatter(_one_line(error)) from error
    return _fields(value), text[end:]


def _parse_yaml(text: str) -> object:
    try:
        return cast("object", yaml.load(text, _yaml_loader))  # noqa: S506  # BaseLoader makes strings, lists and dicts only
    except (yaml.YAMLError, ValueError) as error:
        raise BadFrontMatter(_one_line(error)) from error


def _parse_toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise BadFrontMatter(_one_line(error)) from error


def _fields(value: object) -> Fields:
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise BadFrontMatter("it is not a list of fields")
    budget = itertools.count()
    return {str(name).lower(): _plain(item, 1, budget) for name, item in cast("dict[object, object]", value).items()}


def _plain(value: object, depth: int, budget: Iterator[int]) -> Value:
    # YAML's aliases can make a small file mean a huge tree.
    if next(budget) > VALUES or depth > DEPTH:
        raise BadFrontMatter("it holds far too much")
    if isinstance(value, dict):
        mapping = cast("dict[object, object]", value)
        return {str(name).lower(): _plain(item, depth + 1, budget) for name, item in mapping.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1, budget) for item in cast("list[object]", value)]
    return _word(value)


def _word(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    where = f" in line {getattr(mark, 'line', 0) + 1}" if mark else ""
    return " ".join(str(problem).split()) + where
