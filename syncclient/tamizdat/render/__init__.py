"""Articles as HTML, as plain text and for a terminal. Pure: values in, text out."""

from tamizdat.render.html import body_to_html, to_html
from tamizdat.render.terminal import to_terminal, to_text

__all__ = ["body_to_html", "to_html", "to_terminal", "to_text"]
