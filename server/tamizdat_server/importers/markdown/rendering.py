"""Markdown (CommonMark with tables, strikethrough, definition lists, footnotes) and its HTML, one step from blocks."""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from tamizdat_server.importers.blocks.notes import NOTE, NOTE_TEXT, NOTES
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.mkdocs import drop_attribute_lists, resolve_admonitions
from tamizdat_server.importers.markdown.shortcodes import resolve_shortcodes

# markdown-it drops blocks that are nested deeper than its limit; the format's is lower.
_NESTING: Final = 100
# Words it keeps, whatever their nesting, and takes its limit's time for every bracket that is never closed.
_NESTING_IN_LINES: Final = 10
_prose = re.compile(
    r"\s*</?(?:p|h[1-6]|[uod]l|li|d[td]|blockquote|strong|em|[abi]|br|figure|img|t(?:able|body|r|d|h))[\s/>]"
)
_mark = r"[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))"
_deep_marks = re.compile(rf"^((?:{_mark}){{20}})(?:{_mark})+", re.MULTILINE)


def to_html(text: str, warnings: Warnings) -> str:
    """The HTML of a Markdown text, raw HTML within it kept as it is; footnotes as elements named above."""
    text = resolve_admonitions(resolve_shortcodes(text, warnings), warnings)
    text = _deep_marks.sub(r"\1", drop_attribute_lists(text, warnings))
    return _parser().render(text)


@cache
def _parser() -> MarkdownIt:
    parser, lines = _configured(_NESTING), _configured(_NESTING_IN_LINES)

    def read_lines(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "inline" and token.children is not None:
                lines.inline.parse(token.content, lines, state.env, token.children)

    parser.core.ruler.at("inline", read_lines)
    for rule, write in _RULES.items():
        parser.add_render_rule(rule, write)
    return parser


def _configured(nesting: int) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": nesting}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin)
    parser.validateLink = _any_link
    return parser


def _any_link(url: str) -> bool:  # noqa: ARG001
    """Which links may stay is decided where blocks are made; here each is recognised, so that its text is."""
    return True


def _note_ref(_: RendererHTML, tokens: Sequence[Token], place: int, *_rest: Any) -> str:
    return f'<{NOTE} id="{tokens[place].meta["id"] + 1}"></{NOTE}>'


def _note_open(_: RendererHTML, tokens: Sequence[Token], place: int, *_rest: Any) -> str:
    return f'<{NOTE_TEXT} id="{tokens[place].meta["id"] + 1}">'


def _indented(_: RendererHTML, tokens: Sequence[Token], place: int, *_rest: Any) -> str:
    # HTML that was indented for its looks is code to Markdown, but not to whoever wrote `<p>` there.
    content = tokens[place].content
    return content if _prose.match(content) else f"<pre>{escape(content)}</pre>\n"


def _constant(text: str) -> Any:
    def write(_: RendererHTML, *_rest: Any) -> str:
        return text

    return write


_RULES: Final[dict[str, Any]] = {
    "code_block": _indented,
    "footnote_ref": _note_ref,
    "footnote_open": _note_open,
    "footnote_close": _constant(f"</{NOTE_TEXT}>\n"),
    "footnote_block_open": _constant(f"<{NOTES}>\n"),
    "footnote_block_close": _constant(f"</{NOTES}>\n"),
    "footnote_anchor": _constant(""),
}
