"""Articles as HTML, as plain text and for a terminal. Pure: values in, text out."""

from tamizdat.render.html import to_html
from tamizdat.render.terminal import to_terminal, to_text

__all__ = ["to_html", "to_terminal", "to_text"]
